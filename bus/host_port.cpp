// SPDX-License-Identifier: MIT
#include <ghostcard/bus/host_port.h>

#include <ghostcard/bus/sim_time.h>
#include <ghostcard/bus/translated_memory.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace ghostcard::bus {
namespace {

/// Settling costs nothing extra when it is done in batches.
constexpr std::uint64_t settle_after = 64u << 10;
constexpr std::uint64_t largest_lookup = (1ull << 32) - 1;  // of bytes that lie together, less one

}  // namespace

/// What the operating system programs; accesses that came before a change see the old state.
class HostPort::SettledTranslation : public Translation {
public:
    SettledTranslation(HostPort& port, RequesterId requester, Translation& translation)
        : port_(port), requester_(requester), translation_(translation) {}

    std::optional<std::uint64_t> constant_offset() const override { return translation_.constant_offset(); }
    std::optional<BusAddress> map(PhysicalRange pages, DmaDirection direction,
                                  const DmaConstraints& constraints) override {
        port_.catch_up();
        const auto base = translation_.map(pages, direction, constraints);
        if (base) port_.translation_changed(requester_, *BusRange::of(*base, pages.size()));
        return base;
    }
    std::optional<BusAddress> map_pages(std::span<const PhysicalAddress> pages, DmaDirection direction,
                                        const DmaConstraints& constraints) override {
        port_.catch_up();
        const auto base = translation_.map_pages(pages, direction, constraints);
        if (base) port_.translation_changed(requester_, *BusRange::of(*base, pages.size() * page_size));
        return base;
    }
    void unmap(BusRange range) override {
        port_.catch_up();
        translation_.unmap(range);
        port_.translation_changed(requester_, range);
    }

private:
    HostPort& port_;
    const RequesterId requester_;
    Translation& translation_;
};

HostPort::HostPort(const sc_core::sc_module_name& name, const HostMemory& memory,
                   std::unique_ptr<BusTranslation> translation, const PostingSettings& posting)
    : HostPort(name, std::make_unique<TranslatedMemory>(memory, std::move(translation)), posting) {}

HostPort::HostPort(const sc_core::sc_module_name& name, std::unique_ptr<DmaMemory> memory,
                   const PostingSettings& posting)
    : sc_module(name), memory_(std::move(memory)), posting_(posting) {
    SC_HAS_PROCESS(HostPort);
    SC_METHOD(deliver_messages);
    sensitive << message_due_;
    dont_initialize();
}

HostPort::~HostPort() = default;

bool HostPort::decodes(BusAddress address, bool write) const {
    return is_message(address) ? write : memory_->decodes(address);
}

std::span<std::byte> HostPort::locate(RequesterId requester, BusRange range, bool write) const {
    const bool known = located_ && located_->requester == requester && located_->write == write &&
                       located_->range.contains(range.base());
    if (!known) {
        located_.reset();
        const std::uint64_t to_the_end = std::min(~range.base().value, largest_lookup) + 1;
        const std::span<std::byte> found = memory_->reach(requester, *BusRange::of(range.base(), to_the_end), write);
        if (found.empty()) return {};
        located_ = {requester, write, *BusRange::of(range.base(), found.size()), found};
    }
    const std::uint64_t offset = range.base() - located_->range.base();
    return located_->memory.subspan(offset, std::min(range.size(), located_->range.size() - offset));
}

void HostPort::record_fault(const TranslationFault& fault) {
    if (faults_.size() < recorded_faults) faults_.push_back(fault);
    ++fault_count_;
    if (fault_listener_) fault_listener_(fault);
}

std::uint64_t HostPort::room(Duration at) {
    if (posting_.buffer.count == 0) return std::numeric_limits<std::uint64_t>::max();
    posted_.settle(at, *memory_);
    return posting_.buffer.count - std::min(posting_.buffer.count, posted_.pending());
}

Duration HostPort::room_for(std::uint64_t bytes, Duration at) {
    if (has_unlimited_room()) return at;
    posted_.settle(at, *memory_);
    return std::max(at, posted_.pending_at_most(posting_.buffer.count - std::min(posting_.buffer.count, bytes)));
}

/// Writes leave the buffer in order, each after the delay and no faster than the drain allows.
Duration HostPort::next_visible(std::uint64_t bytes, Duration at) {
    Duration drained = last_visible_;
    if (posting_.drain.count != 0)
        drained += Duration(static_cast<std::int64_t>(bytes * 1'000'000'000'000u / posting_.drain.count));
    last_visible_ = std::max(at + posting_.delay, drained);
    return last_visible_;
}

void HostPort::post(std::span<std::byte> memory, std::span<const std::byte> data, Duration at) {
    const Duration visible_at = next_visible(data.size(), at);
    if (!memory_->keeps_contents() && has_unlimited_room()) return;
    if (visible_at <= simulated_now() && has_unlimited_room()) {  // a bus that lagged behind
        posted_.settle(visible_at, *memory_);
        std::memcpy(memory.data(), data.data(), data.size());
        memory_->written(memory);
        return;
    }
    posted_.post(memory, data, visible_at);
    if (posted_.pending() >= settle_after) posted_.settle(at, *memory_);
}

void HostPort::post_message(BusAddress address, std::uint16_t data, Duration at) {
    messages_.push_back({address, data, next_visible(sizeof data, at)});
    message_due_.notify(to_sc_time(messages_.front().visible_at - simulated_now()));
}

void HostPort::deliver_messages() {
    while (!messages_.empty() && messages_.front().visible_at <= simulated_now()) {
        const Message message = messages_.front();
        messages_.pop_front();
        ++message_count_;
        if (message_sink_) message_sink_->message(message.address, message.data);
    }
    if (!messages_.empty()) message_due_.notify(to_sc_time(messages_.front().visible_at - simulated_now()));
}

void HostPort::catch_up() const {
    for (const auto& catch_up : catch_up_) catch_up();
}

void HostPort::push() {
    catch_up();
    flush();
}

void HostPort::translation_changed(RequesterId requester, BusRange range) {
    located_.reset();
    for (const auto& changed : changed_) changed(requester, range);
}

void HostPort::settle() {
    catch_up();
    posted_.settle(simulated_now(), *memory_);
}

Translation& HostPort::translation_for(RequesterId requester) {
    auto& translation = device_translations_[requester];
    if (!translation)
        translation = std::make_unique<SettledTranslation>(*this, requester, memory_->for_device(requester));
    return *translation;
}

}  // namespace ghostcard::bus
