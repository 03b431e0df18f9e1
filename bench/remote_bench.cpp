// SPDX-License-Identifier: MIT
// Prints how fast the card is on its socket, as ratios within this run: see docs/performance.md.
#include "folder.h"

#include <ghostcard/base/host_memory.h>
#include <ghostcard/registers/card_registers.h>
#include <ghostcard/registers/pci_config.h>
#include <ghostcard/remote/client.h>
#include <ghostcard/remote/client_ports.h>
#include <ghostcard/remote/server.h>
#include <signal.h>
#include <spdlog/logger.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace ghostcard::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::uint64_t frame_bytes = 1920 * 1080 * 2;
constexpr std::size_t request_bytes = 32, reply_bytes = 36;  // of a register read

/// A process that runs a function until this goes.
class Child {
public:
    explicit Child(const std::function<void()>& body) : pid_(fork()) {
        if (pid_ != 0) return;
        body();
        _exit(0);
    }
    ~Child() {
        kill(pid_, SIGTERM);
        waitpid(pid_, nullptr, 0);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

private:
    pid_t pid_;
};

/// The middle one of many times, in seconds.
double median_seconds(unsigned count, const std::function<void()>& body) {
    std::vector<double> times(count);
    for (double& time : times) {
        const auto begin = Clock::now();
        body();
        time = Seconds(Clock::now() - begin).count();
    }
    std::ranges::nth_element(times, times.begin() + count / 2);
    return times[count / 2];
}

/// What a register read costs at the least: its bytes there and back between two processes.
double ping_pong(unsigned count) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) throw std::runtime_error("no socketpair");
    const Child child([&ends] {
        std::array<char, reply_bytes> bytes{};
        while (recv(ends[1], bytes.data(), request_bytes, MSG_WAITALL) == request_bytes)
            if (send(ends[1], bytes.data(), reply_bytes, 0) != reply_bytes) return;
    });
    std::array<char, reply_bytes> bytes{};
    const double seconds = median_seconds(count, [&] {
        if (send(ends[0], bytes.data(), request_bytes, 0) != request_bytes ||
            recv(ends[0], bytes.data(), reply_bytes, MSG_WAITALL) != reply_bytes)
            throw std::runtime_error("the ping-pong has ended");
    });
    close(ends[0]);
    close(ends[1]);
    return seconds;
}

/// Writes a frame into the client's memory each time that its only register is written.
class FrameDevice : public remote::Device {
public:
    FrameDevice() : frame_(frame_bytes, std::byte{0x5a}) {}

    std::uint64_t bar_size(unsigned bar) const override { return bar == 0 ? 4096 : 0; }
    void read_bar(unsigned, std::uint64_t, std::span<std::byte> data) override {
        std::ranges::fill(data, std::byte{0});
    }
    void write_bar(unsigned, std::uint64_t, std::span<const std::byte>) override {
        for (std::uint64_t done = 0; done < frame_bytes;) {
            const auto bytes = memory_->reach(*BusRange::of({done}, frame_bytes - done), true);
            std::memcpy(bytes.data(), frame_.data() + done, bytes.size());
            memory_->written(bytes);
            done += bytes.size();
        }
        host->raise_message(0);
    }
    void read_config(std::uint64_t, std::span<std::byte> data) override { std::ranges::fill(data, std::byte{0}); }
    void write_config(std::uint64_t, std::span<const std::byte>) override {}
    void reset() override {}
    bool line_asserted() const override { return false; }
    void client_attached(remote::ClientMemory& memory) override { memory_ = &memory; }
    void client_gone() override { memory_ = nullptr; }
    void translation_changing() override {}
    void translation_changed(BusRange) override {}

    remote::Server* host = nullptr;  ///< Who is told that a frame has been written.

private:
    const std::vector<std::byte> frame_;
    remote::ClientMemory* memory_ = nullptr;
};

void wait_for(const fs::path& socket) {
    for (int i = 0; i < 1000 && !fs::exists(socket); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

/// Of a frame: in shared memory, of which many are asked for at a time, until all of them are there; by messages, from
/// its request to the interrupt that follows it.
double frame_seconds(const fs::path& folder, bool shared) {
    const fs::path socket = folder / (shared ? "shared" : "messages");
    const Child process([&socket] {
        FrameDevice device;
        remote::Server server(socket, device, std::make_shared<spdlog::logger>("bench"));
        device.host = &server;
        for (;;) server.serve_until(Clock::now() + std::chrono::seconds(1));
    });
    wait_for(socket);
    remote::Client client(socket);
    const HostMemory memory(8 << 20);
    const auto all = *PhysicalRange::of({0}, memory.size());
    remote::ClientTranslation translation(
        client, memory,
        shared ? remote::ClientTranslation::Sharing::file : remote::ClientTranslation::Sharing::messages);
    if (!translation.map(all, DmaDirection::to_memory, {})) throw std::runtime_error("no map");

    class Arrival : public InterruptHandler {
    public:
        bool interrupt() override { return has_come = true; }
        void deferred() override {}
        bool has_come = false;
    } arrival;
    remote::ClientCpu cpu(client);
    static_cast<void>(cpu.message());
    cpu.connect(arrival);
    std::array<std::byte, 4> go{};
    if (shared) {
        constexpr unsigned together = 16;
        return median_seconds(20,
                              [&] {
                                  for (unsigned i = 0; i < together; ++i) client.post(0, 0, go);
                                  client.read(0, 0, go);  // answered after all of them
                              }) /
               together;
    }
    const double seconds = median_seconds(200, [&] {
        arrival.has_come = false;
        client.post(0, 0, go);
        if (!cpu.wait_until([&arrival] { return arrival.has_come; }, std::chrono::seconds(10)))
            throw std::runtime_error("no frame");
    });
    cpu.disconnect();
    return seconds;
}

double copy_seconds() {
    const std::vector<std::byte> from(frame_bytes, std::byte{1});
    std::vector<std::byte> to(frame_bytes);
    return median_seconds(200, [&] { std::memcpy(to.data(), from.data(), frame_bytes); });
}

void line(const std::string& what, const std::string& measured, const std::string& goal) {
    fmt::print("{:<72} {:>22}   {}\n", what, measured, goal);
    std::fflush(stdout);
}

void measure(const fs::path& folder) {
    const double floor = ping_pong(20'000);
    line("ping-pong of a register read's bytes over a socket", fmt::format("{:.1f} us", floor * 1e6), "");
    {
        const fs::path socket = folder / "card";
        const std::string path = socket.string();
        const Child process([&path] {
            execl(GHOSTCARD_COMMAND, GHOSTCARD_COMMAND, "serve", "--quiet", "--socket", path.c_str(), "--set",
                  "bus.timing=analytic", nullptr);
        });
        wait_for(socket);
        remote::Client client(socket);
        remote::RegionWindow config(client, remote::vfio_user::config_region);
        config.write(registers::CommandStatus::offset, 2);
        remote::RegionWindow bar0(client, 0);
        const double read = median_seconds(20'000, [&bar0] { bar0.read(registers::Id::offset); });
        line("read of a register of a served card, over the ping-pong",
             fmt::format("{:.2f} ({:.1f} us)", read / floor, read * 1e6), "1.3");
        const std::array<std::byte, 4> value{};
        constexpr unsigned posts = 100'000;
        const auto begin = Clock::now();
        for (unsigned i = 0; i < posts; ++i) client.post(0, registers::Scratch::offset, value);
        bar0.read(registers::Scratch::offset);
        line("posted writes to it", fmt::format("{:.0f}/s", posts / Seconds(Clock::now() - begin).count()), "80000/s");
    }
    const double copy = copy_seconds();
    line("a frame into shared memory, of 16 asked for together, over memcpy",
         fmt::format("{:.2f}", copy / frame_seconds(folder, true)), "0.7");
    line("a frame by messages, from request to interrupt",
         fmt::format("{:.2f} GB/s", frame_bytes / frame_seconds(folder, false) / 1e9), "1 GB/s");
}

}  // namespace
}  // namespace ghostcard::bench

int main() {
    const ghostcard::bench::Folder folder;
    ghostcard::bench::measure(folder.path());
    return 0;
}
