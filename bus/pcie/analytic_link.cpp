// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/analytic_link.h>

#include <tuple>

namespace ghostcard::bus::pcie {
namespace {

LinkTime interval(std::uint64_t per_second) {
    return LinkTime(per_second == 0 ? 0 : LinkTime::period::den / static_cast<std::int64_t>(per_second));
}

LinkTime after(LinkTime begin, LinkTime length) { return begin == never ? never : begin + length; }

}  // namespace

AnalyticLink::AnalyticLink(const PcieSettings& settings, RequesterId device, HostSide& host, LinkUser& user)
    : settings_(settings),
      largest_payload_(settings.max_payload.count),
      device_(device),
      host_(host),
      user_(user),
      symbol_(symbol_time(settings)),
      byte_(byte_time(settings)),
      skp_period_(skp_interval(settings) * symbol_),
      ack_latency_(ack_latency(settings) * symbol_),
      update_latency_(update_latency(settings) * symbol_),
      write_interval_(interval(settings.engine.writes_per_second)),
      request_interval_(interval(settings.engine.requests_per_second)),
      iotlb_(settings.iotlb),
      read_latency_(settings.read_latency, "read latency") {
    const auto open = [](Wire& wire, const ReceiverCredits& receiver) {
        const auto account = [](Credits limit) { return Account{limit, limit.headers, limit.data}; };
        wire.accounts = {account(receiver.posted), account(receiver.non_posted), account(receiver.completion)};
    };
    wire(Direction::down).direction = Direction::down;
    open(wire(Direction::up), settings.root);
    open(wire(Direction::down), settings.device);
}

// ---- what could be sent ---------------------------------------------------------------------------------------------

/// What the next TLP of a stream depends on and asks the device for, kept for as long as it holds.
void AnalyticLink::refresh(Stream& stream) const {
    if (stream.exhausted()) return;
    stream.next_bytes = stream.run->next_bytes(stream.sent, settings_);
    const std::uint64_t end = stream.run->burst_end(stream.sent);
    if (stream.data_until == end && stream.data_at != never) return;
    stream.data_until = end;
    stream.data_at = seen_after(stream.run->ready_after(stream.sent));
}

LinkTime AnalyticLink::from(const Stream& stream) const {
    const LinkTime data = std::max(stream.from, stream.data_at);
    return stream.run->write ? std::max(data, write_gate_) : std::max({data, request_gate_, tag_free_at_});
}

/// The stream's next TLP; nothing to send if there is none, or if it waits for a tag.
AnalyticLink::Start AnalyticLink::next_of(const Stream& stream) const {
    const Run& run = *stream.run;
    const bool waits = !run.write && outstanding_.size() == settings_.engine.outstanding_reads;
    if (stream.exhausted() || waits) return {};
    const Tlp tlp{.kind = run.write ? TlpKind::memory_write : TlpKind::memory_read,
                  .address = run.address + stream.sent,
                  .bytes = stream.next_bytes};
    const auto kind = static_cast<unsigned>(class_of(tlp.kind));
    return {.what = Carried::tlp,
            .stream = const_cast<Stream*>(&stream),
            .from = from(stream),
            .has_credits = wire(Direction::up).accounts[kind].covers(credits_of(tlp))};
}

/// The first TLP in the order of asking that nothing holds up: a posted request without credits holds up all that asked
/// later, any other kind itself only.
AnalyticLink::Start AnalyticLink::next_tlp(const Wire& wire) const {
    const bool has_streams = wire.direction == Direction::up && !streams_.empty();
    if (wire.queue.empty() && (!has_streams || streams_.size() == 1)) {  // most often: there is nothing to choose from
        const Start lone = has_streams ? next_of(streams_.front()) : Start{};
        return lone.has_credits ? lone : Start{.from = never};
    }

    std::array<Start, tlp_classes> first;
    std::array<std::uint64_t, tlp_classes> number{};
    const auto consider = [&](TlpClass kind, std::uint64_t its_number, const Start& start) {
        const auto index = static_cast<unsigned>(kind);
        Start& best = first[index];
        if (best.what != Carried::nothing && std::tie(best.from, number[index]) < std::tie(start.from, its_number))
            return;
        best = start;
        number[index] = its_number;
    };

    for (const Queued& queued : wire.queue) {
        const TlpClass kind = class_of(queued.tlp.kind);
        const bool covers = wire.accounts[static_cast<unsigned>(kind)].covers(credits_of(queued.tlp));
        consider(kind, queued.number,
                 {.what = Carried::tlp, .queued = &queued, .from = queued.from, .has_credits = covers});
    }
    if (has_streams) {
        for (const Stream& stream : streams_) {
            const Start next = next_of(stream);
            const TlpClass kind = stream.run->write ? TlpClass::posted : TlpClass::non_posted;
            if (next.what != Carried::nothing) consider(kind, stream.number, next);
        }
    }

    const auto& posted = first[static_cast<unsigned>(TlpClass::posted)];
    const bool posted_waits = posted.what != Carried::nothing;
    Start best;
    best.from = never;
    // completions go before non-posted requests that asked at the same instant, posted ones before either
    for (const TlpClass kind : {TlpClass::posted, TlpClass::completion, TlpClass::non_posted}) {
        const auto index = static_cast<unsigned>(kind);
        const Start& candidate = first[index];
        if (!candidate.has_credits) continue;
        if (kind != TlpClass::posted && posted_waits && posted.from <= candidate.from && !posted.has_credits) continue;
        if (candidate.from < best.from) best = candidate;
    }
    return best;
}

/// A wire that has just become free goes on with what waits for it; an idle one waits for it and for the next symbol.
AnalyticLink::Start AnalyticLink::next_start(const Wire& wire) const {
    if (wire.carries != Carried::nothing) return {};
    const LinkTime skp = skp_due(wire);
    const LinkTime ack = after(wire.first_unanswered, ack_latency_);
    LinkTime update = never;
    for (const auto& freed : wire.freed)
        if (!freed.empty()) update = std::min(update, freed.front().at + update_latency_);
    Start tlp = next_tlp(wire);

    const LinkTime first = std::min({skp, ack, update, tlp.from});
    if (first == never) return {};
    const bool goes_on = wire.free_at == now_ && first <= now_;
    const LinkTime begin = goes_on ? now_ : next_symbol(std::max(first, now_));
    if (skp <= begin) return {.at = next_symbol(begin), .what = Carried::skp};
    if (ack <= begin) return {.at = begin, .what = Carried::ack};
    for (const TlpClass kind : {TlpClass::posted, TlpClass::non_posted, TlpClass::completion}) {
        const auto& freed = wire.freed[static_cast<unsigned>(kind)];
        if (!freed.empty() && freed.front().at + update_latency_ <= begin)
            return {.at = begin, .what = Carried::update, .update = kind};
    }
    tlp.at = begin;
    return tlp;
}

// ---- what happens next ----------------------------------------------------------------------------------------------

/// At one instant: arrivals, then writes, then reads, then transmissions.
AnalyticLink::Plan AnalyticLink::plan() const {
    Plan plan;
    const auto consider = [&plan](Next next, LinkTime at) {
        if (at < plan.at) plan = {next, at, {}};
    };
    for (const Stream& stream : streams_)
        if (!stream.closed) consider(Next::close, stream.close_at);
    if (!changes_.empty()) consider(Next::change, changes_.front().at);
    if (wires_[0].carries != Carried::nothing) consider(Next::arrival_up, wires_[0].free_at);
    if (wires_[1].carries != Carried::nothing) consider(Next::arrival_down, wires_[1].free_at);
    consider(Next::write, next_write());
    if (!reads_.empty()) consider(Next::read, reads_.front().served_at);
    for (const Wire& wire : wires_) {
        const Start start = next_start(wire);
        if (start.at < plan.at)
            plan = {wire.direction == Direction::up ? Next::start_up : Next::start_down, start.at, start};
    }
    return plan;
}

void AnalyticLink::advance(Duration now) {
    const LinkTime until = to_link_time(now);
    for (Plan next = plan(); next.at <= until && next.next != Next::nothing; next = plan()) {
        now_ = next.at;
        carry_out(next, until);
    }
}

void AnalyticLink::carry_out(const Plan& plan, LinkTime until) {
    switch (plan.next) {
        case Next::nothing: return;
        case Next::close:
            for (Stream& stream : streams_) {
                if (stream.closed || stream.close_at != now_) continue;
                stream.closed = true;
                return end_if_over(stream);
            }
            return;
        case Next::change: return carry_out_change();
        case Next::arrival_up: return arrive(wires_[0]);
        case Next::arrival_down: return arrive(wires_[1]);
        case Next::write: return try_write();
        case Next::read: return serve_read();
        case Next::start_up:
            start(wires_[0], plan.start);
            if (plan.start.stream && plan.start.stream->run->write) look_for_period(*plan.start.stream, until);
            if (plan.start.what == Carried::skp) skip_idle_skps(wires_[0], until);
            return;
        case Next::start_down:
            start(wires_[1], plan.start);
            if (plan.start.what == Carried::skp) skip_idle_skps(wires_[1], until);
            return;
    }
}

void AnalyticLink::start(Wire& wire, const Start& start) {
    wire.carries = start.what;
    wire.began = now_;
    switch (start.what) {
        case Carried::nothing: return;
        case Carried::skp:
            checkpoint_.reset();
            ++wire.skps;
            ++carried(wire.direction).skps;
            wire.free_at = now_ + skp_length(settings_) * symbol_;
            return;
        case Carried::ack: wire.first_unanswered = never; break;
        case Carried::update: {
            auto& freed = wire.freed[static_cast<unsigned>(start.update)];
            wire.updated = start.update;
            wire.update = {};
            for (; !freed.empty() && freed.front().at <= now_; freed.pop_front()) {
                wire.update.headers += freed.front().credits.headers;
                wire.update.data += freed.front().credits.data;
            }
            break;
        }
        case Carried::tlp: {
            wire.stream = start.stream;
            if (start.stream) {
                Stream& stream = *start.stream;
                const bool write = stream.run->write;
                wire.tlp = {.kind = write ? TlpKind::memory_write : TlpKind::memory_read,
                            .requester = device_,
                            .tag = write ? std::uint8_t{0} : next_tag_,
                            .address = stream.run->address + stream.sent,
                            .bytes = stream.next_bytes};
                wire.data = stream.run->data.subspan(stream.sent, stream.next_bytes);
                begun(stream, start.from);
            } else {
                checkpoint_.reset();
                wire.tlp = start.queued->tlp;
                wire.data = start.queued->data;
                const std::uint64_t number = start.queued->number;
                std::erase_if(wire.queue, [number](const Queued& queued) { return queued.number == number; });
            }
            Account& account = wire.accounts[static_cast<unsigned>(class_of(wire.tlp.kind))];
            const Credits used = credits_of(wire.tlp);
            account.headers -= account.limit.headers != 0 ? used.headers : 0;
            account.data -= account.limit.data != 0 ? used.data : 0;
            const std::uint64_t bytes = wire_bytes(wire.tlp, settings_.ecrc);
            count(wire.direction, wire.tlp, bytes);
            wire.free_at = now_ + static_cast<std::int64_t>(bytes) * byte_;
            return;
        }
    }
    ++carried(wire.direction).dllps;
    wire.free_at = now_ + static_cast<std::int64_t>(dllp_wire_bytes) * byte_;
}

/// A wire that has nothing else to do sends an SKP ordered set whenever one is due: all but the last of them at once,
/// up to what ends the silence.
void AnalyticLink::skip_idle_skps(Wire& wire, LinkTime until) {
    const Wire& other = this->wire(opposite(wire.direction));
    const auto silent = [](const Wire& it) {
        const bool nothing_freed = it.freed[0].empty() && it.freed[1].empty() && it.freed[2].empty();
        const bool nothing_carried = it.carries == Carried::nothing || it.carries == Carried::skp;
        return nothing_carried && nothing_freed && it.queue.empty() && it.first_unanswered == never;
    };
    const bool on_time = now_ == wire.skps * skp_period_;
    const bool root_idle = reads_.empty() && writes_.empty() && outstanding_.empty();
    if (!on_time || !root_idle || !silent(wire) || !silent(other)) return;
    LinkTime end = changes_.empty() ? until : std::min(until, changes_.front().at);
    for (const Stream& stream : streams_) end = std::min({end, from(stream), stream.close_at});
    const std::int64_t skipped = end / skp_period_ - wire.skps;
    if (skipped <= 0) return;
    wire.skps += skipped;
    carried(wire.direction).skps += static_cast<std::uint64_t>(skipped);
    wire.began += skipped * skp_period_;
    wire.free_at += skipped * skp_period_;
}

}  // namespace ghostcard::bus::pcie
