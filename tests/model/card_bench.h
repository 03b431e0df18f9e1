// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/simulation.h"

#include <ghostcard/base/little_endian.h>
#include <ghostcard/base/typed_registers.h>
#include <ghostcard/model/card.h>
#include <ghostcard/registers/pci_config.h>

#include <array>
#include <functional>
#include <map>
#include <vector>

namespace ghostcard::tests {

using namespace ghostcard::model;
using namespace ghostcard::registers;

/// One window of the card's, reached by plain TLM payloads that take no time.
class Window : public sc_core::sc_module, public RegisterAccess {
public:
    tlm_utils::simple_initiator_socket<Window> socket{"socket"};

    explicit Window(const sc_core::sc_module_name& name) : sc_module(name) {}

    tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> data) {
        tlm::tlm_generic_payload payload;
        payload.set_command(command);
        payload.set_address(address);
        payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
        payload.set_data_length(static_cast<unsigned>(data.size()));
        payload.set_streaming_width(static_cast<unsigned>(data.size()));
        sc_core::sc_time delay;
        socket->b_transport(payload, delay);
        return payload.get_response_status();
    }
    std::uint32_t read(std::uint32_t offset) override {
        std::array<std::byte, 4> word{};
        CHECK(access(tlm::TLM_READ_COMMAND, offset, word) == tlm::TLM_OK_RESPONSE);
        return static_cast<std::uint32_t>(load_little_endian(word));
    }
    void write(std::uint32_t offset, std::uint32_t value) override {
        std::array<std::byte, 4> word{};
        store_little_endian(value, word);
        CHECK(access(tlm::TLM_WRITE_COMMAND, offset, word) == tlm::TLM_OK_RESPONSE);
    }
};

/// A memory of somebody's plain TLM-2.0 platform: takes each payload whole, after a latency.
class Memory : public sc_core::sc_module, private bus::RunCarrier {
public:
    tlm_utils::simple_target_socket<Memory> socket{"socket"};
    std::map<std::uint64_t, std::vector<std::byte>> writes;
    Duration latency{};
    tlm::tlm_response_status response = tlm::TLM_OK_RESPONSE;
    bool honours_runs = false;  ///< Then it is a bus that moves a word in 30 ns and tells of each burst.

    explicit Memory(const sc_core::sc_module_name& name) : sc_module(name) {
        socket.register_b_transport(this, &Memory::transport);
    }

private:
    void catch_up() override {}
    void end_requested(Duration) override {}

    const sc_core::sc_time word_time{30, sc_core::SC_NS};

    void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        const auto* const data = reinterpret_cast<const std::byte*>(payload.get_data_ptr());
        if (auto* const run = payload.get_extension<bus::DmaRun>(); run && honours_runs) {
            run->carry(this);
            const auto stopped = [run] { return run->stop_requested(bus::simulated_now()); };
            for (std::uint64_t moved = 0; moved < payload.get_data_length() && !stopped();) {
                const std::uint64_t burst = std::min(run->burst_bytes, payload.get_data_length() - moved);
                while (run->ready_at(moved + burst) > bus::simulated_now() && !stopped()) sc_core::wait(word_time);
                std::uint64_t words = 0;
                while (words < burst / 4 && !stopped()) {
                    sc_core::wait(word_time);
                    ++words;
                }
                run->moved(4 * words, bus::simulated_now());
                moved += 4 * words;
            }
            run->carry(nullptr);
            payload.set_response_status(response);
            return;
        }
        if (response == tlm::TLM_OK_RESPONSE)
            writes[payload.get_address()].assign(data, data + payload.get_data_length());
        delay += bus::to_sc_time(latency);
        payload.set_response_status(response);
    }
};

struct CardBench : CardObserver {
    static constexpr std::uint32_t frame_bytes = 64 * 48 * 2;

    explicit CardBench(const CardSettings& settings = {}, const char* mode = "64x48@25", std::uint64_t frames = 1000)
        : card("card", settings, VideoInput(open_signal({mode, "noise", PixelFormat::yuy2}, 1), 1, frames)) {
        config.socket.bind(card.config_socket);
        bar0.socket.bind(card.bar0_socket);
        card.dma_socket.bind(memory.socket);
        card.inta.bind(inta);
        card.attach_observer(*this);
    }

    void enable_device() {
        write(config, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1));
    }
    void go(std::uint32_t address = 0x10000, std::uint32_t length = frame_bytes) {
        write(bar0, Value<DmaAddressLow>{address});
        write(bar0, Value<DmaLength>{length});
        write(bar0, Value<DmaControl>{}.with<DmaControl::Go>(1));
    }
    void capture() { write(bar0, Value<Control>{}.with<Control::Enable>(1)); }
    DmaErrorCode error() { return ghostcard::read<DmaStatus>(bar0).get<DmaStatus::ErrorCode>(); }
    bool busy() { return ghostcard::read<DmaStatus>(bar0).get<DmaStatus::Busy>() != 0; }
    Value<InterruptStatus> causes() { return ghostcard::read<InterruptStatus>(bar0); }
    Duration frame_period() const { return card.video().raster().instant_of(card.video().raster().frame_clocks()); }

    void frame_begins(const Frame& frame, const FrameLayout&, Duration last_pixel) override {
        last_picture.assign(frame.picture.bytes().begin(), frame.picture.bytes().end());
        last_arrival = last_pixel;
    }
    void frame_dropped(std::uint64_t number) override { dropped.push_back(number); }
    void frame_finished(std::uint64_t number) override { finished.push_back(number); }

    Window config{"config"};
    Window bar0{"bar0"};
    Memory memory{"memory"};
    sc_core::sc_signal<bool> inta{"inta"};
    Card card;
    std::vector<std::byte> last_picture;
    Duration last_arrival{};
    std::vector<std::uint64_t> dropped, finished;
};

inline void pass(Duration time) { sc_core::wait(bus::to_sc_time(time)); }

/// Runs the body as a thread beside a card.
inline void with_card(const std::function<void(CardBench&)>& body, const CardSettings& settings = {},
                      const char* mode = "64x48@25", std::uint64_t frames = 1000) {
    in_own_simulation([&] {
        CardBench bench(settings, mode, frames);
        Thread driver("driver", [&] {
            pass(nanoseconds(10));
            body(bench);
        });
        simulate(driver, seconds(2));
    });
}

}  // namespace ghostcard::tests
