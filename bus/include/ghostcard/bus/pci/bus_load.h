// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/pci_bus.h>

#include <cstddef>
#include <cstdint>
#include <systemc>
#include <vector>

namespace ghostcard::bus::pci {

/// A device on the bus that is nothing but a window: it takes what is written and reads as zeros.
class WindowTarget : public Target {
public:
    WindowTarget(BusRange window, TargetTiming timing) : window_(window), timing_(timing) {}

    bool claims(Command command, BusAddress address) const override {
        return !is_configuration(command) && window_.contains(address);
    }
    TargetTiming timing() const override { return timing_; }
    bool punctual() const override { return false; }
    Answer answer(const Access&, Duration) override { return Answer::transfer; }
    void read(const Access& phase, std::span<std::byte> data, Duration at) override;
    void write(const Access&, std::span<const std::byte>, Duration) override {}
    std::uint64_t certain(const Access& access) const override {
        return std::min(access.bytes, window_.last() - access.address + 1);
    }
    Duration settling_time() const override { return Duration::zero(); }

private:
    const BusRange window_;
    const TargetTiming timing_;
};

/// Another bus master: asks for one burst after the other at fixed times, and for the next at once if it is late.
class BusLoad : public sc_core::sc_module {
public:
    /// first: when it asks for the first time; address: of all its bursts. bus must outlive it.
    BusLoad(const sc_core::sc_module_name& name, PciBus& bus, RequesterId requester, const LoadSettings& settings,
            Duration first, unsigned latency_timer, std::uint64_t cache_line);

    /// Before the simulation starts.
    void set_address(BusAddress address) { address_ = address; }

private:
    void run();

    PciBus& bus_;
    const LoadSettings settings_;
    const Duration first_;
    const unsigned latency_timer_;
    const std::uint64_t cache_line_;
    const unsigned master_;
    BusAddress address_;
    std::vector<std::byte> data_;
};

}  // namespace ghostcard::bus::pci
