// SPDX-License-Identifier: MIT
#include <ghostcard/dma/stack/dma_service.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace ghostcard::dma {

DmaService::DmaService(AdapterObject& adapter, Clock& clock, std::uint64_t length)
    : adapter_(adapter), clock_(clock), buffer_(adapter.allocate_common_buffer(length)) {}

DmaService::~DmaService() {
    if (buffer_) adapter_.free_common_buffer(buffer_->bytes.size(), buffer_->bus_address, buffer_->bytes.data());
}

std::optional<BusAddress> DmaService::bus_address() const {
    return buffer_ ? std::optional(buffer_->bus_address) : std::nullopt;
}

void DmaService::read(std::span<std::byte> destination, std::function<void(std::uint64_t)> done) {
    requests_.push_back({destination, std::move(done)});
}

bool DmaService::filled(std::uint64_t bytes) {
    if (requests_.empty() || !buffer_) return false;
    const Request request = std::move(requests_.front());
    requests_.pop_front();
    const std::uint64_t moved = std::min({bytes, request.destination.size(), buffer_->bytes.size()});
    std::memcpy(request.destination.data(), buffer_->bytes.data(), moved);
    clock_.charge_copy(moved);
    bytes_copied_ += moved;
    request.done(moved);
    return true;
}

void DmaService::cancel() {
    for (const Request& request : std::exchange(requests_, {})) request.done(0);
}

}  // namespace ghostcard::dma
