// SPDX-License-Identifier: MIT
#include <ghostcard/bus/sim_time.h>
#include <ghostcard/platform/cpu.h>

#include <cmath>
#include <utility>

namespace ghostcard::platform {

using bus::simulated_now;
using bus::to_sc_time;

Cpu::Cpu(const sc_core::sc_module_name& name, bus::HostPort& host, const CpuSettings& settings)
    : sc_module(name),
      inta("inta"),
      host_(host),
      settings_(settings),
      dpc_latency_(settings.dpc_latency, "DPC latency") {
    host.connect(*this);
    SC_HAS_PROCESS(Cpu);
    SC_THREAD(run_program);
    SC_THREAD(run_interrupts);
    SC_THREAD(run_deferred);
    SC_METHOD(follow_line);
    sensitive << inta;
    dont_initialize();
}

/// The only place that catches everything: what host code throws ends the simulation and comes out of it.
template <class Body>
void Cpu::guarded(Body body) {
    try {
        body();
    } catch (const sc_core::sc_unwind_exception&) {
        throw;
    } catch (...) {
        if (failure_) return;
        failure_ = std::current_exception();
        sc_core::sc_stop();
    }
}

void Cpu::rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
}

void Cpu::run_program() {
    guarded([this] {
        if (program_) program_();
        program_finished_ = true;
        sc_core::sc_stop();
    });
}

// ---- time -----------------------------------------------------------------------------------------------------------

Duration Cpu::now() const { return simulated_now(); }

/// Busy time of one level, which the service routine holds up if it comes between.
void Cpu::stall(Duration duration) {
    const bool servicing = sc_core::sc_get_current_process_handle() == service_process_;
    while (duration > Duration::zero()) {
        if (in_service_ && !servicing) {
            sc_core::wait(service_ends_);
            continue;
        }
        const Duration begin = simulated_now();
        if (servicing)
            sc_core::wait(to_sc_time(duration));
        else
            sc_core::wait(to_sc_time(duration), service_begins_);
        duration -= simulated_now() - begin;
    }
    host_.settle();
}

void Cpu::charge_copy(std::uint64_t bytes) {
    const auto picoseconds = static_cast<double>(bytes) * 1e12 / static_cast<double>(settings_.copy_bandwidth.count);
    tell_begin(CpuActivity::copy);
    stall(Duration(std::llround(picoseconds)));
    tell_end(CpuActivity::copy);
}

void Cpu::wait_until(Duration instant, const sc_core::sc_event& event) {
    if (instant > simulated_now()) sc_core::wait(to_sc_time(instant - simulated_now()), event);
    host_.settle();
}

// ---- interrupts -----------------------------------------------------------------------------------------------------

void Cpu::follow_line() {
    for (CpuObserver* const observer : observers_) observer->line_changed(inta.read());
    if (!inta.read()) return;
    ++counts_.raised;
    interrupt_event_.notify(sc_core::SC_ZERO_TIME);
}

void Cpu::message(BusAddress, std::uint16_t data) {
    if (data != interrupt_message.data) return;  // a vector that nobody has asked for
    ++counts_.raised;
    ++messages_pending_;
    for (CpuObserver* const observer : observers_) observer->message_arrived();
    interrupt_event_.notify(sc_core::SC_ZERO_TIME);
}

bool Cpu::interrupt_pending() const {
    return handler_ != nullptr && (messages_pending_ > 0 || (inta.read() && !line_masked_));
}

void Cpu::run_interrupts() {
    guarded([this] {
        service_process_ = sc_core::sc_get_current_process_handle();
        for (;;) {
            if (!interrupt_pending()) {
                wait(interrupt_event_);
                continue;
            }
            wait(to_sc_time(settings_.interrupt_latency));
            if (interrupt_pending()) service();  // a line may have been released meanwhile
        }
    });
}

void Cpu::service() {
    const bool by_message = messages_pending_ > 0;
    if (by_message) --messages_pending_;
    in_service_ = true;
    tell_begin(CpuActivity::service);
    service_begins_.notify();
    host_.settle();
    const bool claimed = handler_->interrupt();
    in_service_ = false;
    tell_end(CpuActivity::service);
    service_ends_.notify();

    ++(claimed ? counts_.claimed : counts_.declined);
    unclaimed_ = claimed || by_message ? 0 : unclaimed_ + 1;
    line_masked_ = line_masked_ || unclaimed_ == unclaimed_limit;
}

void Cpu::queue_deferred() {
    deferred_queued_ = true;
    deferred_event_.notify(sc_core::SC_ZERO_TIME);
}

void Cpu::run_deferred() {
    guarded([this] {
        for (;;) {
            if (!deferred_queued_ || handler_ == nullptr) {
                wait(deferred_event_);
                continue;
            }
            wait(to_sc_time(dpc_latency_.next()));
            deferred_queued_ = false;
            if (handler_ == nullptr) continue;
            in_deferred_ = true;
            ++counts_.deferred;
            host_.settle();
            tell_begin(CpuActivity::deferred);
            handler_->deferred();
            tell_end(CpuActivity::deferred);
            in_deferred_ = false;
            deferred_ends_.notify();
        }
    });
}

void Cpu::connect(InterruptHandler& handler) {
    handler_ = &handler;
    interrupt_event_.notify(sc_core::SC_ZERO_TIME);
}

void Cpu::disconnect() {
    while (in_service_ || in_deferred_) sc_core::wait(service_ends_ | deferred_ends_);
    handler_ = nullptr;
    deferred_queued_ = false;
}

// ---- registers ------------------------------------------------------------------------------------------------------

std::uint32_t MemoryWindow::read(std::uint32_t offset) {
    const std::uint32_t value = port_.read(base_ + offset);
    host_.settle();
    return value;
}

void MemoryWindow::write(std::uint32_t offset, std::uint32_t value) {
    port_.write(base_ + offset, value);
    host_.settle();
}

std::uint32_t ConfigurationWindow::read(std::uint32_t offset) {
    const std::uint32_t value = port_.read_configuration(device_, offset);
    host_.settle();
    return value;
}

void ConfigurationWindow::write(std::uint32_t offset, std::uint32_t value) {
    port_.write_configuration(device_, offset, value);
    host_.settle();
}

}  // namespace ghostcard::platform
