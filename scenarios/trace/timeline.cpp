// SPDX-License-Identifier: MIT
#include "timeline.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace ghostcard::scenarios::trace {
namespace {

/// Slices one after the other.
class SliceLine : public Line {
public:
    void add(const Timeline::Slice& slice) { slices_.push_back(&slice); }
    Duration end() const { return slices_.back()->end; }

    Duration next() const override {
        if (position_ == slices_.size()) return Duration::max();
        return inside_ ? slices_[position_]->end : slices_[position_]->begin;
    }
    void write_next(PerfettoFile& file) override {
        const Timeline::Slice& slice = *slices_[position_];
        if (inside_)
            file.end(slice.end, track());
        else if (slice.instant)
            file.instant(slice.begin, track(), slice.name);
        else
            file.begin(slice.begin, track(), slice.name, slice.arguments);
        inside_ = !inside_ && !slice.instant;
        if (!inside_) ++position_;
    }

private:
    std::vector<const Timeline::Slice*> slices_;
    std::size_t position_ = 0;
    bool inside_ = false;
};

class CounterLine : public Line {
public:
    using Values = std::deque<std::pair<Duration, std::uint64_t>>;
    explicit CounterLine(const Values& values) : next_(values.begin()), end_(values.end()) {}

    Duration next() const override { return next_ == end_ ? Duration::max() : next_->first; }
    void write_next(PerfettoFile& file) override {
        file.count(next_->first, track(), next_->second);
        ++next_;
    }

private:
    Values::const_iterator next_;
    const Values::const_iterator end_;
};

/// Those in the window, cut to it, in the order of their beginnings.
void cut(std::vector<Timeline::Slice>& slices, bus::pci::TraceWindow window) {
    std::erase_if(slices, [&](const auto& slice) { return !window.shows(slice.begin, slice.end); });
    for (Timeline::Slice& slice : slices) {
        slice.begin = std::max(slice.begin, window.from);
        slice.end = std::min(slice.end, window.to);
    }
    const auto before = [](const Timeline::Slice& a, const Timeline::Slice& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    };
    if (!std::is_sorted(slices.begin(), slices.end(), before)) std::sort(slices.begin(), slices.end(), before);
}

/// A line and when its next event is; of those of the same instant the upper line's comes first.
struct Turn {
    Duration next;
    std::size_t place;
    Line* line;

    bool operator<(const Turn& other) const { return next != other.next ? next < other.next : place < other.place; }
};

void merge(const std::vector<Line*>& lines, PerfettoFile& file) {
    std::vector<Turn> turns;
    for (Line* const line : lines) turns.push_back({line->next(), turns.size(), line});
    std::vector<Turn*> order;
    for (Turn& turn : turns) order.push_back(&turn);
    std::sort(order.begin(), order.end(), [](const Turn* a, const Turn* b) { return *a < *b; });
    while (!order.empty() && order.front()->next != Duration::max()) {
        Turn* const turn = order.front();
        turn->line->write_next(file);
        turn->next = turn->line->next();
        auto behind = std::next(order.begin());
        for (; behind != order.end() && **behind < *turn; ++behind) *std::prev(behind) = *behind;
        *std::prev(behind) = turn;
    }
}

}  // namespace

void Timeline::write(PerfettoFile& file, std::string_view title, bus::pci::TraceWindow window) {
    const PerfettoFile::Track root = file.add_root(title);
    std::deque<SliceLine> slice_lines;
    std::deque<CounterLine> counter_lines;
    std::vector<Line*> lines;
    unsigned rank = 0;
    const auto place = [&](Line& line, const std::string& name) {
        line.place(file.add_track(name, root, rank));
        if (lines.empty() || lines.back() != &line) lines.push_back(&line);
    };
    for (Track& track : tracks_) {
        if (track.line_ != nullptr) place(*track.line_, track.name_);
        cut(track.slices_, window);
        std::vector<SliceLine*> of_track;
        for (const Slice& slice : track.slices_) {
            auto free = std::find_if(of_track.begin(), of_track.end(),
                                     [&](const SliceLine* line) { return line->end() <= slice.begin; });
            if (free == of_track.end()) {
                free = of_track.insert(free, &slice_lines.emplace_back());
                place(**free, track.name_);
            }
            (*free)->add(slice);
        }
        ++rank;
    }
    for (const Counter& counter : counters_) {
        Line& line = counter_lines.emplace_back(counter.values_);
        line.place(file.add_byte_counter(counter.name_, root, rank++));
        lines.push_back(&line);
    }
    merge(lines, file);
}

}  // namespace ghostcard::scenarios::trace
