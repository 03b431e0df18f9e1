// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/time.h>
#include <ghostcard/bus/dma_run.h>
#include <ghostcard/bus/pci/pci_settings.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace ghostcard::bus::pci {

/// The code that a master drives on C/BE# in the address phase (PCI 2.3, 3.1.1).
enum class Command : std::uint8_t {
    memory_read = 0b0110,
    memory_write = 0b0111,
    configuration_read = 0b1010,
    configuration_write = 0b1011,
    dual_address = 0b1101,
};
constexpr bool is_read(Command command) {
    return command == Command::memory_read || command == Command::configuration_read;
}
constexpr bool is_configuration(Command command) {
    return command == Command::configuration_read || command == Command::configuration_write;
}

/// How a transaction ended.
enum class Termination {
    completed,
    master_abort,  ///< No target claimed the address.
    target_abort,  ///< The target gave up: STOP# with DEVSEL# deasserted.
    stopped,       ///< The master ended it early at its own wish.
};

/// What a master asks of the bus: one run of bytes, moved in one transaction or in several of burst_bytes each.
struct Run {
    Command command = Command::memory_read;
    BusAddress address;
    std::span<std::byte> data;      ///< Not empty; filled by a read.
    std::uint64_t burst_bytes = 0;  ///< Positive; the last transaction takes the rest.
    bool wide = false;              ///< The master can use all 64 bits of AD (it drives REQ64#).
    DmaRun* control = nullptr;      ///< The master's means to follow the run and to end it early; may be null.

    Termination termination = Termination::completed;
    std::uint64_t transferred = 0;  ///< Bytes moved, all of them whenever the run completed.

    bool stop_requested() const { return control != nullptr && control->stop; }
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
    unsigned clocks = 0;  ///< All of them, the idle clock that must follow included.
    std::uint64_t bytes = 0;
    Termination termination = Termination::completed;
};

/// Is told of every transaction when its idle clock begins.
class TransactionObserver {
public:
    virtual ~TransactionObserver() = default;
    virtual void transaction(const TransactionRecord& record) = 0;
};

}  // namespace ghostcard::bus::pci
