// SPDX-License-Identifier: MIT
#pragma once

#include "card_port.h"
#include "peer_memory.h"

#include <ghostcard/base/byte_window.h>
#include <ghostcard/platform/machine.h>
#include <ghostcard/remote/device.h>

#include <spdlog/logger.h>
#include <array>
#include <cstdint>
#include <functional>
#include <utility>

namespace ghostcard::scenarios {

/// The card of a machine as a server puts it on its socket. Its accesses go over the simulated bus and take their time
/// there; the client's bus numbers and BARs are its own affair, and the firmware's place for BAR0 stays.
///
/// Where the client's memory can only be reached by messages, the card must not be seen to have done what has not
/// arrived yet, and its registers are accessed between two instants: see RegisterView.
class ServedCard : public remote::Device, private bus::MessageSink, private platform::CpuObserver {
public:
    ServedCard(platform::Machine& machine, PeerMemory& memory, spdlog::logger& log);

    /// Where its interrupts go.
    void connect(remote::DeviceHost& server) { server_ = &server; }
    /// Notified when it requests an interrupt...
    const sc_core::sc_event& interrupt() const { return interrupt_; }
    /// ...as it has since before_time_passes().
    bool has_interrupted() const { return has_interrupted_; }
    /// Whoever waits for the card waits for time to pass: an operation runs, or an interrupt is on its way to the
    /// client, and there is none that the client has been told of and has not acknowledged.
    bool is_awaited();
    /// If the last read of a register found what the one before had found: how often in a row that has been so by now.
    /// Each read counts once; 0 otherwise.
    unsigned take_polls() { return std::exchange(poll_is_new_, false) ? polls_ : 0; }
    /// Around time that passes, on the simulated CPU. Where messages reach the client's memory, what can be seen until
    /// all of them have arrived is what there was before.
    void before_time_passes();
    void after_time_passed();

    // remote::Device
    std::uint64_t bar_size(unsigned bar) const override { return bar == 0 ? model::Card::bar0_size : 0; }
    void read_bar(unsigned bar, std::uint64_t offset, std::span<std::byte> data) override;
    void write_bar(unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override;
    void read_config(std::uint64_t offset, std::span<std::byte> data) override;
    void write_config(std::uint64_t offset, std::span<const std::byte> data) override;
    void reset() override;
    bool line_asserted() const override { return line_asserted_; }
    void client_attached(remote::ClientMemory& memory) override;
    void client_gone() override;
    void translation_changing() override;
    void translation_changed(BusRange range) override;

private:
    /// BAR0 as the client sees it, over the bus or, between two instants, at the card itself.
    class RegisterView : public RegisterAccess {
    public:
        explicit RegisterView(ServedCard& card) : card_(card) {}
        std::uint32_t read(std::uint32_t offset) override;
        void write(std::uint32_t offset, std::uint32_t value) override;

    private:
        ServedCard& card_;
    };
    /// Configuration space with BARs of the client's.
    class ConfigView : public RegisterAccess {
    public:
        explicit ConfigView(ServedCard& card) : card_(card) {}
        std::uint32_t read(std::uint32_t offset) override;
        void write(std::uint32_t offset, std::uint32_t value) override;

    private:
        ServedCard& card_;
    };

    // MessageSink, CpuObserver
    void message(BusAddress address, std::uint16_t data) override;
    void begins(platform::CpuActivity) override {}
    void ends(platform::CpuActivity) override {}
    void line_changed(bool asserted) override;
    void message_arrived() override {}

    bool by_messages() const { return client_ != nullptr && client_->needs_messages(); }
    void tell();
    void note_read(std::uint64_t offset, std::uint64_t value);

    platform::Machine& machine_;
    PeerMemory& memory_;
    spdlog::logger& log_;
    remote::DeviceHost* server_ = nullptr;
    remote::ClientMemory* client_ = nullptr;

    CardPort port_;
    RegisterView register_view_{*this};
    ConfigView config_view_{*this};
    ByteWindow registers_;
    ByteWindow config_;
    std::uint32_t bar0_ = 0;  ///< Where the client thinks it is.
    bool line_asserted_ = false;
    bool has_interrupted_ = false;
    bool line_is_due_ = false;  ///< It has been asserted, and the client is to be told.
    bool was_busy_ = false;     ///< When time had passed last, or something was written since.
    bool has_told_ = false;     ///< The client, of the interrupt that is requested now.
    sc_core::sc_event interrupt_;

    /// Of the registers that tell how far operations have come, what they told before time passed last.
    struct Held {
        std::uint32_t offset;
        std::uint32_t value;
    };
    std::array<Held, 4> held_;

    std::uint64_t polled_offset_ = 0, polled_value_ = 0;
    unsigned polls_ = 0;
    bool poll_is_new_ = false;
};

}  // namespace ghostcard::scenarios
