// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/latency.h>
#include <ghostcard/bus/pcie/iotlb.h>
#include <ghostcard/bus/pcie/link.h>

#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <queue>
#include <vector>

namespace ghostcard::bus::pcie {

/// The reference timing: packet by packet and event by event, written to be read next to the specification and
/// docs/timing-pcie.md.
class CycleLink : public Link {
public:
    CycleLink(const PcieSettings& settings, RequesterId device, HostSide& host, LinkUser& user);

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
    /// The order of what happens at one instant.
    enum class Phase { outside, arrival, write, read, transmission };
    struct Event {
        LinkTime at;
        Phase phase;
        std::uint64_t number;
        bool idle;  ///< Happens on an idle link too, and wakes nobody.
        std::function<void()> happen;
        bool operator>(const Event& other) const;
    };

    /// A run, from begin() to its end.
    struct Stream {
        Run* run;
        std::uint64_t number;
        LinkTime from;           ///< The link sees it from then on.
        std::uint64_t sent = 0;  ///< Bytes, written or asked for.
        unsigned under_way = 0;  ///< TLPs that have been begun and neither moved nor refused yet.
        bool closed = false;     ///< Begins no more TLPs.
    };
    /// A TLP that could be sent.
    struct Waiting {
        LinkTime from;
        std::uint64_t number = 0;
        Tlp tlp{};
        std::span<std::byte> data{};
        Stream* stream = nullptr;
    };
    /// What one end has freed of one kind of credits and not announced yet.
    struct Freed {
        Credits credits{};
        std::optional<LinkTime> due{};
    };
    /// A wire, the transmitter that drives it, and what that has to say for the receiver beside it.
    struct Wire {
        Direction direction = Direction::up;
        bool busy = false;
        LinkTime free_at{};                                       ///< When the last packet ended.
        std::uint64_t skps = 0;                                   ///< Sent so far.
        std::deque<Waiting> queue;                                ///< TLPs that are none of a stream's.
        std::array<std::optional<Credits>, tlp_classes> credits;  ///< At the other end; none: without limit.
        std::optional<LinkTime> ack_due;
        std::array<Freed, tlp_classes> freed;
    };
    /// Of the root complex.
    struct ArrivedWrite {
        Tlp tlp{};
        std::vector<std::byte> data;
        LinkTime translated_at;
    };
    struct ArrivedRead {
        Tlp tlp{};
        std::span<std::byte> data;
        LinkTime translated_at;
        Duration latency;
        std::uint64_t behind;  ///< So many writes came before it.
    };
    struct ArrivedCompletion {
        Tlp tlp{};
        std::uint64_t behind;
    };
    /// Of the device: a read request that waits for its completions.
    struct Outstanding {
        Stream* stream;
        std::uint64_t bytes;
        std::uint64_t arrived = 0;
    };

    // cycle_link.cpp: the clock, the wires and what both ends have in common.
    void at(LinkTime when, Phase phase, std::function<void()> happen, bool idle = false);
    Wire& wire(Direction direction) { return wires_[static_cast<unsigned>(direction)]; }
    LinkTime next_symbol(LinkTime time) const;
    void try_to_send(Wire& wire, LinkTime from);
    void transmit(Wire& wire);
    void occupy(Wire& wire, LinkTime length, std::function<void()> arrive);
    bool send_skp(Wire& wire);
    bool send_dllp(Wire& wire);
    bool send_tlp(Wire& wire);
    void send(Wire& wire, const Waiting& next);
    std::vector<Waiting> waiting(const Wire& wire);
    void schedule_skp(Wire& wire);
    void acknowledge(Wire& wire);
    void free(Direction receiver, TlpClass kind, Credits credits);

    // cycle_link_ends.cpp: the device's engine and the root complex.
    LinkTime next_from(const Stream& stream) const;
    std::optional<Waiting> next_of(Stream& stream);
    void begun(Stream& stream, const Waiting& sent);
    void moved(Stream& stream, std::uint64_t bytes);
    void close(Stream& stream);
    void end_if_over(Stream& stream);
    void arrive_at_root(const Waiting& arrived);
    void arrive_at_device(const Waiting& arrived);
    void accept_writes();
    void accept_write();
    void serve_waiting();
    void serve_read(const ArrivedRead& read);

    PcieSettings settings_;  ///< With the sizes that software has set.
    const RequesterId device_;
    HostSide& host_;
    LinkUser& user_;
    const LinkTime symbol_;
    const LinkTime byte_;
    const LinkTime ack_latency_;
    const LinkTime update_latency_;

    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    std::uint64_t events_not_idle_ = 0;
    std::uint64_t next_event_ = 0;
    std::uint64_t next_number_ = 0;
    LinkTime now_{};
    std::array<Wire, 2> wires_;

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
    std::deque<ArrivedCompletion> completions_;
    std::uint64_t writes_arrived_ = 0;
    std::uint64_t writes_accepted_ = 0;
    LinkTime last_read_served_{};
};

}  // namespace ghostcard::bus::pcie
