// SPDX-License-Identifier: MIT
#pragma once

#include "perfetto_file.h"

namespace ghostcard::scenarios::trace {

/// One line of the display: events in the order of time.
class Line {
public:
    virtual ~Line() = default;

    /// Where its events go; before they are written.
    void place(PerfettoFile::Track track) { track_ = track; }
    /// When its next event is; Duration::max(): there is none.
    virtual Duration next() const = 0;
    virtual void write_next(PerfettoFile& file) = 0;

protected:
    PerfettoFile::Track track() const { return track_; }

private:
    PerfettoFile::Track track_ = 0;
};

}  // namespace ghostcard::scenarios::trace
