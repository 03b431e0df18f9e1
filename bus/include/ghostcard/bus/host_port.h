// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/host_memory.h>
#include <ghostcard/bus/bus_translation.h>
#include <ghostcard/bus/dma_memory.h>
#include <ghostcard/bus/posted_writes.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

namespace ghostcard::bus {

/// Where message signalled interrupts arrive, once all data written before them is in memory.
class MessageSink {
public:
    virtual ~MessageSink() = default;
    virtual void message(BusAddress address, std::uint16_t data) = 0;
};

/// A DMA access that reached the host and was turned away.
struct TranslationFault {
    BusAddress address;
    RequesterId requester;
    bool write = false;
    Duration time{};
};

/// The host's side of DMA, whatever the bus: address translation, memory, and the interrupt messages that look like
/// writes to memory.
///
/// Writes are posted: they become visible some time after they were accepted, in order. Instants at which something is
/// accepted are parameters, since a bus may lag behind simulated time as long as nobody looks; they never decrease.
class HostPort : public sc_core::sc_module {
public:
    static constexpr BusAddress message_window_begin{0xfee0'0000};  ///< As on x86; 1 MiB.
    static constexpr BusAddress message_window_end{0xfef0'0000};
    static constexpr std::size_t recorded_faults = 64;  ///< Later ones are only counted.

    HostPort(const sc_core::sc_module_name& name, std::unique_ptr<DmaMemory> memory, const PostingSettings& posting);
    /// With the host's own RAM; memory must outlive this.
    HostPort(const sc_core::sc_module_name& name, const HostMemory& memory, std::unique_ptr<BusTranslation> translation,
             const PostingSettings& posting);
    ~HostPort() override;

    /// Whether the host answers to a memory access there.
    bool decodes(BusAddress address, bool write) const;
    static bool is_message(BusAddress address) {
        return address >= message_window_begin && address < message_window_end;
    }
    /// The bytes of memory behind as much of the range as lies together, from its first byte on; none if that byte
    /// faults.
    std::span<std::byte> locate(RequesterId requester, BusRange range, bool write) const;
    void record_fault(const TranslationFault& fault);
    /// Called for each, whether or not it is kept.
    void on_fault(std::function<void(const TranslationFault&)> listener) { fault_listener_ = std::move(listener); }

    /// Bytes that can be accepted at that instant.
    std::uint64_t room(Duration at);
    /// The first instant, not before `at`, at which so many bytes can be accepted; more than the buffer holds can be
    /// when it is empty.
    Duration room_for(std::uint64_t bytes, Duration at);
    /// Whether room() is without limit.
    bool has_unlimited_room() const { return posting_.buffer.count == 0; }
    /// Whether room() is without limit, and each write visible the same time after it was accepted.
    bool posts_freely() const { return posting_.buffer.count == 0 && posting_.drain.count == 0; }
    Duration posting_delay() const { return posting_.delay; }
    /// Accepts a write to bytes that locate() gave.
    void post(std::span<std::byte> memory, std::span<const std::byte> data, Duration at);
    void post_message(BusAddress address, std::uint16_t data, Duration at);
    /// When everything that has been accepted is in memory.
    Duration drained_at() const { return last_visible_; }
    /// A device reads: it never sees what was there before its own writes.
    void flush() { posted_.settle(Duration::max(), *memory_); }

    /// Lets memory show everything that is visible by now. Host code that is about to look at memory calls it first.
    void settle();
    /// Called by settle() and before a translation changes: a bus that lags behind catches up.
    void on_settle(std::function<void()> catch_up) { catch_up_.push_back(std::move(catch_up)); }
    /// Everything that has been accepted by now is in memory at once: for a change of the translation that does not
    /// come from translation_for()...
    void push();
    /// ...after which whoever has looked at these addresses on this device's behalf looks again.
    void translation_changed(RequesterId requester, BusRange range);
    /// Called after the translation of these addresses has changed for this device.
    void on_change(std::function<void(RequesterId, BusRange)> changed) { changed_.push_back(std::move(changed)); }

    Translation& translation_for(RequesterId requester);
    void connect(MessageSink& sink) { message_sink_ = &sink; }

    const std::vector<TranslationFault>& faults() const { return faults_; }
    std::uint64_t fault_count() const { return fault_count_; }
    std::uint64_t messages() const { return message_count_; }

private:
    class SettledTranslation;
    struct Message {
        BusAddress address;
        std::uint16_t data;
        Duration visible_at;
    };

    /// What locate() found last, for its neighbours; nothing after a translation has changed.
    struct Located {
        RequesterId requester;
        bool write = false;
        BusRange range;
        std::span<std::byte> memory;
    };

    Duration next_visible(std::uint64_t bytes, Duration at);
    void deliver_messages();
    void catch_up() const;

    const std::unique_ptr<DmaMemory> memory_;
    const PostingSettings posting_;
    std::map<RequesterId, std::unique_ptr<SettledTranslation>> device_translations_;
    std::vector<std::function<void()>> catch_up_;
    std::vector<std::function<void(RequesterId, BusRange)>> changed_;
    mutable std::optional<Located> located_;

    PostedWrites posted_;
    Duration last_visible_{};
    std::deque<Message> messages_;
    sc_core::sc_event message_due_;
    MessageSink* message_sink_ = nullptr;
    std::uint64_t message_count_ = 0;
    std::vector<TranslationFault> faults_;
    std::uint64_t fault_count_ = 0;
    std::function<void(const TranslationFault&)> fault_listener_;
};

}  // namespace ghostcard::bus
