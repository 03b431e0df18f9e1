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
/// and the cycle fits in (R. P. Brent, An improved Monte Carlo factorization algorithm, 1980).
void AnalyticLink::look_for_period(Stream& stream, LinkTime until) {
    if (!can_repeat(stream)) return checkpoint_.reset();
    if (!checkpoint_ || checkpoint_->stream != stream.number) return set_checkpoint(stream, 1);
    if (is_back(checkpoint_->moment)) {
        const std::int64_t times = repetitions(stream, until);
        if (times > 0) repeat(stream, times);
        return set_checkpoint(stream, checkpoint_->begins.size());
    }
    if (checkpoint_->begins.size() == checkpoint_->patience) return set_checkpoint(stream, 2 * checkpoint_->patience);
    checkpoint_->begins.push_back(now_);
}

/// How often the period can come back: before the next SKP ordered set of either wire, up to `until`, and with writes
/// that are as long, whose data was there when the first period began.
std::int64_t AnalyticLink::repetitions(const Stream& stream, LinkTime until) const {
    const Checkpoint& checkpoint = *checkpoint_;
    const Run& run = *stream.run;
    const LinkTime period = now_ - checkpoint.moment.at;
    const std::uint64_t bytes = checkpoint.begins.size() * settings_.max_payload.count;
    const LinkTime disturbed = std::min(skp_due(wires_[0]), skp_due(wires_[1])) - LinkTime(1);
    const std::uint64_t left = run.data.size() - stream.sent;
    const std::uint64_t next = run.address.value + stream.sent;
    const std::uint64_t same_header = next <= Tlp::four_gib ? std::min(left, Tlp::four_gib - next) : left;

    std::int64_t times =
        std::min((std::min(until, disturbed) - now_) / period, static_cast<std::int64_t>(same_header / bytes));
    const auto has_data = [&](std::int64_t repetitions) {
        const std::uint64_t last = stream.sent + static_cast<std::uint64_t>(repetitions) * bytes - 1;
        return seen_after(run.ready_after(last)) <= checkpoint.moment.at;
    };
    while (times > 0 && !has_data(times)) times /= 2;
    return times;
}

void AnalyticLink::repeat(Stream& stream, std::int64_t times) {
    const Checkpoint& checkpoint = *checkpoint_;
    Wire& up = wires_[0];
    Wire& down = wires_[1];
    Run& run = *stream.run;
    const std::uint64_t payload = settings_.max_payload.count;
    const LinkTime period = now_ - checkpoint.moment.at;
    const LinkTime length = up.free_at - now_;

    std::uint64_t offset = stream.sent - payload;  // of the write that begins now
    for (std::int64_t repetition = 1; repetition <= times; ++repetition) {
        for (const LinkTime begin : checkpoint.begins) {
            const LinkTime began = begin + repetition * period;
            const Duration end = to_duration(began + length);
            if (observed()) {
                Tlp tlp = up.tlp;
                tlp.address = run.address + offset;
                report({Direction::up, tlp, to_duration(began), end, run.data.subspan(offset, payload)});
            }
            host_.write(run.address + offset, run.data.subspan(offset, payload), end);
            run.moved += payload;
            offset += payload;
            if (run.control) run.control->moved(payload, end);
        }
    }

    const LinkTime passed = times * period;
    const auto writes = static_cast<std::uint64_t>(times) * checkpoint.begins.size();
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
        LinkCounts& now = carried(direction);
        const LinkCounts& then = checkpoint.counts[static_cast<unsigned>(direction)];
        const auto advance = [times](std::uint64_t& count, std::uint64_t before) {
            count += static_cast<std::uint64_t>(times) * (count - before);
        };
        advance(now.tlps, then.tlps);
        advance(now.data_bytes, then.data_bytes);
        advance(now.tlp_bytes, then.tlp_bytes);
        advance(now.dllps, then.dllps);
    }
}

}  // namespace ghostcard::bus::pcie
