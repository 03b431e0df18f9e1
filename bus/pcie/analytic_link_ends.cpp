// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/analytic_link.h>

#include <utility>

namespace ghostcard::bus::pcie {

// ---- what comes from outside ----------------------------------------------------------------------------------------

void AnalyticLink::begin(Run& run, Duration now) {
    checkpoint_.reset();
    run.moved = 0;
    run.refused = false;
    streams_.push_back({.run = &run, .number = next_number_++, .from = seen_after(now)});
    refresh(streams_.back());
}

void AnalyticLink::end_requested(Run& run, Duration now) {
    for (Stream& stream : streams_)
        if (stream.run == &run) stream.close_at = std::min(stream.close_at, seen_after(now));
}

void AnalyticLink::request(const Tlp& tlp, std::span<std::byte> data, Duration now) {
    checkpoint_.reset();
    wire(Direction::down).queue.push_back({seen_after(now), next_number_++, tlp, data});
}

void AnalyticLink::complete(const Tlp& tlp, std::span<std::byte> data, Duration now) {
    checkpoint_.reset();
    wire(Direction::up).queue.push_back({seen_after(now + settings_.completer_latency), next_number_++, tlp, data});
}

void AnalyticLink::limit(Bytes max_payload, Bytes max_read_request, Duration now) {
    changes_.push_back({seen_after(now), max_payload, max_read_request});
}

void AnalyticLink::forget(BusRange pages, Duration now) { changes_.push_back({seen_after(now), {}, {}, pages}); }

void AnalyticLink::carry_out_change() {
    const Change change = changes_.front();
    changes_.pop_front();
    checkpoint_.reset();
    known_.reset();
    if (change.forgotten) return iotlb_.forget(*change.forgotten);
    settings_.max_payload = change.max_payload;
    settings_.max_read_request = change.max_read_request;
    for (Stream& stream : streams_) refresh(stream);
}

void AnalyticLink::interrupt(const Tlp& tlp, Duration now) {
    checkpoint_.reset();
    wire(Direction::up).queue.push_back({seen_after(now), next_number_++, tlp});
}

// ---- arrivals -------------------------------------------------------------------------------------------------------

void AnalyticLink::arrive(Wire& wire) {
    Wire& other = wires_[wire.direction == Direction::up ? 1 : 0];
    switch (std::exchange(wire.carries, Carried::nothing)) {
        case Carried::nothing:
        case Carried::skp:
        case Carried::ack: return;
        case Carried::update: {
            Account& account = other.accounts[static_cast<unsigned>(wire.updated)];
            account.headers += account.limit.headers != 0 ? wire.update.headers : 0;
            account.data += account.limit.data != 0 ? wire.update.data : 0;
            return;
        }
        case Carried::tlp: break;
    }
    if (observed()) {
        const auto carried = has_data(wire.tlp.kind) ? wire.data : std::span<std::byte>{};
        report({wire.direction, wire.tlp, to_duration(wire.began), to_duration(now_), carried});
    }
    other.first_unanswered = std::min(other.first_unanswered, now_);
    const Tlp tlp = wire.tlp;
    if (wire.direction == Direction::up)
        arrive_at_root(wire.stream, tlp);
    else
        arrive_at_device(tlp);
}

void AnalyticLink::free(Direction receiver, TlpClass kind, Credits credits) {
    const auto index = static_cast<unsigned>(kind);
    if (wire(receiver).accounts[index].limited()) wire(opposite(receiver)).freed[index].push_back({now_, credits});
}

void AnalyticLink::arrive_at_device(const Tlp& tlp) {
    const TlpClass kind = class_of(tlp.kind);
    free(Direction::down, kind, credits_of(tlp));
    if (kind != TlpClass::completion) return user_.request_arrived(tlp, to_duration(now_));

    Outstanding& oldest = outstanding_.front();
    const bool refused = tlp.status != CompletionStatus::successful;
    oldest.arrived += tlp.bytes;
    if (!refused && oldest.arrived != oldest.bytes) return;
    if (outstanding_.size() == settings_.engine.outstanding_reads) tag_free_at_ = now_;
    const Outstanding ended = oldest;
    outstanding_.pop_front();
    if (refused) ended.stream->run->refused = ended.stream->closed = true;
    if (!ended.stream->run->refused) return moved(*ended.stream, ended.bytes, now_);
    --ended.stream->under_way;
    end_if_over(*ended.stream);
}

void AnalyticLink::arrive_at_root(Stream* stream, const Tlp& tlp) {
    switch (class_of(tlp.kind)) {
        case TlpClass::posted: {
            std::span<const std::byte> data;
            if (stream) data = stream->run->data.subspan(tlp.address - stream->run->address, tlp.bytes);
            const bool message = stream == nullptr || host_.is_message(tlp.address);
            const LinkTime translated_at = message ? now_ : iotlb_.translate(tlp.address, now_);
            ++writes_arrived_;
            if (writes_.empty() && translated_at == now_ && host_.has_unlimited_room())
                accept(tlp, data);
            else
                writes_.push_back({tlp, {data.begin(), data.end()}, translated_at});
            if (stream) moved(*stream, tlp.bytes, now_);
            return;
        }
        case TlpClass::non_posted: {
            const std::span<std::byte> data = stream->run->data.subspan(tlp.address - stream->run->address, tlp.bytes);
            const LinkTime translated_at = iotlb_.translate(tlp.address, now_);
            reads_.push_back({tlp, data, translated_at, read_latency_.next(), writes_arrived_});
            return serve();
        }
        case TlpClass::completion:
            free(Direction::up, TlpClass::completion, credits_of(tlp));
            completions_.push_back({tlp, writes_arrived_});
            return serve();
    }
}

// ---- the device's engine --------------------------------------------------------------------------------------------

void AnalyticLink::begun(Stream& stream, LinkTime from) {
    const std::uint64_t bytes = stream.next_bytes;
    stream.sent += bytes;
    ++stream.under_way;
    refresh(stream);
    if (stream.run->write) {
        write_gate_ = std::max(from + write_interval_, now_);
        return;
    }
    request_gate_ = std::max(from + request_interval_, now_);
    outstanding_.push_back({&stream, bytes});
    ++next_tag_;
}

void AnalyticLink::moved(Stream& stream, std::uint64_t bytes, LinkTime at) {
    --stream.under_way;
    stream.run->moved += bytes;
    if (stream.run->control) stream.run->control->moved(bytes, to_duration(at));
    end_if_over(stream);
}

void AnalyticLink::end_if_over(Stream& stream) {
    if (stream.under_way != 0 || !stream.exhausted()) return;
    Run& run = *stream.run;
    streams_.remove_if([&stream](const Stream& other) { return &other == &stream; });
    user_.run_ended(run, to_duration(now_));
}

/// A run cannot end before what is left of it has gone over the link, or before the device has its last byte; unless
/// the host refuses a read.
LinkTime AnalyticLink::earliest_end(const Stream& stream) const {
    constexpr std::uint64_t least_overhead = 20;
    const Run& run = *stream.run;
    if (stream.close_at != never || stream.exhausted()) return now_;
    const std::uint64_t payload = largest_payload_;
    const std::uint64_t left = run.data.size() - stream.sent;
    const std::uint64_t bytes = left + (left + payload - 1) / payload * least_overhead;
    const Wire& carrier = wire(run.write ? Direction::up : Direction::down);
    const LinkTime link_bound = std::max(now_, carrier.free_at) + static_cast<std::int64_t>(bytes) * byte_;
    const LinkTime last_data = seen_after(run.control ? run.control->ready_at(run.data.size()) : Duration::zero());
    const LinkTime in_full = last_data == never
                                 ? never
                                 : std::max(link_bound, last_data + static_cast<std::int64_t>(least_overhead) * byte_);
    if (run.write) return in_full;
    if (!reads_.empty() && reads_.front().served_at != never) return std::min(in_full, reads_.front().served_at);
    const LinkTime asked = stream.under_way != 0 ? now_ : std::max(now_, from(stream));
    return asked == never ? never : std::min(in_full, asked + to_link_time(settings_.read_latency.minimum));
}

// ---- the root complex -----------------------------------------------------------------------------------------------

LinkTime AnalyticLink::next_write() const {
    if (writes_.empty()) return never;
    return std::max({last_write_, writes_.front().translated_at, writes_.front().room_at});
}

/// The oldest write has been translated; memory may want it to wait.
void AnalyticLink::try_write() {
    ArrivedWrite& oldest = writes_.front();
    if (oldest.room_at == LinkTime::zero()) {
        const Duration room = host_.room_for(oldest.data.size(), to_duration(now_));
        oldest.room_at = room <= to_duration(now_) ? now_ : to_link_time(room);
        if (oldest.room_at > now_) return;
    }
    const ArrivedWrite write = std::move(oldest);
    writes_.pop_front();
    accept(write.tlp, write.data);
}

void AnalyticLink::accept(const Tlp& tlp, std::span<const std::byte> data) {
    last_write_ = now_;
    if (tlp.kind == TlpKind::interrupt)
        user_.interrupt_arrived(tlp, to_duration(now_));
    else
        host_.write(tlp.address, data, to_duration(now_));
    ++writes_accepted_;
    free(Direction::up, TlpClass::posted, credits_of(tlp));
    serve();
}

/// What stands behind the writes that have been accepted goes on.
void AnalyticLink::serve() {
    while (!completions_.empty() && completions_.front().writes <= writes_accepted_) {
        const Tlp tlp = completions_.front().tlp;
        completions_.pop_front();
        user_.completion_arrived(tlp, to_duration(now_));
    }
    for (ArrivedRead& read : reads_) {
        if (read.served_at != never) continue;
        if (read.behind > writes_accepted_) return;
        read.served_at = std::max(last_read_served_, std::max(now_, read.translated_at) + to_link_time(read.latency));
        last_read_served_ = read.served_at;
    }
}

void AnalyticLink::serve_read() {
    const ArrivedRead read = reads_.front();
    reads_.pop_front();
    const bool successful = host_.read(read.tlp.address, read.data, to_duration(now_));
    free(Direction::up, TlpClass::non_posted, credits_of(read.tlp));
    Tlp answer = read.tlp;
    answer.completer = {};
    answer.kind = successful ? TlpKind::completion_data : TlpKind::completion;
    answer.status = successful ? CompletionStatus::successful : CompletionStatus::unsupported_request;
    std::uint64_t left = read.tlp.bytes;
    do {
        answer.byte_count = left;
        answer.bytes = successful ? first_completion(answer.address, left, settings_) : 0;
        const auto data = read.data.subspan(answer.address - read.tlp.address, answer.bytes);
        wire(Direction::down).queue.push_back({now_, next_number_++, answer, data});
        answer.address = answer.address + answer.bytes;
        left -= answer.bytes;
    } while (successful && left > 0);
}

/// What the CPU sends and gets, refusals and interrupts must be told of when they arrive. All else
/// can wait until a run ends.
Duration AnalyticLink::next_due() const {
    const auto is_awaited = [](const Wire& wire, const Tlp& tlp) {
        const bool answers_device = wire.direction == Direction::down && class_of(tlp.kind) == TlpClass::completion;
        return !answers_device || tlp.status != CompletionStatus::successful;
    };
    const bool punctual = std::any_of(wires_.begin(), wires_.end(), [&](const Wire& wire) {
        return (wire.carries == Carried::tlp && wire.stream == nullptr && is_awaited(wire, wire.tlp)) ||
               std::any_of(wire.queue.begin(), wire.queue.end(),
                           [&](const Queued& queued) { return is_awaited(wire, queued.tlp); });
    });
    const bool message = std::any_of(writes_.begin(), writes_.end(), [this](const ArrivedWrite& write) {
        return write.tlp.kind == TlpKind::interrupt || host_.is_message(write.tlp.address);
    });
    LinkTime due = punctual || message || !completions_.empty() ? now_ : never;
    for (const Stream& stream : streams_) due = std::min(due, earliest_end(stream));
    return due == never ? Duration::max() : to_duration(std::max(due, plan().at));
}

}  // namespace ghostcard::bus::pcie
