// SPDX-License-Identifier: MIT
#include "trace_recorder.h"

#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::scenarios::trace {

using bus::simulated_now;
using platform::CpuActivity;
using platform::Platform;

TraceRecorder::TraceRecorder(const std::filesystem::path& path, std::string title, Platform& platform,
                             bus::pci::TraceWindow window)
    : title_(std::move(title)),
      video_(platform.card.video()),
      window_(window),
      file_(path),
      lines_(timeline_.add_track("video lines")),
      frames_(timeline_.add_track("frame life")),
      line_{timeline_.add_track("interrupts"), file_.name("INTA#")},
      cpu_{Activity{timeline_.add_track("ISR"), file_.name("ISR")},
           Activity{timeline_.add_track("DPC"), file_.name("DPC")},
           Activity{timeline_.add_track("copy"), file_.name("copy")}},
      memory_level_(video_, timeline_.add_counter("card memory"), window),
      message_name_(file_.name("MSI")),
      blanking_name_(file_.name("blanking")) {
    if (platform.bus)
        bus_.emplace(platform, timeline_, file_, window);
    else
        platform.root_complex->attach_observer(link_.emplace(timeline_, file_, window));
    platform.card.attach_observer(*this);
    platform.cpu.attach_observer(*this);
}

// ---- card -----------------------------------------------------------------------------------------------------------

void TraceRecorder::frame_begins(const model::Frame& frame, const model::FrameLayout& layout, Duration) {
    const Duration now = simulated_now();
    memory_level_.frame_begins(frame, layout, now);
    living_[frame.number] = frames_.add({.begin = now, .name = file_.name(fmt::format("frame {}", frame.number))});
    add_lines(frame);
}

/// The active part of each line, and vertical blanking where it comes.
void TraceRecorder::add_lines(const model::Frame& frame) {
    const model::Raster& raster = video_.raster();
    const auto at = [&](std::uint64_t clocks) { return raster.instant_of(frame.first_clock + clocks); };
    if (!window_.shows(at(0), at(raster.frame_clocks()))) return;
    for (std::uint32_t line = 0; line < raster.height; ++line) {
        const std::uint64_t begin = raster.line_begin(line);
        const std::uint64_t next = line + 1 < raster.height ? raster.line_begin(line + 1) : raster.frame_clocks();
        add_video(at(begin), at(begin + raster.width), name_of_line(raster.picture_line(line)));
        if (next - begin > raster.line_clocks) add_video(at(begin + raster.line_clocks), at(next), blanking_name_);
    }
}

Name TraceRecorder::name_of_line(std::uint32_t line) {
    if (line_names_.size() <= line) line_names_.resize(line + 1);
    std::optional<Name>& name = line_names_[line];
    if (!name) name = file_.name(fmt::format("line {}", line));
    return *name;
}

void TraceRecorder::add_video(Duration begin, Duration end, Name name) {
    if (window_.shows(begin, end)) lines_.add({begin, end, name});
}

void TraceRecorder::frame_dropped(std::uint64_t number) { end_frame(number, "dropped"); }

void TraceRecorder::frame_finished(std::uint64_t number) { finished_[++finished_count_] = number; }

void TraceRecorder::delivered(const dma::Frame& frame) {
    const auto finished = finished_.find(frame.header.card_frame);
    if (finished == finished_.end()) return;
    end_frame(finished->second, "delivered");
    finished_.erase(finished);
}

void TraceRecorder::end_frame(std::uint64_t number, std::string_view outcome) {
    const auto living = living_.find(number);
    if (living == living_.end()) return;
    frames_[living->second].end = simulated_now();
    frames_[living->second].arguments.outcome = outcome;
    living_.erase(living);
}

// ---- processor ------------------------------------------------------------------------------------------------------

void TraceRecorder::open(Activity& activity) {
    activity.open.push_back(activity.track.add({.begin = simulated_now(), .name = activity.name}));
}

void TraceRecorder::close(Activity& activity) {
    if (activity.open.empty()) return;
    activity.track[activity.open.back()].end = simulated_now();
    activity.open.pop_back();
}

void TraceRecorder::begins(CpuActivity activity) { open(of(activity)); }

void TraceRecorder::ends(CpuActivity activity) { close(of(activity)); }

void TraceRecorder::line_changed(bool asserted) { asserted ? open(line_) : close(line_); }

void TraceRecorder::message_arrived() {
    const Duration now = simulated_now();
    line_.track.add({.begin = now, .end = now, .name = message_name_, .instant = true});
}

void TraceRecorder::commit() {
    const Duration now = simulated_now();
    memory_level_.finish(now);
    const bus::pci::TraceWindow window{window_.from, std::min(now, window_.to)};
    if (bus_) bus_->begin(window);
    timeline_.write(file_, title_, window);
    file_.commit();
}

}  // namespace ghostcard::scenarios::trace
