// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/time.h>
#include <ghostcard/bus/dma_run.h>
#include <ghostcard/bus/pci/pci_settings.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace ghostcard::bus::pci {

/// The code that a master drives on C/BE# in the address phase (PCI 2.3, 3.1.1).
enum class Command : std::uint8_t {
    memory_read = 0b0110,
    memory_write = 0b0111,
    configuration_read = 0b1010,
    configuration_write = 0b1011,
    memory_read_multiple = 0b1100,
    dual_address = 0b1101,
    memory_read_line = 0b1110,
    memory_write_and_invalidate = 0b1111,
};
constexpr bool is_read(Command command) {
    return command != Command::memory_write && command != Command::memory_write_and_invalidate &&
           command != Command::configuration_write;
}
constexpr bool is_configuration(Command command) {
    return command == Command::configuration_read || command == Command::configuration_write;
}

/// How a transaction ended.
enum class Termination {
    completed,
    master_abort,  ///< No target claimed the address.
    target_abort,  ///< The target gave up: STOP# with DEVSEL# deasserted.
    retry,         ///< The target could not move the first data: STOP# without TRDY#.
    disconnect,    ///< The target ended it after some data: STOP#.
    timeout,       ///< The master's latency timer had run out and its grant was gone.
    stopped,       ///< The master ended it early at its own wish.
};

/// Marks the address of a configuration request of type 1, for a bus behind a bridge; on the wires it is AD[1:0] = 01
/// (PCI 2.3, 3.2.2.3.1). The bus is in AD[23:16], its device in AD[15:11].
inline constexpr std::uint64_t type_1_mark = 1ull << 32;
constexpr bool is_type_1(BusAddress address) { return (address.value & type_1_mark) != 0; }

/// The line of AD[31:11] that is wired to the device's IDSEL; there is none for those from 21 on (PCI 2.3, 3.2.2.3.5).
constexpr std::uint64_t device_select(std::uint64_t device) { return device <= 20 ? 1ull << (11 + device) : 0; }

std::string_view name_of(Command command);
std::string_view name_of(Termination termination);

/// How a transaction begins.
struct AddressPhase {
    Command command = Command::memory_read;
    BusAddress address;
    std::uint64_t length = 0;  ///< Bytes that the master wants to move.
    unsigned clocks = 1;       ///< 2 for a dual address cycle.
};

/// What a master asks of the bus: a run of bytes, moved in bursts of burst_bytes each. A burst takes one transaction,
/// or several if it is cut short.
struct Run {
    static constexpr unsigned no_latency_timer = ~0u;

    Command command = Command::memory_read;
    BusAddress address;
    std::span<std::byte> data;                  ///< Not empty; filled by a read.
    std::uint64_t burst_bytes = 0;              ///< Positive; the last burst takes the rest.
    bool wide = false;                          ///< The master can use all 64 bits of AD (it drives REQ64#).
    unsigned latency_timer = no_latency_timer;  ///< Clocks from FRAME# for which the master may ignore GNT#.
    std::uint64_t cache_line = 0;  ///< Bytes. Memory writes of whole lines are sent as such (MWI); 0: none are.
    DmaRun* control = nullptr;     ///< The master's means to pace the run, to follow it and to end it; may be null.

    Termination termination = Termination::completed;
    std::uint64_t transferred = 0;  ///< Bytes moved, all of them whenever the run completed.

    bool done() const { return transferred == data.size(); }
    /// What is left of the burst in which so many bytes have moved.
    std::uint64_t burst_left(std::uint64_t moved) const {
        return std::min<std::uint64_t>(burst_bytes - moved % burst_bytes, data.size() - moved);
    }
    std::uint64_t burst_left() const { return burst_left(transferred); }
    /// The transaction that comes next; not if done.
    AddressPhase next() const;
    /// From when on the master can ask for the transaction that follows when so many bytes have moved.
    Duration ready_after(std::uint64_t moved) const {
        return control ? control->ready_at(moved + burst_left(moved)) : Duration::zero();
    }
    /// The same for each of as many bursts as there are instants, the first of which begins there.
    void ready_after_each(std::uint64_t moved, std::span<Duration> instants) const;
    bool pause_requested(Duration before) const { return control != nullptr && control->pause_requested(before); }
    bool stop_requested(Duration before) const { return control != nullptr && control->stop_requested(before); }
};

/// One transaction as it happened. Clock 1 is the (first) address phase.
struct TransactionRecord {
    unsigned master = 0;
    Command command = Command::memory_read;
    BusAddress address;
    Duration start{};               ///< Beginning of clock 1.
    unsigned data_phases = 0;       ///< Those in which data moved.
    unsigned first_data_clock = 0;  ///< In which the first data phase ended; 0 without one.
    unsigned last_data_clock = 0;
    unsigned clocks = 0;  ///< All of them, with the idle clock that follows, if one does.
    std::uint64_t bytes = 0;
    Termination termination = Termination::completed;

    std::uint64_t times = 1;  ///< So many alike, whose addresses are...
    std::uint64_t step = 0;   ///< ...so many bytes...
    Duration interval{};      ///< ...and whose beginnings so much time apart, or else...
    /// ...at these instants, of which the first is `start`. Gone when its observers have been told.
    std::span<const Duration> starts{};

    BusAddress address_of(std::uint64_t index) const { return address + index * step; }
    Duration start_of(std::uint64_t index) const {
        return starts.empty() ? start + static_cast<std::int64_t>(index) * interval : starts[index];
    }
};

/// Calls visit with each of the transactions that the record stands for, as a record of its own.
template <class Visit>
void for_each(const TransactionRecord& row, Visit visit) {
    TransactionRecord one = row;
    one.times = 1;
    one.starts = {};
    for (std::uint64_t i = 0; i < row.times; ++i) {
        one.address = row.address_of(i);
        one.start = row.start_of(i);
        visit(std::as_const(one));
    }
}

/// Is told of every transaction when its idle clock begins, or later; of those of one master in order.
class TransactionObserver {
public:
    virtual ~TransactionObserver() = default;
    virtual void transaction(const TransactionRecord& record) = 0;
};

}  // namespace ghostcard::bus::pci
