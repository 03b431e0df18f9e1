// SPDX-License-Identifier: MIT
#include <ghostcard/base/little_endian.h>
#include <ghostcard/model/card.h>
#include <ghostcard/registers/register_tables.h>

#include <array>
#include <utility>

namespace ghostcard::model {

using namespace registers;

namespace {

/// An overflow is noticed this much after the byte that had no room: what frees room at that very instant comes first.
constexpr Duration overflow_margin{1};

}  // namespace

Duration Card::Run::ready_at(std::uint64_t bytes) const { return card_.engine_.ready_at(bytes); }

void Card::Run::ready_at_each(std::uint64_t bytes, std::uint64_t step, std::span<Duration> instants) const {
    card_.engine_.ready_at_each(bytes, step, instants);
}

void Card::Run::moved(std::uint64_t bytes, Duration at) {
    card_.check_overflow(at);
    if (!card_.engine_.moved(bytes, at)) return;
    for (CardObserver* const observer : card_.observers_) observer->memory_taken(bytes, {&at, 1});
}

void Card::Run::moved_at_each(std::uint64_t bytes, std::span<const Duration> instants) {
    if (instants.back() > card_.no_overflow_until_) return DmaRun::moved_at_each(bytes, instants);
    if (!card_.engine_.moved_at_each(bytes, instants)) return;
    for (CardObserver* const observer : card_.observers_) observer->memory_taken(bytes, instants);
}

Card::Card(const sc_core::sc_module_name& name, const CardSettings& settings, VideoInput video)
    : sc_module(name),
      config_socket("config_socket"),
      bar0_socket("bar0_socket"),
      dma_socket("dma_socket"),
      inta("inta"),
      registers_(card_register_table()),
      video_(std::move(video)),
      memory_(settings.memory.count, video_),
      engine_(settings.dma, memory_) {
    register_sockets();
    describe_build(settings.dma);
    SC_HAS_PROCESS(Card);
    SC_THREAD(run_video);
    SC_THREAD(run_dma);
    SC_METHOD(watch_overflow);
    sensitive << memory_changed_;
    SC_METHOD(drive_inta);
    sensitive << interrupt_changed_;
}

// ---- video input ----------------------------------------------------------------------------------------------------

bool Card::capturing() const { return bus::simulated_now() < arriving_until_; }

void Card::run_video() {
    for (;;) {
        const auto enabled = [this] { return registers_.get<Control>().get<Control::Enable>() != 0; };
        const auto format = registers_.get<VideoFormat>().get<VideoFormat::Format>();
        if (!enabled() || !video_.present(format)) {
            wait(video_changed_);
            continue;
        }
        const Duration now = bus::simulated_now();
        const Duration begin = video_.next_frame_begin(now);
        if (begin > now) {
            wait(bus::to_sc_time(begin - now), video_changed_);
            continue;
        }
        begin_frame();
        wait(bus::to_sc_time(arriving_until_ - now));
    }
}

void Card::begin_frame() {
    const Duration now = bus::simulated_now();
    const FrameLayout layout = selected_layout();
    Frame frame = video_.begin_frame(now, registers_.get<VideoFormat>().get<VideoFormat::Format>());
    arriving_ = Frame{frame.number, frame.first_clock, {}};
    arriving_until_ = video_.next_frame_begin(now + Duration(1));
    arriving_torn_ = false;
    run_.catch_up();
    for (CardObserver* const observer : observers_)
        observer->frame_begins(frame, layout, video_.arrival(frame, layout, layout.stream_bytes()));
    memory_.begin(std::move(frame), layout, now);
    no_overflow_until_ = now;
    memory_changed_.notify(sc_core::SC_ZERO_TIME);
    engine_changed();
}

std::uint64_t Card::memory_high_water() {
    run_.catch_up();
    return memory_.high_water(bus::simulated_now());
}

void Card::watch_overflow() {
    const Duration now = bus::simulated_now();
    run_.catch_up();
    check_overflow(now);
    const auto overflow = memory_.overflow_at();
    no_overflow_until_ = overflow.value_or(Duration::max());
    if (overflow && capturing()) next_trigger(bus::to_sc_time(*overflow + overflow_margin - now), memory_changed_);
}

/// All that left the memory before that instant is known.
void Card::check_overflow(Duration before) {
    if (before <= no_overflow_until_) return;
    if (!capturing() || arriving_torn_ || !memory_.tear_if_overflowed(before)) return;
    arriving_torn_ = true;
    tell_cleared(true, before);
    engine_.frame_torn(memory_.front() == nullptr);
    engine_cancelled();
    drop_frame(arriving_->number);
}

void Card::drop_frame(std::uint64_t number) {
    registers_.set_raw(DroppedFrames::offset, registers_.get<DroppedFrames>().raw() + 1);
    for (CardObserver* const observer : observers_) observer->frame_dropped(number);
    raise(Value<InterruptStatus>{}.with<InterruptStatus::FrameDropped>(1));
}

void Card::tell_cleared(bool arriving, Duration at) const {
    for (CardObserver* const observer : observers_) observer->memory_cleared(memory_.level(at), arriving, at);
}

// ---- DMA engine -----------------------------------------------------------------------------------------------------

void Card::engine_changed() { engine_changed_.notify(sc_core::SC_ZERO_TIME); }

void Card::engine_cancelled() {
    if (engine_.cancelling()) run_.request_stop(bus::simulated_now());
    engine_changed();
}

void Card::run_dma() {
    for (;;) {
        if (messages_due_ > 0) {
            send_message();
            continue;
        }
        const DmaEngine::Step step = engine_.next(bus::simulated_now(), bus_paces_);
        if (const auto* const finished = std::get_if<DmaEngine::Finished>(&step)) {
            finish(*finished);
        } else if (const auto* const due = std::get_if<DmaEngine::Transfer>(&step)) {
            transfer(*due);
        } else if (const auto until = std::get<DmaEngine::Wait>(step).until) {
            wait(bus::to_sc_time(*until - bus::simulated_now()), engine_changed_);
        } else {
            wait(engine_changed_);
        }
    }
}

void Card::transfer(const DmaEngine::Transfer& transfer) {
    run_.burst_bytes = transfer.burst_bytes;
    run_.reset();
    const DmaErrorCode code = write_to_bus(transfer.address, transfer.data, &run_);
    bus_paces_ = run_.honoured();
    if (!bus_paces_ && code == DmaErrorCode::none) run_.moved(transfer.data.size(), bus::simulated_now());
    engine_.transfer_ended(code);
    memory_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Card::finish(const DmaEngine::Finished& finished) {
    const bool failed = finished.code != DmaErrorCode::none;
    registers_.set(registers_.get<DmaStatus>()
                       .with<DmaStatus::Done>(!failed)
                       .with<DmaStatus::Error>(failed)
                       .with<DmaStatus::ErrorCode>(finished.code));
    const bool frame_done = finished.frame && !finished.frame_lost;
    if (frame_done) {
        const auto begin = video_.raster().instant_of(finished.frame->first_clock);
        const auto nanoseconds_since_start = static_cast<std::uint64_t>(begin / nanoseconds(1));
        registers_.set_raw(FrameCount::offset, registers_.get<FrameCount>().raw() + 1);
        registers_.set_raw(FrameTimeLow::offset, static_cast<std::uint32_t>(nanoseconds_since_start));
        frame_time_high_ = static_cast<std::uint32_t>(nanoseconds_since_start >> 32);
        for (CardObserver* const observer : observers_) observer->frame_finished(finished.frame->number);
    }
    if (finished.frame_lost) {
        tell_cleared(finished.frame->number == arriving_->number, bus::simulated_now());
        drop_frame(finished.frame->number);
    }
    raise(Value<InterruptStatus>{}
              .with<InterruptStatus::FrameDone>(frame_done)
              .with<InterruptStatus::DmaDone>(!frame_done && !failed)
              .with<InterruptStatus::DmaError>(failed));
    memory_changed_.notify(sc_core::SC_ZERO_TIME);
}

DmaErrorCode Card::write_to_bus(BusAddress address, std::span<std::byte> data, bus::DmaRun* run) {
    tlm::tlm_generic_payload payload;
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(address.value);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
    payload.set_data_length(static_cast<unsigned>(data.size()));
    payload.set_streaming_width(static_cast<unsigned>(data.size()));
    if (run) payload.set_extension(run);

    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    dma_socket->b_transport(payload, delay);
    if (delay != sc_core::SC_ZERO_TIME) wait(delay);
    if (run) payload.clear_extension(run);
    if (payload.is_response_ok()) return DmaErrorCode::none;
    if (payload.get_response_status() == tlm::TLM_ADDRESS_ERROR_RESPONSE) {
        function_.received_master_abort();
        return DmaErrorCode::master_abort;
    }
    function_.received_target_abort();
    return DmaErrorCode::target_abort;
}

// ---- interrupts -----------------------------------------------------------------------------------------------------

void Card::raise(Value<InterruptStatus> causes) {
    registers_.set_raw(InterruptStatus::offset, registers_.get<InterruptStatus>().raw() | causes.raw());
    update_interrupt();
}

/// The request is the OR of the causes that are latched and enabled. INTA# shows it as a level; MSI sends a message
/// each time it rises.
void Card::update_interrupt() {
    const bool requested = (registers_.get<InterruptStatus>().raw() & registers_.get<InterruptEnable>().raw()) != 0;
    const bool rises = requested && !interrupt_requested_;
    interrupt_requested_ = requested;
    function_.set_interrupt_status(requested);
    if (rises && function_.message()) {
        ++messages_due_;
        run_.request_pause(bus::simulated_now());
        engine_changed();
    }
    interrupt_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Card::drive_inta() { inta.write(interrupt_requested_ && function_.line_enabled()); }

void Card::send_message() {
    --messages_due_;
    const auto message = function_.message();
    if (!message || !function_.bus_master_enabled()) return;
    std::array<std::byte, 4> data{};
    store_little_endian(message->data, data);
    static_cast<void>(write_to_bus({message->address}, data, nullptr));  // STATUS tells if nobody took it
}

}  // namespace ghostcard::model
