// SPDX-License-Identifier: MIT
#pragma once

#include "line.h"
#include "perfetto_file.h"

#include <ghostcard/bus/pci/trace_window.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace ghostcard::scenarios::trace {

/// What happened, by tracks, in whatever order it became known; write() puts it in the order of time. Slices that the
/// window's edges cut are shown in part.
class Timeline {
public:
    struct Slice {
        Duration begin{};
        Duration end = Duration::max();  ///< Not known yet: it lasts as long as the trace.
        Name name{};
        Arguments arguments{};
        bool instant = false;
    };

    /// A track with slices. Those that overlap stand on several lines.
    class Track {
    public:
        explicit Track(std::string name) : name_(std::move(name)) {}

        std::size_t add(const Slice& slice) {
            slices_.push_back(slice);
            return slices_.size() - 1;
        }
        Slice& operator[](std::size_t index) { return slices_[index]; }

    private:
        friend Timeline;
        std::string name_;
        std::vector<Slice> slices_;
        Line* line_ = nullptr;
    };

    /// A track with a number of bytes that holds until the next.
    class Counter {
    public:
        explicit Counter(std::string name) : name_(std::move(name)) {}

        /// In the order of time; the last one of an instant counts.
        void add(Duration time, std::uint64_t value) {
            if (!values_.empty() && values_.back().first == time) values_.pop_back();
            values_.emplace_back(time, value);
        }

    private:
        friend Timeline;
        std::string name_;
        std::deque<std::pair<Duration, std::uint64_t>> values_;  ///< There may be millions.
    };

    /// Stand one below the other in the order in which they are added; references stay valid.
    Track& add_track(std::string name) { return tracks_.emplace_back(std::move(name)); }
    /// One that keeps its events itself; a line that is several is added once for each of them, in a row.
    void add_line(std::string name, Line& line) { add_track(std::move(name)).line_ = &line; }
    Counter& add_counter(std::string name) { return counters_.emplace_back(std::move(name)); }

    void write(PerfettoFile& file, std::string_view title, bus::pci::TraceWindow window);

private:
    std::deque<Track> tracks_;
    std::deque<Counter> counters_;
};

}  // namespace ghostcard::scenarios::trace
