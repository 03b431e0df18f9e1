// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/time.h>
#include <ghostcard/bus/dma_run.h>
#include <ghostcard/bus/pcie/pcie_settings.h>
#include <ghostcard/bus/pcie/tlp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace ghostcard::bus::pcie {

/// The way of a packet: `up` to the host, `down` to the device.
enum class Direction : unsigned { up = 0, down = 1 };
constexpr Direction opposite(Direction direction) {
    return direction == Direction::up ? Direction::down : Direction::up;
}

constexpr std::string_view name_of(Direction direction) { return direction == Direction::up ? "up" : "down"; }

/// What a device asks of the link: a run of bytes, moved in bursts of burst_bytes each, which become one or more TLPs.
struct Run {
    bool write = true;
    BusAddress address{};
    std::span<std::byte> data{};    ///< Not empty; filled by a read.
    std::uint64_t burst_bytes = 0;  ///< Positive; the last burst takes the rest.
    DmaRun* control = nullptr;      ///< The device's means to pace the run, to follow it and to end it; may be null.

    std::uint64_t moved = 0;  ///< Bytes, when the run has ended.
    bool refused = false;     ///< A read request came back as unsupported.

    /// Bytes of the TLP that follows when so many have been sent or asked for.
    std::uint64_t next_bytes(std::uint64_t sent, const PcieSettings& settings) const {
        const std::uint64_t limit = write ? settings.max_payload.count : settings.max_read_request.count;
        return first_request(address + sent, burst_end(sent) - sent, limit);
    }
    /// Where the burst ends that such a TLP belongs to.
    std::uint64_t burst_end(std::uint64_t sent) const {
        return std::min<std::uint64_t>(sent + burst_bytes - sent % burst_bytes, data.size());
    }
    /// From when on the device can send it.
    Duration ready_after(std::uint64_t sent) const {
        return control ? control->ready_at(burst_end(sent)) : Duration::zero();
    }
};

/// A TLP as it went over the link: from the first symbol of its framing to the last.
struct TlpRecord {
    Direction direction = Direction::up;
    Tlp tlp{};
    Duration start{};
    Duration end{};
    std::span<const std::byte> data{};  ///< Tlp::bytes of those that carry data; only while it is told of.
};

/// Is told of every TLP in the order of their ends.
class TlpObserver {
public:
    virtual ~TlpObserver() = default;
    virtual void tlp(const TlpRecord& record) = 0;
};

/// What one direction has carried.
struct LinkCounts {
    std::uint64_t tlps = 0;
    std::uint64_t data_bytes = 0;  ///< That were wanted.
    std::uint64_t tlp_bytes = 0;   ///< On the wire.
    std::uint64_t dllps = 0;
    std::uint64_t skps = 0;

    std::uint64_t wire_bytes() const { return tlp_bytes + dllps * dllp_wire_bytes; }
    friend bool operator==(const LinkCounts&, const LinkCounts&) = default;
};

/// What lies behind the root complex. A link may call it some time after the instants that it names, which never
/// decrease.
class HostSide {
public:
    virtual ~HostSide() = default;
    /// The first instant, not before `at`, at which so many bytes of writes can be accepted.
    virtual Duration room_for(std::uint64_t bytes, Duration at) = 0;
    /// A posted write; one that faults is dropped.
    virtual void write(BusAddress address, std::span<const std::byte> data, Duration at) = 0;
    /// A row of writes side by side, of which the last comes at that instant. False, and nothing has been written, if
    /// somebody could still tell when each of them came.
    virtual bool write_row(BusAddress address, std::span<const std::byte> data, Duration last) {
        static_cast<void>(address), static_cast<void>(data), static_cast<void>(last);
        return false;
    }
    /// False: nobody is there, or the translation faults.
    virtual bool read(BusAddress address, std::span<std::byte> data, Duration at) = 0;
    /// Whether room_for() is always at once.
    virtual bool has_unlimited_room() const = 0;
    /// The address is that of an interrupt message, which is not translated.
    virtual bool is_message(BusAddress address) const = 0;
};

/// Who uses the link. Told at the very instants.
class LinkUser {
public:
    virtual ~LinkUser() = default;
    virtual void run_ended(Run& run, Duration at) = 0;
    /// A request of the CPU's has arrived at the device.
    virtual void request_arrived(const Tlp& request, Duration at) = 0;
    /// ...and its completion at the CPU, behind all writes that were sent before it.
    virtual void completion_arrived(const Tlp& completion, Duration at) = 0;
    /// ...and an interrupt of the device's.
    virtual void interrupt_arrived(const Tlp& interrupt, Duration at) = 0;
};

/// A link between root complex and device, with the receivers at its ends, the device's DMA engine as far as it is
/// limits, and the root complex's way of serving it: everything that takes time. docs/timing-pcie.md has the rules.
///
/// It knows no kernel: whoever drives it calls advance() at next_due() at the latest, and gives it whatever happens
/// outside at the instant at which it happens.
class Link {
public:
    virtual ~Link() = default;

    /// The device begins a run, in any number at a time; it must stay where it is until run_ended().
    virtual void begin(Run& run, Duration now) = 0;
    /// The run shall end after the TLPs that have been begun.
    virtual void end_requested(Run& run, Duration now) = 0;
    /// The CPU sends a request, the device the completion of one. What they carry must stay where it is until they
    /// have arrived.
    virtual void request(const Tlp& tlp, std::span<std::byte> data, Duration now) = 0;
    virtual void complete(const Tlp& tlp, std::span<std::byte> data, Duration now) = 0;
    /// Software allows TLPs of so many bytes, of write and read request (7.5.3.4). Holds for those that begin later,
    /// and for completions as well: it gives both ends of a link the same max_payload. At most that of the settings.
    virtual void limit(Bytes max_payload, Bytes max_read_request, Duration now) = 0;
    /// The host forgets how it translated these addresses.
    virtual void forget(BusRange pages, Duration now) = 0;
    /// The device's INTA# changes.
    virtual void interrupt(const Tlp& tlp, Duration now) = 0;

    /// Lets everything happen that happens up to and at that instant.
    virtual void advance(Duration now) = 0;
    /// No later than the next instant at which a LinkUser or a HostSide's message must be told; Duration::max() if
    /// nothing is under way.
    virtual Duration next_due() const = 0;

    void attach_observer(TlpObserver& observer) { observers_.push_back(&observer); }
    const LinkCounts& counts(Direction direction) const { return counts_[static_cast<unsigned>(direction)]; }

protected:
    LinkCounts& carried(Direction direction) { return counts_[static_cast<unsigned>(direction)]; }
    void count(Direction direction, const Tlp& tlp, std::uint64_t wire_bytes) {
        LinkCounts& counts = carried(direction);
        ++counts.tlps;
        counts.tlp_bytes += wire_bytes;
        if (has_data(tlp.kind)) counts.data_bytes += tlp.bytes;
    }
    void report(const TlpRecord& record) const {
        for (TlpObserver* const observer : observers_) observer->tlp(record);
    }
    bool observed() const { return !observers_.empty(); }

private:
    std::array<LinkCounts, 2> counts_{};
    std::vector<TlpObserver*> observers_;
};

/// Which timing computes the link; both give the same answers.
enum class LinkTiming { cycle, analytic };
/// device: whose requests come up the link. host and user must outlive the link.
std::unique_ptr<Link> make_link(LinkTiming timing, const PcieSettings& settings, RequesterId device, HostSide& host,
                                LinkUser& user);

}  // namespace ghostcard::bus::pcie
