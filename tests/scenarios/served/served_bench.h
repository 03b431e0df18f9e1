// SPDX-License-Identifier: MIT
#pragma once

#include "remote/dma_queue.h"
#include "scenarios/served/pace_keeper.h"
#include "scenarios/served/served_card.h"
#include "tests/remote/files.h"
#include "tests/support/simulation.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/base/register_map.h>
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/pci_config.h>
#include <spdlog/logger.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace ghostcard::tests {

using namespace ghostcard::registers;

/// A served card, and what its server has of its client: memory, DMA messages and interrupts. The wall clock stands.
/// One in a process; its accesses belong into run().
class ServedBench : public remote::DeviceHost {
public:
    static constexpr std::uint64_t memory_begin = 0x10'0000, memory_size = 0x10'0000;

    void run(const std::function<void()>& body) {
        card.connect(*this);
        machine.run(
            [this, &body] {
                card.client_attached(memory_);
                body();
                card.client_gone();
            },
            seconds(100));
    }

    /// Without a file messages are the only way.
    void map_memory(FileDescriptor file) {
        const remote::vfio_user::DmaMap request{.flags = 3, .address = memory_begin, .size = memory_size};
        REQUIRE(memory_.map(request, std::move(file)) == 0);
    }
    std::uint32_t read(std::uint32_t offset) {
        std::array<std::byte, 4> word{};
        card.read_bar(0, offset, word);
        return static_cast<std::uint32_t>(load_little_endian(word));
    }
    void write(std::uint32_t offset, std::uint32_t value) {
        std::array<std::byte, 4> word{};
        store_little_endian(value, word);
        card.write_bar(0, offset, word);
    }
    std::uint64_t read_config(std::uint64_t offset, std::size_t size = 4) {
        std::array<std::byte, 4> bytes{};
        card.read_config(offset, std::span(bytes).first(size));
        return load_little_endian(bytes);
    }
    void write_config(std::uint64_t offset, std::uint64_t value, std::size_t size = 4) {
        std::array<std::byte, 4> bytes{};
        store_little_endian(value, bytes);
        card.write_config(offset, std::span(bytes).first(size));
    }
    void enable(bool bus_master = true) {
        write_config(CommandStatus::offset,
                     Value<CommandStatus>{}
                         .with<CommandStatus::MemorySpace>(1)
                         .with<CommandStatus::BusMaster>(bus_master ? 1 : 0)
                         .raw(),
                     2);
    }
    /// Captures a frame to that address.
    void start_capture(std::uint32_t address = memory_begin) {
        write(DmaAddressLow::offset, address);
        write(DmaLength::offset, 64 * 48 * 2);
        write(Control::offset, Value<Control>{}.with<Control::Enable>(1).raw());
        write(DmaControl::offset, Value<DmaControl>{}.with<DmaControl::Go>(1).raw());
    }
    bool shows_busy() { return Value<DmaStatus>{read(DmaStatus::offset)}.get<DmaStatus::Busy>() != 0; }
    /// How much time the pace lets pass.
    Duration advance() {
        const Duration before = machine.cpu.now();
        pace.advance();
        return machine.cpu.now() - before;
    }
    /// What a client does that is asked for DMA.
    void answer_messages() {
        while (const auto request = queue_.next(1 << 20, false, {})) {
            using namespace remote::vfio_user;
            REQUIRE(queue_.answer(reply_header(command_header(request->id, Command::dma_write)), {}).empty());
        }
    }

    // remote::DeviceHost
    void raise_line() override { ++lines; }
    void raise_message(unsigned) override { ++messages; }
    bool settled() const override { return queue_.is_idle(); }

    unsigned lines = 0, messages = 0;

private:
    explicit ServedBench(std::unique_ptr<scenarios::PeerMemory> memory)
        : peer_memory_(*memory),
          machine(platform::MachineSettings{},
                  {model::open_signal({"64x48@25", "noise", PixelFormat::yuy2}, 1), 1, std::nullopt},
                  std::move(memory)) {}

    scenarios::PeerMemory& peer_memory_;
    spdlog::logger log_{"test"};
    remote::DmaQueue queue_;
    remote::ClientMemory memory_{queue_};

public:
    ServedBench() : ServedBench(std::make_unique<scenarios::PeerMemory>()) {}

    platform::Machine machine;
    scenarios::ServedCard card{machine, peer_memory_, log_};
    scenarios::PaceKeeper pace{scenarios::Pace::fast, machine, card, log_,
                               [] { return scenarios::PaceKeeper::WallClock::time_point{}; }};
};

}  // namespace ghostcard::tests
