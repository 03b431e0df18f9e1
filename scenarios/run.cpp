// SPDX-License-Identifier: MIT
#include "capture_file.h"
#include "consumer_buffers.h"
#include "frame_books.h"
#include "host_dma_document.h"
#include "result_document.h"
#include "trace/trace_recorder.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/sim_time.h>
#include <ghostcard/dma/capture_driver.h>
#include <ghostcard/dma/stack/bug_check.h>
#include <ghostcard/dma/stack/host_dma.h>
#include <ghostcard/platform/consumer.h>
#include <ghostcard/platform/device_watch.h>
#include <ghostcard/platform/platform.h>
#include <ghostcard/scenarios/run.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

constexpr std::uint64_t generated_frames = 30;  // if the scenario does not say

/// Beyond the last frame's end: for it to be delivered, and for a driver that has trouble to give up.
constexpr std::uint64_t grace_frames = 10;
constexpr Duration grace_time = milliseconds(100);
constexpr Duration stop_time = seconds(1);

std::optional<bus::pcie::PcieSettings> link_of(const Scenario& scenario) {
    if (scenario.bus.kind != BusKind::pcie) return std::nullopt;
    bus::pcie::PcieSettings link = scenario.pcie;
    link.read_latency.seed = scenario.seed;
    return link;
}

platform::CpuSettings cpu_of(const Scenario& scenario) {
    platform::CpuSettings cpu = scenario.cpu;
    cpu.dpc_latency.seed = scenario.seed;
    return cpu;
}

/// The wired experiment: computer, driver, application, and the books that are kept about them.
class Experiment {
public:
    Experiment(const Scenario& scenario, const RunOptions& options)
        : scenario_(scenario),
          options_(options),
          signal_(model::open_signal({scenario.video.mode, scenario.video.source, scenario.driver.pixel_format},
                                     scenario.seed)),
          raster_(signal_.raster),
          frames_(frames_to_show()),
          capture_(open_capture()),
          buffers_(scenario, frame_bytes()),
          books_(scenario.driver.moves_bytes),
          platform_({scenario.card, scenario.pci, scenario.host, cpu_of(scenario), scenario.seed,
                     scenario.driver.moves_bytes ? Contents::kept : Contents::dropped, link_of(scenario)},
                    model::VideoInput(std::move(signal_), scenario.seed, frames_, scenario.driver.moves_bytes)),
          dma_(platform_.memory, platform_.pages, platform_.host.translation_for(platform::Platform::card_id),
               platform_.cpu, scenario.host_dma, scenario.driver, card_needs(), frame_bytes()),
          watch_(platform_, dma_.verifier()),
          registers_(platform_.card_registers, dma_.verifier()),
          interrupts_(platform_.cpu, dma_.verifier(), dma_.irql()),
          driver_(
              {platform_.card_config, registers_, dma_.port(), interrupts_, platform_.cpu, dma_.port(), &dma_.port()},
              scenario.driver, queue_),
          consumer_("consumer", queue_, scenario.consumer.hold, [this](const dma::Frame& frame) { receive(frame); }) {
        platform_.card.attach_observer(books_);
        const bus::pci::TraceWindow window{options.trace_from.value_or(Duration::zero()),
                                           options.trace_to.value_or(Duration::max())};
        if (options.vcd) platform_.trace_bus(*options.vcd, window);
        if (options.pcap) platform_.capture_tlps(*options.pcap, window);
        if (options.trace) trace_.emplace(*options.trace, scenario.title, platform_, window);
    }

    nlohmann::ordered_json run() {
        platform_.run([this] { program(); }, deadline() + stop_time);
        if (is_cancelled()) throw Cancelled();
        auto document = result_document(scenario_, platform_, driver_, books_, buffers_);
        add_host_dma(document, dma_, driver_.statistics(), stop_);
        if (capture_) capture_->commit();
        platform_.commit_traces();
        if (trace_) trace_->commit();
        return document;
    }

    const dma::CaptureDriver& driver() const { return driver_; }

private:
    std::uint64_t frames_to_show() const {
        const auto available = signal_.source->frames();
        const std::uint64_t wanted = scenario_.video.frames.value_or(available.value_or(generated_frames));
        if (available && wanted > *available)
            throw InputError(fmt::format("video.frames: {} are wanted, but {} holds {}", wanted, scenario_.video.source,
                                         *available));
        return wanted;
    }

    std::optional<CaptureFile> open_capture() const {
        if (!options_.capture) return std::nullopt;
        if (!scenario_.driver.moves_bytes) throw InputError("--capture has nothing to write: video.payload is 'none'");
        return std::optional<CaptureFile>(std::in_place, *options_.capture, raster_, scenario_.driver.pixel_format,
                                          signal_.header);
    }

    Duration deadline() const {
        return raster_.instant_of(raster_.frame_clocks() * (frames_ + grace_frames)) + grace_time;
    }

    /// What runs on the simulated CPU.
    void program() {
        queue_.pin().assign_clock(Duration::zero());
        consumer_.start(allocate_buffers());
        try {
            if (driver_.start() == dma::DriverStatus::ok)
                while (!everything_is_settled() && !is_cancelled() && platform_.cpu.now() < deadline())
                    platform_.cpu.wait_until(deadline(), books_.changed());
            driver_.stop();
            dma_.unload();
        } catch (const dma::BugCheck& stop) {  // nothing of the simulated system runs on
            stop_ = stop;
        }
        consumer_.stop();
    }

    DmaConstraints card_needs() const {
        const model::DmaEngineSettings& dma = scenario_.card.dma;
        return {.alignment = dma.alignment.count, .boundary = dma.boundary.count, .address_bits = dma.address_bits};
    }

    std::uint64_t frame_bytes() const {
        const auto stride = registers::line_bytes(scenario_.driver.pixel_format, raster_.width);
        return registers::frame_bytes(scenario_.driver.pixel_format, raster_.height, stride);
    }

    std::vector<dma::FrameBuffer> allocate_buffers() {
        const std::uint64_t bytes = frame_bytes();
        std::vector<dma::FrameBuffer> buffers;
        for (const std::uint64_t page_offset : buffers_.page_offsets()) {
            auto buffer = dma::FrameBuffer::allocate(platform_.memory, platform_.pages, bytes, page_offset,
                                                     scenario_.fragmentation);
            if (!buffer)
                throw InputError(fmt::format("host.memory {} does not hold consumer.buffers {} of {}",
                                             to_text(scenario_.host.memory), scenario_.consumer.buffers,
                                             to_text(Bytes{bytes})));
            buffers.push_back(std::move(*buffer));
            dma_.port().add_buffer(buffers.back());
        }
        return buffers;
    }

    bool everything_is_settled() const {
        const auto& totals = books_.totals();
        const std::uint64_t settled = totals.delivered + totals.dropped + driver_.statistics().starved;
        return driver_.status() != dma::DriverStatus::ok || settled >= frames_;
    }

    bool is_cancelled() const { return options_.is_cancelled && options_.is_cancelled(); }

    void receive(const dma::Frame& frame) {
        if (frame.header.bytes_used == 0) return books_.stream_ended();
        books_.delivered(frame, platform_.cpu.now());
        if (trace_) trace_->delivered(frame);
        if (capture_) capture_->add(frame.buffer.first(frame.header.bytes_used));
        if (options_.progress) options_.progress(books_.totals().delivered + books_.totals().dropped, frames_);
    }

    const Scenario& scenario_;
    const RunOptions& options_;
    model::VideoSignal signal_;
    const model::Raster raster_;
    const std::uint64_t frames_;
    std::optional<CaptureFile> capture_;
    const ConsumerBuffers buffers_;
    FrameBooks books_;
    std::optional<trace::TraceRecorder> trace_;
    platform::Platform platform_;
    dma::HostDma dma_;
    platform::DeviceWatch watch_;
    dma::WatchedRegisters registers_;
    dma::WatchedInterrupts interrupts_;
    dma::FrameQueue queue_;
    dma::CaptureDriver driver_;
    std::optional<dma::BugCheck> stop_;
    platform::Consumer consumer_;
};

}  // namespace

RunResult run_scenario(const Scenario& scenario, const RunOptions& options) {
    const auto begin = std::chrono::steady_clock::now();
    Experiment experiment(scenario, options);
    RunResult result;
    result.document = experiment.run();

    const std::vector<Outcome> outcomes = check(scenario.expect, result.document);
    result.met = std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome& outcome) { return outcome.met; });
    result.document["verdict"] = result.met ? "passed" : "failed";
    result.document["expectations"] = document_of(outcomes);
    for (const dma::DriverEvent& event : experiment.driver().events())
        result.driver_log.push_back({event.time, event.text});
    result.wall_time = std::chrono::steady_clock::now() - begin;
    return result;
}

}  // namespace ghostcard::scenarios
