// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/capture_driver.h>
#include <ghostcard/dma/host_dma_adapter.h>
#include <tests/dma/fake_card.h>
#include <tests/dma/fake_clock.h>
#include <tests/dma/fake_interrupts.h>
#include <tests/dma/fake_translation.h>
#include <tests/support/catch.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::test {

inline dma::DriverSettings settings_of(unsigned buffers, dma::InterruptKind interrupt = dma::InterruptKind::intx) {
    dma::DriverSettings settings;
    settings.buffers = buffers;
    settings.interrupt = interrupt;
    return settings;
}

inline Value<registers::InterruptStatus> cause(std::uint32_t mask) { return Value<registers::InterruptStatus>{mask}; }

/// A host with the fake card in it, a driver, and a consumer that lends it buffers.
struct Machine {
    explicit Machine(const dma::DriverSettings& settings = {}, std::optional<std::uint64_t> constant = std::nullopt)
        : translation(constant),
          driver({card.config_window(), card.card_window(), adapter, interrupts, clock, adapter}, settings, queue) {}

    /// Lends the driver so many more buffers.
    void lend(unsigned count, std::uint64_t size = 0) {
        for (unsigned i = 0; i < count; ++i)
            queue.queue(buffers.emplace_back(size != 0 ? size : card.frame_length(), std::byte{0xee}));
    }

    /// Lets interrupts and deferred calls come until all is quiet.
    void settle() {
        for (unsigned i = 0;; ++i) {
            REQUIRE(i < 100);  // nobody may be interrupted for ever
            const bool requested = card.take_message() || card.line();
            if (requested && interrupts.connected()) {
                unclaimed += !interrupts.interrupt();
                continue;
            }
            if (!interrupts.run_deferred()) return;
        }
    }
    /// Frames of the signal, each handled before the next.
    void capture(unsigned frames = 1) {
        for (unsigned i = 0; i < frames; ++i) {
            clock.pass(milliseconds(16));
            card.frame();
            settle();
        }
    }

    dma::Frame received() {
        const auto frame = queue.receive();
        REQUIRE(frame);
        return *frame;
    }
    /// The number of the card's frame that the buffer holds, or 0 if it holds none whole.
    std::uint64_t content_of(const dma::Frame& frame) const {
        for (std::uint64_t number = 1; number < 100; ++number) {
            std::uint64_t at = 0;
            while (at < card.frame_length() && frame.buffer[at] == FakeCard::content(number, at)) ++at;
            if (at == card.frame_length()) return number;
        }
        return 0;
    }
    /// What the driver said last.
    std::string last_word() const { return driver.events().empty() ? "" : driver.events().back().text; }

    /// Nothing of the host is in use and the card can do no harm.
    void check_all_given_back() {
        CHECK(adapter.outstanding() == 0);
        CHECK(allocator.outstanding() == 0);
        CHECK(translation.mapped() == 0);
        CHECK_FALSE(translation.unmapped_what_was_not_mapped());
        CHECK_FALSE(interrupts.connected());
        CHECK(queue.empty_buffers() == 0);
        CHECK(queue.taken_buffers() == 0);
        CHECK(adapter.damaged_guards().empty());
        if (card.vanishes_at != 0) return;
        using namespace registers;
        const auto command = card.config.get<CommandStatus>();
        CHECK_FALSE(command.get<CommandStatus::BusMaster>());
        CHECK_FALSE(card.config.get<MessageCapability>().get<MessageCapability::Enable>());
        CHECK_FALSE(card.line());
    }

    HostMemory memory{4ull << 20};
    dma::PageAllocator allocator{memory, Random(1, "pages")};
    FakeTranslation translation;
    dma::HostDmaAdapter adapter{memory, allocator, translation};
    FakeClock clock;
    FakeInterrupts interrupts;
    FakeCard card{memory, translation, clock};
    dma::FrameQueue queue;
    std::deque<std::vector<std::byte>> buffers;
    dma::CaptureDriver driver;
    unsigned unclaimed = 0;
};

}  // namespace ghostcard::test
