// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/typed_registers.h>
#include <ghostcard/dma/capture_driver.h>

#include <bit>

namespace ghostcard::dma {
namespace {

using namespace registers;

/// Waits until condition() is true, looking again after each interval. False if that has not come about after so many.
template <class Condition>
bool wait_for(Clock& clock, Duration interval, unsigned intervals, Condition condition) {
    for (unsigned i = 0; i < intervals; ++i) {
        if (condition()) return true;
        clock.stall(interval);
    }
    return condition();
}

}  // namespace

CaptureDriver::CaptureDriver(const DriverPorts& ports, const DriverSettings& settings, FrameQueue& queue)
    : ports_(ports), settings_(settings), queue_(queue) {}

DriverStatus CaptureDriver::start() {
    stop();
    status_ = DriverStatus::ok;
    statistics_ = {};
    try {
        set_up();
    } catch (const DriverFailure& failure) {
        status_ = failure.status();
        note(failure.what());
    }
    if (status_ == DriverStatus::ok)
        note("armed and enabled");
    else
        release();
    return status_;
}

void CaptureDriver::stop() {
    if (!probe_) return;
    release();
    note(fmt::format("stopped after {} frames", statistics_.frames));
}

void CaptureDriver::set_up() {
    check_settings();
    probe_.emplace(ports_.config);
    note(probe_->description());
    probe_->power_up(ports_.clock);
    probe_->isolate();  // whoever used the card before may have left it at work
    check_card();
    reset_card();
    measure_frame();
    read_demands();
    transport_ = make_transport(settings_, {ports_.dma, ports_.frames, ports_.clock, ports_.virtual_memory, queue_},
                                statistics_, [this](std::string text) { note(std::move(text)); });
    transport_->prepare(frame_bytes_, demands_);
    start_capture();
}

void CaptureDriver::check_settings() const {
    if (settings_.buffers < 1 || settings_.buffers > 16)
        throw DriverFailure(DriverStatus::invalid_settings, "the common buffer must hold 1 to 16 frames");
    const std::uint64_t alignment = settings_.alignment.count;
    if (alignment != 0 && (!std::has_single_bit(alignment) || alignment > std::uint64_t{1} << 30))
        throw DriverFailure(DriverStatus::invalid_settings,
                            "the alignment of frames must be a power of two up to 1 GiB");
}

void CaptureDriver::check_card() {
    const auto id = read<Id>(ports_.bar0);
    const auto version = read<Version>(ports_.bar0);
    const auto known = Value<Version>::reset().get<Version::Major>();
    if (id != Value<Id>::reset())
        throw DriverFailure(DriverStatus::wrong_card,
                            fmt::format("ID reads {:#010x}, wanted {:#010x}", id.raw(), Value<Id>::reset().raw()));
    if (version.get<Version::Major>() != known)
        throw DriverFailure(DriverStatus::wrong_card,
                            fmt::format("VERSION is {}.{}, this driver knows {}", version.get<Version::Major>(),
                                        version.get<Version::Minor>(), known));
}

void CaptureDriver::reset_card() {
    write(ports_.bar0, Value<Control>{}.with<Control::SoftReset>(1));
    const bool done = wait_for(ports_.clock, microseconds(10), 100, [this] {
        return !read<Control>(ports_.bar0).get<Control::SoftReset>() &&
               !read<DmaStatus>(ports_.bar0).get<DmaStatus::Busy>();
    });
    if (!done) throw DriverFailure(DriverStatus::reset_timeout, "SOFT_RESET has not ended after 1 ms");
}

void CaptureDriver::measure_frame() {
    write(ports_.bar0, Value<VideoFormat>{}.with<VideoFormat::Format>(settings_.pixel_format));
    write(ports_.bar0, Value<TestPattern>{}.with<TestPattern::Select>(settings_.pattern));
    const bool present = wait_for(ports_.clock, milliseconds(1), 100,
                                  [this] { return read<Status>(ports_.bar0).get<Status::VideoPresent>() != 0; });
    const std::uint32_t width = read<VideoWidth>(ports_.bar0).get<VideoWidth::Pixels>();
    const std::uint32_t height = read<VideoHeight>(ports_.bar0).get<VideoHeight::Lines>();
    if (!present || width == 0 || height == 0)
        throw DriverFailure(DriverStatus::no_signal, "there is no video signal after 100 ms");
    const std::uint32_t stride = line_bytes(settings_.pixel_format, width);
    write(ports_.bar0, Value<VideoStride>{}.with<VideoStride::Bytes>(stride));
    frame_bytes_ = frame_bytes(settings_.pixel_format, height, stride);
    note(fmt::format("{}x{} {}, {} bytes", width, height, name_of(settings_.pixel_format), frame_bytes_));
}

void CaptureDriver::read_demands() {
    const auto capability = read<Capability>(ports_.bar0);
    const std::uint64_t multiple = std::uint64_t{1} << capability.get<Capability::LengthMultipleLog2>();
    const std::uint64_t max_length = std::uint64_t{1} << capability.get<Capability::MaxLengthLog2>();
    const auto boundary_log2 = capability.get<Capability::BoundaryLog2>();
    demands_ = {.alignment = std::uint64_t{1} << capability.get<Capability::AlignmentLog2>(),
                .boundary = boundary_log2 == 0 ? 0 : std::uint64_t{1} << boundary_log2,
                .address_bits = capability.get<Capability::AddressBits>()};
    note(fmt::format("the card wants multiples of {} bytes at addresses of {} bits", demands_.alignment,
                     demands_.address_bits));
    if (!demands_.valid()) throw DriverFailure(DriverStatus::wrong_card, "CAPABILITY makes no sense");
    const auto not_movable = [this](std::string_view what, std::uint64_t limit) {
        return DriverFailure(DriverStatus::frame_not_movable,
                             fmt::format("a frame of {} bytes {} {} bytes", frame_bytes_, what, limit));
    };
    if (frame_bytes_ % multiple != 0) throw not_movable("is no multiple of the card's", multiple);
    if (frame_bytes_ > max_length) throw not_movable("exceeds the card's longest operation of", max_length);
    if (demands_.boundary != 0 && frame_bytes_ > demands_.boundary)
        throw not_movable("cannot but cross a multiple of", demands_.boundary);
}

void CaptureDriver::start_capture() {
    const bool messages = settings_.interrupt == InterruptKind::msi;
    if (messages) {
        const auto message = ports_.interrupts.message();
        if (!message)
            throw DriverFailure(DriverStatus::no_message_interrupt, "the host offers no message for an interrupt");
        probe_->use_message(*message);
    }
    pending_ = {};
    interrupt_stuck_ = false;
    drops_when_armed_ = finished_ = next_sequence_ = 0;
    frame_failed_ = false;
    aborts_in_a_row_ = 0;
    ports_.interrupts.connect(*this);
    connected_ = true;
    probe_->allow_bus_master(!messages);
    note(messages ? "interrupts by message" : "interrupts by INTA#");

    // DMA_BURST stays as the card's reset leaves it.
    length_ = frame_bytes_;
    write(ports_.bar0, Value<DmaLength>{}.with<DmaLength::Bytes>(static_cast<std::uint32_t>(length_)));
    write(ports_.bar0, enabled_causes);
    running_ = true;
    arm_next();
    write(ports_.bar0, Value<Control>{}.with<Control::Enable>(1));
}

/// Before this returns the card has ended its operation, or has been found unable to.
void CaptureDriver::end_operation() {
    write(ports_.bar0, Value<Control>{});
    write(ports_.bar0, Value<DmaControl>{}.with<DmaControl::Abort>(1));
    const bool ended = wait_for(ports_.clock, microseconds(10), 1000,
                                [this] { return !read<DmaStatus>(ports_.bar0).get<DmaStatus::Busy>(); });
    if (!ended && status_ == DriverStatus::ok) {
        status_ = DriverStatus::stop_timeout;
        note("the card has not ended its operation after 10 ms");
    }
    write(ports_.bar0, Value<InterruptStatus>{~0u});
}

void CaptureDriver::release() {
    running_ = false;
    if (connected_) {
        write(ports_.bar0, Value<InterruptEnable>{});
        (void)read<InterruptStatus>(ports_.bar0);  // pushes the write: no request is left when nobody handles it
        ports_.interrupts.disconnect();            // from here on, no handler arms the card again
        connected_ = false;
        end_operation();
    }
    if (probe_) probe_->isolate();  // without bus mastering even a card that does not stop cannot reach the buffer
    probe_.reset();
    transport_.reset();
    armed_ = false;
    queue_.cancel();
}

}  // namespace ghostcard::dma
