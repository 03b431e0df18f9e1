// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/pin_trace.h>

#include <ghostcard/bus/sim_time.h>

#include <sysc/tracing/sc_tracing_ids.h>
#include <string>
#include <utility>

namespace ghostcard::bus::pci {

PinTrace::PinTrace(const sc_core::sc_module_name& name, const std::filesystem::path& path, const PciSettings& settings,
                   unsigned masters, TraceWindow window)
    : sc_module(name),
      inta("inta"),
      window_(window),
      period_(clock_period(settings.clock)),
      width_(settings.width),
      pipe_(path),
      trace_(sc_core::sc_create_vcd_trace_file(pipe_.trace_name().c_str())) {
    trace_->set_time_unit(1, sc_core::SC_PS);
    const auto trace_wire = [this](Wire& wire, const std::string& pin) {
        wire.write(true);
        sc_core::sc_trace(trace_, wire, "pci." + pin);
    };
    trace_wire(clk_, "CLK");
    trace_wire(frame_, "FRAME#");
    sc_core::sc_trace(trace_, ad_, "pci.AD", static_cast<int>(settings.width));
    sc_core::sc_trace(trace_, cbe_, "pci.CBE#", static_cast<int>(settings.width / 8));
    trace_wire(irdy_, "IRDY#");
    trace_wire(trdy_, "TRDY#");
    trace_wire(devsel_, "DEVSEL#");
    trace_wire(stop_, "STOP#");
    for (unsigned master = 0; master < masters; ++master) {
        trace_wire(*req_.emplace_back(std::make_unique<Wire>()), "REQ" + std::to_string(master) + "#");
        trace_wire(*gnt_.emplace_back(std::make_unique<Wire>()), "GNT" + std::to_string(master) + "#");
    }
    trace_wire(inta_level_, "INTA#");
    if (settings.width == 64) {
        trace_wire(req64_, "REQ64#");
        trace_wire(ack64_, "ACK64#");
    }

    SC_HAS_PROCESS(PinTrace);
    SC_METHOD(toggle_clock);
    SC_METHOD(copy_inta);
    sensitive << inta;
}

PinTrace::~PinTrace() {
    // A recording that ends before the simulation begins is no news: the constructor of something else has thrown.
    sc_core::sc_report_handler::set_actions(sc_core::SC_ID_TRACING_CLOSE_EMPTY_FILE_, sc_core::SC_DO_NOTHING);
    if (trace_) close_trace();
}

void PinTrace::close_trace() {
    pipe_.drain();
    sc_core::sc_close_vcd_trace_file(std::exchange(trace_, nullptr));
    pipe_.drain();
}

bool PinTrace::recording() const { return window_.contains(simulated_now()); }

/// CLK rises where a bus clock begins.
void PinTrace::toggle_clock() {
    pipe_.drain();
    const Duration now = simulated_now();
    const Duration clock_begin = now / period_ * period_;
    Duration next = now < clock_begin + period_ / 2 ? clock_begin + period_ / 2 : clock_begin + period_;
    if (now < window_.from) {
        next = (window_.from + period_ - Duration(1)) / period_ * period_;
    } else {
        clk_.write(now < clock_begin + period_ / 2);
    }
    if (next <= window_.to) next_trigger(to_sc_time(next - now));
}

void PinTrace::copy_inta() {
    if (recording()) inta_level_.write(!inta.read());
}

void PinTrace::drive(const Pins& pins) {
    if (!recording()) return;
    frame_.write(!pins.frame);
    irdy_.write(!pins.irdy);
    trdy_.write(!pins.trdy);
    devsel_.write(!pins.devsel);
    stop_.write(!pins.stop);
    req64_.write(!pins.req64);
    ack64_.write(!pins.ack64);
    for (std::size_t master = 0; master < req_.size(); ++master) {
        req_[master]->write((pins.req >> master & 1u) == 0);
        gnt_[master]->write((pins.gnt >> master & 1u) == 0);
    }
    ad_.write(pins.ad);
    cbe_.write(pins.cbe & ((1u << width_ / 8) - 1));  // what does not fit is shown as unknown
}

void PinTrace::commit() {
    close_trace();
    pipe_.commit();
}

}  // namespace ghostcard::bus::pci
