// SPDX-License-Identifier: MIT
#include "transaction_line.h"

#include <algorithm>

namespace ghostcard::scenarios::trace {

void TransactionLine::begin(bus::pci::TraceWindow window) {
    window_ = window;
    std::sort(rows_.begin(), rows_.end(), [](const Record& a, const Record& b) { return a.start < b.start; });
    row_ = rows_.begin();
    settle();
}

/// Comes to rest before a transaction that is shown.
void TransactionLine::settle() {
    next_ = Duration::max();
    for (; row_ != rows_.end(); ++row_, index_ = 0) {
        for (; index_ < row_->times; ++index_) {
            const Duration begin = begin_of_next();
            if (begin > window_.to) return;
            if (!window_.shows(begin, begin + length())) continue;
            next_ = std::max(begin, window_.from);
            return;
        }
    }
}

Duration TransactionLine::next() const { return next_; }

void TransactionLine::write_next(PerfettoFile& file) {
    if (inside_) {
        file.end(next_, track());
        inside_ = false;
        ++index_;
        settle();
        return;
    }
    Arguments arguments{row_->address.value + index_ * row_->step, row_->bytes, {}};
    if (row_->termination != bus::pci::Termination::completed) arguments.outcome = name_of(row_->termination);
    file.begin(next_, track(), names_[row_->master], arguments);
    inside_ = true;
    next_ = std::min(begin_of_next() + length(), window_.to);
}

}  // namespace ghostcard::scenarios::trace
