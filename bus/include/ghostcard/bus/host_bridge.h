// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/host_memory.h>
#include <ghostcard/bus/bus_translation.h>
#include <ghostcard/bus/pci/pci_bus.h>
#include <ghostcard/bus/posted_writes.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <systemc>
#include <vector>

namespace ghostcard::bus {

/// Where message signalled interrupts arrive, once all data written before them is in memory.
class MessageSink {
public:
    virtual ~MessageSink() = default;
    virtual void message(BusAddress address, std::uint16_t data) = 0;
};

/// A DMA access that reached the host and was turned away.
struct TranslationFault {
    BusAddress address;
    RequesterId requester;
    bool write = false;
    Duration time{};
};

/// Between the PCI bus and the host: target of DMA, and master of the CPU's accesses to the bus.
///
/// Writes towards memory are posted: they become visible some time after their data phase. A CPU read from the bus
/// returns only when all writes accepted before it are visible, and a message signalled interrupt is such a write
/// itself; INTx is a wire and pushes nothing (PCI 2.3, 3.2.5).
class HostBridge : public sc_core::sc_module, private pci::Target {
public:
    /// Addresses from here to 4 GiB belong to devices and to interrupt messages.
    static constexpr BusAddress device_window_begin{HostMemory::hole_begin};
    static constexpr BusAddress device_window_end{HostMemory::hole_end};
    static constexpr BusAddress message_window_begin{0xfee0'0000};  ///< As on x86; 1 MiB.
    static constexpr BusAddress message_window_end{0xfef0'0000};
    static constexpr std::size_t recorded_faults = 64;  ///< Later ones are only counted.

    HostBridge(const sc_core::sc_module_name& name, pci::PciBus& bus, const HostMemory& memory,
               std::unique_ptr<BusTranslation> translation, Duration posting_delay, pci::TargetTiming timing);

    /// From a CPU thread: a 32-bit access to the bus; a read that nobody answers gives all ones.
    std::uint32_t read(BusAddress address);
    void write(BusAddress address, std::uint32_t value);
    std::uint32_t read_configuration(unsigned device, std::uint32_t offset);
    void write_configuration(unsigned device, std::uint32_t offset, std::uint32_t value);

    /// Lets memory show everything that is visible by now. Host code that is about to look at memory calls it first.
    void settle();

    Translation& translation_for(RequesterId requester) { return translation_->for_device(requester); }
    void connect(MessageSink& sink) { message_sink_ = &sink; }

    const std::vector<TranslationFault>& faults() const { return faults_; }
    std::uint64_t fault_count() const { return fault_count_; }
    std::uint64_t messages() const { return message_count_; }

private:
    struct Message {
        BusAddress address;
        std::uint16_t data;
        Duration visible_at;
    };

    bool claims(pci::Command command, BusAddress address) const override;
    pci::TargetTiming timing() const override { return timing_; }
    bool accepts(RequesterId master, pci::Command command, BusAddress address) override;
    void read(pci::Command command, BusAddress address, std::span<std::byte> data) override;
    void write(pci::Command command, BusAddress address, std::span<const std::byte> data) override;

    void access(pci::Command command, BusAddress address, std::uint32_t& word);
    void deliver_messages();

    pci::PciBus& bus_;
    const HostMemory& memory_;
    const std::unique_ptr<BusTranslation> translation_;
    const Duration posting_delay_;
    const pci::TargetTiming timing_;
    const unsigned master_;

    std::byte* accepted_ = nullptr;  ///< Where the data phase that accepts() was last asked about goes.
    PostedWrites posted_;
    std::deque<Message> messages_;
    sc_core::sc_event message_due_;
    MessageSink* message_sink_ = nullptr;
    std::uint64_t message_count_ = 0;
    sc_core::sc_mutex cpu_port_;  ///< One CPU access at a time.
    std::vector<TranslationFault> faults_;
    std::uint64_t fault_count_ = 0;
};

}  // namespace ghostcard::bus
