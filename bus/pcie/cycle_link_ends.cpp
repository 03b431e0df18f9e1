// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/cycle_link.h>

#include <utility>

namespace ghostcard::bus::pcie {

// ---- the device's engine --------------------------------------------------------------------------------------------

void CycleLink::begin(Run& run, Duration now) {
    streams_.push_back({&run, next_number_++, seen_after(now)});
    run.moved = 0;
    run.refused = false;
    try_to_send(wire(Direction::up), streams_.back().from);
}

void CycleLink::end_requested(Run& run, Duration now) {
    const auto asked = std::find_if(streams_.begin(), streams_.end(), [&](auto& stream) { return stream.run == &run; });
    if (asked == streams_.end()) return;
    at(seen_after(now), Phase::outside, [this, number = asked->number] {
        for (Stream& stream : streams_)
            if (stream.number == number) return close(stream);
    });
}

void CycleLink::limit(Bytes max_payload, Bytes max_read_request, Duration now) {
    at(seen_after(now), Phase::outside, [this, max_payload, max_read_request] {
        settings_.max_payload = max_payload;
        settings_.max_read_request = max_read_request;
        try_to_send(wire(Direction::up), now_);  // a shorter TLP wants fewer credits
    });
}

void CycleLink::forget(BusRange pages, Duration now) {
    at(seen_after(now), Phase::outside, [this, pages] { iotlb_.forget(pages); });
}

/// From when on the stream's next TLP can be sent: the link has seen the run, the device has the data, the engine is as
/// far, and a tag is free.
LinkTime CycleLink::next_from(const Stream& stream) const {
    const Run& run = *stream.run;
    if (stream.closed || stream.sent == run.data.size()) return never;
    if (!run.write && outstanding_.size() == settings_.engine.outstanding_reads) return never;
    return std::max({stream.from, seen_after(run.ready_after(stream.sent)),
                     run.write ? write_gate_ : std::max(request_gate_, tag_free_at_)});
}

std::optional<CycleLink::Waiting> CycleLink::next_of(Stream& stream) {
    const Run& run = *stream.run;
    const LinkTime from = next_from(stream);
    if (from == never) return std::nullopt;
    const std::uint64_t bytes = run.next_bytes(stream.sent, settings_);
    Waiting next{from, stream.number, {}, run.data.subspan(stream.sent, bytes), &stream};
    next.tlp = {.kind = run.write ? TlpKind::memory_write : TlpKind::memory_read,
                .requester = device_,
                .tag = run.write ? std::uint8_t{0} : next_tag_,
                .address = run.address + stream.sent,
                .bytes = bytes};
    return next;
}

/// The engine makes TLPs at its own pace, the next one no earlier than the present one leaves.
void CycleLink::begun(Stream& stream, const Waiting& sent) {
    const auto interval = [](std::uint64_t per_second) {
        return LinkTime(per_second == 0 ? 0 : LinkTime::period::den / static_cast<std::int64_t>(per_second));
    };
    stream.sent += sent.tlp.bytes;
    ++stream.under_way;
    if (stream.run->write) {
        write_gate_ = std::max(sent.from + interval(settings_.engine.writes_per_second), now_);
    } else {
        request_gate_ = std::max(sent.from + interval(settings_.engine.requests_per_second), now_);
        outstanding_.push_back({&stream, sent.tlp.bytes});
        ++next_tag_;
    }
}

void CycleLink::moved(Stream& stream, std::uint64_t bytes) {
    --stream.under_way;
    stream.run->moved += bytes;
    if (stream.run->control) stream.run->control->moved(bytes, to_duration(now_));
    end_if_over(stream);
}

void CycleLink::close(Stream& stream) {
    stream.closed = true;
    end_if_over(stream);
    try_to_send(wire(Direction::up), now_);  // what it held up for want of credits
}

void CycleLink::end_if_over(Stream& stream) {
    Run& run = *stream.run;
    if (stream.under_way != 0 || (!stream.closed && stream.sent != run.data.size())) return;
    streams_.remove_if([&](const Stream& other) { return &other == &stream; });
    user_.run_ended(run, to_duration(now_));
}

void CycleLink::complete(const Tlp& tlp, std::span<std::byte> data, Duration now) {
    const LinkTime from = to_link_time(now) + to_link_time(settings_.completer_latency) + LinkTime(1);
    wire(Direction::up).queue.push_back({from, next_number_++, tlp, data});
    try_to_send(wire(Direction::up), from);
}

void CycleLink::interrupt(const Tlp& tlp, Duration now) {
    wire(Direction::up).queue.push_back({seen_after(now), next_number_++, tlp});
    try_to_send(wire(Direction::up), seen_after(now));
}

void CycleLink::arrive_at_device(const Waiting& arrived) {
    const TlpClass kind = class_of(arrived.tlp.kind);
    free(Direction::down, kind, credits_of(arrived.tlp));
    if (kind != TlpClass::completion) return user_.request_arrived(arrived.tlp, to_duration(now_));

    Outstanding& request = outstanding_.front();
    Stream& stream = *request.stream;
    const bool refused = arrived.tlp.status != CompletionStatus::successful;
    request.arrived += arrived.tlp.bytes;
    if (!refused && request.arrived < request.bytes) return;

    if (outstanding_.size() == settings_.engine.outstanding_reads) tag_free_at_ = now_;
    const std::uint64_t bytes = request.bytes;
    outstanding_.pop_front();
    if (refused) stream.run->refused = stream.closed = true;
    if (stream.run->refused) {  // what comes behind a gap is of no use
        --stream.under_way;
        end_if_over(stream);
    } else {
        moved(stream, bytes);
    }
    try_to_send(wire(Direction::up), now_);
}

// ---- the root complex -----------------------------------------------------------------------------------------------

void CycleLink::request(const Tlp& tlp, std::span<std::byte> data, Duration now) {
    wire(Direction::down).queue.push_back({seen_after(now), next_number_++, tlp, data});
    try_to_send(wire(Direction::down), seen_after(now));
}

void CycleLink::arrive_at_root(const Waiting& arrived) {
    const BusAddress address = arrived.tlp.address;
    switch (class_of(arrived.tlp.kind)) {
        case TlpClass::posted: {
            ++writes_arrived_;
            const bool message = arrived.tlp.kind == TlpKind::interrupt || host_.is_message(address);
            const LinkTime translated_at = message ? now_ : iotlb_.translate(address, now_);
            writes_.push_back({arrived.tlp, {arrived.data.begin(), arrived.data.end()}, translated_at});
            if (writes_.size() == 1) accept_writes();
            if (arrived.stream) moved(*arrived.stream, arrived.tlp.bytes);
            return;
        }
        case TlpClass::non_posted:
            reads_.push_back(
                {arrived.tlp, arrived.data, iotlb_.translate(address, now_), read_latency_.next(), writes_arrived_});
            return serve_waiting();
        case TlpClass::completion:
            free(Direction::up, TlpClass::completion, credits_of(arrived.tlp));
            completions_.push_back({arrived.tlp, writes_arrived_});
            return serve_waiting();
    }
}

/// Writes are accepted in order, when they are translated and memory has room for them.
void CycleLink::accept_writes() {
    if (writes_.empty()) return;
    at(std::max(now_, writes_.front().translated_at), Phase::write, [this] {
        const Duration room = host_.room_for(writes_.front().data.size(), to_duration(now_));
        if (room <= to_duration(now_)) return accept_write();
        at(to_link_time(room), Phase::write, [this] { accept_write(); });
    });
}

void CycleLink::accept_write() {
    const ArrivedWrite write = std::exchange(writes_.front(), {});
    writes_.pop_front();
    if (write.tlp.kind == TlpKind::interrupt)
        user_.interrupt_arrived(write.tlp, to_duration(now_));
    else
        host_.write(write.tlp.address, write.data, to_duration(now_));
    ++writes_accepted_;
    free(Direction::up, TlpClass::posted, credits_of(write.tlp));
    serve_waiting();
    accept_writes();
}

/// Reads and completions push the writes before them (2.4.1). Reads are answered in their order.
void CycleLink::serve_waiting() {
    while (!completions_.empty() && completions_.front().behind <= writes_accepted_) {
        const Tlp tlp = completions_.front().tlp;
        completions_.pop_front();
        user_.completion_arrived(tlp, to_duration(now_));
    }
    while (!reads_.empty() && reads_.front().behind <= writes_accepted_) {
        const ArrivedRead read = reads_.front();
        reads_.pop_front();
        const LinkTime ready = std::max(now_, read.translated_at) + to_link_time(read.latency);
        last_read_served_ = std::max(last_read_served_, ready);
        at(last_read_served_, Phase::read, [this, read] { serve_read(read); });
    }
}

void CycleLink::serve_read(const ArrivedRead& read) {
    Wire& down = wire(Direction::down);
    const bool successful = host_.read(read.tlp.address, read.data, to_duration(now_));
    free(Direction::up, TlpClass::non_posted, credits_of(read.tlp));
    Tlp completion{.kind = successful ? TlpKind::completion_data : TlpKind::completion,
                   .requester = read.tlp.requester,
                   .tag = read.tlp.tag,
                   .address = read.tlp.address,
                   .byte_count = read.tlp.bytes};
    if (!successful) {
        completion.status = CompletionStatus::unsupported_request;
        down.queue.push_back({now_, next_number_++, completion});
    }
    while (successful && completion.byte_count > 0) {
        completion.bytes = first_completion(completion.address, completion.byte_count, settings_);
        const std::uint64_t offset = completion.address - read.tlp.address;
        down.queue.push_back({now_, next_number_++, completion, read.data.subspan(offset, completion.bytes)});
        completion.address = completion.address + completion.bytes;
        completion.byte_count -= completion.bytes;
    }
    try_to_send(down, now_);
}

}  // namespace ghostcard::bus::pcie
