// SPDX-License-Identifier: MIT
#include "capture_file.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/base/register_map.h>
#include <ghostcard/dma/capture_driver.h>
#include <ghostcard/dma/frame_buffer.h>
#include <ghostcard/dma/stack/host_dma.h>
#include <ghostcard/model/video/frame_source.h>
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/remote/client.h>
#include <ghostcard/remote/client_ports.h>
#include <ghostcard/scenarios/attach.h>
#include <xxhash.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

using namespace registers;
using remote::vfio_user::config_region;

constexpr std::uint64_t generated_frames = 30;  // if the scenario does not say
constexpr std::uint32_t bar0_place = 0xfeb0'0000;
constexpr auto longest_wait = std::chrono::seconds(10);  // for a frame

/// What the card says of itself before there is a driver.
struct CardFacts {
    DmaConstraints needs;
    model::Raster raster;
    std::uint64_t frame_bytes;
};

/// The computer around a served card: memory, processor and system of this process, and the driver in it.
class Attachment {
public:
    Attachment(const Scenario& scenario, const AttachOptions& options)
        : scenario_(scenario),
          options_(options),
          wanted_(scenario.video.frames.value_or(generated_frames)),
          client_(options.socket),
          config_(client_, config_region),
          bar0_(client_, 0),
          cpu_(client_),
          facts_(set_up_card()),
          memory_(scenario.host.memory.count),
          pages_(memory_, Random(scenario.seed, "physical pages")),
          translation_(client_, memory_,
                       options.share_memory ? remote::ClientTranslation::Sharing::file
                                            : remote::ClientTranslation::Sharing::messages),
          dma_(memory_, pages_, translation_, cpu_, scenario.host_dma, scenario.driver, facts_.needs,
               facts_.frame_bytes),
          driver_({config_, bar0_, dma_.port(), cpu_, cpu_, dma_.port(), &dma_.port()}, scenario.driver, queue_) {
        if (options.capture)
            capture_.emplace(*options.capture, facts_.raster, scenario.driver.pixel_format, std::string());
        for (unsigned i = 0; i < scenario.consumer.buffers; ++i) add_buffer();
    }

    AttachResult run() {
        const bool complete = driver_.start() == dma::DriverStatus::ok && receive_frames();
        driver_.stop();
        dma_.unload();
        if (is_cancelled()) throw Cancelled();
        if (capture_) capture_->commit();
        AttachResult result{document(), complete, {}};
        for (const dma::DriverEvent& event : driver_.events()) result.driver_log.push_back({event.time, event.text});
        return result;
    }

private:
    /// What the firmware does; and asks the card what it wants and shows.
    CardFacts set_up_card() {
        if (client_.region_size(0) < CardRegisters::extent)
            throw InputError(
                fmt::format("the server at '{}' serves no ghostcard: its BAR0 has {} bytes, and that of "
                            "the card {}",
                            options_.socket.native(), client_.region_size(0), CardRegisters::extent));
        client_.reset();
        config_.write(BaseAddress0::offset, bar0_place);
        config_.write(CommandStatus::offset, Value<CommandStatus>{}.with<CommandStatus::MemorySpace>(1).raw());
        const Value<Capability> capability{bar0_.read(Capability::offset)};
        const auto boundary_log2 = capability.get<Capability::BoundaryLog2>();
        const PixelFormat format = scenario_.driver.pixel_format;
        bar0_.write(VideoFormat::offset, Value<VideoFormat>{}.with<VideoFormat::Format>(format).raw());
        const std::uint32_t width = bar0_.read(VideoWidth::offset), height = bar0_.read(VideoHeight::offset);
        return {{.alignment = std::uint64_t{1} << capability.get<Capability::AlignmentLog2>(),
                 .boundary = boundary_log2 == 0 ? 0 : std::uint64_t{1} << boundary_log2,
                 .address_bits = capability.get<Capability::AddressBits>()},
                raster_of(width, height),
                registers::frame_bytes(format, height, line_bytes(format, width))};
    }

    /// The scenario's, if that is what the card shows; no register tells the frame rate.
    model::Raster raster_of(std::uint32_t width, std::uint32_t height) const {
        const model::Raster told =
            model::open_signal({scenario_.video.mode, scenario_.video.source, scenario_.driver.pixel_format},
                               scenario_.seed)
                .raster;
        if (told.width == width && told.height == height) return told;
        return model::raster_for(width, height, {30, 1}, false);
    }

    void add_buffer() {
        auto buffer = dma::FrameBuffer::allocate(memory_, pages_, facts_.frame_bytes,
                                                 scenario_.consumer.page_offset.count, scenario_.fragmentation);
        if (!buffer)
            throw InputError(fmt::format("host.memory {} does not hold consumer.buffers {} of {}",
                                         to_text(scenario_.host.memory), scenario_.consumer.buffers,
                                         to_text(Bytes{facts_.frame_bytes})));
        dma_.port().add_buffer(*buffer);
        queue_.queue(buffer->bytes());
        buffers_.push_back(std::move(*buffer));
    }

    bool is_cancelled() const { return options_.is_cancelled && options_.is_cancelled(); }

    /// False: the stream has ended too early.
    bool receive_frames() {
        while (checksums_.size() < wanted_ && !is_cancelled() && driver_.status() == dma::DriverStatus::ok) {
            if (!cpu_.wait_until([this] { return queue_.returned_buffers() > 0 || is_cancelled(); }, longest_wait))
                return false;
            while (const auto frame = queue_.receive()) receive(*frame);
        }
        return checksums_.size() >= wanted_;
    }

    void receive(const dma::Frame& frame) {
        if (frame.header.bytes_used == 0) return;
        if (checksums_.size() < wanted_) {
            const auto bytes = frame.buffer.first(frame.header.bytes_used);
            if (capture_) capture_->add(bytes);
            checksums_.push_back(fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size())));
            discontinuities_ += frame.header.discontinuity ? 1 : 0;
            if (options_.progress) options_.progress(checksums_.size(), wanted_);
        }
        queue_.queue(frame.buffer);
    }

    nlohmann::ordered_json document() const {
        nlohmann::ordered_json events = nlohmann::ordered_json::array();
        for (const dma::DriverEvent& event : driver_.events()) events.push_back(event.text);
        return {{"schema_version", 1},
                {"socket", options_.socket.string()},
                {"video", {{"width", facts_.raster.width}, {"height", facts_.raster.height}}},
                {"frames",
                 {{"wanted", wanted_},
                  {"delivered", checksums_.size()},
                  {"discontinuities", discontinuities_},
                  {"starved", driver_.statistics().starved},
                  {"xxh3", checksums_}}},
                {"interrupts", cpu_.interrupts()},
                {"driver", {{"status", name_of(driver_.status())}, {"events", std::move(events)}}}};
    }

    const Scenario& scenario_;
    const AttachOptions& options_;
    const std::uint64_t wanted_;
    remote::Client client_;
    remote::RegionWindow config_;
    remote::RegionWindow bar0_;
    remote::ClientCpu cpu_;
    const CardFacts facts_;
    HostMemory memory_;
    dma::PageAllocator pages_;
    remote::ClientTranslation translation_;
    dma::HostDma dma_;
    dma::FrameQueue queue_;
    dma::CaptureDriver driver_;
    std::optional<CaptureFile> capture_;
    std::vector<dma::FrameBuffer> buffers_;
    std::vector<std::string> checksums_;  ///< XXH3 of each frame, as text.
    std::uint64_t discontinuities_ = 0;
};

}  // namespace

AttachResult attach(const Scenario& scenario, const AttachOptions& options) {
    return Attachment(scenario, options).run();
}

}  // namespace ghostcard::scenarios
