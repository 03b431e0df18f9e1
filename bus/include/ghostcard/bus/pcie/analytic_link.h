// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/latency.h>
#include <ghostcard/bus/pcie/iotlb.h>
#include <ghostcard/bus/pcie/link.h>

#include <deque>
#include <list>
#include <optional>
#include <vector>

namespace ghostcard::bus::pcie {

/// The closed timing: when each wire begins its next packet follows from what it carried last and from what waits for
/// it, and a run of equal writes repeats itself. It lags behind simulated time while nobody looks, and jumps over all
/// periods of such a run in one step. docs/timing-pcie.md has the derivation.
class AnalyticLink : public Link {
public:
    AnalyticLink(const PcieSettings& settings, RequesterId device, HostSide& host, LinkUser& user);

    void begin(Run& run, Duration now) override;
    void end_requested(Run& run, Duration now) override;
    void request(const Tlp& tlp, std::span<std::byte> data, Duration now) override;
    void complete(const Tlp& tlp, std::span<std::byte> data, Duration now) override;
    void limit(Bytes max_payload, Bytes max_read_request, Duration now) override;
    void forget(BusRange pages, Duration now) override;
    void interrupt(const Tlp& tlp, Duration now) override;
    void advance(Duration now) override;
    Duration next_due() const override;

private:
    struct Stream {
        Run* run = nullptr;
        std::uint64_t number = 0;
        LinkTime from{};
        LinkTime close_at = never;  ///< Begins no more TLPs from then on.
        std::uint64_t sent = 0;
        unsigned under_way = 0;
        bool closed = false;
        std::uint64_t next_bytes = 0;  ///< Of the next TLP...
        LinkTime data_at{};            ///< ...whose data the device has from then on.
        std::uint64_t data_until = 0;  ///< The end of the burst for which data_at holds.

        bool exhausted() const { return closed || sent == run->data.size(); }
    };
    /// A TLP that none of the streams makes.
    struct Queued {
        LinkTime from{};
        std::uint64_t number = 0;
        Tlp tlp{};
        std::span<std::byte> data{};
    };
    struct Freed {
        LinkTime at{};
        Credits credits{};
    };
    /// What software changes: sizes of TLPs, or what the host remembers of translations.
    struct Change {
        LinkTime at{};
        Bytes max_payload{};
        Bytes max_read_request{};
        std::optional<BusRange> forgotten{};
    };
    /// What the other end can take of one kind of TLP.
    struct Account {
        Credits limit{};
        std::int64_t headers = 0;
        std::int64_t data = 0;
        bool limited() const { return limit != Credits{}; }
        bool covers(Credits needed) const {
            return (limit.headers == 0 || headers >= needed.headers) && (limit.data == 0 || data >= needed.data);
        }
        friend bool operator==(const Account&, const Account&) = default;
    };
    enum class Carried { nothing, skp, ack, update, tlp };
    struct Wire {
        Direction direction = Direction::up;
        Carried carries = Carried::nothing;
        LinkTime free_at{};  ///< The end of the packet that it carries, or carried last.
        std::int64_t skps = 0;
        LinkTime first_unanswered = never;                 ///< When the first TLP came that an ACK has to answer.
        std::array<std::deque<Freed>, tlp_classes> freed;  ///< Not announced yet, by the time.
        std::array<Account, tlp_classes> accounts;
        std::deque<Queued> queue;

        // of what it carries
        LinkTime began{};
        Tlp tlp{};
        std::span<std::byte> data{};
        Stream* stream = nullptr;
        TlpClass updated = TlpClass::posted;
        Credits update{};
    };
    /// What a wire does next.
    struct Start {
        LinkTime at = never;
        Carried what = Carried::nothing;
        TlpClass update = TlpClass::posted;
        Stream* stream = nullptr;
        const Queued* queued = nullptr;
        LinkTime from{};
        bool has_credits = false;  ///< If it is a TLP.
    };
    /// The link as it was when one of a run of equal writes began: with all instants seen from there, what follows
    /// depends on nothing else.
    struct Moment {
        LinkTime at{};
        std::uint64_t wire_bytes = 0;
        LinkTime write_gate{};
        LinkTime unanswered{};
        std::vector<Freed> freed;
        Account account{};
        Carried down_carries = Carried::nothing;
        LinkTime down_free_at{};
        Credits update{};
        std::array<LinkCounts, 2> counts{};  ///< What has gone by.
    };
    /// A moment that may come back, and those of the writes since.
    struct Checkpoint {
        std::uint64_t stream = 0;
        std::vector<Moment> moments;
        std::size_t patience = 1;  ///< So many of them until a later moment is tried.
    };
    /// What comes again and again: the moments of its writes, which go on behind the last as behind the first.
    struct Period {
        std::vector<Moment> moments;
        LinkTime length{};
        std::array<LinkCounts, 2> counts{};

        const Moment& moment(std::size_t index) const { return moments[index % moments.size()]; }
        LinkTime at(std::size_t index) const {
            return moment(index).at + static_cast<std::int64_t>(index / moments.size()) * length;
        }
        std::uint64_t count(std::size_t index, Direction direction, std::uint64_t LinkCounts::*what) const {
            const auto wire = static_cast<unsigned>(direction);
            return moment(index).counts[wire].*what + index / moments.size() * (counts[wire].*what);
        }
    };
    struct ArrivedWrite {
        Tlp tlp{};
        std::vector<std::byte> data;
        LinkTime translated_at{};
        LinkTime room_at{};
    };
    struct ArrivedRead {
        Tlp tlp{};
        std::span<std::byte> data;
        LinkTime translated_at{};
        Duration latency{};
        std::uint64_t behind = 0;
        LinkTime served_at = never;
    };
    struct Behind {
        Tlp tlp{};
        std::uint64_t writes = 0;
    };
    struct Outstanding {
        Stream* stream = nullptr;
        std::uint64_t bytes = 0;
        std::uint64_t arrived = 0;
    };
    enum class Next { nothing, close, change, arrival_up, arrival_down, write, read, start_up, start_down };
    struct Plan {
        Next next = Next::nothing;
        LinkTime at = never;
        Start start{};
    };

    // analytic_link.cpp: what happens next.
    Wire& wire(Direction direction) { return wires_[static_cast<unsigned>(direction)]; }
    const Wire& wire(Direction direction) const { return wires_[static_cast<unsigned>(direction)]; }
    LinkTime next_symbol(LinkTime time) const { return (time + symbol_ - LinkTime(1)) / symbol_ * symbol_; }
    LinkTime skp_due(const Wire& wire) const { return settings_.skp ? (wire.skps + 1) * skp_period_ : never; }
    void refresh(Stream& stream) const;
    LinkTime from(const Stream& stream) const;
    Start next_of(const Stream& stream) const;
    Start next_tlp(const Wire& wire) const;
    Start next_start(const Wire& wire) const;
    Plan plan() const;
    void carry_out(const Plan& plan, LinkTime until);
    void start(Wire& wire, const Start& start);
    void skip_idle_skps(Wire& wire, LinkTime until);

    // analytic_link_ends.cpp: what arrives does.
    void carry_out_change();
    void arrive(Wire& wire);
    void arrive_at_root(Stream* stream, const Tlp& tlp);
    void arrive_at_device(const Tlp& tlp);
    void begun(Stream& stream, LinkTime from);
    void moved(Stream& stream, std::uint64_t bytes, LinkTime at);
    void end_if_over(Stream& stream);
    void free(Direction receiver, TlpClass kind, Credits credits);
    LinkTime next_write() const;
    void try_write();
    void accept(const Tlp& tlp, std::span<const std::byte> data);
    void serve();
    void serve_read();
    LinkTime earliest_end(const Stream& stream) const;

    // analytic_link_jump.cpp: closed runs.
    bool can_repeat(const Stream& stream) const;
    bool is_back(const Moment& then) const;
    Moment present_moment() const;
    void restore(const Moment& moment, LinkTime at);
    void look_for_period(Stream& stream, LinkTime until);
    bool has_data_since(const Stream& stream, std::uint64_t sent, LinkTime instant) const;
    Period found_period() const;
    std::size_t reach(const Stream& stream, const Period& period, std::size_t from, LinkTime until) const;
    void repeat(Stream& stream, const Period& period, std::size_t from, std::size_t writes);
    void write_again(const Stream& stream, const Period& period, std::size_t from, std::size_t writes);

    PcieSettings settings_;  ///< With the sizes that software has set.
    const std::uint64_t largest_payload_;
    const RequesterId device_;
    HostSide& host_;
    LinkUser& user_;
    const LinkTime symbol_;
    const LinkTime byte_;
    const LinkTime skp_period_;
    const LinkTime ack_latency_;
    const LinkTime update_latency_;
    const LinkTime write_interval_;
    const LinkTime request_interval_;

    LinkTime now_{};
    std::uint64_t next_number_ = 0;
    std::array<Wire, 2> wires_;

    std::deque<Change> changes_;  ///< That the link has not seen yet.
    std::list<Stream> streams_;
    std::deque<Outstanding> outstanding_;
    LinkTime tag_free_at_{};
    LinkTime write_gate_{};
    LinkTime request_gate_{};
    std::uint8_t next_tag_ = 0;

    Iotlb iotlb_;
    LatencySource read_latency_;
    std::deque<ArrivedWrite> writes_;
    std::deque<ArrivedRead> reads_;
    std::deque<Behind> completions_;
    std::uint64_t writes_arrived_ = 0;
    std::uint64_t writes_accepted_ = 0;
    LinkTime last_write_{};
    LinkTime last_read_served_{};

    std::optional<Checkpoint> checkpoint_;
    std::optional<Period> known_;  ///< The last one that was found.
    std::vector<Duration> ends_;   ///< Of the writes of a repetition.
};

}  // namespace ghostcard::bus::pcie
