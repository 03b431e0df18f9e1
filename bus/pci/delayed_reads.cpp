// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/delayed_reads.h>

namespace ghostcard::bus::pci {

bool DelayedReads::ready(const Access& phase, Duration at) {
    if (latency_ == Duration::zero()) return true;
    const auto found = blocks_.find(phase.master);
    if (found != blocks_.end()) {
        Block& block = found->second;
        const bool asked_for = block.next == phase.address && phase.address < block.end;
        if (asked_for && at < block.ready_at) return false;
        if (asked_for && at < block.ready_at + discard_) {
            block.next = phase.address + phase.bytes;
            return true;
        }
        if (!asked_for && block.next < block.end && at < block.ready_at + discard_) return false;
    }
    const BusAddress end{round_down(phase.address.value, block_) + block_};
    blocks_[phase.master] = {phase.address, end, at + latency_};
    return false;
}

}  // namespace ghostcard::bus::pci
