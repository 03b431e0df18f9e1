// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/catch.h"

#include <ghostcard/bus/pcie/link.h>

#include <deque>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace ghostcard::tests {

/// Something that can be observed of a link, with its instant.
struct LinkEvent {
    Duration at{};
    std::string what;
    std::uint64_t number = 0;  ///< An address, or of a run.
    std::uint64_t bytes = 0;
    Duration begin{};        ///< Of a TLP...
    std::uint64_t data = 0;  ///< ...and a sum of what it carries.

    friend auto operator<=>(const LinkEvent&, const LinkEvent&) = default;
    friend std::ostream& operator<<(std::ostream& out, const LinkEvent& event) {
        return out << event.at.count() << " ps: " << event.what << " " << event.number << " " << event.bytes << " ("
                   << event.begin.count() << ", " << event.data << ")";
    }
};

/// A host whose memory has room for so much, and gets rid of it at a pace; it refuses some addresses.
class FakeHost : public bus::pcie::HostSide {
public:
    explicit FakeHost(std::vector<LinkEvent>& events) : events_(events) {}

    std::uint64_t capacity = 0;        ///< Bytes; 0: without limit.
    Duration drain = nanoseconds(10);  ///< For each write.
    BusAddress refused_from{~0ull};

    Duration room_for(std::uint64_t bytes, Duration at) override {
        CHECK(at >= last_);
        while (!held_.empty() && held_.front().gone_at <= at) held_.pop_front();
        std::uint64_t pending = 0;
        for (const Held& write : held_) pending += write.bytes;
        for (const Held& write : held_) {
            if (capacity == 0 || pending + bytes <= capacity) return at;
            pending -= write.bytes;
            at = write.gone_at;
        }
        return at;
    }
    void write(BusAddress address, std::span<const std::byte> data, Duration at) override {
        log("written", address, data.size(), at);
        const Duration before = held_.empty() ? at : std::max(at, held_.back().gone_at);
        held_.push_back({data.size(), before + drain});
        while (capacity == 0 && held_.size() > 1) held_.pop_front();
    }
    bool read(BusAddress address, std::span<std::byte> data, Duration at) override {
        const bool refused = address >= refused_from;
        log(refused ? "refused" : "read", address, data.size(), at);
        held_.clear();  // as a device's read pushes what was written before it
        for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>((address.value + i) * 7 / 4);
        return !refused;
    }
    bool has_unlimited_room() const override { return capacity == 0; }
    bool is_message(BusAddress address) const override { return address.value >> 20 == 0xfee; }

private:
    struct Held {
        std::uint64_t bytes;
        Duration gone_at;
    };
    void log(const char* what, BusAddress address, std::uint64_t bytes, Duration at) {
        CHECK(at >= last_);
        last_ = at;
        events_.push_back({at, what, address.value, bytes});
    }

    std::vector<LinkEvent>& events_;
    std::deque<Held> held_;
    Duration last_{};
};

/// A run whose bytes arrive in the device at a steady pace.
class PacedRun : public bus::DmaRun {
public:
    PacedRun(std::uint64_t number, std::vector<LinkEvent>& events) : number_(number), events_(events) {}
    Duration first{};
    Duration for_each_byte{};
    std::uint64_t arriving = ~0ull;  ///< Bytes; the others never do.

    Duration ready_at(std::uint64_t bytes) const override {
        return bytes > arriving ? Duration::max() : first + static_cast<std::int64_t>(bytes) * for_each_byte;
    }
    void moved(std::uint64_t bytes, Duration at) override { events_.push_back({at, "moved", number_, bytes}); }

private:
    std::uint64_t number_;
    std::vector<LinkEvent>& events_;
};

/// What happens around a link.
struct LinkStory {
    enum class Kind {
        write,
        read,
        message,
        interrupt,
        cpu_read,
        cpu_write,
        configuration_write,
        limit,
        forget,
        end_run,
        look
    };
    struct Act {
        Duration at{};
        Kind kind = Kind::look;
        std::uint64_t address =
            0;                    ///< Or the number of the run that shall end, counted from 0; or the largest payload.
        std::uint64_t bytes = 4;  ///< Or the largest read request.
        std::uint64_t burst_bytes = 0;  ///< 0: all in one.
        Duration for_each_byte{};
        std::uint64_t arriving = ~0ull;  ///< Bytes of a run that the device ever gets.
    };

    bus::pcie::PcieSettings settings{};
    std::vector<Act> acts{};  ///< By their instants.
    std::uint64_t capacity = 0;
    BusAddress refused_from{~0ull};
};

/// Plays a story to one link.
class LinkBench : private bus::pcie::LinkUser, private bus::pcie::TlpObserver {
public:
    LinkBench(bus::pcie::LinkTiming timing, const LinkStory& story)
        : story_(story), link_(bus::pcie::make_link(timing, story.settings, {0, 1, 0}, host_, *this)) {
        host_.capacity = story.capacity;
        host_.refused_from = story.refused_from;
        link_->attach_observer(*this);
    }

    /// Everything that could be observed, by time.
    std::vector<LinkEvent> play() {
        for (const LinkStory::Act& act : story_.acts) {
            advance(act.at);
            perform(act);
        }
        advance(Duration::max());
        for (const auto& device_run : runs_)
            if (!device_run->ended) link_->end_requested(device_run->run, now_);
        advance(Duration::max());
        for (const auto& device_run : runs_) CHECK(device_run->ended);
        std::sort(events.begin(), events.end());
        return events;
    }

    const bus::pcie::Link& link() const { return *link_; }
    std::vector<LinkEvent> events;

    /// The first and last event of such a kind that the predicate accepts.
    std::vector<LinkEvent> of(const std::string& what) const {
        std::vector<LinkEvent> some;
        for (const LinkEvent& event : events)
            if (event.what == what) some.push_back(event);
        return some;
    }

private:
    struct DeviceRun {
        DeviceRun(std::uint64_t number, std::vector<LinkEvent>& log) : control(number, log) {}
        std::vector<std::byte> data;
        PacedRun control;
        bus::pcie::Run run;
        bool ended = false;
    };

    /// As whoever drives a link must: it is told no later than it wants.
    void advance(Duration to) {
        for (Duration due = link_->next_due(); due <= to && due != Duration::max(); due = link_->next_due()) {
            REQUIRE(due >= now_);
            if (due == now_) REQUIRE(++standing_still_ < 1000);
            if (due != now_) standing_still_ = 0;
            now_ = due;
            link_->advance(now_);
            for (const bus::pcie::Tlp& request : std::exchange(arrived_, {})) answer(request);
        }
        // long enough for all that answers the last TLP
        if (to == Duration::max()) to = (now_ / milliseconds(20) + 2) * milliseconds(20);
        now_ = to;
        link_->advance(now_);
    }

    void perform(const LinkStory::Act& act) {
        using Kind = LinkStory::Kind;
        using bus::pcie::TlpKind;
        switch (act.kind) {
            case Kind::write:
            case Kind::read: return begin(act, act.kind == Kind::write);
            case Kind::message: return begin({.at = act.at, .address = 0xfee0'0000, .bytes = 4}, true);
            case Kind::cpu_read: return request(TlpKind::memory_read, act.address);
            case Kind::cpu_write: return request(TlpKind::memory_write, act.address);
            case Kind::configuration_write: return request(TlpKind::configuration_write, act.address % 4096);
            case Kind::limit: return link_->limit({act.address}, {act.bytes}, now_);
            case Kind::forget: return link_->forget(*BusRange::of({act.address}, act.bytes), now_);
            case Kind::end_run:
                if (act.address >= runs_.size() || runs_[act.address]->ended) return;
                return link_->end_requested(runs_[act.address]->run, now_);
            case Kind::interrupt:
                return link_->interrupt({.kind = TlpKind::interrupt, .asserted = act.address % 8 == 0}, now_);
            case Kind::look: return;
        }
    }
    void begin(const LinkStory::Act& act, bool write) {
        DeviceRun& device = *runs_.emplace_back(std::make_unique<DeviceRun>(runs_.size(), events));
        for (std::uint64_t i = 0; i < act.bytes; ++i)
            device.data.push_back(static_cast<std::byte>((runs_.size() + i) * 5 / 3));
        device.control.first = act.at;
        device.control.for_each_byte = act.for_each_byte;
        device.control.arriving = act.arriving;
        device.run = {.write = write,
                      .address = {act.address},
                      .data = device.data,
                      .burst_bytes = act.burst_bytes == 0 ? act.bytes : act.burst_bytes,
                      .control = &device.control};
        link_->begin(device.run, now_);
    }
    void request(bus::pcie::TlpKind kind, std::uint64_t address) {
        link_->request({.kind = kind, .address = {address}, .bytes = 4}, cpu_data_, now_);
    }
    void answer(const bus::pcie::Tlp& request) {
        using bus::pcie::TlpKind;
        if (request.kind == TlpKind::memory_write) return;
        const bool read = request.kind == TlpKind::memory_read;
        link_->complete({.kind = read ? TlpKind::completion_data : TlpKind::completion,
                         .address = request.address,
                         .bytes = read ? 4u : 0u,
                         .byte_count = 4},
                        cpu_data_, now_);
    }

    void run_ended(bus::pcie::Run& run, Duration at) override {
        CHECK(at == now_);
        for (std::size_t number = 0; number < runs_.size(); ++number) {
            if (&runs_[number]->run != &run) continue;
            runs_[number]->ended = true;
            events.push_back({at, run.refused ? "ended refused" : "ended", number, run.moved});
        }
    }
    void request_arrived(const bus::pcie::Tlp& tlp, Duration at) override {
        CHECK(at == now_);
        events.push_back({at, "request arrived", tlp.address.value, tlp.bytes});
        arrived_.push_back(tlp);
    }
    void completion_arrived(const bus::pcie::Tlp& tlp, Duration at) override {
        CHECK(at == now_);
        events.push_back({at, "completion arrived", tlp.address.value, tlp.bytes});
    }
    void interrupt_arrived(const bus::pcie::Tlp& tlp, Duration at) override {
        CHECK(at == now_);
        events.push_back({at, "interrupt arrived", tlp.asserted});
    }
    void tlp(const bus::pcie::TlpRecord& record) override {
        const std::string way = record.direction == bus::pcie::Direction::up ? "up " : "down ";
        const std::string kind = std::to_string(static_cast<unsigned>(record.tlp.kind));
        std::uint64_t sum = record.data.size();
        for (const std::byte byte : record.data) sum = 31 * sum + std::to_integer<std::uint64_t>(byte);
        CHECK(record.data.size() == (has_data(record.tlp.kind) ? record.tlp.bytes : 0));
        events.push_back(
            {record.end, "tlp " + way + kind, record.tlp.address.value, record.tlp.bytes, record.start, sum});
    }

    const LinkStory story_;
    FakeHost host_{events};
    std::unique_ptr<bus::pcie::Link> link_;
    std::vector<std::unique_ptr<DeviceRun>> runs_;
    std::vector<bus::pcie::Tlp> arrived_;
    std::array<std::byte, 4> cpu_data_{};
    Duration now_{};
    unsigned standing_still_ = 0;
};

}  // namespace ghostcard::tests
