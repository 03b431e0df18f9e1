// SPDX-License-Identifier: MIT
#include "measure.h"

#include <ghostcard/bus/host_bridge.h>
#include <ghostcard/bus/pci/make_bus.h>
#include <ghostcard/bus/pcie/root_complex.h>
#include <ghostcard/bus/sim_time.h>
#include <ghostcard/platform/platform.h>

#include <cstring>
#include <systemc>
#include <vector>

namespace ghostcard::bench {
namespace {

using bus::pci::Timing;
using bus::pcie::LinkTiming;

constexpr bus::RequesterId device{0, 1, 0};

/// A card that stores whole frames and forwards them to host memory.
class StoreAndForward : public sc_core::sc_module {
public:
    StoreAndForward(const sc_core::sc_module_name& name, const BusCase& bus)
        : sc_module(name),
          case_(bus),
          memory_(64 << 20),
          host_("host", memory_, bus::make_translation({}, memory_), {}),
          frame_(bus.frame_bytes, std::byte{0x5a}) {
        SC_HAS_PROCESS(StoreAndForward);
        SC_THREAD(run);
    }
    /// Pages that the operating system has not given yet would be measured as well.
    void touch() {
        const auto bytes = *memory_.at(*PhysicalRange::of({1 << 20}, 2 * case_.frame_bytes));
        std::memset(bytes.data(), 1, bytes.size());
    }

protected:
    virtual void transport(BusAddress address, std::span<std::byte> frame) = 0;

    bus::HostPort& host() { return host_; }
    const BusCase& bus() const { return case_; }

private:
    void run() {
        for (unsigned frame = 0; frame < case_.frames; ++frame) {
            transport({(1 << 20) + frame % 2 * case_.frame_bytes}, frame_);
            host_.settle();
        }
        sc_core::sc_stop();
    }

    const BusCase case_;
    HostMemory memory_;
    bus::HostPort host_;
    std::vector<std::byte> frame_;
};

class OnPci final : public StoreAndForward {
public:
    OnPci(const sc_core::sc_module_name& name, const BusCase& bus)
        : StoreAndForward(name, bus),
          bus_(bus::pci::make_bus("bus", {.timing = bus.analytic ? Timing::analytic : Timing::cycle})),
          bridge_("bridge", *bus_, host(), {}, Duration::zero()),
          master_(bus_->attach_master(device)) {}

private:
    void transport(BusAddress address, std::span<std::byte> frame) override {
        bus::DmaRun control;
        bus::pci::Run run{.command = bus::pci::Command::memory_write,
                          .address = address,
                          .data = frame,
                          .burst_bytes = bus().burst,
                          .control = &control};
        bus_->transport(master_, run);
    }

    std::unique_ptr<bus::pci::PciBus> bus_;
    bus::HostBridge bridge_;
    unsigned master_;
};

class OnPcie final : public StoreAndForward {
public:
    OnPcie(const sc_core::sc_module_name& name, const BusCase& bus)
        : StoreAndForward(name, bus),
          root_("root", {.max_payload = {bus.burst}}, bus.analytic ? LinkTiming::analytic : LinkTiming::cycle, host(),
                device) {}

private:
    void transport(BusAddress address, std::span<std::byte> frame) override {
        bus::pcie::Run run{.address = address, .data = frame, .burst_bytes = frame.size()};
        root_.transport(run);
    }

    bus::pcie::RootComplex root_;
};

template <class Card>
double writes(const BusCase& bus) {
    return seconds_of([&](const std::function<void()>& begin) {
        sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
        Card card("card", bus);
        card.touch();
        begin();
        sc_core::sc_start();
    });
}

}  // namespace

double raw_copy(std::uint64_t frame_bytes, unsigned frames) {
    return seconds_of([&](const std::function<void()>& begin) {
        HostMemory memory(64 << 20);
        std::vector<std::byte> frame(frame_bytes, std::byte{0x5a});
        const auto bytes = *memory.at(*PhysicalRange::of({1 << 20}, 2 * frame_bytes));
        std::memset(bytes.data(), 1, bytes.size());
        begin();
        for (unsigned i = 0; i < frames; ++i) {
            std::memcpy(bytes.data() + i % 2 * frame_bytes, frame.data(), frame_bytes);
            asm volatile("" : : "r"(bytes.data()) : "memory");
        }
    });
}

double bus_writes(const BusCase& bus) { return writes<OnPci>(bus); }
double link_writes(const BusCase& bus) { return writes<OnPcie>(bus); }

double register_read(unsigned reads) {
    const double all = seconds_of([&](const std::function<void()>& begin) {
        platform::PlatformSettings settings;
        settings.pci.timing = Timing::analytic;
        platform::Platform platform(
            settings,
            model::VideoInput(model::open_signal({"64x48@25", "bars", registers::PixelFormat::yuy2}, 1), 1, 1));
        platform.run(
            [&] {
                platform.card_config.write(0x04, 0x6);
                begin();
                for (unsigned i = 0; i < reads; ++i) static_cast<void>(platform.card_registers.read(0));
            },
            seconds(10));
    });
    return all / reads;
}

}  // namespace ghostcard::bench
