// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stack/bus_drivers.h>

namespace ghostcard::dma {

PciPdo::PciPdo(IoManager& io) : DeviceObject("pci.sys PDO"), io_(io), references_(io.hal().verifier()) {
    io_.report_pdo(*this);
}

PciPdo::~PciPdo() { io_.remove_pdo(*this); }

NtStatus PciPdo::query_bus_interface(BusInterface& answer) {
    references_.take();
    answer = {.reference = [this] { references_.take(); },
              .dereference = [this] { references_.release(); },
              .get_dma_adapter =
                  [this](const DeviceDescription& description, std::uint64_t& map_registers, SourceLocation location) {
                      return io_.hal().adapter(description, map_registers, location);
                  }};
    return NtStatus::success;
}

ChildPdo::ChildPdo(IoManager& io, DeviceObject& parent, BusAnswer answer)
    : DeviceObject("child PDO"), io_(io), parent_(parent), answer_(answer), references_(io.hal().verifier()) {}

ChildPdo::~ChildPdo() { io_.remove_pdo(*this); }

void ChildPdo::report() { io_.report_pdo(*this); }

NtStatus ChildPdo::query_bus_interface(BusInterface& answer) {
    if (answer_ == BusAnswer::none) return NtStatus::not_supported;
    BusInterface below;
    if (const NtStatus status = parent_.query_bus_interface(below); status != NtStatus::success) return status;
    if (answer_ != BusAnswer::without_reference) references_.take();
    answer = {.reference = [this] { references_.take(); },
              .dereference =
                  [this, below] {
                      references_.release();
                      below.dereference();
                  },
              .get_dma_adapter = below.get_dma_adapter};
    if (answer_ == BusAnswer::wrong_version) answer.version = BusInterface::standard_version + 1;
    return NtStatus::success;
}

IntermediateBus::IntermediateBus(IoManager& io, PciPdo& card, BusAnswer answer)
    : card_(card), child_(io, fdo_, answer) {
    fdo_.attach_to(card);
}

}  // namespace ghostcard::dma
