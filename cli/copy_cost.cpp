// SPDX-License-Identifier: MIT
#include "copy_cost.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <thread>
#include <vector>

namespace ghostcard::cli {

CopyCost measure_copy_cost(const CopyCostRequest& request) {
    using Clock = std::chrono::steady_clock;
    const std::size_t frame = request.frame.count;
    std::vector<std::byte> from(frame * request.frames, std::byte{1});
    std::vector<std::byte> to(frame * request.frames, std::byte{2});
    const std::chrono::duration<double> period(static_cast<double>(frame) / static_cast<double>(request.rate.count));

    CopyCost cost;
    std::chrono::duration<double> copying{};
    const auto begin = Clock::now();
    auto end = begin;
    do {
        std::this_thread::sleep_until(begin + std::chrono::duration_cast<Clock::duration>(period * cost.frames));
        const std::size_t at = cost.frames % request.frames * frame;
        const auto before = Clock::now();
        std::memcpy(to.data() + at, from.data() + at, frame);
        end = Clock::now();
        copying += end - before;
        ++cost.frames;
    } while (end - begin < request.time);

    const double bytes = static_cast<double>(frame) * cost.frames;
    const std::chrono::duration<double> lasted =
        std::max<std::chrono::duration<double>>(end - begin, period * cost.frames);
    cost.bytes_per_second = bytes / copying.count();
    cost.achieved_rate = bytes / lasted.count();
    cost.share_of_processor = copying / lasted;
    return cost;
}

}  // namespace ghostcard::cli
