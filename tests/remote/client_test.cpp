// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/remote/client.h>
#include <ghostcard/remote/client_ports.h>
#include <ghostcard/remote/server.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <spdlog/logger.h>

#include "tests/remote/fake_device.h"
#include "tests/remote/session_bench.h"
#include "tests/support/temporary_folder.h"

using namespace ghostcard;
using namespace ghostcard::remote;
using tests::FakeDevice;

namespace {

using std::chrono::steady_clock;

/// A server at work while the client waits for it. The device belongs to its thread until stop().
class Service {
public:
    explicit Service(std::function<void(FakeDevice&, Server&)> prepare = {}) {
        if (prepare) prepare(device, server);
        thread_ = std::thread([this] {
            while (!server.is_stopped()) server.serve_until(steady_clock::now() + std::chrono::seconds(1));
        });
    }
    ~Service() { stop(); }
    void stop() {
        if (!thread_.joinable()) return;
        server.stop();
        thread_.join();
    }
    std::filesystem::path path() const { return folder_.path() / "card.sock"; }

private:
    tests::TemporaryFolder folder_;

public:
    FakeDevice device;
    Server server{path(), device, std::make_shared<spdlog::logger>("test")};

private:
    std::thread thread_;
};

std::array<std::byte, 4> word(std::uint32_t value) {
    std::array<std::byte, 4> bytes{};
    store_little_endian(value, bytes);
    return bytes;
}

std::string error_of(const std::function<void()>& body) {
    try {
        body();
    } catch (const InputError& error) {
        return error.what();
    }
    return "no error";
}

class Handler : public InterruptHandler {
public:
    bool interrupt() override {
        ++interrupts;
        if (in_interrupt) in_interrupt();
        return true;
    }
    void deferred() override { ++deferreds; }

    unsigned interrupts = 0, deferreds = 0;
    std::function<void()> in_interrupt;
};

constexpr auto patience = std::chrono::seconds(20);

}  // namespace

TEST_CASE("a client reads and writes the regions of a device", "[remote][client]") {
    Service service;
    {
        Client client(service.path());
        CHECK(client.region_size(0) == 4096);
        CHECK(client.region_size(1) == 0);
        CHECK(client.region_size(vfio_user::config_region) == 256);
        CHECK(client.region_size(99) == 0);
        RegionWindow bar0(client, 0);
        bar0.write(8, 0x1234'5678);
        CHECK(bar0.read(8) == 0x1234'5678);
        client.post(0, 12, word(0xabcd));
        CHECK(bar0.read(12) == 0xabcd);
        client.reset();
    }
    service.stop();
    CHECK(std::ranges::count(service.device.diary, "reset") == 1);
}

TEST_CASE("the device writes into memory that the client has mapped for that, and nowhere else", "[remote][client]") {
    using Sharing = ClientTranslation::Sharing;
    const auto sharing = GENERATE(Sharing::file, Sharing::messages);
    bool inside = false, outside = true;
    Service service([&](FakeDevice& device, Server& server) {
        device.when_written = [&device, &server, &inside, &outside] {
            outside = device.dma_write(0x7000, 0x3000, std::byte{9});
            inside = device.dma_write(0x2f00, 0x1100, std::byte{7});
            server.raise_message(0);
        };
    });
    const HostMemory memory(1 << 20);
    {
        Client client(service.path());
        ClientTranslation translation(client, memory, sharing);
        const auto base = translation.map(*PhysicalRange::of({0x2000}, 0x2000), DmaDirection::to_memory, {});
        REQUIRE(base == BusAddress{0x2000});
        REQUIRE(translation.map(*PhysicalRange::of({0x7000}, 0x1000), DmaDirection::to_memory, {}));
        ClientCpu cpu(client);
        Handler handler;
        REQUIRE(cpu.message().has_value());
        cpu.connect(handler);
        client.post(0, 0, word(1));
        CHECK(cpu.wait_until([&handler] { return handler.interrupts > 0; }, patience));
        cpu.disconnect();
        translation.unmap(*BusRange::of({0x2000}, 0x2000));
    }
    service.stop();
    CHECK(inside);
    CHECK_FALSE(outside);
    const auto bytes = *memory.at(*PhysicalRange::of({0x2000}, 0x2000));
    CHECK(std::ranges::count(bytes, std::byte{7}) == 0x1100);
    CHECK(bytes[0xeff] == std::byte{0});
    CHECK(bytes[0xf00] == std::byte{7});
    CHECK(std::ranges::count(*memory.at(*PhysicalRange::of({0x7000}, 0x1000)), std::byte{9}) == 0);
}

TEST_CASE("a translation maps what the constraints allow, and nothing twice", "[remote][client]") {
    Service service;
    const HostMemory memory(1 << 20);
    Client client(service.path());
    ClientTranslation translation(client, memory, ClientTranslation::Sharing::file);
    CHECK(translation.constant_offset() == 0);
    CHECK(translation.map(*PhysicalRange::of({0x4000}, 0x2000), DmaDirection::both, {}));
    CHECK_FALSE(translation.map(*PhysicalRange::of({0x5000}, 0x1000), DmaDirection::both, {}));
    CHECK_FALSE(translation.map(*PhysicalRange::of({0x3000}, 0x2000), DmaDirection::both, {}));
    CHECK_FALSE(translation.map(*PhysicalRange::of({0x9000}, 0x1000), DmaDirection::both, {.alignment = 0x10000}));
    CHECK_FALSE(translation.map(*PhysicalRange::of({0x10'0000}, 0x1000), DmaDirection::both, {}));
    translation.unmap(*BusRange::of({0x4000}, 0x2000));
    CHECK(translation.map(*PhysicalRange::of({0x5000}, 0x1000), DmaDirection::both, {}));
}

TEST_CASE("the line interrupts again after its handler, as long as it is asserted", "[remote][client]") {
    Service service([](FakeDevice& device, Server& server) {
        device.when_written = [&device, &server] {
            device.line = device.bar0[0] != std::byte{0};
            if (device.line) server.raise_line();
        };
    });
    Client client(service.path());
    ClientCpu cpu(client);
    Handler handler;
    handler.in_interrupt = [&] {
        cpu.queue_deferred();
        if (handler.interrupts == 3) client.write(0, 0, word(0));
    };
    cpu.connect(handler);
    client.write(0, 0, word(1));
    CHECK(handler.interrupts == 0);  // only while the program waits
    CHECK(cpu.wait_until([&handler] { return handler.interrupts == 3; }, patience));
    CHECK_FALSE(cpu.wait_until([&handler] { return handler.interrupts > 3; }, std::chrono::milliseconds(50)));
    CHECK(handler.deferreds == 3);
    cpu.disconnect();
    client.write(0, 0, word(1));
    cpu.stall(milliseconds(20));
    CHECK(handler.interrupts == 3);
    CHECK(cpu.now() >= milliseconds(20));
}

TEST_CASE("a server that refuses is an error that names request and reason, and ends the connection",
          "[remote][client]") {
    Service service;
    Client client(service.path());
    const std::string error = error_of([&client] { client.write(0, 4094, word(0)); });
    CHECK(error == "the server at '" + service.path().string() + "' refuses REGION_WRITE: Invalid argument");
    CHECK_FALSE(client.is_connected());
}

TEST_CASE("nobody at the socket, or no socket, is an error of one line", "[remote][client]") {
    const tests::TemporaryFolder folder;
    CHECK(error_of([&] { Client client(folder.path() / "none"); }) ==
          "cannot connect to '" + (folder.path() / "none").string() + "': No such file or directory");
    const std::filesystem::path too_long = folder.path() / std::string(200, 'x');
    CHECK(error_of([&] { Client client(too_long); }).find("a socket's path has at most 107") != std::string::npos);
}
