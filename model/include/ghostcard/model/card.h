// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_file.h>
#include <ghostcard/bus/dma_run.h>
#include <ghostcard/bus/pci/pci_function.h>
#include <ghostcard/bus/pci/pci_settings.h>
#include <ghostcard/bus/sim_time.h>
#include <ghostcard/model/card_memory.h>
#include <ghostcard/model/card_settings.h>
#include <ghostcard/model/dma_engine.h>
#include <ghostcard/model/video_input.h>
#include <ghostcard/registers/card_registers.h>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <cstdint>
#include <optional>
#include <span>
#include <systemc>
#include <tlm>
#include <vector>

namespace ghostcard::model {

/// Sees what no register shows: for tests, for the books of a scenario, and for traces.
class CardObserver {
public:
    virtual ~CardObserver() = default;
    /// A frame begins to arrive; it is stored unless the card has to drop it.
    virtual void frame_begins(const Frame& frame, const FrameLayout& layout, Duration last_pixel) = 0;
    virtual void frame_dropped(std::uint64_t number) = 0;
    /// Its last byte has gone to the bus.
    virtual void frame_finished(std::uint64_t number) = 0;
    /// So many bytes left the memory for the bus at each of these instants; told of in order, but perhaps later.
    virtual void memory_taken(std::uint64_t /*bytes*/, std::span<const Duration>) {}
    /// What was in the memory was thrown away at that instant, but for so many bytes; `arriving`: nothing more of the
    /// last frame will be stored.
    virtual void memory_cleared(std::uint64_t /*left*/, bool /*arriving*/, Duration) {}
};

/// The capture card: an ordinary TLM-2.0 component. docs/datasheet.md says how it behaves.
class Card : public sc_core::sc_module {
public:
    static constexpr std::uint64_t bar0_size = registers::CardRegisters::extent;
    /// How it answers as a target: medium decode, no wait states.
    static constexpr bus::pci::TargetTiming target_timing{bus::pci::Decode::medium, 0, 0};

    tlm_utils::simple_target_socket<Card> config_socket;  ///< Addresses: offsets in the configuration space.
    tlm_utils::simple_target_socket<Card> bar0_socket;    ///< Addresses: offsets in BAR0.
    tlm_utils::simple_initiator_socket<Card> dma_socket;  ///< Addresses: on the bus. Runs carry bus::DmaRun.
    sc_core::sc_out<bool> inta;                           ///< True: asserted.

    Card(const sc_core::sc_module_name& name, const CardSettings& settings, VideoInput video);

    const VideoInput& video() const { return video_; }
    std::uint64_t memory_high_water();
    /// COMMAND allows it to access memory.
    bool bus_master_enabled() const { return function_.bus_master_enabled(); }
    /// The signal at the video input begins again with its first picture; after a reset, while no frame is on its way.
    void rewind_video() { video_.rewind(); }
    void attach_observer(CardObserver& observer) { observers_.push_back(&observer); }

private:
    /// Follows a transfer of the engine's over the bus.
    class Run : public bus::DmaRun {
    public:
        explicit Run(Card& card) : card_(card) {}
        Duration ready_at(std::uint64_t bytes) const override;
        void ready_at_each(std::uint64_t bytes, std::uint64_t step, std::span<Duration> instants) const override;
        void moved(std::uint64_t bytes, Duration at) override;
        void moved_at_each(std::uint64_t bytes, std::span<const Duration> instants) override;

    private:
        Card& card_;
    };

    using Offset = std::uint32_t;

    // card_sockets.cpp
    void register_sockets();
    void transport_config(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    void transport_bar0(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    unsigned debug_config(tlm::tlm_generic_payload& payload);
    unsigned debug_bar0(tlm::tlm_generic_payload& payload);

    // card_registers.cpp
    void describe_build(const DmaEngineSettings& settings);
    std::uint32_t peek_register(Offset offset);
    std::uint32_t read_register(Offset offset);
    void write_register(Offset offset, std::uint32_t value, std::uint32_t byte_mask);
    void write_config(Offset offset, std::uint32_t value, std::uint32_t byte_mask);
    void write_dma_control(Value<registers::DmaControl> value);
    bool locked(Offset offset) const;
    void start_dma();
    void soft_reset();
    FrameLayout selected_layout() const;

    // card.cpp
    void run_video();
    void begin_frame();
    void watch_overflow();
    void check_overflow(Duration before);
    void drop_frame(std::uint64_t number);
    void tell_cleared(bool arriving, Duration at) const;
    void run_dma();
    void transfer(const DmaEngine::Transfer& transfer);
    void finish(const DmaEngine::Finished& finished);
    registers::DmaErrorCode write_to_bus(BusAddress address, std::span<std::byte> data, bus::DmaRun* run);
    void engine_cancelled();
    void engine_changed();
    void raise(Value<registers::InterruptStatus> causes);
    void update_interrupt();
    void drive_inta();
    void send_message();
    bool capturing() const;

    RegisterFile registers_;
    bus::pci::PciFunction function_;
    VideoInput video_;
    CardMemory memory_;
    DmaEngine engine_;
    bool interrupt_requested_ = false;  ///< A cause is latched and enabled.
    std::vector<CardObserver*> observers_;

    Run run_{*this};
    bool bus_paces_ = false;         ///< The bus has honoured a run.
    std::optional<Frame> arriving_;  ///< Without its picture; the last one, if none arrives now.
    Duration arriving_until_{};
    bool arriving_torn_ = false;
    Duration no_overflow_until_{};       ///< Whatever leaves the memory; it may be later.
    std::uint32_t frame_time_high_ = 0;  ///< Of the last finished frame, until FRAME_TIME_LOW is read.
    std::uint64_t messages_due_ = 0;  ///< Interrupt requests that have risen and are not yet on the bus: they go first.

    sc_core::sc_event video_changed_;
    sc_core::sc_event engine_changed_;
    sc_core::sc_event memory_changed_;
    sc_core::sc_event interrupt_changed_;
};

}  // namespace ghostcard::model
