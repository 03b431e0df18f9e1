// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/device.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ghostcard::tests {

/// A PCI function of plain memory: BAR0 has 4 KiB, BAR2 16 bytes. Keeps a diary of what it was asked.
class FakeDevice : public remote::Device {
public:
    std::uint64_t bar_size(unsigned bar) const override { return bar == 0 ? bar0.size() : bar == 2 ? bar2.size() : 0; }
    void read_bar(unsigned bar, std::uint64_t offset, std::span<std::byte> data) override {
        note("read bar" + std::to_string(bar), offset, data.size());
        if (when_read) when_read();
        std::ranges::copy(content(bar).subspan(offset, data.size()), data.begin());
    }
    void write_bar(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override {
        note("write bar" + std::to_string(bar), offset, data.size());
        std::ranges::copy(data, content(bar).subspan(offset, data.size()).begin());
        if (when_written) when_written();
    }
    void read_config(std::uint64_t offset, std::span<std::byte> data) override {
        note("read config", offset, data.size());
        std::ranges::copy(std::span(config).subspan(offset, data.size()), data.begin());
    }
    void write_config(std::uint64_t offset, std::span<const std::byte> data) override {
        note("write config", offset, data.size());
        std::ranges::copy(data, std::span(config).subspan(offset, data.size()).begin());
    }
    void reset() override { diary.emplace_back("reset"); }
    bool line_asserted() const override { return line; }

    void client_attached(remote::ClientMemory& its_memory) override {
        diary.emplace_back("attached");
        memory = &its_memory;
    }
    void client_gone() override {
        diary.emplace_back("gone");
        if (when_gone) when_gone();
        memory = nullptr;
    }
    void translation_changing() override {
        if (when_changing) when_changing();
    }
    void translation_changed(BusRange range) override {
        note(memory->covers(range, false) || memory->covers(range, true) ? "mapped" : "unmapped", range.base().value,
             range.size());
    }

    /// Writes a byte so many times, over as many maps as it takes; false if not all of it is mapped.
    bool dma_write(std::uint64_t address, std::size_t count, std::byte value) {
        const auto range = BusRange::of({address}, count);
        if (!range || !memory->covers(*range, true)) return false;
        for (std::uint64_t done = 0; done < count;) {
            const auto bytes = memory->reach(*BusRange::of({address + done}, count - done), true);
            if (bytes.empty()) return false;
            std::ranges::fill(bytes, value);
            memory->written(bytes);
            done += bytes.size();
        }
        return true;
    }

    std::array<std::byte, 4096> bar0{};
    std::array<std::byte, 16> bar2{};
    std::array<std::byte, 256> config{};
    bool line = false;
    remote::ClientMemory* memory = nullptr;  ///< Null without a client.
    std::vector<std::string> diary;
    std::function<void()> when_read, when_written, when_changing, when_gone;

private:
    std::span<std::byte> content(unsigned bar) { return bar == 0 ? std::span<std::byte>(bar0) : bar2; }
    void note(const std::string& what, std::uint64_t offset, std::uint64_t size) {
        diary.push_back(what + " " + std::to_string(offset) + " " + std::to_string(size));
    }
};

}  // namespace ghostcard::tests
