// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/bus/pci/arbiter.h>
#include <ghostcard/bus/pci/lanes.h>
#include <ghostcard/bus/pci/pci_bus.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <systemc>
#include <vector>

namespace ghostcard::bus::pci {

/// Conventional PCI in closed form: every observable at the same picosecond as on CycleBus, in a fraction of its time.
///
/// Three ideas, derived in docs/timing.md. (1) The bus lags behind simulated time while nobody looks: its state holds
/// for some clock in the past, and it catches up when it is looked at, when something new happens to it, or when a run
/// can have ended. (2) It steps only to clocks in which something can change, and computes the clocks of a
/// transaction's data phases. (3) When a burst has gone by exactly as the one before, so will the next: it jumps over
/// as many as will have ended.
class AnalyticBus : public sc_core::sc_module, public PciBus, private RunCarrier {
public:
    AnalyticBus(const sc_core::sc_module_name& name, const PciSettings& settings);

    void transport(unsigned master, Run& run) override;
    void catch_up() override;
    void targets_changed() override;

private:
    using Clock = std::int64_t;  ///< From the beginning of time; clocks within a transaction count from 1.
    static constexpr Clock never = std::numeric_limits<Clock>::max();

    struct MasterPort {
        Run* run = nullptr;
        Duration handed_over{};
        Clock quiet_until = 0;
        bool must_repeat = false;  ///< The last transaction, which was retried (PCI 2.3, 3.3.3.2.2).
        Clock wants_from = never;  ///< The first clock in which it wants to begin its next transaction.
        std::unique_ptr<sc_core::sc_event> finished = std::make_unique<sc_core::sc_event>();
    };

    /// Where a target will not transfer: STOP# in that data phase.
    struct Refusal {
        unsigned phase = 0;
        bool abort = false;
    };

    /// How a transaction will end, if nothing comes between. Clocks count from its address phase.
    struct Course {
        unsigned phases = 0;          ///< In which data moves.
        unsigned decision_clock = 0;  ///< In which the target decides to stop.
        unsigned stop_clock = 0;      ///< From here on STOP# is asserted.
        unsigned end_clock = 0;
        Termination outcome = Termination::completed;
    };

    struct Transaction {
        unsigned master = 0;
        Run* run = nullptr;
        Target* target = nullptr;
        TargetTiming timing;
        AddressPhase request;
        Lanes lanes;
        Clock begin = 0;
        unsigned devsel_clock = 0;
        unsigned first_data_clock = 0;
        unsigned phases = 0;                          ///< That the master wants.
        Termination ending = Termination::completed;  ///< ...or stopped or timeout, if it has come to want fewer.
        unsigned disconnect_phase = 0;                ///< The first one whose data comes with STOP#; none: phases.
        std::optional<Refusal> refusal;
        unsigned certain = 0;  ///< Phases that the target is known to transfer.
        unsigned moved = 0;    ///< Phases that are over.
        Course course;

        unsigned clock(Clock now) const { return static_cast<unsigned>(now - begin + 1); }
        unsigned data_clock(unsigned phase) const { return first_data_clock + phase * (1 + timing.data_wait); }
        /// In which the target decides about the phase.
        unsigned decision_clock(unsigned phase) const { return phase == 0 ? devsel_clock : data_clock(phase - 1) + 1; }
        /// The first clock from that one on in which a data phase begins.
        unsigned phase_begin(unsigned clock) const {
            if (clock <= request.clocks + 1) return request.clocks + 1;
            const unsigned second = first_data_clock + 1;
            const unsigned spacing = 1 + timing.data_wait;
            return clock <= second ? second : second + (clock - second + spacing - 1) / spacing * spacing;
        }
        /// Data phases that have ended before that clock.
        unsigned ended_before(unsigned clock) const {
            return clock <= first_data_clock ? 0 : (clock - 1 - first_data_clock) / (1 + timing.data_wait) + 1;
        }
        bool on_time() const { return target != nullptr && target->punctual(); }
        bool undecided() const { return target != nullptr && certain < course.phases; }
        bool ends_run() const {
            return course.outcome == Termination::master_abort || course.outcome == Termination::target_abort ||
                   course.outcome == Termination::stopped;
        }
        /// Bytes in all, as things stand.
        std::uint64_t moving() const {
            return course.phases == 0 ? 0 : lanes.phase_end(course.phases - 1) - request.address;
        }
        Access access(RequesterId requester, unsigned first_phase, unsigned end_phase) const;
        std::span<std::byte> data(const Access& access) const;
        void set_course();
    };

    /// The bus between two bursts of a run.
    struct Boundary {
        const Run* run = nullptr;
        Clock clock = 0;
        std::uint64_t transferred = 0;
        std::optional<Arbiter> arbiter;
        std::uint32_t requests = 0;
        std::optional<unsigned> owner;
        Clock quiet = 0;                              ///< How long REQ# has still to be deasserted.
        std::vector<TransactionRecord> transactions;  ///< Of the burst that ends here...
        std::vector<Duration> ends;                   ///< ...and when their idle clocks began.
    };

    void master_attached() override;
    void end_requested(Duration at) override;

    Duration begin_of(Clock clock) const { return clock * period(); }
    Clock clock_after(Duration instant) const { return instant == Duration::max() ? never : instant / period() + 1; }

    void wake();
    void schedule_wake();
    void advance(Clock to);
    void step(Clock clock);
    Clock next_clock() const;
    Clock next_clock_of(const Transaction& transaction) const;
    bool is_alone(const Run& run) const;
    Clock next_visible_clock() const;
    Clock next_access() const;
    Clock earliest_idle_clock() const;
    Clock earliest_end(const MasterPort& port) const;

    void continue_transaction();
    void begin_transaction(unsigned master);
    void decide(Transaction& transaction);
    void end_early(Transaction& transaction) const;
    void move(Transaction& transaction);
    void end_transaction();
    void end_waiting_runs();
    void finish_run(MasterPort& port, Termination termination);
    void update_wants(MasterPort& port) const;
    bool wants_bus(const MasterPort& port) const { return port.run != nullptr && port.wants_from <= clock_; }
    std::uint32_t driven_requests() const;

    void note_transaction(const MasterPort& port, const TransactionRecord& record);
    void forget_bursts();
    Boundary boundary() const;
    bool repeats(const Boundary& before, const Boundary& now) const;
    std::uint64_t repetitions(const Boundary& before, Clock to) const;
    std::uint64_t ready_in_time(const Run& run, Clock burst_clocks, std::uint64_t bursts) const;
    void repeat_bursts(Clock to);
    void jump(std::uint64_t times, Clock burst_clocks);
    MasterPort* resting_port();
    void repeat_from_rest(MasterPort& port, Clock to);
    void pace(MasterPort& port, Clock rest_clocks, std::uint64_t bytes, Clock to);
    void shift_last_burst(Run& run, std::span<const Duration> shifts);
    std::uint64_t repeatable_bytes(const Run& run, unsigned master, Target*& target) const;

    Arbiter arbiter_;
    std::vector<MasterPort> ports_;
    Clock clock_ = -1;  ///< Up to and with which everything has happened.
    std::optional<Transaction> transaction_;
    std::optional<unsigned> owner_;  ///< Of the bus in clock_.
    std::optional<unsigned> back_to_back_;
    std::uint32_t requests_ = 0;
    bool grant_changed_ = false;   ///< In clock_.
    Clock end_requested_ = never;  ///< In which a run's end takes effect that has been asked for.
    bool advancing_ = false;

    MasterPort* repeating_ = nullptr;  ///< Whose burst has just ended, if it is alone on the bus.
    Boundary last_;

    /// The bus idle and the arbiter at rest, before a burst that was not ready yet.
    struct Rest {
        const Run* run = nullptr;
        Clock wants_from = 0;  ///< When that burst was.
        std::uint64_t transferred = 0;
        std::optional<Arbiter> arbiter;
    };
    Rest rest_;
    std::vector<TransactionRecord> burst_;  ///< The transactions of the present burst...
    std::vector<Duration> burst_ends_;      ///< ...and when their idle clocks began.
    sc_core::sc_event wake_;
};

}  // namespace ghostcard::bus::pci
