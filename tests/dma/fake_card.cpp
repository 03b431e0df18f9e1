// SPDX-License-Identifier: MIT
#include <tests/dma/fake_card.h>

#include <algorithm>
#include <utility>

namespace ghostcard::test {

using namespace registers;

namespace {

std::uint32_t declared_bits(RegisterTable table, std::uint32_t offset) {
    std::uint32_t bits = 0;
    if (const RegisterInfo* info = table.find(offset))
        for (const FieldInfo& field : info->fields) bits |= field.mask();
    return bits;
}

}  // namespace

FakeCard::FakeCard(const HostMemory& memory, const FakeTranslation& translation, FakeClock& clock)
    : memory_(memory), translation_(translation), clock_(clock) {
    config.override_reset(Value<BaseAddress0>{0xfeb0'0000});
    reset();
}

std::byte FakeCard::content(std::uint64_t number, std::uint64_t at) {
    return static_cast<std::byte>(number * 37 + at * 13 + at / 251);
}

bool FakeCard::answers(bool configuration) {
    ++accesses;
    if (before_access) before_access(accesses);
    if (vanishes_at != 0 && accesses >= vanishes_at) return false;
    return configuration || (config.get<CommandStatus>().get<CommandStatus::MemorySpace>() &&
                             config.get<PowerControl>().get<PowerControl::PowerState>() == 0);
}

std::uint32_t FakeCard::read(bool configuration, std::uint32_t offset) {
    std::uint32_t value = 0xffff'ffff;
    if (answers(configuration)) {
        const auto table = configuration ? config_register_table() : card_register_table();
        value = (configuration ? config : card).read(offset);
        if (!configuration || table.find(offset))
            value |= static_cast<std::uint32_t>(noise_.next()) & ~declared_bits(table, offset);
    }
    if (!configuration) trace.push_back({false, offset, value});
    return value;
}

void FakeCard::write(bool configuration, std::uint32_t offset, std::uint32_t value) {
    const bool answered = answers(configuration);
    if (!configuration) trace.push_back({true, offset, value});
    if (!answered) return;
    if (configuration) {
        if (offset == PowerControl::offset && ignores_power) return;
        const bool off = config.get<PowerControl>().get<PowerControl::PowerState>() != 0;
        config.write(offset, value);
        if (off && config.get<PowerControl>().get<PowerControl::PowerState>() == 0) {
            config.reset();
            config.set(Value<BaseAddress0>{});  // firmware has to give it an address again
            reset();
        }
        update_request();
        return;
    }
    const bool parameter = offset == DmaAddressLow::offset || offset == DmaAddressHigh::offset ||
                           offset == DmaLength::offset || offset == DmaBurst::offset;
    if (parameter && busy()) {
        card.set(card.get<DmaStatus>().with<DmaStatus::WriteWhileBusy>(1));
        return;
    }
    card.write(offset, value);
    if (offset == Control::offset && Value<Control>{value}.get<Control::SoftReset>() && !ignores_reset) reset();
    if (offset == DmaControl::offset && Value<DmaControl>{value}.get<DmaControl::Go>()) go();
    if (offset == DmaControl::offset && Value<DmaControl>{value}.get<DmaControl::Abort>() && busy() && !ignores_abort)
        end(DmaErrorCode::aborted);
    if (offset == InterruptStatus::offset && stuck_causes != 0) raise(Value<InterruptStatus>{stuck_causes});
    update_request();
}

void FakeCard::reset() {
    card.reset();
    card.set(Value<VideoWidth>{width});
    card.set(Value<VideoHeight>{height});
    card.set(Value<Status>{}.with<Status::VideoPresent>(width != 0));
    stored_.clear();
    begun_ = 0;
    if (ignores_reset) card.set(card.get<DmaStatus>().with<DmaStatus::Busy>(1));
    update_request();
}

DmaErrorCode FakeCard::refusal() const {
    const auto capability = card.get<Capability>();
    const std::uint64_t address = card.get<DmaAddressLow>().raw() | std::uint64_t{card.get<DmaAddressHigh>().raw()}
                                                                        << 32;
    const std::uint64_t length = card.get<DmaLength>().raw();
    const auto boundary = capability.get<Capability::BoundaryLog2>();
    const auto range = BusRange::of({address}, length);
    if (address % (std::uint64_t{1} << capability.get<Capability::AlignmentLog2>()) != 0)
        return DmaErrorCode::alignment;
    if (!range) return DmaErrorCode::length_zero;
    if (range->last().value >> capability.get<Capability::AddressBits>() != 0) return DmaErrorCode::address_width;
    if (boundary != 0 && address >> boundary != range->last().value >> boundary) return DmaErrorCode::boundary;
    if (!config.get<CommandStatus>().get<CommandStatus::BusMaster>()) return DmaErrorCode::bus_master_off;
    return DmaErrorCode::none;
}

void FakeCard::go() {
    if (busy()) {
        card.set(card.get<DmaStatus>().with<DmaStatus::GoWhileBusy>(1));
        return;
    }
    go_addresses.push_back({card.get<DmaAddressLow>().raw() | std::uint64_t{card.get<DmaAddressHigh>().raw()} << 32});
    card.set(card.get<DmaStatus>()
                 .with<DmaStatus::Busy>(1)
                 .with<DmaStatus::Done>(0)
                 .with<DmaStatus::Error>(0)
                 .with<DmaStatus::ErrorCode>(DmaErrorCode::none));
    if (const auto code = refusal(); code != DmaErrorCode::none) return end(code);
    if (begun_ != 0) return move(begun_);
    if (!stored_.empty()) {
        const std::uint64_t number = stored_.front();
        stored_.erase(stored_.begin());
        move(number);
    }
}

void FakeCard::end(DmaErrorCode code) {
    card.set(card.get<DmaStatus>()
                 .with<DmaStatus::Busy>(0)
                 .with<DmaStatus::Done>(code == DmaErrorCode::none)
                 .with<DmaStatus::Error>(code != DmaErrorCode::none)
                 .with<DmaStatus::ErrorCode>(code));
    if (code != DmaErrorCode::none) raise(Value<InterruptStatus>{}.with<InterruptStatus::DmaError>(1));
}

void FakeCard::frame() {
    if (!card.get<Control>().get<Control::Enable>()) return;
    ++arrived_;
    if (busy()) return move(arrived_);
    if (stored_.size() < stored_frames) return stored_.push_back(arrived_);
    drop();
}

void FakeCard::move(std::uint64_t number) {
    const std::uint64_t address = card.get<DmaAddressLow>().raw() | std::uint64_t{card.get<DmaAddressHigh>().raw()}
                                                                        << 32;
    const std::uint64_t length = card.get<DmaLength>().raw();
    if (!config.get<CommandStatus>().get<CommandStatus::BusMaster>()) return end(DmaErrorCode::bus_master_off);
    const std::uint64_t first = begun_ == number ? moved_ : 0;
    const std::uint64_t last = std::min(first + length, frame_length());
    begun_ = 0;
    for (std::uint64_t at = first; at < last; ++at) {
        const auto physical = translation_.to_physical({address + at - first});
        const auto range = physical ? PhysicalRange::of(*physical, 1) : std::nullopt;
        const auto byte = range ? memory_.at(*range) : std::nullopt;
        if (!byte) return end(DmaErrorCode::master_abort);
        byte->front() = content(number, at);
    }
    end(DmaErrorCode::none);
    if (last < frame_length()) {
        begun_ = number;
        moved_ = last;
        return raise(Value<InterruptStatus>{}.with<InterruptStatus::DmaDone>(1));
    }
    const auto time = static_cast<std::uint64_t>(clock_.now() / nanoseconds(1));
    card.set(Value<FrameTimeLow>{static_cast<std::uint32_t>(time)});
    card.set(Value<FrameTimeHigh>{static_cast<std::uint32_t>(time >> 32)});
    card.set(Value<FrameCount>{card.get<FrameCount>().raw() + 1});
    raise(Value<InterruptStatus>{}.with<InterruptStatus::FrameDone>(1));
}

void FakeCard::drop() {
    card.set(Value<DroppedFrames>{card.get<DroppedFrames>().raw() + 1});
    raise(Value<InterruptStatus>{}.with<InterruptStatus::FrameDropped>(1));
}

void FakeCard::overrun() {
    ++arrived_;
    drop();
    end(DmaErrorCode::overrun);
}

void FakeCard::raise(Value<InterruptStatus> cause) {
    card.set(Value<InterruptStatus>{card.get<InterruptStatus>().raw() | cause.raw()});
    update_request();
}

void FakeCard::update_request() {
    const bool request = (card.get<InterruptStatus>().raw() & card.get<InterruptEnable>().raw()) != 0;
    const bool requested = std::exchange(requesting_, request);
    if (request && !requested && config.get<MessageCapability>().get<MessageCapability::Enable>() &&
        config.get<CommandStatus>().get<CommandStatus::BusMaster>())
        message_sent_ = true;
}

bool FakeCard::line() const {
    const bool gone = vanishes_at != 0 && accesses >= vanishes_at;
    return requesting_ && !gone && !config.get<MessageCapability>().get<MessageCapability::Enable>() &&
           !config.get<CommandStatus>().get<CommandStatus::InterruptDisable>();
}

bool FakeCard::take_message() { return std::exchange(message_sent_, false); }

}  // namespace ghostcard::test
