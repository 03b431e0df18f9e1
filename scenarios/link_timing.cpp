// SPDX-License-Identifier: MIT
#include "link_timing.h"

#include <ghostcard/bus/pcie/link.h>
#include <ghostcard/scenarios/resolved.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;
using namespace bus::pcie;

constexpr std::uint64_t measured_bytes = 512 << 10;
constexpr std::uint64_t least_bursts = 8, most_bursts = 1000;
constexpr std::uint64_t least_under_way = 3;  // one moves, one follows, one is new

/// A card that has bursts of one size to move at any time, and a host that takes and gives them.
class Bench : private HostSide, private LinkUser {
public:
    Bench(LinkTiming timing, const PcieSettings& settings, const TimingRequest& request, std::uint64_t bytes)
        : settings_(settings),
          link_(make_link(timing, settings, {0, 1, 0}, *this, *this)),
          request_(request),
          data_(bytes) {}

    Json measure() {
        const std::uint64_t bytes = data_.size();
        const std::uint64_t bursts = std::clamp(measured_bytes / bytes, least_bursts, most_bursts);
        const std::uint64_t under_way = least_under_way + (request_.write ? 0 : settings_.engine.outstanding_reads);
        for (std::uint64_t i = 0; i < under_way; ++i) begin();
        go_on_until(under_way + bursts);
        const Duration from = now_;
        const LinkCounts up = link_->counts(Direction::up), down = link_->counts(Direction::down);
        const std::uint64_t ended = ended_;
        go_on_until(ended + bursts);

        const auto measured = static_cast<double>(ended_ - ended);
        const Cut tlps = cut();
        const auto wire_bytes = [&](Direction direction, const LinkCounts& before) {
            const auto dllps = static_cast<double>(link_->counts(direction).dllps - before.dllps);
            return static_cast<double>(tlps.wire_bytes[static_cast<unsigned>(direction)]) +
                   dllps / measured * static_cast<double>(dllp_wire_bytes);
        };
        const double duration = static_cast<double>((now_ - from).count()) / measured;
        return {{"bytes", bytes},
                {"tlps", tlps.tlps},
                {"wire_bytes_out", wire_bytes(Direction::up, up)},
                {"wire_bytes_in", wire_bytes(Direction::down, down)},
                {"duration_ps", duration},
                {"bytes_per_second", static_cast<double>(bytes) * 1e12 / duration}};
    }

private:
    /// The TLPs of a burst as they are cut: writes, or requests and completions.
    struct Cut {
        std::uint64_t tlps = 0;
        std::array<std::uint64_t, 2> wire_bytes{};  ///< Up and down.
    };
    Cut cut() {
        Cut cut;
        const auto add = [&](Direction direction, TlpKind kind, BusAddress address, std::uint64_t bytes) {
            ++cut.tlps;
            cut.wire_bytes[static_cast<unsigned>(direction)] +=
                bus::pcie::wire_bytes({.kind = kind, .address = address, .bytes = bytes}, settings_.ecrc);
        };
        const Run run{.write = request_.write, .address = request_.address, .data = data_, .burst_bytes = data_.size()};
        for (std::uint64_t sent = 0, next = 0; sent < data_.size(); sent += next) {
            next = run.next_bytes(sent, settings_);
            const BusAddress address = run.address + sent;
            add(Direction::up, run.write ? TlpKind::memory_write : TlpKind::memory_read, address, next);
            for (std::uint64_t done = 0, part = 0; !run.write && done < next; done += part) {
                part = first_completion(address + done, next - done, settings_);
                add(Direction::down, TlpKind::completion_data, address + done, part);
            }
        }
        return cut;
    }
    void go_on_until(std::uint64_t ended) {
        while (ended_ < ended) {
            now_ = link_->next_due();
            link_->advance(now_);
            while (!runs_.empty() && runs_.front().data.empty()) runs_.pop_front();
            for (; to_begin_ > 0; --to_begin_) begin();
        }
    }
    void begin() {
        Run& run = runs_.emplace_back(Run{.write = request_.write, .address = request_.address, .data = data_});
        run.burst_bytes = data_.size();
        link_->begin(run, now_);
    }
    void run_ended(Run& run, Duration) override {
        run.data = {};
        ++ended_;
        ++to_begin_;
    }
    void request_arrived(const Tlp&, Duration) override {}
    void completion_arrived(const Tlp&, Duration) override {}
    void interrupt_arrived(const Tlp&, Duration) override {}

    Duration room_for(std::uint64_t, Duration at) override { return at; }
    void write(BusAddress, std::span<const std::byte>, Duration) override {}
    bool read(BusAddress, std::span<std::byte>, Duration) override { return true; }
    bool has_unlimited_room() const override { return true; }
    bool is_message(BusAddress) const override { return false; }

    const PcieSettings settings_;
    const std::unique_ptr<Link> link_;
    const TimingRequest& request_;
    std::vector<std::byte> data_;
    std::deque<Run> runs_;  ///< One that has ended has no data any more.
    Duration now_{};
    std::uint64_t ended_ = 0;
    std::uint64_t to_begin_ = 0;
};

}  // namespace

TimingResult measure_link_timing(const Scenario& scenario, const TimingRequest& request) {
    PcieSettings settings = scenario.pcie;
    settings.read_latency.seed = scenario.seed;
    TimingResult result;
    Json bursts = Json::array();
    for (const std::uint64_t bytes : request.bursts) {
        const Json cycle = Bench(LinkTiming::cycle, settings, request, bytes).measure();
        const Json analytic = Bench(LinkTiming::analytic, settings, request, bytes).measure();
        if (cycle != analytic && result.difference.empty())
            result.difference = fmt::format("the timings differ: cycle {}, analytic {}", cycle.dump(), analytic.dump());
        bursts.push_back(cycle);
    }
    result.document = {{"op", request.write ? "write" : "read"},
                       {"bus", resolved_document(scenario)["bus"]},
                       {"bursts", std::move(bursts)}};
    return result;
}

}  // namespace ghostcard::scenarios
