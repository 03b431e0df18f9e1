// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>

#include <cstdint>
#include <functional>

namespace ghostcard::test {

/// Time that passes only by work: copying at 8 GB/s, and what is stalled.
class FakeClock final : public Clock {
public:
    Duration now() const override { return now_; }
    void stall(Duration duration) override { now_ += duration; }
    void charge_copy(std::uint64_t bytes) override {
        now_ += Duration(static_cast<std::int64_t>(bytes * 125));
        if (during_copy) during_copy();
    }
    void pass(Duration duration) { now_ += duration; }

    /// What happens elsewhere in the machine while a copy is under way.
    std::function<void()> during_copy;

private:
    Duration now_ = seconds(1);
};

}  // namespace ghostcard::test
