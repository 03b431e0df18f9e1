// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/cpu_port.h>
#include <ghostcard/bus/host_port.h>
#include <ghostcard/bus/pcie/link.h>
#include <ghostcard/bus/requester.h>

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <systemc>

namespace ghostcard::bus::pcie {

/// The device at the lower end of the link, as the CPU's requests find it.
class Endpoint {
public:
    virtual ~Endpoint() = default;
    /// A request has arrived: 32 bits to be read or written. False: it is unsupported. From a SystemC thread; it may
    /// take time.
    virtual bool access(const Tlp& request, std::uint32_t& word) = 0;
};

/// The host's end of a PCI Express link, with the link itself: the CPU's accesses go down it, DMA comes up it, both in
/// simulated time.
///
/// A CPU store returns when its TLP has arrived at the device, a load and a configuration access when the completion
/// has come back, behind all writes that the device sent before it (PCIe 5.0, 2.4.1), and these are in memory.
///
/// DMA that faults is an unsupported request (2.3.1). A read's completion says so. A posted write is dropped and the
/// device is not told: the fault is in the host's records only. See docs/decisions/0010.
class RootComplex : public sc_core::sc_module, public CpuPort, private LinkUser, private HostSide, private RunCarrier {
public:
    /// What the device's INTA# is, as its messages say, once all writes before them are in memory; need not be bound.
    sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> inta{"inta"};

    /// device: at the lower end. Throws InputError for settings that are not allowed. host must outlive it.
    RootComplex(const sc_core::sc_module_name& name, const PcieSettings& settings, LinkTiming timing, HostPort& host,
                RequesterId device);

    std::uint32_t read(BusAddress address) override;
    void write(BusAddress address, std::uint32_t value) override;
    /// Only the device of the link is there; all else reads as all ones at once.
    std::uint32_t read_configuration(unsigned device, std::uint32_t offset) override;
    void write_configuration(unsigned device, std::uint32_t offset, std::uint32_t value) override;

    void attach(Endpoint& endpoint) { endpoint_ = &endpoint; }
    /// What software allows the device's TLPs to be (PCIe 5.0, 7.5.3.4): from now on.
    void limit(Bytes max_payload, Bytes max_read_request);
    /// INTA# of the device changes: it goes up the link as a message, behind the writes that were sent before it.
    void interrupt(bool asserted);
    void attach_observer(TlpObserver& observer) { link_->attach_observer(observer); }
    /// Blocks the calling SystemC thread until the run has ended. Runs may go on side by side.
    void transport(Run& run);
    /// The link lags behind simulated time as long as nobody looks. Brings it up to the present.
    void catch_up() override;

    const PcieSettings& settings() const { return settings_; }
    /// What has gone over the link by now.
    const LinkCounts& counts(Direction direction);

private:
    struct CurrentRun {
        Run* run;
        bool ended = false;
    };

    void end_requested(Duration at) override;

    void run_ended(Run& run, Duration at) override;
    void request_arrived(const Tlp& request, Duration at) override;
    void completion_arrived(const Tlp& completion, Duration at) override;
    void interrupt_arrived(const Tlp& interrupt, Duration at) override;

    Duration room_for(std::uint64_t bytes, Duration at) override { return host_.room_for(bytes, at); }
    void write(BusAddress address, std::span<const std::byte> data, Duration at) override;
    bool write_row(BusAddress address, std::span<const std::byte> data, Duration last) override;
    bool read(BusAddress address, std::span<std::byte> data, Duration at) override;
    bool has_unlimited_room() const override { return host_.has_unlimited_room(); }
    bool is_message(BusAddress address) const override { return HostPort::is_message(address); }

    void follow_link();
    void mapping_changed(RequesterId requester, BusRange pages);
    void drive_inta();
    void look_ahead();
    bool access(Tlp request, std::uint32_t& word);

    HostPort& host_;
    const PcieSettings settings_;
    const RequesterId device_;
    const std::unique_ptr<Link> link_;
    Endpoint* endpoint_ = nullptr;
    bool catching_up_ = false;
    bool end_was_requested_ = false;  ///< While catching up.
    sc_core::sc_event link_due_;

    std::list<CurrentRun> runs_;
    sc_core::sc_event run_ended_;

    struct Interrupt {
        Duration at;
        bool asserted;
    };
    std::deque<Interrupt> interrupts_;  ///< That INTA# does not show yet.
    sc_core::sc_event interrupt_due_;

    sc_core::sc_mutex cpu_port_;  ///< One CPU access at a time...
    bool arrived_ = false;        ///< ...and how far it is.
    bool completed_ = false;
    sc_core::sc_event access_goes_on_;
};

}  // namespace ghostcard::bus::pcie
