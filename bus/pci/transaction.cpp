// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/transaction.h>

namespace ghostcard::bus::pci {
namespace {

constexpr std::uint64_t four_gib = 1ull << 32;

}  // namespace

std::string_view name_of(Command command) {
    switch (command) {
        case Command::memory_read: return "memory_read";
        case Command::memory_write: return "memory_write";
        case Command::configuration_read: return "configuration_read";
        case Command::configuration_write: return "configuration_write";
        case Command::memory_read_multiple: return "memory_read_multiple";
        case Command::dual_address: return "dual_address";
        case Command::memory_read_line: return "memory_read_line";
        case Command::memory_write_and_invalidate: return "memory_write_and_invalidate";
    }
    return "";
}

std::string_view name_of(Termination termination) {
    switch (termination) {
        case Termination::completed: return "completed";
        case Termination::master_abort: return "master_abort";
        case Termination::target_abort: return "target_abort";
        case Termination::retry: return "retry";
        case Termination::disconnect: return "disconnect";
        case Termination::timeout: return "timeout";
        case Termination::stopped: return "stopped";
    }
    return "";
}

void Run::ready_after_each(std::uint64_t moved, std::span<Duration> instants) const {
    const std::uint64_t whole = std::min<std::uint64_t>(instants.size(), (data.size() - moved) / burst_bytes);
    control->ready_at_each(moved + burst_bytes, burst_bytes, instants.first(whole));
    for (std::uint64_t i = whole; i < instants.size(); ++i) instants[i] = ready_after(moved + i * burst_bytes);
}

/// Memory reads by how much they want of the cache lines (PCI 2.3, 3.1.2); writes of whole lines on their own (3.1.1).
AddressPhase Run::next() const {
    AddressPhase next{command, address + transferred, burst_left()};
    next.clocks = next.address.value >= four_gib && !is_configuration(command) ? 2 : 1;
    if (cache_line == 0) return next;
    if (command == Command::memory_read) {
        if (next.length > 3 * cache_line)
            next.command = Command::memory_read_multiple;
        else if (next.length > cache_line / 2)
            next.command = Command::memory_read_line;
    } else if (command == Command::memory_write && is_aligned(next.address, cache_line) && next.length >= cache_line) {
        next.command = Command::memory_write_and_invalidate;
        next.length = round_down(next.length, cache_line);
    }
    return next;
}

}  // namespace ghostcard::bus::pci
