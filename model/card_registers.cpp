// SPDX-License-Identifier: MIT
#include <ghostcard/model/card.h>

#include <algorithm>
#include <bit>

namespace ghostcard::model {

using namespace registers;

namespace {

std::uint32_t log2_of(Bytes size) { return static_cast<std::uint32_t>(std::countr_zero(size.count)); }

}  // namespace

/// What CAPABILITY and DMA_BURST say after reset depends on how the card is built.
void Card::describe_build(const DmaEngineSettings& settings) {
    registers_.override_reset(
        Value<Capability>{}
            .with<Capability::AddressBits>(settings.address_bits)
            .with<Capability::AlignmentLog2>(log2_of(settings.alignment))
            .with<Capability::LengthMultipleLog2>(log2_of(settings.length_multiple))
            .with<Capability::BoundaryLog2>(settings.boundary.count ? log2_of(settings.boundary) : 0)
            .with<Capability::MaxLengthLog2>(log2_of(settings.max_length)));
    registers_.override_reset(
        Value<DmaBurst>{}.with<DmaBurst::Bytes>(static_cast<std::uint32_t>(settings.burst.count)));
}

FrameLayout Card::selected_layout() const {
    return {video_.raster(), registers_.get<VideoFormat>().get<VideoFormat::Format>(),
            registers_.get<VideoStride>().get<VideoStride::Bytes>()};
}

/// A read without side effects. Registers that show what goes on are derived from it here.
std::uint32_t Card::peek_register(Offset offset) {
    run_.catch_up();
    const Duration now = bus::simulated_now();
    const bool present = video_.present(registers_.get<VideoFormat>().get<VideoFormat::Format>());
    switch (offset) {
        case Status::offset: {
            const bool second_field =
                video_.raster().interlaced && capturing() &&
                video_.raster().clocks_at(now) - arriving_->first_clock >= video_.raster().frame_clocks() / 2;
            return Value<Status>{}
                .with<Status::VideoPresent>(present)
                .with<Status::Capturing>(capturing())
                .with<Status::SecondField>(second_field)
                .with<Status::Overrun>(capturing() && arriving_torn_)
                .raw();
        }
        case VideoWidth::offset: return present ? video_.raster().width : 0;
        case VideoHeight::offset: return present ? video_.raster().height : 0;
        case DmaStatus::offset: return registers_.get<DmaStatus>().with<DmaStatus::Busy>(engine_.busy()).raw();
        case DmaTransferred::offset: return static_cast<std::uint32_t>(engine_.transferred());
        case MemoryLevel::offset: return static_cast<std::uint32_t>(memory_.level(now));
        case MemoryHighWater::offset: return static_cast<std::uint32_t>(memory_.high_water(now));
        default: return registers_.read(offset);
    }
}

std::uint32_t Card::read_register(Offset offset) {
    if (offset == FrameTimeLow::offset) registers_.set_raw(FrameTimeHigh::offset, frame_time_high_);
    return peek_register(offset);
}

bool Card::locked(Offset offset) const {
    const bool parameter = offset == DmaAddressLow::offset || offset == DmaAddressHigh::offset ||
                           offset == DmaLength::offset || offset == DmaBurst::offset;
    return parameter && engine_.busy();
}

void Card::write_register(Offset offset, std::uint32_t value, std::uint32_t byte_mask) {
    if (locked(offset)) {
        registers_.set(registers_.get<DmaStatus>().with<DmaStatus::WriteWhileBusy>(1));
        return;
    }
    registers_.write(offset, value, byte_mask);
    const std::uint32_t written = value & byte_mask;
    switch (offset) {
        case Control::offset:
            if (Value<Control>{written}.get<Control::SoftReset>()) soft_reset();
            video_changed_.notify(sc_core::SC_ZERO_TIME);
            break;
        case InterruptStatus::offset:
        case InterruptEnable::offset: update_interrupt(); break;
        case InterruptForce::offset: raise(Value<InterruptStatus>{written}); break;
        case DmaControl::offset: write_dma_control(Value<DmaControl>{written}); break;
        case VideoFormat::offset: video_changed_.notify(sc_core::SC_ZERO_TIME); break;
        case TestPattern::offset: video_.select(registers_.get<TestPattern>().get<TestPattern::Select>()); break;
        default: break;
    }
}

void Card::write_dma_control(Value<DmaControl> value) {
    if (value.get<DmaControl::Abort>()) engine_.cancel(DmaErrorCode::aborted);
    if (value.get<DmaControl::Go>()) {
        if (engine_.busy())
            registers_.set(registers_.get<DmaStatus>().with<DmaStatus::GoWhileBusy>(1));
        else
            start_dma();
    }
    engine_cancelled();
}

void Card::start_dma() {
    const FrameLayout layout = selected_layout();
    const std::uint64_t high = registers_.get<DmaAddressHigh>().raw();
    const DmaEngine::Descriptor descriptor{
        .address = {high << 32 | registers_.get<DmaAddressLow>().raw()},
        .length = registers_.get<DmaLength>().raw(),
        .burst_bytes = std::max<std::uint64_t>(round_down(registers_.get<DmaBurst>().raw(), 4), 4)};
    const bool whole_frame = descriptor.length >= layout.stream_bytes();
    registers_.set(
        registers_.get<DmaStatus>().with<DmaStatus::Done>(0).with<DmaStatus::Error>(0).with<DmaStatus::ErrorCode>(
            DmaErrorCode::none));
    engine_.start(descriptor, whole_frame ? layout.memory_bytes() : descriptor.length, function_.bus_master_enabled());
}

/// Everything but configuration space. An operation on the bus ends first and keeps BUSY until then.
void Card::soft_reset() {
    run_.catch_up();
    engine_.reset();
    memory_.clear();
    tell_cleared(true, bus::simulated_now());
    memory_.reset_high_water();
    video_.select(Pattern::off);
    arriving_until_ = Duration{};
    registers_.reset();
    update_interrupt();
    engine_cancelled();
}

void Card::write_config(Offset offset, std::uint32_t value, std::uint32_t byte_mask) {
    function_.write(offset, value, byte_mask);
    if (!function_.bus_master_enabled()) {
        engine_.cancel(DmaErrorCode::bus_master_off);
        engine_cancelled();
    }
    interrupt_changed_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace ghostcard::model
