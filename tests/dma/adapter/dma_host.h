// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/irql.h>
#include <ghostcard/dma/adapter/hal.h>
#include <ghostcard/dma/frame_buffer.h>
#include <tests/dma/fake_clock.h>
#include <tests/dma/fake_translation.h>
#include <tests/support/catch.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::test {

inline constexpr std::uint64_t mib = 1ull << 20;
inline constexpr std::uint64_t gib = 1ull << 30;
inline constexpr std::uint64_t frame_1080p_yuy2 = 4'147'200;  // 1920 x 1080 x 2 bytes

/// A host that makes DMA adapters, and a device that reads and writes at bus addresses. Host code runs at
/// DISPATCH_LEVEL unless a test says otherwise.
struct DmaHost {
    explicit DmaHost(std::optional<std::uint64_t> constant = std::nullopt, const dma::HalSettings& settings = {},
                     std::uint64_t size = 64 * mib, Irql level = Irql::dispatch)
        : memory(size), translation(constant), hal(memory, allocator, translation, settings, &verifier) {
        irql.set(level);
    }

    dma::AdapterObject& adapter(const dma::DeviceDescription& description) {
        std::uint64_t registers = 0;
        dma::AdapterObject* const made = hal.adapter(description, registers);
        REQUIRE(made != nullptr);
        REQUIRE(registers == made->number_of_map_registers());
        return *made;
    }
    /// A user's buffer with a known content.
    dma::FrameBuffer& buffer(std::uint64_t length, std::uint64_t page_offset = 0,
                             dma::Fragmentation fragmentation = dma::Fragmentation::scattered) {
        auto made = dma::FrameBuffer::allocate(memory, allocator, length, page_offset, fragmentation);
        REQUIRE(made);
        buffers.push_back(std::make_unique<dma::FrameBuffer>(std::move(*made)));
        for (std::uint64_t i = 0; i < length; ++i) buffers.back()->bytes()[i] = content(i);
        return *buffers.back();
    }
    static std::byte content(std::uint64_t at) { return static_cast<std::byte>(at * 7 + at / 253 + 1); }
    static std::byte device_content(std::uint64_t at) { return static_cast<std::byte>(at * 11 + at / 249 + 3); }

    std::byte& device_byte(BusAddress address) {
        const auto physical = translation.to_physical(address);
        if (!physical) FAIL("no target answers at " << address.value);
        return memory.at(*PhysicalRange::of(*physical, 1))->front();
    }
    /// The device writes its bytes `first` and following to the bus.
    void device_writes(BusAddress address, std::uint64_t length, std::uint64_t first = 0) {
        for (std::uint64_t done = 0; done < length;) {
            const std::uint64_t part = std::min(page_size - (address + done).value % page_size, length - done);
            std::byte* const bytes = &device_byte(address + done);
            for (std::uint64_t i = 0; i < part; ++i) bytes[i] = device_content(first + done + i);
            done += part;
        }
        verifier.device_accessed(*BusRange::of(address, length), true, true, clock.now());
    }
    bool device_sees(BusAddress address, std::uint64_t length, std::uint64_t first = 0) {
        for (std::uint64_t i = 0; i < length; ++i)
            if (device_byte(address + i) != content(first + i)) return false;
        return true;
    }
    /// Whether the buffer's bytes [first, first + length) came from the device.
    static bool received(const dma::FrameBuffer& buffer, std::uint64_t first, std::uint64_t length) {
        for (std::uint64_t i = first; i < first + length; ++i)
            if (buffer.bytes()[i] != device_content(i)) return false;
        return true;
    }

    /// The codes of all findings, in order.
    std::vector<std::string> codes() const {
        std::vector<std::string> codes;
        for (const dma::Finding& finding : verifier.findings()) codes.emplace_back(dma::info_of(finding.check).code);
        return codes;
    }

    FakeClock clock;
    IrqlState irql;
    dma::DmaVerifier verifier{clock, &irql};
    HostMemory memory;
    dma::PageAllocator allocator{memory, Random(1, "pages")};
    FakeTranslation translation;
    std::deque<std::unique_ptr<dma::FrameBuffer>> buffers;
    dma::Hal hal;
};

using Codes = std::vector<std::string>;

inline dma::DeviceDescription packet_device(std::uint64_t maximum_length = frame_1080p_yuy2) {
    return {.scatter_gather = false,
            .dma32_bit_addresses = true,
            .maximum_length = static_cast<std::uint32_t>(maximum_length)};
}
inline dma::DeviceDescription list_device(std::uint64_t maximum_length = frame_1080p_yuy2) {
    auto description = packet_device(maximum_length);
    description.scatter_gather = true;
    return description;
}

/// A device object to ask for; only its identity matters.
struct Device {
    char identity = 0;
};

/// AllocateAdapterChannel by a bus master that needs nothing else: the granted base, if it came at once.
inline std::optional<dma::MapRegisterBase> granted(dma::AdapterObject& adapter, const Device& device,
                                                   std::uint64_t registers) {
    const auto base = std::make_shared<std::optional<dma::MapRegisterBase>>();
    const auto status = adapter.allocate_adapter_channel(&device, registers, [base](dma::MapRegisterBase given) {
        *base = given;
        return dma::AllocationAction::deallocate_object_keep_registers;
    });
    REQUIRE(status == dma::NtStatus::success);
    return *base;
}

}  // namespace ghostcard::test
