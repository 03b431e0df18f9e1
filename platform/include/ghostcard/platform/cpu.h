// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/base/interrupt_source.h>
#include <ghostcard/base/register_access.h>
#include <ghostcard/bus/cpu_port.h>
#include <ghostcard/bus/host_port.h>
#include <ghostcard/platform/cpu_settings.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

namespace ghostcard::platform {

/// What the processor can be at.
enum class CpuActivity { service, deferred, copy };

/// Sees what the processor does when, and what interrupts it.
class CpuObserver {
public:
    virtual ~CpuObserver() = default;
    virtual void begins(CpuActivity activity) = 0;
    virtual void ends(CpuActivity activity) = 0;
    virtual void line_changed(bool asserted) = 0;
    virtual void message_arrived() = 0;
};

/// The processor that runs host code on simulated time: one program at passive level, deferred procedures above it, and
/// interrupt service above both. Host code takes no time of its own; its accesses to the bus, its stalls and its copies
/// do, and interrupt service holds up what is below it. Before host code goes on after any wait, memory shows what has
/// become visible meanwhile.
class Cpu : public sc_core::sc_module, public Clock, public InterruptSource, private bus::MessageSink {
public:
    struct Counts {
        std::uint64_t raised = 0;    ///< Times that the line was asserted or a message came.
        std::uint64_t claimed = 0;   ///< Service routine calls that found work...
        std::uint64_t declined = 0;  ///< ...and that found none.
        std::uint64_t deferred = 0;  ///< Deferred procedure calls.
    };
    /// A line that nobody claims so often in a row is masked, as operating systems do in the end.
    static constexpr unsigned unclaimed_limit = 1000;
    /// The message that is handed out, in the format of x86: to processor 0, vector 0x41.
    static constexpr InterruptMessage interrupt_message{0xfee0'0000, 0x0041};

    sc_core::sc_in<bool> inta;  ///< True: asserted.

    Cpu(const sc_core::sc_module_name& name, bus::HostPort& host, const CpuSettings& settings);

    /// What runs at passive level; when it returns, the simulation stops. To be set before the simulation starts.
    void set_program(std::function<void()> program) { program_ = std::move(program); }
    bool program_finished() const { return program_finished_; }
    /// After the simulation: throws what host code threw.
    void rethrow_failure() const;

    /// Passive level: lets time pass until then, or until the event.
    void wait_until(Duration instant, const sc_core::sc_event& event);

    void attach_observer(CpuObserver& observer) { observers_.push_back(&observer); }

    const Counts& counts() const { return counts_; }
    bool line_masked() const { return line_masked_; }

    // Clock
    Duration now() const override;
    void stall(Duration duration) override;
    void charge_copy(std::uint64_t bytes) override;

    // InterruptSource
    void connect(InterruptHandler& handler) override;
    void disconnect() override;
    std::optional<InterruptMessage> message() override { return interrupt_message; }
    void queue_deferred() override;

private:
    void message(BusAddress address, std::uint16_t data) override;

    void run_program();
    void run_interrupts();
    void run_deferred();
    void follow_line();
    void service();
    bool interrupt_pending() const;
    template <class Body>
    void guarded(Body body);
    void tell_begin(CpuActivity activity) const {
        for (CpuObserver* const observer : observers_) observer->begins(activity);
    }
    void tell_end(CpuActivity activity) const {
        for (CpuObserver* const observer : observers_) observer->ends(activity);
    }

    bus::HostPort& host_;
    const CpuSettings settings_;
    LatencySource dpc_latency_;
    std::function<void()> program_;
    bool program_finished_ = false;
    std::exception_ptr failure_;

    InterruptHandler* handler_ = nullptr;
    std::uint64_t messages_pending_ = 0;
    bool line_masked_ = false;
    unsigned unclaimed_ = 0;
    bool deferred_queued_ = false;
    bool in_service_ = false;
    bool in_deferred_ = false;
    sc_core::sc_process_handle service_process_;
    Counts counts_;
    std::vector<CpuObserver*> observers_;

    sc_core::sc_event interrupt_event_;
    sc_core::sc_event deferred_event_;
    sc_core::sc_event service_begins_;
    sc_core::sc_event service_ends_;
    sc_core::sc_event deferred_ends_;
};

/// A device's registers as host code sees them, at a place on the bus. Only for code that runs on the Cpu.
class MemoryWindow : public RegisterAccess {
public:
    MemoryWindow(bus::CpuPort& port, bus::HostPort& host, BusAddress base) : port_(port), host_(host), base_(base) {}
    std::uint32_t read(std::uint32_t offset) override;
    void write(std::uint32_t offset, std::uint32_t value) override;

private:
    bus::CpuPort& port_;
    bus::HostPort& host_;
    BusAddress base_;
};

/// A device's configuration space as host code sees it.
class ConfigurationWindow : public RegisterAccess {
public:
    ConfigurationWindow(bus::CpuPort& port, bus::HostPort& host, unsigned device)
        : port_(port), host_(host), device_(device) {}
    std::uint32_t read(std::uint32_t offset) override;
    void write(std::uint32_t offset, std::uint32_t value) override;

private:
    bus::CpuPort& port_;
    bus::HostPort& host_;
    unsigned device_;
};

}  // namespace ghostcard::platform
