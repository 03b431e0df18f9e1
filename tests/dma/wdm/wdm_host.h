// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/wdm/wdm_system.h>
#include <tests/dma/fake_clock.h>
#include <tests/dma/fake_interrupts.h>
#include <tests/dma/fake_translation.h>
#include <tests/support/catch.h>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <wdm.h>

namespace ghostcard::test {

/// Registers that keep what is written.
class PlainRegisters final : public RegisterAccess {
public:
    std::uint32_t read(std::uint32_t offset) override { return words[offset]; }
    void write(std::uint32_t offset, std::uint32_t value) override { words[offset] = value; }

    std::map<std::uint32_t, std::uint32_t> words;
};

/// A machine with a device, and the system that a driver in C finds on it.
struct WdmHost {
    static constexpr std::uint64_t registers_at = 0xe000'0000;

    /// Scattered memory that the driver may be given.
    std::span<std::byte> buffer(std::uint64_t length, std::uint64_t page_offset = 0) {
        buffers.push_back(
            dma::FrameBuffer::allocate(memory, allocator, length, page_offset, dma::Fragmentation::scattered).value());
        system.add_buffer(buffers.back());
        return buffers.back().bytes();
    }
    static PMDL mdl_of(std::span<std::byte> bytes) {
        const PMDL mdl = IoAllocateMdl(bytes.data(), static_cast<ULONG>(bytes.size()), FALSE, FALSE, nullptr);
        MmBuildMdlForNonPagedPool(mdl);
        return mdl;
    }
    PDMA_ADAPTER adapter(bool scatter_gather = false) {
        DEVICE_DESCRIPTION description{};
        description.Version = DEVICE_DESCRIPTION_VERSION2;
        description.Master = TRUE;
        description.ScatterGather = scatter_gather;
        description.Dma32BitAddresses = TRUE;
        description.InterfaceType = PCIBus;
        description.MaximumLength = 1u << 20;
        const PDMA_ADAPTER made = IoGetDmaAdapter(system.physical_device(), &description, &map_registers);
        REQUIRE(made != nullptr);
        return made;
    }
    std::vector<std::string> codes() {
        std::vector<std::string> codes;
        for (const dma::Finding& finding : system.verifier().findings())
            codes.emplace_back(dma::info_of(finding.check).code);
        return codes;
    }
    const dma::Finding& last_finding() { return system.verifier().findings().back(); }
    /// The code of the stop that the driver's code ends in; 0: it does not.
    template <class Body>
    std::uint32_t stop(Body body) {
        try {
            system.call_driver(body);
        } catch (const dma::BugCheck& stop) {
            return stop.code();
        }
        return 0;
    }

    FakeClock clock;
    HostMemory memory{16ull << 20};
    dma::PageAllocator allocator{memory, Random(1, "pages")};
    FakeTranslation translation;
    PlainRegisters config, registers;
    FakeInterrupts interrupts;
    std::deque<dma::FrameBuffer> buffers;
    ULONG map_registers = 0;
    dma::WdmSystem system{{memory, allocator, translation, clock, config, registers, interrupts},
                          {.needs = {.alignment = 64}, .bar0_window = *PhysicalRange::of({registers_at}, 4096)}};
};

using Codes = std::vector<std::string>;

}  // namespace ghostcard::test
