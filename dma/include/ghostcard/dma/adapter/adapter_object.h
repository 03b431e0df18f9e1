// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/source_location.h>
#include <ghostcard/dma/adapter/adapter_books.h>
#include <ghostcard/dma/adapter/adapter_types.h>
#include <ghostcard/dma/adapter/device_description.h>
#include <ghostcard/dma/adapter/map_register_pool.h>
#include <ghostcard/dma/adapter/transfer_mapper.h>
#include <ghostcard/dma/host_dma_adapter.h>
#include <ghostcard/dma/verifier/dma_verifier.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace ghostcard::dma {

/// What IoGetDmaAdapter gives a bus master's driver: the routines of DMA_OPERATIONS by their documented contracts
/// (MicrosoftDocs/windows-driver-docs-ddi, wdm.h). Breaches of contract go to the verifier, if there is one, and end in
/// what Windows documents, or else in nothing. Callbacks come at the level of whoever makes them possible, which the
/// contracts make DISPATCH_LEVEL.
class AdapterObject {
public:
    using Location = SourceLocation;

    /// The host must outlive the adapter. A Hal makes adapters.
    AdapterObject(const AdapterHost& host, const DeviceDescription& description,
                  Location location = Location::current());
    ~AdapterObject();
    AdapterObject(const AdapterObject&) = delete;
    AdapterObject& operator=(const AdapterObject&) = delete;

    /// As many may be asked for at once: enough for MaximumLength, or fewer (WDK, "Getting an Adapter Object").
    std::uint64_t number_of_map_registers() const { return number_of_map_registers_; }
    /// Of the structure: 1 for every adapter, whatever its routines.
    static constexpr unsigned version() { return 1; }
    unsigned operations_version() const { return dma::operations_version(description_); }
    const DeviceDescription& description() const { return description_; }
    /// Bytes, 1 for none (DEVICE_OBJECT's AlignmentRequirement is this less 1).
    std::uint32_t dma_alignment(Location location = Location::current());

    // Common buffers. PASSIVE_LEVEL.

    /// Contiguous for the device, at least one page, page-aligned. Nothing if more pages than map registers are wanted
    /// (WDK, "Using Common-Buffer Bus-Master DMA") or memory has none. With a highest bus address: version 3 only.
    std::optional<CommonBuffer> allocate_common_buffer(std::uint64_t length,
                                                       std::optional<BusAddress> highest = std::nullopt,
                                                       Location location = Location::current());
    /// Of pages that the driver has: page-aligned, whole pages, locked, mapped, unchained. Version 3.
    NtStatus create_common_buffer_from_mdl(const Mdl& mdl, BusAddress& bus_address,
                                           Location location = Location::current());
    void free_common_buffer(std::uint64_t length, BusAddress bus_address, const std::byte* bytes,
                            Location location = Location::current());
    void free_common_buffer_from_mdl(BusAddress bus_address, Location location = Location::current());

    // Packets. adapter_channel.cpp

    /// DISPATCH_LEVEL. Calls `control` now or later; its answer says what stays allocated. insufficient_resources: the
    /// adapter never has so many registers, or (may_wait = false, version 3) not now; then it is not called.
    NtStatus allocate_adapter_channel(const void* device, std::uint64_t registers, AdapterControl control,
                                      bool may_wait = true, Location location = Location::current());
    /// Withdraws a request that waits. False: there is none. Version 3.
    bool cancel_adapter_channel(const void* device, Location location = Location::current());
    /// DISPATCH_LEVEL; after KeepObject only.
    void free_adapter_channel(const void* device, Location location = Location::current());
    /// Up to DISPATCH_LEVEL. With scatter/gather, length may come back smaller. Nothing for a breach of contract.
    std::optional<BusAddress> map_transfer(const Mdl& mdl, MapRegisterBase base, VirtualAddress address,
                                           std::uint64_t& length, bool to_device,
                                           Location location = Location::current());
    /// Up to DISPATCH_LEVEL. The values of the first MapTransfer, and the length of them all.
    bool flush_adapter_buffers(const Mdl& mdl, MapRegisterBase base, VirtualAddress address, std::uint64_t length,
                               bool to_device, Location location = Location::current());
    /// DISPATCH_LEVEL; as many as were granted.
    void free_map_registers(MapRegisterBase base, std::uint64_t count, Location location = Location::current());

    // Scatter/gather lists, for devices with and without it. adapter_lists.cpp

    /// DISPATCH_LEVEL. The bytes may go on in the next MDLs of the chain; a device without scatter/gather gets one
    /// element for each MDL.
    NtStatus get_scatter_gather_list(const void* device, const Mdl& mdl, VirtualAddress address, std::uint64_t length,
                                     AdapterListControl control, bool to_device, bool may_wait = true,
                                     Location location = Location::current());
    /// The same in the caller's memory, aligned for an element. Version 2.
    NtStatus build_scatter_gather_list(const void* device, const Mdl& mdl, VirtualAddress address, std::uint64_t length,
                                       AdapterListControl control, bool to_device, std::span<std::byte> memory,
                                       Location location = Location::current());
    /// DISPATCH_LEVEL.
    void put_scatter_gather_list(const ScatterGatherList& list, bool to_device,
                                 Location location = Location::current());
    /// Bytes for build_scatter_gather_list, and registers; mdl null: the worst case. Version 2.
    NtStatus calculate_scatter_gather_list(const Mdl* mdl, VirtualAddress address, std::uint64_t length,
                                           std::uint64_t& size, std::uint64_t& registers) const;
    /// An MDL over the memory that the device really uses. none_mapped: that is the original's. Version 2.
    NtStatus build_mdl_from_scatter_gather_list(const ScatterGatherList& list, const Mdl* original, Mdl& result,
                                                Location location = Location::current());

    /// By transfers through map registers, so far.
    std::uint64_t bytes_copied() const { return mapper_.bytes_copied(); }
    /// Of a byte of a common buffer (Windows: MmGetPhysicalAddress).
    std::optional<PhysicalAddress> physical_address(const std::byte* pointer) const {
        return common_buffers_.physical_address(pointer);
    }

    /// Marks the adapter as put; reports what is left.
    void put(Location location = Location::current());
    bool is_put() const { return put_; }
    /// Where a driver has asked for it.
    const Location& asked_at() const { return asked_at_; }

private:
    struct Request {
        const void* device;
        const Mdl& mdl;
        VirtualAddress address;
        std::uint64_t length;
        AdapterListControl control;
        bool to_device;
        std::span<std::byte> memory;
    };

    void report(Check check, std::string what, const Location& location, const Place& place = {}) const;
    bool usable(std::string_view routine, const Location& location) const;
    bool in_dispatch(std::string_view routine, const Location& location) const;
    bool range_is_right(const Mdl& mdl, VirtualAddress address, std::uint64_t length, bool chained,
                        const Location& location) const;
    void announce(const MappedPiece& piece, MappingKind kind, const Location& location) const;
    void unmap(const MappedPiece& piece, std::uint64_t bytes, bool to_device, const Location& location) const;
    void run_control(const void* device, std::uint64_t asked, const MapRegisterRun& run, const AdapterControl& control);
    void release(std::map<std::uint64_t, AdapterBooks::Grant>::iterator grant, const Location& location);
    void report_unflushed(const AdapterBooks::Grant& grant, const Location& location) const;
    NtStatus list(const Request& request, bool may_wait, const Location& location);
    void make_list(const Request& request, const MapRegisterRun& run, const Location& location);
    std::uint64_t list_registers(const Mdl& mdl, VirtualAddress address, std::uint64_t length) const;
    void report_damage(const CommonBuffer& buffer, const Location& location) const;
    void report_damaged_registers(const Location& location) const;

    const AdapterHost host_;
    const DeviceDescription description_;
    const Location asked_at_;
    MapRegisterPool& pool_;
    TransferMapper mapper_;
    HostDmaAdapter common_buffers_;
    std::uint64_t number_of_map_registers_;
    bool needs_registers_;
    bool put_ = false;
    AdapterBooks books_;
};

}  // namespace ghostcard::dma
