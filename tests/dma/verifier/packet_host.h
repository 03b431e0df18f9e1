// SPDX-License-Identifier: MIT
#pragma once

#include <tests/dma/adapter/dma_host.h>

#include <cstdint>
#include <optional>

namespace ghostcard::test {

inline constexpr dma::HalSettings always_bounced{.policy = {.bounce = dma::BouncePolicy::always}};

/// A host with a buffer and one grant of registers for all of it.
struct Packet : DmaHost {
    explicit Packet(const dma::HalSettings& settings = always_bounced, std::uint64_t length = 10'000,
                    std::uint64_t offset = 64)
        : DmaHost(std::nullopt, settings),
          adapter(DmaHost::adapter(packet_device())),
          mdl(dma::Mdl::of(buffer(length, offset))) {
        registers = dma::spanned_pages(mdl.start, mdl.length);
        base = granted(adapter, device, registers).value();
    }
    BusAddress map() {
        std::uint64_t length = mdl.length;
        return adapter.map_transfer(mdl, base, mdl.start, length, false).value();
    }
    bool flush() { return adapter.flush_adapter_buffers(mdl, base, mdl.start, mdl.length, false); }
    void free() { adapter.free_map_registers(base, registers); }

    Device device;
    dma::AdapterObject& adapter;
    dma::Mdl mdl;
    std::uint64_t registers;
    dma::MapRegisterBase base;
};

/// A host that makes lists.
struct Lists : DmaHost {
    explicit Lists(const dma::HalSettings& settings = {}) : DmaHost(std::nullopt, settings) {}
    dma::ScatterGatherList list(dma::AdapterObject& adapter, const dma::Mdl& mdl) {
        dma::ScatterGatherList made;
        CHECK(adapter.get_scatter_gather_list(
                  &device, mdl, mdl.start, mdl.length, [&made](const dma::ScatterGatherList& given) { made = given; },
                  false) == dma::NtStatus::success);
        return made;
    }

    Device device;
};

}  // namespace ghostcard::test
