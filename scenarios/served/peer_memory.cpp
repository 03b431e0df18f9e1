// SPDX-License-Identifier: MIT
#include "peer_memory.h"

#include <ghostcard/model/card.h>
#include <ghostcard/platform/machine.h>

namespace ghostcard::scenarios {

/// All but the registers of the card itself and those of the device that other masters use.
bool PeerMemory::decodes(BusAddress address) const {
    using platform::Machine;
    const auto registers = BusRange::of(Machine::card_bar0, model::Card::bar0_size);
    const auto load = BusRange::of(Machine::load_window, page_size);
    return !registers->contains(address) && !load->contains(address);
}

std::span<std::byte> PeerMemory::reach(bus::RequesterId, BusRange range, bool write) const {
    return memory_ == nullptr ? std::span<std::byte>() : memory_->reach(range, write);
}

void PeerMemory::written(std::span<const std::byte> bytes) {
    if (memory_ != nullptr) memory_->written(bytes);
}

}  // namespace ghostcard::scenarios
