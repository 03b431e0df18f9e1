// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/host_memory.h>
#include <ghostcard/base/random.h>
#include <ghostcard/base/register_access.h>
#include <ghostcard/base/register_file.h>
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/registers/register_tables.h>
#include <tests/dma/fake_clock.h>
#include <tests/dma/fake_translation.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace ghostcard::test {

/// One access of the driver to the card.
struct CardAccess {
    bool is_write;
    std::uint32_t offset;
    std::uint32_t value;
    friend bool operator==(const CardAccess&, const CardAccess&) = default;
};

/// A small card that works by the data sheet, without time of its own: frames come when the test says so and move at
/// once. Bits that no register declares read as noise.
class FakeCard {
public:
    FakeCard(const HostMemory& memory, const FakeTranslation& translation, FakeClock& clock);
    FakeCard(const FakeCard&) = delete;
    FakeCard& operator=(const FakeCard&) = delete;

    RegisterAccess& config_window() { return config_window_; }
    RegisterAccess& card_window() { return card_window_; }

    // How it is built; before the driver starts.
    unsigned width = 32;
    unsigned height = 8;
    unsigned stored_frames = 0;  ///< Whole frames that card memory holds while nobody has armed the card.
    RegisterFile card{registers::card_register_table()};
    RegisterFile config{registers::config_register_table()};

    // What happens to it.
    void frame();                                         ///< A frame of the signal arrives.
    void overrun();                                       ///< A frame arrives and is torn while it moves.
    void raise(Value<registers::InterruptStatus> cause);  ///< Sets causes as IRQ_FORCE does.
    std::uint64_t vanishes_at = 0;                        ///< The first access that nobody answers any more; 0: none.
    std::uint32_t stuck_causes = 0;                       ///< Of IRQ_STATUS; acknowledging them does nothing.
    bool ignores_abort = false;
    bool ignores_reset = false;
    bool ignores_power = false;
    /// Called before access n, counted from 1 over both windows.
    std::function<void(std::uint64_t n)> before_access;

    // What can be seen of it.
    bool line() const;    ///< INTA# is asserted.
    bool take_message();  ///< A message has been sent since the last call.
    bool busy() const { return card.get<registers::DmaStatus>().get<registers::DmaStatus::Busy>() != 0; }
    std::uint64_t frame_length() const { return std::uint64_t{2} * width * height; }
    std::uint64_t accesses = 0;     ///< Of the driver, in both windows.
    std::vector<CardAccess> trace;  ///< Those to the card's registers.
    std::vector<BusAddress> go_addresses;

    /// Byte `at` of frame `number`; the first frame is 1, lost ones count.
    static std::byte content(std::uint64_t number, std::uint64_t at);

private:
    struct Window final : RegisterAccess {
        Window(FakeCard& owner, bool configuration) : card_(owner), configuration_(configuration) {}
        std::uint32_t read(std::uint32_t offset) override { return card_.read(configuration_, offset); }
        void write(std::uint32_t offset, std::uint32_t value) override { card_.write(configuration_, offset, value); }
        FakeCard& card_;
        bool configuration_;
    };

    bool answers(bool configuration);
    std::uint32_t read(bool configuration, std::uint32_t offset);
    void write(bool configuration, std::uint32_t offset, std::uint32_t value);
    void reset();
    void go();
    void move(std::uint64_t number);
    void drop();
    void end(registers::DmaErrorCode code);
    registers::DmaErrorCode refusal() const;
    void update_request();

    const HostMemory& memory_;
    const FakeTranslation& translation_;
    FakeClock& clock_;
    Random noise_{1, "reserved bits"};
    Window config_window_{*this, true};
    Window card_window_{*this, false};
    std::vector<std::uint64_t> stored_;
    std::uint64_t begun_ = 0;  ///< The frame of which operations have moved a part; 0: none.
    std::uint64_t moved_ = 0;  ///< Bytes of it.
    std::uint64_t arrived_ = 0;
    bool requesting_ = false;
    bool message_sent_ = false;
};

}  // namespace ghostcard::test
