// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/analytic_link.h>

namespace ghostcard::bus::pcie {
namespace {

/// All but the SKP ordered sets, which no period has.
constexpr std::array repeated_counts{&LinkCounts::tlps, &LinkCounts::data_bytes, &LinkCounts::tlp_bytes,
                                     &LinkCounts::dllps};

LinkTime earlier_by(LinkTime passed, LinkTime instant) { return instant == never ? never : instant - passed; }

}  // namespace

/// A single run of writes of the largest payload, each accepted when it arrives, and nothing else on the link but the
/// DLLPs that answer them.
bool AnalyticLink::can_repeat(const Stream& stream) const {
    const Wire& up = wires_[0];
    const Wire& down = wires_[1];
    const Run& run = *stream.run;
    const std::uint64_t payload = settings_.max_payload.count;
    const bool equal = up.tlp.bytes == payload && is_aligned(run.address, payload) &&
                       (run.burst_bytes % payload == 0 || run.burst_bytes >= run.data.size());
    const bool alone = streams_.size() == 1 && stream.close_at == never && up.queue.empty() && down.queue.empty();
    const bool silent = up.first_unanswered == never && up.freed[0].empty() && up.freed[1].empty() &&
                        up.freed[2].empty() && down.freed[1].empty() && down.freed[2].empty();
    const bool answers_only = down.carries != Carried::skp && down.carries != Carried::tlp &&
                              (down.carries != Carried::update || down.updated == TlpClass::posted);
    const bool at_once = writes_.empty() && reads_.empty() && outstanding_.empty() && completions_.empty() &&
                         !iotlb_.enabled() && host_.has_unlimited_room() && !host_.is_message(up.tlp.address);
    return equal && alone && silent && answers_only && at_once;
}

bool AnalyticLink::is_back(const Moment& then) const {
    const Wire& up = wires_[0];
    const Wire& down = wires_[1];
    const LinkTime passed = now_ - then.at;
    if (earlier_by(passed, down.first_unanswered) != then.unanswered) return false;
    if (down.carries != then.down_carries || passed % symbol_ != LinkTime::zero()) return false;
    if (down.carries != Carried::nothing && down.free_at - passed != then.down_free_at) return false;
    if (down.carries == Carried::nothing && (down.free_at == now_) != (then.down_free_at == then.at)) return false;
    if (down.carries == Carried::update && down.update != then.update) return false;
    if (write_gate_ - passed != then.write_gate ||
        up.free_at - now_ != static_cast<std::int64_t>(then.wire_bytes) * byte_)
        return false;
    const auto& freed = down.freed[0];
    return up.accounts[0] == then.account &&
           std::equal(freed.begin(), freed.end(), then.freed.begin(), then.freed.end(),
                      [passed](const Freed& now, const Freed& before) {
                          return now.at - passed == before.at && now.credits == before.credits;
                      });
}

AnalyticLink::Moment AnalyticLink::present_moment() const {
    const Wire& up = wires_[0];
    const Wire& down = wires_[1];
    return {.at = now_,
            .wire_bytes = static_cast<std::uint64_t>((up.free_at - now_) / byte_),
            .write_gate = write_gate_,
            .unanswered = down.first_unanswered,
            .freed = {down.freed[0].begin(), down.freed[0].end()},
            .account = up.accounts[0],
            .down_carries = down.carries,
            .down_free_at = down.free_at,
            .update = down.update,
            .counts = {counts(Direction::up), counts(Direction::down)}};
}

/// The link looks as it did then, and it is that late.
void AnalyticLink::restore(const Moment& moment, LinkTime at) {
    Wire& up = wires_[0];
    Wire& down = wires_[1];
    const LinkTime passed = at - moment.at;
    up.began = now_ = at;
    up.free_at = at + static_cast<std::int64_t>(moment.wire_bytes) * byte_;
    up.accounts[0] = moment.account;
    write_gate_ = moment.write_gate + passed;
    down.first_unanswered = moment.unanswered == never ? never : moment.unanswered + passed;
    down.freed[0].assign(moment.freed.begin(), moment.freed.end());
    for (Freed& freed : down.freed[0]) freed.at += passed;
    down.carries = moment.down_carries;
    down.free_at = moment.down_free_at + passed;
    down.updated = TlpClass::posted;
    down.update = moment.update;
}

/// A write of the stream begins now. If the link looks as it did when an earlier one began, everything in between will
/// happen again. The moment to come back to is taken anew after 1, 2, 4... writes, so that it lies on the cycle at last
/// and the cycle fits in (R. P. Brent, An improved Monte Carlo factorization algorithm, 1980). After what has disturbed
/// it, an SKP ordered set most often, the link comes back to the period that it had, anywhere in it.
void AnalyticLink::look_for_period(Stream& stream, LinkTime until) {
    if (!can_repeat(stream)) return checkpoint_.reset();
    if (known_) {
        const auto& moments = known_->moments;
        const auto now = std::find_if(moments.begin(), moments.end(), [this](const Moment& it) { return is_back(it); });
        if (now != moments.end()) {
            const auto from = static_cast<std::size_t>(now - moments.begin());
            repeat(stream, *known_, from, reach(stream, *known_, from, until));
            return checkpoint_.reset();
        }
    }
    if (!checkpoint_ || checkpoint_->stream != stream.number) {
        checkpoint_ = Checkpoint{.stream = stream.number, .moments = {present_moment()}};
    } else if (is_back(checkpoint_->moments.front()) &&
               has_data_since(stream, stream.sent, checkpoint_->moments.front().at)) {
        known_ = found_period();
        checkpoint_.reset();
        repeat(stream, *known_, 0, reach(stream, *known_, 0, until));
    } else if (checkpoint_->moments.size() == checkpoint_->patience) {
        checkpoint_ = Checkpoint{stream.number, {present_moment()}, 2 * checkpoint_->patience};
    } else {
        checkpoint_->moments.push_back(present_moment());
    }
}

/// From the checkpoint up to now, which looks alike.
AnalyticLink::Period AnalyticLink::found_period() const {
    const Moment& then = checkpoint_->moments.front();
    Period period{.moments = checkpoint_->moments, .length = now_ - then.at, .counts = {}};
    for (const Direction direction : {Direction::up, Direction::down}) {
        const auto wire = static_cast<unsigned>(direction);
        for (const auto what : repeated_counts)
            period.counts[wire].*what = counts(direction).*what - then.counts[wire].*what;
    }
    return period;
}

/// What was sent up to there had come when the instant was seen.
bool AnalyticLink::has_data_since(const Stream& stream, std::uint64_t sent, LinkTime instant) const {
    return seen_after(stream.run->ready_after(sent - 1)) <= instant;
}

/// How many more writes go by as they do from that one of the period on: before the next SKP ordered set of either
/// wire, up to `until`, as long as the others, and with data that is there.
std::size_t AnalyticLink::reach(const Stream& stream, const Period& period, std::size_t from, LinkTime until) const {
    const Run& run = *stream.run;
    const std::uint64_t payload = settings_.max_payload.count;
    const LinkTime disturbed = std::min(skp_due(wires_[0]), skp_due(wires_[1])) - LinkTime(1);
    const LinkTime time = std::min(until, disturbed) - now_;
    if (time < LinkTime::zero()) return 0;
    const std::uint64_t left = run.data.size() - stream.sent;
    const std::uint64_t next = run.address.value + stream.sent;
    const std::uint64_t same_header = next <= Tlp::four_gib ? std::min(left, Tlp::four_gib - next) : left;

    std::size_t writes = static_cast<std::size_t>(time / period.length) * period.moments.size();
    while (period.at(from + writes + 1) - period.at(from) <= time) ++writes;
    writes = std::min<std::size_t>(writes, same_header / payload);
    while (writes > 0 && !has_data_since(stream, stream.sent + writes * payload, now_)) writes /= 2;
    return writes;
}

/// So many writes more have begun.
void AnalyticLink::repeat(Stream& stream, const Period& period, std::size_t from, std::size_t writes) {
    if (writes == 0) return;
    write_again(stream, period, from, writes);
    Wire& up = wires_[0];
    const std::uint64_t payload = settings_.max_payload.count;
    restore(period.moment(from + writes), now_ + (period.at(from + writes) - period.at(from)));
    stream.sent += writes * payload;
    refresh(stream);
    writes_arrived_ += writes;
    writes_accepted_ += writes;
    up.tlp.address = up.tlp.address + writes * payload;
    up.data = stream.run->data.subspan(up.tlp.address - stream.run->address, payload);
    for (const Direction direction : {Direction::up, Direction::down})
        for (const auto what : repeated_counts)
            carried(direction).*what +=
                period.count(from + writes, direction, what) - period.count(from, direction, what);
}

/// The write that begins now and those behind it, but for the last, which will just have begun.
void AnalyticLink::write_again(const Stream& stream, const Period& period, std::size_t from, std::size_t writes) {
    const Wire& up = wires_[0];
    Run& run = *stream.run;
    const std::uint64_t payload = settings_.max_payload.count;
    const LinkTime length = up.free_at - now_;
    const auto began = [&](std::size_t index) { return now_ + (period.at(from + index) - period.at(from)); };
    std::uint64_t offset = stream.sent - payload;
    const auto row = run.data.subspan(offset, writes * payload);
    const bool is_written = host_.write_row(run.address + offset, row, to_duration(began(writes - 1) + length));
    ends_.clear();
    for (std::size_t i = 0; i < writes; ++i, offset += payload) {
        const LinkTime begin = began(i);
        const Duration end = to_duration(begin + length);
        ends_.push_back(end);
        if (observed()) {
            Tlp tlp = up.tlp;
            tlp.address = run.address + offset;
            report({Direction::up, tlp, to_duration(begin), end, run.data.subspan(offset, payload)});
        }
        if (!is_written) host_.write(run.address + offset, run.data.subspan(offset, payload), end);
    }
    run.moved += row.size();
    if (run.control) run.control->moved_at_each(payload, ends_);
}

}  // namespace ghostcard::bus::pcie
