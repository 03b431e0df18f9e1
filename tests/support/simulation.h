// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/own_process.h"

#include <ghostcard/bus/sim_time.h>

#include <exception>
#include <functional>
#include <systemc>
#include <utility>

namespace ghostcard::tests {

/// A simulation of its own, in which a warning of the kernel is a failure.
template <class Body>
void in_own_simulation(Body body) {
    in_own_process([&body] {
        sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
        sc_core::sc_report_handler::set_handler(
            [](const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
                if (report.get_severity() >= sc_core::SC_WARNING && actions != sc_core::SC_DO_NOTHING)
                    FAIL_CHECK(report.what());
                sc_core::sc_report_handler::default_handler(report, actions);
            });
        body();
    });
}

/// A thread of the simulation that a test writes as a lambda.
class Thread : public sc_core::sc_module {
public:
    Thread(const sc_core::sc_module_name& name, std::function<void()> body) : sc_module(name), body_(std::move(body)) {
        SC_HAS_PROCESS(Thread);
        SC_THREAD(run);
    }
    bool finished() const { return finished_; }
    /// To be called after the simulation: throws what the thread threw.
    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    void run() {
        try {
            body_();
            finished_ = true;
        } catch (const sc_core::sc_unwind_exception&) {
            throw;
        } catch (...) {
            failure_ = std::current_exception();
            sc_core::sc_stop();
        }
    }

    std::function<void()> body_;
    std::exception_ptr failure_;
    bool finished_ = false;
};

/// Runs for so long at the most and checks that the thread came to its end.
inline void simulate(Thread& thread, Duration limit = milliseconds(100)) {
    sc_core::sc_start(bus::to_sc_time(limit));
    thread.rethrow();
    CHECK(thread.finished());
}

}  // namespace ghostcard::tests
