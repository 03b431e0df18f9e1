// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/time.h>
#include <ghostcard/registers/dma_error_code.h>

#include <cstdint>
#include <map>

namespace ghostcard::dma {

/// Counted since start().
struct DriverStatistics {
    std::uint64_t frames = 0;          ///< Delivered to the consumer.
    std::uint64_t starved = 0;         ///< Finished by the card and skipped: the consumer had no buffer for them.
    std::uint64_t card_drops = 0;      ///< DROPPED_FRAMES, as last read.
    std::uint64_t dma_operations = 0;  ///< Accepted by the card or refused by it.
    std::map<registers::DmaErrorCode, std::uint64_t> dma_errors;
    std::uint64_t interrupts_claimed = 0;
    std::uint64_t interrupts_declined = 0;
    std::uint64_t deferred_calls = 0;
    std::uint64_t bytes_copied = 0;
    Duration copy_time{};
    std::uint64_t mappings_per_frame = 0;  ///< Runs of bus addresses that the largest frame consisted of.
};

}  // namespace ghostcard::dma
