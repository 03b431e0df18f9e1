// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/host_memory.h>
#include <ghostcard/dma/adapter/mdl.h>
#include <ghostcard/dma/wdm/wdm.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ghostcard::dma {

/// Which memory lies behind a driver's pointers, and the MDLs that describe it.
///
/// Findings show addresses of the simulated system in place of pointers of this process, which differ from run to run.
class WdmMemory {
public:
    /// The memory must outlive it.
    WdmMemory(const HostMemory& memory, PhysicalRange registers);
    ~WdmMemory();
    WdmMemory(const WdmMemory&) = delete;
    WdmMemory& operator=(const WdmMemory&) = delete;

    /// Memory that the driver can see from now on. `shown`: its address in findings.
    void add(std::span<const std::byte> bytes, std::vector<PhysicalAddress> pages, VirtualAddress shown);
    void add_user(std::span<const std::byte> bytes, std::span<const PhysicalAddress> pages);
    void remove(const void* first) { regions_.erase(static_cast<const std::byte*>(first)); }
    std::optional<PhysicalAddress> physical(const void* pointer) const;

    PMDL allocate_mdl(PVOID address, ULONG length);
    /// The pages behind it, and that they are locked and mapped; memory that is no RAM of the system has none.
    void build_mdl(PMDL mdl);
    void free_mdl(PMDL mdl);
    /// Over pages that have no other address.
    PMDL map_mdl(const Mdl& mdl);
    /// Null for a pointer to no MDL, or to one that was freed. What is described lives until the system goes.
    const Mdl* mdl(PMDL mdl);
    /// What a pointer into the MDL's bytes means, also one beyond them.
    static VirtualAddress index(PMDL mdl, const Mdl& described, const void* pointer);

    /// Where the registers appear: an address that nothing but wdm.h's routines can do anything with.
    PVOID map_registers(PhysicalAddress address, std::uint64_t length);
    bool unmap_registers(const void* address);
    /// Of an address of the registers; nothing for others.
    std::optional<std::uint32_t> register_offset(const volatile void* address) const;

private:
    struct Region {
        std::uint64_t length;
        std::vector<PhysicalAddress> pages;
        VirtualAddress shown;
    };
    struct Record {
        std::unique_ptr<std::byte[]> memory;
        Mdl described;
        PageMapping mapping{};
        bool freed = false;
    };

    const std::pair<const std::byte* const, Region>* region(const void* pointer) const;
    Record& make(const void* address, std::uint64_t length, PMDL& mdl);

    const HostMemory& memory_;
    const PhysicalRange registers_;
    std::span<std::byte> window_;  ///< Address space without memory.
    std::uint64_t register_mappings_ = 0;
    std::map<const std::byte*, Region> regions_;
    std::map<PMDL, Record> mdls_;
    std::uint64_t users_ = 0;
};

}  // namespace ghostcard::dma
