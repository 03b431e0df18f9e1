// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/cycle_link.h>

#include <tuple>
#include <utility>

namespace ghostcard::bus::pcie {

bool CycleLink::Event::operator>(const Event& other) const {
    return std::tie(at, phase, number) > std::tie(other.at, other.phase, other.number);
}

CycleLink::CycleLink(const PcieSettings& settings, RequesterId device, HostSide& host, LinkUser& user)
    : settings_(settings),
      device_(device),
      host_(host),
      user_(user),
      symbol_(symbol_time(settings)),
      byte_(byte_time(settings)),
      ack_latency_(ack_latency(settings) * symbol_),
      update_latency_(update_latency(settings) * symbol_),
      iotlb_(settings.iotlb),
      read_latency_(settings.read_latency, "read latency") {
    const auto initial = [](const ReceiverCredits& receiver) {
        const auto limit = [](Credits credits) { return credits == Credits{} ? std::nullopt : std::optional(credits); };
        return std::array{limit(receiver.posted), limit(receiver.non_posted), limit(receiver.completion)};
    };
    wire(Direction::up).credits = initial(settings.root);
    wire(Direction::down).credits = initial(settings.device);
    wire(Direction::down).direction = Direction::down;
    for (Wire& wire : wires_) schedule_skp(wire);
}

// ---- the clock ------------------------------------------------------------------------------------------------------

void CycleLink::at(LinkTime when, Phase phase, std::function<void()> happen, bool idle) {
    if (when == never) return;
    events_.push({when, phase, next_event_++, idle, std::move(happen)});
    events_not_idle_ += !idle;
}

void CycleLink::advance(Duration now) {
    while (!events_.empty() && events_.top().at <= to_link_time(now)) {
        const Event event = events_.top();
        events_.pop();
        events_not_idle_ -= !event.idle;
        now_ = event.at;
        event.happen();
    }
}

/// While nothing is under way the link may sleep: SKP ordered sets go on, but nobody needs to know.
Duration CycleLink::next_due() const {
    const bool waiting = !wires_[0].queue.empty() || !wires_[1].queue.empty() ||
                         std::any_of(streams_.begin(), streams_.end(),
                                     [this](const Stream& stream) { return next_from(stream) != never; });
    const bool idle = events_not_idle_ == 0 && !waiting;
    return idle || events_.empty() ? Duration::max() : to_duration(events_.top().at);
}

LinkTime CycleLink::next_symbol(LinkTime time) const { return (time + symbol_ - LinkTime(1)) / symbol_ * symbol_; }

// ---- the wires ------------------------------------------------------------------------------------------------------

/// Something can be sent from then on. A wire that is idle begins with a symbol on all lanes; one that has just ended a
/// packet goes on with the next lane.
void CycleLink::try_to_send(Wire& wire, LinkTime from) {
    if (from == never) return;
    const bool goes_on = wire.free_at == now_ && from <= now_;
    at(goes_on ? now_ : next_symbol(std::max(from, now_)), Phase::transmission, [this, &wire] { transmit(wire); });
}

void CycleLink::transmit(Wire& wire) {
    const bool at_symbol = now_ == next_symbol(now_);
    if (wire.busy || (wire.free_at != now_ && !at_symbol)) return;
    if (send_skp(wire) || send_dllp(wire) || send_tlp(wire)) return;
    for (const Waiting& next : waiting(wire))
        if (next.from > now_) try_to_send(wire, next.from);
}

void CycleLink::occupy(Wire& wire, LinkTime length, std::function<void()> arrive) {
    wire.busy = true;
    at(now_ + length, Phase::arrival, [this, &wire, arrive = std::move(arrive)] {
        wire.busy = false;
        wire.free_at = now_;
        arrive();
        try_to_send(wire, now_);
    });
}

/// Ordered sets go over all lanes at once, before anything else (PCIe 5.0, 4.2.7).
bool CycleLink::send_skp(Wire& wire) {
    const LinkTime due = (wire.skps + 1) * (skp_interval(settings_) * symbol_);
    if (!settings_.skp || now_ < due) return false;
    if (now_ != next_symbol(now_)) {
        at(next_symbol(now_), Phase::transmission, [this, &wire] { transmit(wire); });
        return true;
    }
    ++wire.skps;
    ++carried(wire.direction).skps;
    schedule_skp(wire);
    wire.busy = true;
    at(
        now_ + skp_length(settings_) * symbol_, Phase::arrival,
        [this, &wire] {
            wire.busy = false;
            wire.free_at = now_;
            at(
                now_, Phase::transmission, [this, &wire] { transmit(wire); }, true);
        },
        true);
    return true;
}

void CycleLink::schedule_skp(Wire& wire) {
    if (!settings_.skp) return;
    const LinkTime due = (wire.skps + 1) * (skp_interval(settings_) * symbol_);
    at(
        std::max(due, now_), Phase::transmission, [this, &wire] { transmit(wire); }, true);
}

/// DLLPs go before TLPs: first the ACK, then UpdateFC for posted and non-posted requests and completions (3.5.2.1).
bool CycleLink::send_dllp(Wire& wire) {
    const LinkTime length = dllp_wire_bytes * byte_;
    if (wire.ack_due && *wire.ack_due <= now_) {
        wire.ack_due.reset();
        ++carried(wire.direction).dllps;
        occupy(wire, length, [] {});
        return true;
    }
    for (unsigned kind = 0; kind < tlp_classes; ++kind) {
        Freed& freed = wire.freed[kind];
        if (!freed.due || *freed.due > now_) continue;
        const Credits announced = std::exchange(freed, {}).credits;
        Wire& other = this->wire(opposite(wire.direction));
        ++carried(wire.direction).dllps;
        occupy(wire, length, [this, &other, kind, announced] {
            other.credits[kind]->headers += announced.headers;
            other.credits[kind]->data += announced.data;
            try_to_send(other, now_);
        });
        return true;
    }
    return false;
}

/// All that could be sent over the wire, now or later, in the order in which it asked.
std::vector<CycleLink::Waiting> CycleLink::waiting(const Wire& wire) {
    std::vector<Waiting> all(wire.queue.begin(), wire.queue.end());
    if (wire.direction == Direction::up)
        for (Stream& stream : streams_)
            if (const auto next = next_of(stream)) all.push_back(*next);
    const auto rank = [](const Waiting& waiting) {
        constexpr std::array<unsigned, tlp_classes> rank_of_class{0, 2, 1};
        return std::tuple(waiting.from, rank_of_class[static_cast<unsigned>(class_of(waiting.tlp.kind))],
                          waiting.number);
    };
    std::sort(all.begin(), all.end(), [&](const Waiting& a, const Waiting& b) { return rank(a) < rank(b); });
    return all;
}

/// In the order in which they asked, but for what lacks credits: a posted request holds up everything behind it; a
/// non-posted one or a completion holds up its own kind only (2.4.1, table 2-39).
bool CycleLink::send_tlp(Wire& wire) {
    std::array<bool, tlp_classes> held_up{};
    for (const Waiting& next : waiting(wire)) {
        if (next.from > now_) break;
        const auto kind = static_cast<unsigned>(class_of(next.tlp.kind));
        if (held_up[static_cast<unsigned>(TlpClass::posted)] || held_up[kind]) continue;
        const Credits needed = credits_of(next.tlp);
        const auto& limit = wire.credits[kind];
        const Credits initial = [&] {
            const ReceiverCredits& receiver = wire.direction == Direction::up ? settings_.root : settings_.device;
            return std::array{receiver.posted, receiver.non_posted, receiver.completion}[kind];
        }();
        const bool lacks_header = limit && initial.headers != 0 && limit->headers < needed.headers;
        const bool lacks_data = limit && initial.data != 0 && limit->data < needed.data;
        if (lacks_header || lacks_data) {
            held_up[kind] = true;
            continue;
        }
        send(wire, next);
        return true;
    }
    return false;
}

void CycleLink::send(Wire& wire, const Waiting& next) {
    const auto kind = static_cast<unsigned>(class_of(next.tlp.kind));
    if (wire.credits[kind]) {
        const Credits needed = credits_of(next.tlp);
        wire.credits[kind]->headers -= needed.headers;  // what is without limit may wrap
        wire.credits[kind]->data -= needed.data;
    }
    if (next.stream)
        begun(*next.stream, next);
    else
        std::erase_if(wire.queue, [&](const Waiting& waiting) { return waiting.number == next.number; });

    const std::uint64_t bytes = wire_bytes(next.tlp, settings_.ecrc);
    count(wire.direction, next.tlp, bytes);
    occupy(wire, static_cast<std::int64_t>(bytes) * byte_, [this, &wire, next, start = now_] {
        const auto carried = has_data(next.tlp.kind) ? next.data : std::span<std::byte>{};
        report({wire.direction, next.tlp, to_duration(start), to_duration(now_), carried});
        acknowledge(this->wire(opposite(wire.direction)));
        if (wire.direction == Direction::up)
            arrive_at_root(next);
        else
            arrive_at_device(next);
    });
}

// ---- what both ends do about what they receive ----------------------------------------------------------------------

/// An ACK answers all that has arrived before it is sent (3.6.2.1, 3.6.3.1).
void CycleLink::acknowledge(Wire& answers) {
    if (answers.ack_due) return;
    answers.ack_due = now_ + ack_latency_;
    try_to_send(answers, *answers.ack_due);
}

/// An UpdateFC announces all that has been freed before it is sent (2.6.1.2).
void CycleLink::free(Direction receiver, TlpClass kind, Credits credits) {
    Wire& answers = wire(opposite(receiver));
    if (!wire(receiver).credits[static_cast<unsigned>(kind)]) return;
    Freed& freed = answers.freed[static_cast<unsigned>(kind)];
    freed.credits.headers += credits.headers;
    freed.credits.data += credits.data;
    if (freed.due) return;
    freed.due = now_ + update_latency_;
    try_to_send(answers, *freed.due);
}

}  // namespace ghostcard::bus::pcie
