// SPDX-License-Identifier: MIT
// What a device's DMA and interrupts look like on the sockets.
#include <ghostcard/remote/server.h>

#include "tests/remote/server_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace std::chrono_literals;
using vfio_user::DmaAccess;
using vfio_user::DmaMap;
using vfio_user::RegionAccess;
using Clock = std::chrono::steady_clock;

namespace {

Buffer whole_ram_without_file() { return payload_of(DmaMap{32, 3, 0, 0, 0x1000'0000}); }

}  // namespace

TEST_CASE("DMA without a file goes over the socket after the answer, and settles by the client's", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client();
    client.send(Command::dma_map, whole_ram_without_file());
    bench.serve();
    REQUIRE(client.receive());
    std::vector<FileDescriptor> events;
    events.push_back(event_file());
    client.send(Command::device_set_irqs, payload_of(vfio_user::SetIrqs{20, 0x24, 1, 0, 1}), events);
    bench.serve();
    REQUIRE(client.receive());

    bench.device.when_read = [&bench] {
        REQUIRE(bench.device.dma_write(0x2000, 0x100, std::byte{3}));
        bench.server.raise_message(0);
    };
    client.send(Command::region_read, payload_of(RegionAccess{0, 0, 4}));
    bench.serve();
    bench.device.when_read = nullptr;
    REQUIRE(client.receive()->header.is_reply);
    const auto write = client.receive();
    REQUIRE(write.has_value());
    CHECK(write->header.command == Command::dma_write);
    CHECK(write->payload == payload_of(DmaAccess{0x2000, 0x100}, data_of(0x100, 3)));
    CHECK_FALSE(bench.server.settled());
    CHECK(bench.works(client));
    CHECK(signals(events.front()) == 0);
    client.reply(*write);
    bench.server.serve_until(Clock::now() + 1h);
    CHECK(bench.server.settled());
    CHECK(signals(events.front()) == 1);
}

TEST_CASE("what the device does between two calls of the server goes out with the next", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client();
    client.send(Command::dma_map, whole_ram_without_file());
    std::vector<FileDescriptor> events;
    events.push_back(event_file());
    client.send(Command::device_set_irqs, payload_of(vfio_user::SetIrqs{20, 0x24, 0, 0, 1}), events);
    bench.serve();
    REQUIRE(client.receive());
    REQUIRE(client.receive());

    bench.device.line = true;
    bench.server.raise_line();
    bench.server.serve_until({});
    CHECK(signals(events.front()) == 1);
    REQUIRE(bench.device.dma_write(0, 4, std::byte{3}));
    bench.server.serve_until({});
    CHECK(client.receive()->header.command == Command::dma_write);
}

TEST_CASE("a client that does not answer DMA is dropped", "[remote][server]") {
    ServerBench bench({.dma_answer = 1ms});
    TestClient client = bench.attached_client();
    client.send(Command::dma_map, whole_ram_without_file());
    bench.serve();
    REQUIRE(bench.device.dma_write(0, 4, std::byte{3}));
    bench.server.serve_until(Clock::now() + 1h);
    CHECK_FALSE(bench.server.attached());
    CHECK(bench.server.settled());
    CHECK(bench.device.diary.back() == "gone");
    CHECK_THAT(bench.log.str(), contains("it does not answer DMA"));
}

TEST_CASE("a client with a twin socket gets DMA there", "[remote][server]") {
    ServerBench bench;
    TestClient client(bench.path());
    client.send(Command::version, version_payload(R"({"capabilities":{"twin_socket":{"supported":true}}})"));
    bench.serve();
    const auto version = client.receive();
    REQUIRE(version.has_value());
    REQUIRE(version->files.size() == 1);
    const FileDescriptor& twin = version->files.front();
    remote::MessageReceiver on_twin;

    client.send(Command::dma_map, whole_ram_without_file());
    bench.serve();
    REQUIRE(client.receive());
    REQUIRE(bench.device.dma_write(0x3000, 8, std::byte{5}));
    bench.serve();
    CHECK_FALSE(client.receive());
    const auto write = client.receive_from(on_twin, twin);
    REQUIRE(write.has_value());
    CHECK(write->payload == payload_of(DmaAccess{0x3000, 8}, data_of(8, 5)));
    CHECK(bench.works(client));
    client.reply(*write, &twin);
    bench.server.serve_until(Clock::now() + 1h);
    CHECK(bench.server.settled());
}
