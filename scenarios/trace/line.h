// SPDX-License-Identifier: MIT
#pragma once

#include "perfetto_file.h"

#include <cstddef>
#include <vector>

namespace ghostcard::scenarios::trace {

/// One line of the display, or several whose events come together: in the order of time.
class Line {
public:
    virtual ~Line() = default;

    /// Where its events go; before they are written.
    void place(PerfettoFile::Track track) { tracks_.push_back(track); }
    /// When its next event is; Duration::max(): there is none.
    virtual Duration next() const = 0;
    /// Writes that, or all events of its instant if it is several lines.
    virtual void write_next(PerfettoFile& file) = 0;

protected:
    /// Counted from the top.
    PerfettoFile::Track track(std::size_t number = 0) const { return tracks_[number]; }

private:
    std::vector<PerfettoFile::Track> tracks_;
};

}  // namespace ghostcard::scenarios::trace
