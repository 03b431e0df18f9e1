// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/analytic_link.h>

namespace ghostcard::bus::pcie {
namespace {

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

void AnalyticLink::set_checkpoint(const Stream& stream, std::size_t patience) {
    const Wire& up = wires_[0];
    const Wire& down = wires_[1];
    if (!checkpoint_) checkpoint_ = Checkpoint{};
    Checkpoint& checkpoint = *checkpoint_;
    Moment& moment = checkpoint.moment;
    moment.at = now_;
    moment.wire_bytes = static_cast<std::uint64_t>((up.free_at - now_) / byte_);
    moment.write_gate = write_gate_;
    moment.unanswered = down.first_unanswered;
    moment.freed.assign(down.freed[0].begin(), down.freed[0].end());
    moment.account = up.accounts[0];
    moment.down_carries = down.carries;
    moment.down_free_at = down.free_at;
    moment.update = down.update;
    checkpoint.stream = stream.number;
    checkpoint.counts = {counts(Direction::up), counts(Direction::down)};
    checkpoint.begins.assign(1, now_);
    checkpoint.patience = patience;
}

/// A write of the stream begins now. If the link looks as it did when an earlier one began, everything in between will
/// happen again. The moment to come back to is taken anew after 1, 2, 4... writes, so that it lies on the cycle at last
/// and the cycle fits in (R. P. Brent, An improved Monte Carlo factorization algorithm, 1980). After what has disturbed
/// it, an SKP ordered set most often, the link comes back to the period that it had.
void AnalyticLink::look_for_period(Stream& stream, LinkTime until) {
    if (!can_repeat(stream)) return checkpoint_.reset();
    if (known_ && is_back(known_->moment)) {
        repeat(stream, *known_, repetitions(stream, *known_, until));
        return checkpoint_.reset();
    }
    if (!checkpoint_ || checkpoint_->stream != stream.number) return set_checkpoint(stream, 1);
    if (is_back(checkpoint_->moment)) {
        if (has_data_since(stream, stream.sent, checkpoint_->moment.at)) {
            known_ = found_period();
            repeat(stream, *known_, repetitions(stream, *known_, until));
        }
        return set_checkpoint(stream, checkpoint_->begins.size());
    }
    if (checkpoint_->begins.size() == checkpoint_->patience) return set_checkpoint(stream, 2 * checkpoint_->patience);
    checkpoint_->begins.push_back(now_);
}

/// From the checkpoint up to now, which looks alike.
AnalyticLink::Period AnalyticLink::found_period() const {
    const Checkpoint& checkpoint = *checkpoint_;
    Period period{.moment = checkpoint.moment, .length = now_ - checkpoint.moment.at, .begins = {}, .counts = {}};
    for (const LinkTime begin : checkpoint.begins) period.begins.push_back(begin - checkpoint.moment.at);
    for (const Direction direction : {Direction::up, Direction::down}) {
        const LinkCounts& then = checkpoint.counts[static_cast<unsigned>(direction)];
        const LinkCounts& now = counts(direction);
        period.counts[static_cast<unsigned>(direction)] = {.tlps = now.tlps - then.tlps,
                                                           .data_bytes = now.data_bytes - then.data_bytes,
                                                           .tlp_bytes = now.tlp_bytes - then.tlp_bytes,
                                                           .dllps = now.dllps - then.dllps};
    }
    return period;
}

/// What was sent up to there had come when the instant was seen.
bool AnalyticLink::has_data_since(const Stream& stream, std::uint64_t sent, LinkTime instant) const {
    return seen_after(stream.run->ready_after(sent - 1)) <= instant;
}

/// How often the period can come back: before the next SKP ordered set of either wire, up to `until`, and with writes
/// that are as long, whose data is there.
std::int64_t AnalyticLink::repetitions(const Stream& stream, const Period& period, LinkTime until) const {
    const Run& run = *stream.run;
    const std::uint64_t bytes = period.begins.size() * settings_.max_payload.count;
    const LinkTime disturbed = std::min(skp_due(wires_[0]), skp_due(wires_[1])) - LinkTime(1);
    const std::uint64_t left = run.data.size() - stream.sent;
    const std::uint64_t next = run.address.value + stream.sent;
    const std::uint64_t same_header = next <= Tlp::four_gib ? std::min(left, Tlp::four_gib - next) : left;

    std::int64_t times =
        std::min((std::min(until, disturbed) - now_) / period.length, static_cast<std::int64_t>(same_header / bytes));
    while (times > 0 && !has_data_since(stream, stream.sent + static_cast<std::uint64_t>(times) * bytes, now_))
        times /= 2;
    return times;
}

void AnalyticLink::repeat(Stream& stream, const Period& period, std::int64_t times) {
    if (times <= 0) return;
    write_again(stream, period, times);
    Wire& up = wires_[0];
    Wire& down = wires_[1];
    Run& run = *stream.run;
    const std::uint64_t payload = settings_.max_payload.count;
    const LinkTime passed = times * period.length;
    const auto writes = static_cast<std::uint64_t>(times) * period.begins.size();
    now_ += passed;
    stream.sent += writes * payload;
    refresh(stream);
    write_gate_ += passed;
    writes_arrived_ += writes;
    writes_accepted_ += writes;
    up.began += passed;
    up.free_at += passed;
    up.tlp.address = up.tlp.address + writes * payload;
    up.data = run.data.subspan(up.tlp.address - run.address, payload);
    down.began += passed;
    down.free_at += passed;
    if (down.first_unanswered != never) down.first_unanswered += passed;
    for (Freed& freed : down.freed[0]) freed.at += passed;
    for (const Direction direction : {Direction::up, Direction::down}) {
        LinkCounts& counts = carried(direction);
        const LinkCounts& each = period.counts[static_cast<unsigned>(direction)];
        const auto repeated = static_cast<std::uint64_t>(times);
        counts.tlps += repeated * each.tlps;
        counts.data_bytes += repeated * each.data_bytes;
        counts.tlp_bytes += repeated * each.tlp_bytes;
        counts.dllps += repeated * each.dllps;
    }
}

/// The write that begins now, and those behind it up to the end of the last repetition.
void AnalyticLink::write_again(const Stream& stream, const Period& period, std::int64_t times) {
    const Wire& up = wires_[0];
    Run& run = *stream.run;
    const std::uint64_t payload = settings_.max_payload.count;
    const LinkTime length = up.free_at - now_;
    const LinkTime last = now_ + (times - 1) * period.length + period.begins.back();
    std::uint64_t offset = stream.sent - payload;
    const auto row = run.data.subspan(offset, static_cast<std::uint64_t>(times) * period.begins.size() * payload);
    const bool is_written = host_.write_row(run.address + offset, row, to_duration(last + length));
    ends_.clear();
    for (std::int64_t repetition = 0; repetition < times; ++repetition) {
        for (const LinkTime begin : period.begins) {
            const LinkTime began = now_ + repetition * period.length + begin;
            const Duration end = to_duration(began + length);
            if (observed()) {
                Tlp tlp = up.tlp;
                tlp.address = run.address + offset;
                report({Direction::up, tlp, to_duration(began), end, run.data.subspan(offset, payload)});
            }
            if (!is_written) host_.write(run.address + offset, run.data.subspan(offset, payload), end);
            offset += payload;
            ends_.push_back(end);
        }
    }
    run.moved += row.size();
    if (run.control) run.control->moved_at_each(payload, ends_);
}

}  // namespace ghostcard::bus::pcie
