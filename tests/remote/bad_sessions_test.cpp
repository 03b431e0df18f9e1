// SPDX-License-Identifier: MIT
#include <ghostcard/base/random.h>

#include <fstream>

#include "tests/remote/server_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using vfio_user::DmaMap;
using vfio_user::RegionAccess;
using vfio_user::SetIrqs;

namespace {

std::uint64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t total = 0, resident = 0;
    file >> total >> resident;
    return resident * page_size;
}

Buffer noise(Random& random, std::size_t size) {
    Buffer bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.next());
    return bytes;
}

std::vector<FileDescriptor> some_files(Random& random) {
    std::vector<FileDescriptor> files;
    for (std::uint64_t i = random.below(18); i > 0; --i)
        files.push_back(random.below(2) == 0 ? event_file() : memory_file(0x10000, random.below(2) == 0 ? 7 : 0));
    return files;
}

/// A command that is right, nearly right, or noise.
void send_something(ServerBench& bench, TestClient& client, Random& random) {
    const auto files = some_files(random);
    const std::uint64_t address = random.below(64) * 0x1000;
    switch (random.below(8)) {
        case 0: return client.send_raw(noise(random, random.below(200)), files);
        case 1:
            return client.send(Command::dma_map,
                               payload_of(DmaMap{32, 3, random.below(0x20000), address, random.below(0x10000)}),
                               std::span(files).first(std::min<std::size_t>(files.size(), random.below(2))));
        case 2: return client.send(Command::dma_map, payload_of(DmaMap{32, 3, 0, address, 0x8000}));
        case 3:
            return client.send(Command::device_set_irqs,
                               payload_of(SetIrqs{20, 0x24, static_cast<std::uint32_t>(random.below(5)), 0, 1}),
                               std::span(files).first(std::min<std::size_t>(files.size(), 1)));
        case 4: return client.send(Command::region_read, payload_of(RegionAccess{random.below(4096), 0, 4}), files);
        case 5: return client.send(static_cast<Command>(random.below(20)), noise(random, random.below(64)), files);
        case 6:
            if (bench.device.memory != nullptr) bench.device.dma_write(address, 1 + random.below(0x9000), std::byte{1});
            return bench.server.raise_message(0);
        default: {  // a message that stays in pieces
            const Buffer whole = client.message(Command::dma_map, payload_of(DmaMap{32, 3, 0, address, 0x1000}));
            return client.send_raw(std::span(whole).first(random.below(whole.size())), files);
        }
    }
}

void bad_session(ServerBench& bench, Random& random) {
    TestClient client(bench.path());
    if (random.below(8) != 0)
        client.send(
            Command::version,
            version_payload(random.below(2) == 0 ? "{}" : R"({"capabilities":{"twin_socket":{"supported":true}}})"));
    for (std::uint64_t i = random.below(12); i > 0; --i) {
        send_something(bench, client, random);
        if (random.below(2) == 0) bench.server.serve_until({});
        if (random.below(2) == 0) client.receive();
    }
    client.close();
    bench.serve();
}

}  // namespace

TEST_CASE("1000 bad sessions leave no open file, no memory and no harm", "[remote][server]") {
    ServerBench bench;
    bench.logger->set_level(spdlog::level::off);
    Random random(20, "bad sessions");
    for (int i = 0; i < 50; ++i) bad_session(bench, random);
    const std::size_t files = open_files();
    const std::uint64_t memory = resident_bytes();
    for (int i = 0; i < 1000; ++i) {
        bad_session(bench, random);
        REQUIRE_FALSE(bench.server.attached());
    }
    CHECK(open_files() == files);
#ifndef GHOSTCARD_ADDRESS_SANITIZER  // which keeps freed memory for a while
    CHECK(resident_bytes() < memory + (1 << 20));
#else
    (void)memory;
#endif
    TestClient good = bench.attached_client();
    CHECK(bench.works(good));
}
