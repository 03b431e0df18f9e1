// SPDX-License-Identifier: MIT
// A plain TLM-2.0 platform - a memory, a router, a CPU - into which the card drops like any other component.
#include <ghostcard/base/little_endian.h>
#include <ghostcard/base/typed_registers.h>
#include <ghostcard/model/card.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::registers;

namespace {

// The platform's address map.
constexpr std::uint64_t memory_bytes = 8 << 20;    // from address 0
constexpr std::uint64_t config_base = 0xb0000000;  // configuration spaces, 4 KiB for each slot
constexpr std::uint64_t slot_bytes = 4096, slots = 8, card_slot = 5;
constexpr std::uint32_t device_base = 0xe0000000;  // leads to the card; the CPU places BAR0 here

const model::VideoSettings camera{.mode = "480i59.94", .source = "bars", .pixel_format = PixelFormat::yuy2};
constexpr std::uint64_t seed = 1, frames = 3;

/// Takes each payload whole, at 1 ns a byte. It has never heard of ghostcard's extension.
class Memory : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Memory> socket{"socket"};
    std::vector<unsigned char> bytes = std::vector<unsigned char>(memory_bytes);

    explicit Memory(const sc_core::sc_module_name& name) : sc_module(name) {
        socket.register_b_transport(this, &Memory::transport);
    }

private:
    void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        unsigned char* const place = &bytes[payload.get_address()];
        const unsigned length = payload.get_data_length();
        if (payload.is_write()) std::memcpy(place, payload.get_data_ptr(), length);
        if (payload.is_read()) std::memcpy(payload.get_data_ptr(), place, length);
        delay += sc_core::sc_time(length, sc_core::SC_NS);
        payload.set_response_status(tlm::TLM_OK_RESPONSE);
    }
};

/// Hands each payload to the component in whose window it lies; in no window: an address error.
class Router : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Router> from_cpu{"from_cpu"}, from_card{"from_card"};
    tlm_utils::simple_initiator_socket<Router> to_memory{"to_memory"}, to_config{"to_config"}, to_bar0{"to_bar0"};

    explicit Router(const sc_core::sc_module_name& name) : sc_module(name) {
        from_cpu.register_b_transport(this, &Router::transport);
        from_card.register_b_transport(this, &Router::transport);
    }

private:
    void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        forward(payload, delay, to_memory, 0, memory_bytes);
        forward(payload, delay, to_config, config_base + card_slot * slot_bytes, slot_bytes);
        forward(payload, delay, to_bar0, device_base, model::Card::bar0_size);
    }
    static void forward(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay, tlm::tlm_initiator_socket<>& socket,
                        std::uint64_t base, std::uint64_t size) {
        const std::uint64_t address = payload.get_address();
        if (address < base || address - base + payload.get_data_length() > size) return;
        payload.set_address(address - base);  // the card's target sockets take offsets
        socket->b_transport(payload, delay);
        payload.set_address(address);
    }
};

/// All that ghostcard's typed registers need to know of the platform: 32-bit accesses from an address on.
class Window : public RegisterAccess {
public:
    Window(tlm::tlm_initiator_socket<>& bus, std::uint64_t base) : bus_(bus), base_(base) {}

    std::uint32_t read(std::uint32_t offset) override {
        Word word{};
        const auto response = access(tlm::TLM_READ_COMMAND, offset, word);
        return response == tlm::TLM_OK_RESPONSE ? static_cast<std::uint32_t>(load_little_endian(word)) : 0xffffffff;
    }
    void write(std::uint32_t offset, std::uint32_t value) override {
        Word word{};
        store_little_endian(value, word);
        access(tlm::TLM_WRITE_COMMAND, offset, word);
    }

private:
    using Word = std::array<std::byte, 4>;

    tlm::tlm_response_status access(tlm::tlm_command command, std::uint32_t offset, Word& word) {
        tlm::tlm_generic_payload payload;
        payload.set_command(command);
        payload.set_address(base_ + offset);
        payload.set_data_ptr(reinterpret_cast<unsigned char*>(word.data()));
        payload.set_data_length(sizeof(Word));
        payload.set_streaming_width(sizeof(Word));
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        bus_->b_transport(payload, delay);
        sc_core::wait(delay);
        return payload.get_response_status();
    }

    tlm::tlm_initiator_socket<>& bus_;
    std::uint64_t base_;
};

/// Finds the card and captures.
class Cpu : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<Cpu> bus{"bus"};
    sc_core::sc_in<bool> interrupt{"interrupt"};
    bool passed = false;

    Cpu(const sc_core::sc_module_name& name, const Memory& memory) : sc_module(name), memory_(memory) {
        SC_HAS_PROCESS(Cpu);
        SC_THREAD(run);
    }

private:
    void run() {
        for (std::uint64_t slot = 0; slot < slots; ++slot) {
            Window config(bus, config_base + slot * slot_bytes);
            if (ghostcard::read<DeviceVendor>(config) != Value<DeviceVendor>::reset()) continue;
            std::printf("card in slot %u, BAR0 at 0x%08x\n", static_cast<unsigned>(slot), device_base);
            write(config, Value<BaseAddress0>{device_base});
            write(config, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).with<CommandStatus::BusMaster>(1));
            Window registers(bus, device_base);
            passed = capture_all(registers);
        }
    }

    bool capture_all(Window& card) {
        write(card, Value<InterruptEnable>{}.with<InterruptEnable::FrameDone>(1).with<InterruptEnable::DmaError>(1));
        write(card, Value<Control>{}.with<Control::Enable>(1));
        for (std::uint32_t number = 0; number < frames; ++number)
            if (!capture(card, number, (number + 1) << 20)) return false;
        return true;
    }

    /// Has the next frame written to memory and compares it with what the camera has shown.
    bool capture(Window& card, std::uint32_t number, std::uint32_t address) {
        const std::vector<std::byte> shown = camera_.source->frame(number, camera.pixel_format);
        write(card, Value<DmaAddressLow>{address});
        write(card, Value<DmaLength>{static_cast<std::uint32_t>(shown.size())});
        write(card, Value<DmaControl>{}.with<DmaControl::Go>(1));
        if (wait_for_interrupt(card).get<InterruptStatus::DmaError>()) {
            const auto code = ghostcard::read<DmaStatus>(card).get<DmaStatus::ErrorCode>();
            std::printf("frame %u: DMA error %s\n", number, std::string(name_of(code)).c_str());
            return false;
        }
        const unsigned char* const frame = &memory_.bytes[address];
        std::uint32_t checksum = 0x811c9dc5;  // FNV-1a
        for (std::size_t i = 0; i < shown.size(); ++i) checksum = (checksum ^ frame[i]) * 0x01000193;
        const bool right = std::memcmp(frame, shown.data(), shown.size()) == 0;
        std::printf("frame %u at 0x%08x, checksum 0x%08x: %s\n", number, address, checksum, right ? "right" : "WRONG");
        return right;
    }

    /// INTA# is a level: the card holds it while an enabled cause is latched.
    Value<InterruptStatus> wait_for_interrupt(Window& card) {
        for (;;) {
            while (!interrupt.read()) wait(interrupt.posedge_event());
            const auto causes = ghostcard::read<InterruptStatus>(card);
            write(card, causes);  // a one clears its bit
            if (causes.raw() != 0) return causes;
            wait(sc_core::SC_ZERO_TIME);  // the wire still shows the last interrupt
        }
    }

    const Memory& memory_;
    const model::VideoSignal camera_ = model::open_signal(camera, seed);
};

}  // namespace

int sc_main(int, char*[]) {
    Memory memory("memory");
    Router router("router");
    Cpu cpu("cpu", memory);
    model::Card card("card", {}, model::VideoInput(model::open_signal(camera, seed), seed, frames));
    sc_core::sc_signal<bool> interrupt("interrupt");

    cpu.bus.bind(router.from_cpu);
    card.dma_socket.bind(router.from_card);
    router.to_memory.bind(memory.socket);
    router.to_config.bind(card.config_socket);
    router.to_bar0.bind(card.bar0_socket);
    card.inta.bind(interrupt);
    cpu.interrupt.bind(interrupt);

    sc_core::sc_start(1, sc_core::SC_SEC);
    return cpu.passed ? 0 : 1;
}
