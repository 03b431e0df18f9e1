// SPDX-License-Identifier: MIT
// A computer with the card in it, and on it the driver of this folder: a driver for Windows, in C.
//
//     wdm-capture [common-buffer|packet] [identity|offset|iommu] [cycle|analytic] [pcie] [expect CODE]
//
// Exit status 0: 60 frames have come as they were shown and the verifier has found nothing; or it has found, once,
// exactly what was expected, and nothing else.
#include <ghostcard/dma/wdm/wdm_system.h>
#include <ghostcard/platform/device_watch.h>
#include <ghostcard/platform/platform.h>

#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" {
#include "capture.h"
}

using namespace ghostcard;

namespace {

const model::VideoSettings camera{.mode = "320x240@60", .source = "noise"};
constexpr std::uint64_t seed = 1, shown_frames = 90;
constexpr unsigned sessions = 2, frames_of_session = 30, buffers = 3;
constexpr std::uint64_t frame_bytes = 320 * 240 * 2;
constexpr Duration frame_time = Duration(seconds(1)) / 60;

struct Options {
    bool packet = false;
    platform::PlatformSettings computer;
    std::optional<std::string> expected;
};

/// Lends the driver its buffers and compares each picture with what the camera has shown.
class Consumer : public model::CardObserver {
public:
    unsigned right = 0, wrong = 0;
    CAPTURE capture{};
    sc_core::sc_event received;

    static VOID NTAPI done(PVOID consumer, PMDL frame, ULONG bytes) {
        static_cast<Consumer*>(consumer)->take(frame, bytes);
    }
    unsigned frames() const { return right + wrong; }
    void lend_all() {
        for (const PMDL frame : std::exchange(idle_, {})) CaptureQueue(&capture, frame);
    }
    void own(PMDL frame) { idle_.push_back(frame); }

    void frame_begins(const model::Frame&, const model::FrameLayout&, Duration) override {}
    void frame_dropped(std::uint64_t) override {}
    void frame_finished(std::uint64_t number) override { finished_.push_back(number); }

private:
    void take(PMDL frame, ULONG bytes) {
        if (bytes == 0) return idle_.push_back(frame);
        std::vector<std::byte> shown;
        if (!finished_.empty()) {
            shown = camera_.source->frame(finished_.front(), camera.pixel_format);
            finished_.pop_front();
        }
        const bool same = shown.size() == bytes && std::memcmp(frame->MappedSystemVa, shown.data(), bytes) == 0;
        ++(same ? right : wrong);
        std::memset(frame->MappedSystemVa, 0, bytes);
        CaptureQueue(&capture, frame);
        received.notify(sc_core::SC_ZERO_TIME);
    }

    const model::VideoSignal camera_ = model::open_signal(camera, seed);
    std::deque<std::uint64_t> finished_;
    std::vector<PMDL> idle_;
};

class Computer {
public:
    explicit Computer(const Options& options)
        : platform(options.computer, model::VideoInput(model::open_signal(camera, seed), seed, shown_frames)),
          system({platform.memory, platform.pages, platform.host.translation_for(platform::Platform::card_id),
                  platform.cpu, platform.card_config, platform.card_registers, platform.cpu},
                 {.needs = needs(options.computer.card.dma), .bar0_window = bar0}),
          watch_(platform, system.verifier()) {
        platform.card.attach_observer(consumer);
        consumer.capture.Way = options.packet ? &CaptureByPacket : &CaptureByCommonBuffer;
        consumer.capture.Done = &Consumer::done;
        consumer.capture.Consumer = &consumer;
        for (unsigned i = 0; i < buffers; ++i) {
            buffers_.push_back(dma::FrameBuffer::allocate(platform.memory, platform.pages, frame_bytes, 64 * i,
                                                          dma::Fragmentation::scattered)
                                   .value());
            system.add_buffer(buffers_.back());
            const PMDL frame = IoAllocateMdl(buffers_.back().bytes().data(), frame_bytes, FALSE, FALSE, nullptr);
            MmBuildMdlForNonPagedPool(frame);
            consumer.own(frame);
        }
    }

    void run() {
        platform.run([this] { program(); }, frame_time * (shown_frames + 20));
    }

    Consumer consumer;
    platform::Platform platform;
    dma::WdmSystem system;

private:
    static constexpr Duration longest_session = frame_time * (frames_of_session + 10);
    inline static const PhysicalRange bar0 =
        *PhysicalRange::of({platform::Platform::card_bar0.value}, model::Card::bar0_size);

    static DmaConstraints needs(const model::DmaEngineSettings& engine) {
        return {.alignment = engine.alignment.count, .address_bits = engine.address_bits};
    }

    /// What the system does with a driver.
    void program() {
        CAPTURE_RESOURCES resources{};
        resources.PhysicalDevice = system.physical_device();
        resources.Device = system.device();
        resources.Bus = system.bus_interface();
        resources.Registers.QuadPart = static_cast<LONGLONG>(bar0.base().value);
        resources.RegistersLength = static_cast<ULONG>(bar0.size());
        resources.Irql = static_cast<KIRQL>(Irql::device);
        NTSTATUS status = STATUS_UNSUCCESSFUL;
        system.call_driver([&] { status = CaptureLoad(&consumer.capture, &resources); });
        for (unsigned session = 0; session < sessions && NT_SUCCESS(status); ++session) capture();
        system.call_driver([&] { CaptureUnload(&consumer.capture); });
        system.unload();
        let_pass(frame_time);
    }

    void capture() {
        const unsigned enough = consumer.frames() + frames_of_session;
        const Duration deadline = platform.cpu.now() + longest_session;
        NTSTATUS status = STATUS_UNSUCCESSFUL;
        consumer.lend_all();
        system.call_driver([&] { status = CaptureStart(&consumer.capture); });
        if (!NT_SUCCESS(status)) return;
        while (consumer.frames() < enough && consumer.capture.Running && platform.cpu.now() < deadline)
            platform.cpu.wait_until(deadline, consumer.received);
        let_pass(frame_time / 2);  // in the middle of a picture
        system.call_driver([&] { CaptureStop(&consumer.capture); });
    }

    void let_pass(Duration time) { platform.cpu.stall(time); }

    platform::DeviceWatch watch_;
    std::vector<dma::FrameBuffer> buffers_;
};

/// Nothing for a word that is not known, which is printed.
std::optional<Options> parse(int count, char** words) {
    Options options;
    bus::HostSettings& host = options.computer.host;
    bus::pci::Timing& timing = options.computer.pci.timing;
    timing = bus::pci::Timing::analytic;
    const std::map<std::string_view, std::function<void()>> known{
        {"common-buffer", [&] { options.packet = false; }},
        {"packet", [&] { options.packet = true; }},
        {"identity", [&] { host.translation = bus::TranslationKind::identity; }},
        {"offset", [&] { host.translation = bus::TranslationKind::offset, host.offset = Bytes{1ull << 31}; }},
        {"iommu", [&] { host.translation = bus::TranslationKind::iommu; }},
        {"cycle", [&] { timing = bus::pci::Timing::cycle; }},
        {"analytic", [&] { timing = bus::pci::Timing::analytic; }},
        {"pcie", [&] { options.computer.pcie.emplace(); }},
    };
    for (int i = 1; i < count; ++i) {
        if (words[i] == std::string_view("expect") && i + 1 < count) {
            options.expected = words[++i];
        } else if (const auto word = known.find(words[i]); word != known.end()) {
            word->second();
        } else {
            std::fprintf(stderr, "'%s' is not known; allowed are", words[i]);
            for (const auto& [each, set] : known) std::fprintf(stderr, " %s,", std::string(each).c_str());
            std::fprintf(stderr, " expect CODE\n");
            return std::nullopt;
        }
    }
    return options;
}

void print(const dma::Finding& finding) {
    if (const auto stop = dma::stop_of(finding))
        std::printf("Driver Verifier would stop here: %s\n", stop->stop_line().c_str());
    std::printf("%s", to_text(finding).c_str());
}

}  // namespace

int sc_main(int count, char* words[]) {
    const auto options = parse(count, words);
    if (!options) return 2;
    Computer computer(*options);
    std::vector<std::string> found;
    try {
        computer.run();
    } catch (const dma::BugCheck& stop) {
        std::printf("%s\n  why    %s\n", stop.stop_line().c_str(), stop.why().c_str());
        char code[16];
        std::snprintf(code, sizeof code, "0x%02X", stop.code());
        found.emplace_back(code);
    }
    for (const dma::Finding& finding : computer.system.verifier().findings()) {
        print(finding);
        found.emplace_back(info_of(finding.check).code);
    }
    const auto& [right, wrong] = std::pair(computer.consumer.right, computer.consumer.wrong);
    std::printf("%u frames as shown, %u others, %zu findings\n", right, wrong, found.size());
    if (options->expected) return found == std::vector{*options->expected} ? 0 : 1;
    return right == sessions * frames_of_session && wrong == 0 && found.empty() ? 0 : 1;
}
