// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/stream/allocator_negotiation.h>
#include <ghostcard/scenarios/scenario.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace ghostcard::scenarios {

/// Where the consumer's buffers begin, and who has decided it.
class ConsumerBuffers {
public:
    /// Buffers of so many bytes, negotiated if the scenario wants that. Throws InputError where nobody can give what
    /// the card needs, or the scenario's keys contradict each other.
    ConsumerBuffers(const Scenario& scenario, std::uint64_t bytes);

    /// Of each buffer in its first page.
    const std::vector<std::uint64_t>& page_offsets() const { return page_offsets_; }
    /// "consumer" of the result.
    nlohmann::ordered_json document() const;

private:
    std::uint64_t alignment_;
    std::optional<dma::NegotiatedAllocator> negotiated_;
    std::vector<std::uint64_t> page_offsets_;
    bool keeps_alignment_;
};

}  // namespace ghostcard::scenarios
