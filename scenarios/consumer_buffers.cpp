// SPDX-License-Identifier: MIT
#include "consumer_buffers.h"

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/input_error.h>

#include <algorithm>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

dma::NegotiatedAllocator negotiate(const Scenario& scenario, std::uint64_t bytes) {
    const dma::ConsumerSettings& consumer = scenario.consumer;
    const dma::AllocatorProperties wanted{.alignment = static_cast<std::int32_t>(consumer.alignment.count),
                                          .prefix = static_cast<std::int32_t>(consumer.prefix.count)};
    auto negotiated = dma::negotiate({.buffers = static_cast<std::int32_t>(consumer.buffers),
                                      .bytes = static_cast<std::int32_t>(bytes),
                                      .alignment = static_cast<std::int32_t>(scenario.card.dma.alignment.count)},
                                     *consumer.allocator, wanted);
    if (!negotiated.connected())
        throw InputError(
            fmt::format("consumer.allocator: no allocator gives card.dma.alignment {}; at most {} is "
                        "possible",
                        to_text(scenario.card.dma.alignment), to_text(Bytes{dma::MemoryAllocator::granularity})));
    return negotiated;
}

}  // namespace

ConsumerBuffers::ConsumerBuffers(const Scenario& scenario, std::uint64_t bytes)
    : alignment_(scenario.card.dma.alignment.count),
      page_offsets_(scenario.consumer.buffers, scenario.consumer.page_offset.count) {
    const dma::ConsumerSettings& consumer = scenario.consumer;
    for (const auto& [key, value] :
         {std::pair("consumer.alignment", consumer.alignment), std::pair("consumer.prefix", consumer.prefix)})
        if (!consumer.allocator && value.count != 0)
            throw InputError(
                fmt::format("{} is {}, and consumer.allocator is 'none'; it is what a peer asks for, so it "
                            "takes one",
                            key, to_text(value)));
    if (consumer.allocator) {
        negotiated_ = negotiate(scenario, bytes);
        const auto pointers = negotiated_->allocator->pointers();
        for (std::size_t i = 0; i < page_offsets_.size(); ++i) page_offsets_[i] = pointers[i] % page_size;
    }
    keeps_alignment_ =
        negotiated_
            ? negotiated_->keeps_alignment(static_cast<std::int32_t>(alignment_))
            : std::ranges::all_of(page_offsets_, [this](std::uint64_t offset) { return offset % alignment_ == 0; });
}

nlohmann::ordered_json ConsumerBuffers::document() const {
    nlohmann::ordered_json document{{"alignment_kept", keeps_alignment_}};
    if (!negotiated_) return document;
    const dma::AllocatorProperties& actual = negotiated_->allocator->properties();
    document["allocator"] = {{"of", negotiated_->downstream_allocator ? "downstream" : "capture"},
                             {"buffers", actual.buffers},
                             {"bytes", actual.bytes},
                             {"alignment", actual.alignment},
                             {"prefix", actual.prefix}};
    return document;
}

}  // namespace ghostcard::scenarios
