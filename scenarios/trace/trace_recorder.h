// SPDX-License-Identifier: MIT
#pragma once

#include "bus_tracks.h"
#include "link_tracks.h"
#include "memory_level.h"
#include "perfetto_file.h"
#include "timeline.h"

#include <ghostcard/dma/frame_queue.h>
#include <ghostcard/model/card.h>
#include <ghostcard/platform/platform.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ghostcard::scenarios::trace {

/// Watches a platform and writes what happened as a Perfetto trace: video lines, frame life, card memory, DMA bursts,
/// bus or link, interrupts, ISR, DPC and copy. docs/traces.md says what they show. The same for both timings of the
/// bus.
class TraceRecorder : private model::CardObserver, private platform::CpuObserver {
public:
    /// Before the simulation; it must outlive the platform. Throws InputError if the file cannot be written.
    TraceRecorder(const std::filesystem::path& path, std::string title, platform::Platform& platform,
                  bus::pci::TraceWindow window);

    /// A frame has reached the consumer.
    void delivered(const dma::Frame& frame);
    /// After the simulation: writes all and gives the file its name.
    void commit();

private:
    void frame_begins(const model::Frame& frame, const model::FrameLayout& layout, Duration last_pixel) override;
    void frame_dropped(std::uint64_t number) override;
    void frame_finished(std::uint64_t number) override;
    void memory_taken(std::uint64_t bytes, std::span<const Duration> instants) override {
        for (const Duration at : instants) memory_level_.taken(bytes, at);
    }
    void memory_cleared(std::uint64_t left, bool arriving, Duration at) override {
        memory_level_.cleared(left, arriving, at);
    }

    void begins(platform::CpuActivity activity) override;
    void ends(platform::CpuActivity activity) override;
    void line_changed(bool asserted) override;
    void message_arrived() override;

    struct Activity {
        Timeline::Track& track;
        Name name;
        std::vector<std::size_t> open{};  ///< Innermost last.
    };

    void add_lines(const model::Frame& frame);
    Name name_of_line(std::uint32_t line);
    void add_video(Duration begin, Duration end, Name name);
    void end_frame(std::uint64_t number, std::string_view outcome);
    void open(Activity& activity);
    void close(Activity& activity);
    Activity& of(platform::CpuActivity activity) { return cpu_[static_cast<std::size_t>(activity)]; }

    const std::string title_;
    const model::VideoInput& video_;
    const bus::pci::TraceWindow window_;
    PerfettoFile file_;
    Timeline timeline_;

    Timeline::Track& lines_;
    Timeline::Track& frames_;
    Activity line_;
    std::array<Activity, 3> cpu_;  ///< By CpuActivity.
    MemoryLevel memory_level_;
    std::optional<BusTracks> bus_;
    std::optional<LinkTracks> link_;

    const Name message_name_, blanking_name_;
    std::vector<std::optional<Name>> line_names_;
    std::unordered_map<std::uint64_t, std::size_t> living_;      ///< Frames by number.
    std::unordered_map<std::uint32_t, std::uint64_t> finished_;  ///< Their numbers by the card's FRAME_COUNT.
    std::uint32_t finished_count_ = 0;
};

}  // namespace ghostcard::scenarios::trace
