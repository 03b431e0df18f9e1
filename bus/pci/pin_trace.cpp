// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/pin_trace.h>

#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/sim_time.h>

#include <sysc/tracing/sc_tracing_ids.h>
#include <fstream>
#include <string>
#include <system_error>

namespace ghostcard::bus::pci {
namespace {

/// SystemC's own file takes the name in the end, which must not befall a device.
const std::filesystem::path& regular_file(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_other(path, ignored))
        throw InputError("cannot write '" + path.string() + "': a waveform wants a regular file");
    return path;
}

}  // namespace

PinTrace::PinTrace(const sc_core::sc_module_name& name, const std::filesystem::path& path, const PciSettings& settings,
                   unsigned masters, TraceWindow window)
    : sc_module(name),
      inta("inta"),
      window_(window),
      period_(clock_period(settings.clock)),
      file_(regular_file(path)),
      trace_(sc_core::sc_create_vcd_trace_file(file_.temporary_path().c_str())) {
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

    SC_HAS_PROCESS(PinTrace);
    SC_METHOD(toggle_clock);
    SC_METHOD(copy_inta);
    sensitive << inta;
}

PinTrace::~PinTrace() {
    // A recording that ends before the simulation begins is no news: the constructor of something else has thrown.
    sc_core::sc_report_handler::set_actions(sc_core::SC_ID_TRACING_CLOSE_EMPTY_FILE_, sc_core::SC_DO_NOTHING);
    if (trace_) sc_core::sc_close_vcd_trace_file(trace_);
    std::error_code ignored;
    std::filesystem::remove(trace_path(), ignored);
}

/// SystemC adds the suffix to the name that it is given.
std::filesystem::path PinTrace::trace_path() const { return file_.temporary_path().string() + ".vcd"; }

bool PinTrace::recording() const { return window_.contains(simulated_now()); }

/// CLK rises where a bus clock begins.
void PinTrace::toggle_clock() {
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
    for (std::size_t master = 0; master < req_.size(); ++master) {
        req_[master]->write((pins.req >> master & 1u) == 0);
        gnt_[master]->write((pins.gnt >> master & 1u) == 0);
    }
    ad_.write(pins.ad);
    cbe_.write(pins.cbe);
}

void PinTrace::commit() {
    sc_core::sc_close_vcd_trace_file(trace_);
    trace_ = nullptr;
    std::filesystem::rename(trace_path(), file_.temporary_path());
    make_reproducible();
    file_.commit();
}

/// SystemC writes the wall clock's date into the header: the same run shall give the same bytes.
void PinTrace::make_reproducible() const {
    std::fstream file(file_.temporary_path(), std::ios::in | std::ios::out | std::ios::binary);
    std::string line;
    while (std::getline(file, line) && line != "$date") {
    }
    const auto date = file.tellg();
    if (!std::getline(file, line)) return;
    file.seekp(date);
    file << std::string(line.size(), ' ');
}

}  // namespace ghostcard::bus::pci
