// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/host_memory.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/dma/adapter/hal_settings.h>
#include <ghostcard/dma/adapter/map_register_pool.h>
#include <ghostcard/dma/adapter/mdl.h>

#include <cstdint>
#include <optional>

namespace ghostcard::dma {

/// A part of a transfer that is one run on the bus.
struct MappedPiece {
    const Mdl* mdl = nullptr;
    VirtualAddress address;  ///< Of its first byte; an index into the MDL.
    BusRange bus;
    bool to_device = false;
    std::optional<MapRegisterRun> copy;       ///< The registers through which its data goes; nothing: none.
    std::optional<BusRange> own_translation;  ///< What has been mapped for it alone.

    std::uint64_t length() const { return bus.size(); }
};

/// Gives one device access to the bytes of MDLs: directly, or by a copy in map registers. The page offset of the bytes
/// is kept either way (ReactOS, IoMapTransfer), so a copy cures no misalignment.
class TransferMapper {
public:
    /// The first two must outlive the mapper.
    TransferMapper(const HostMemory& memory, Translation& translation, unsigned address_bits, MappingPolicy policy)
        : memory_(memory), translation_(translation), address_bits_(address_bits), policy_(policy) {}

    /// Whether any transfer could need registers: not if the device takes a list and reaches all of memory.
    bool may_need_registers(bool scatter_gather) const;
    /// Registers that these bytes of the MDL need.
    std::uint64_t registers_for(const Mdl& mdl, VirtualAddress address, std::uint64_t length, bool one_piece) const;

    /// All of the bytes as one run on the bus; for a copy, in these registers, which are as many as they need. Nothing
    /// if there are fewer, or no bus addresses.
    std::optional<MappedPiece> map_whole(const Mdl& mdl, VirtualAddress address, std::uint64_t length, bool to_device,
                                         const MapRegisterRun& registers) const;
    /// As many of the bytes as are one run; at least one byte.
    std::optional<MappedPiece> map_run(const Mdl& mdl, VirtualAddress address, std::uint64_t length, bool to_device,
                                       const MapRegisterRun& registers) const;
    /// Ends the device's access. `bytes` of the piece are copied from the registers if there are any and to_device is
    /// false; the registers are filled again.
    void unmap(const MappedPiece& piece, std::uint64_t bytes, bool to_device) const;

    /// The bytes of a piece's registers before and behind its data: whoever wrote there wrote too much.
    struct Padding {
        std::span<const std::byte> before, behind;
    };
    Padding padding(const MappedPiece& piece) const;
    /// Where the device finds the piece's bytes.
    std::vector<PhysicalRange> memory_of(const MappedPiece& piece) const;

    /// So far, into registers and out of them.
    std::uint64_t bytes_copied() const { return bytes_copied_; }

private:
    std::uint64_t reachable_bytes(PhysicalRange range) const;
    std::optional<MappedPiece> direct(const Mdl& mdl, VirtualAddress address, PhysicalRange run, bool to_device) const;
    std::optional<MappedPiece> gathered(const Mdl& mdl, VirtualAddress address, std::uint64_t length,
                                        bool to_device) const;
    std::optional<MappedPiece> copied(const Mdl& mdl, VirtualAddress address, std::uint64_t length, bool to_device,
                                      const MapRegisterRun& registers) const;
    bool is_copied(const Mdl& mdl, VirtualAddress address, std::uint64_t length) const;
    void copy(const MappedPiece& piece, std::uint64_t bytes, bool into_registers) const;

    const HostMemory& memory_;
    Translation& translation_;
    const unsigned address_bits_;
    const MappingPolicy policy_;
    mutable std::uint64_t bytes_copied_ = 0;
};

}  // namespace ghostcard::dma
