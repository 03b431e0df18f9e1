// SPDX-License-Identifier: MIT
#include <ghostcard/remote/server.h>
#include <sys/resource.h>

#include <string>
#include <thread>

#include "tests/remote/server_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace std::chrono_literals;
using vfio_user::DmaMap;
using vfio_user::RegionAccess;
using Clock = std::chrono::steady_clock;

TEST_CASE("serving ends at the deadline, and before it as soon as something has come", "[remote][server]") {
    ServerBench bench;
    const auto begin = Clock::now();
    bench.server.serve_until(begin + 20ms);
    CHECK(Clock::now() >= begin + 20ms);

    TestClient client(bench.path());
    bench.server.serve_until(Clock::now() + 1h);  // a client has come
    CHECK_FALSE(bench.server.attached());
    client.send(Command::version, version_payload("{}"));
    bench.server.serve_until(Clock::now() + 1h);
    CHECK(bench.server.attached());
    CHECK(client.receive());
    client.close();
    bench.server.serve_until(Clock::now() + 1h);
    CHECK_FALSE(bench.server.attached());
    CHECK(bench.device.diary == std::vector<std::string>{"attached", "gone"});
}

TEST_CASE("all that lies there together is handled together, and in its order", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client();
    for (unsigned i = 0; i < 10; ++i)
        client.send(Command::region_write, payload_of(RegionAccess{i, 0, 1}, data_of(1, i)), {}, true);
    client.send(Command::device_reset);
    bench.server.serve_until(Clock::now() + 1h);
    CHECK(bench.device.bar0[9] == std::byte{9});
    CHECK(bench.device.diary.back() == "reset");
    CHECK(client.receive()->header.command == Command::device_reset);
    CHECK_FALSE(client.receive());
}

TEST_CASE("a client that floods the server leaves the device its turn", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client();
    for (unsigned i = 0; i < 100; ++i)
        client.send(Command::region_write, payload_of(RegionAccess{0, 0, 1}, data_of(1, i)), {}, true);
    bench.server.serve_until(Clock::now() + 1h);
    CHECK(bench.device.diary.size() == 1 + 64);
    bench.server.serve_until(Clock::now() + 1h);
    CHECK(bench.device.diary.size() == 1 + 100);
}

TEST_CASE("stopping ends serving, now and from then on, from another thread too", "[remote][server]") {
    ServerBench bench;
    CHECK_FALSE(bench.server.is_stopped());
    std::thread other([&bench] { bench.server.stop(); });
    bench.server.serve_until(Clock::now() + 1h);
    other.join();
    CHECK(bench.server.is_stopped());
    bench.server.serve_until(Clock::now() + 1h);
}

TEST_CASE("serving from within a call to the device is a mistake", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client();
    bench.device.when_read = [&bench] { bench.server.serve_until({}); };
    client.send(Command::region_read, payload_of(RegionAccess{0, 0, 4}));
    CHECK_THROWS_AS(bench.serve(), std::logic_error);
    bench.device.when_read = nullptr;
    CHECK(bench.works(client));
}

TEST_CASE("a second client is turned away, and the first is not disturbed", "[remote][server]") {
    ServerBench bench;
    TestClient first = bench.attached_client();
    for (int i = 0; i < 3; ++i) {
        TestClient second(bench.path());
        second.send(Command::version, version_payload("{}"));
        bench.serve();
        CHECK(second.is_closed());
        CHECK(bench.works(first));
    }
    CHECK(bench.device.diary.front() == "attached");
    CHECK(bench.device.diary.size() == 1 + 3);
}

#ifndef GHOSTCARD_ADDRESS_SANITIZER  // which opens files itself
TEST_CASE("a client that the host has no room for is let in when there is room again", "[remote][server]") {
    ServerBench bench;
    TestClient client(bench.path());
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit full = before;
    full.rlim_cur = static_cast<rlim_t>(copy_of(client.socket()).get());  // the lowest that is free
    REQUIRE(setrlimit(RLIMIT_NOFILE, &full) == 0);
    bench.server.serve_until({});
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK_THAT(bench.log.str(), contains("cannot accept a client: Too many open files"));
    client.send(Command::version, version_payload("{}"));
    bench.server.serve_until(Clock::now() + 1h);  // it has come
    bench.server.serve_until(Clock::now() + 1h);
    CHECK(client.receive());
}
#endif

TEST_CASE("clients come one after another, as soon as the one before has closed", "[remote][server]") {
    ServerBench bench;
    TestClient first = bench.attached_client();
    first.send(Command::region_write, payload_of(RegionAccess{0, 0, 1}, data_of(1, 42)), {}, true);
    first.close();
    TestClient second(bench.path());  // before the server has seen the first one go
    second.send(Command::version, version_payload("{}"));
    bench.serve();
    CHECK(second.receive());
    CHECK(bench.works(second));
    CHECK(bench.device.diary ==
          std::vector<std::string>{"attached", "write bar0 0 1", "gone", "attached", "read bar0 0 4"});
    CHECK(bench.device.bar0[0] == std::byte{42});
}

TEST_CASE("a client that says nothing makes room for others", "[remote][server]") {
    ServerBench bench({.version = 1ms});
    TestClient silent(bench.path());
    bench.server.serve_until(Clock::now() + 1h);
    bench.server.serve_until(Clock::now() + 1h);
    CHECK(silent.is_closed());
    CHECK_THAT(bench.log.str(), contains("it does not say which version it speaks"));
}

TEST_CASE("messages in pieces are put together, and files stay with theirs", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client();
    const FileDescriptor file = memory_file(0x1000);
    std::vector<FileDescriptor> files;
    files.push_back(copy_of(file));
    const Buffer map = client.message(Command::dma_map, payload_of(DmaMap{32, 3, 0, 0x1000, 0x1000}));
    client.send_raw(std::span(map).first(1), files);
    for (const std::byte& byte : std::span(map).subspan(1)) {
        bench.serve();
        client.send_raw(std::span(&byte, 1));
    }
    bench.serve();
    CHECK_FALSE(client.receive()->header.is_error);
    REQUIRE(bench.device.dma_write(0x1000, 0x1000, std::byte{1}));
    CHECK(content(file, 0, 0x1000) == data_of(0x1000, 1));
}

TEST_CASE("maps that are sent without waiting each get their own file", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client();
    std::vector<FileDescriptor> files;
    for (unsigned i = 0; i < 5; ++i) {
        files.push_back(memory_file(0x1000));
        const bool has_file = i != 1 && i != 3;
        client.send(Command::dma_map, payload_of(DmaMap{32, 3, 0, i * 0x1000, 0x1000}),
                    std::span(files).last(has_file ? 1 : 0));
    }
    bench.serve();
    for (unsigned i = 0; i < 5; ++i) {
        const auto reply = client.receive();
        REQUIRE(reply.has_value());
        CHECK_FALSE(reply->header.is_error);
        REQUIRE(bench.device.dma_write(i * 0x1000, 4, static_cast<std::byte>(0x10 + i)));
    }
    for (unsigned i = 0; i < 5; ++i) CHECK(content(files[i], 0, 4) == data_of(4, i != 1 && i != 3 ? 0x10 + i : 0));
}

TEST_CASE("what is no message, or too large a one, is the end of its client", "[remote][server]") {
    ServerBench bench;
    const bool is_attached = GENERATE(false, true);
    TestClient client = is_attached ? bench.attached_client() : TestClient(bench.path());
    Buffer message = client.message(Command::region_read, {});
    store_little_endian(is_attached ? 16 + 32 + (1 << 20) + 1 : 4097, std::span(message).subspan(4, 4));
    client.send_raw(message);
    bench.serve();
    CHECK(client.is_closed());
    CHECK_FALSE(bench.server.attached());
    CHECK_THAT(bench.log.str(), contains("it sends what is no message, too large a one, or too many files"));
    TestClient next = bench.attached_client();
    CHECK(bench.works(next));
}

TEST_CASE("a client that is refused is told so before it is closed", "[remote][server]") {
    ServerBench bench;
    TestClient client(bench.path());
    client.send(Command::version, version_payload("{}", 1));
    bench.serve();
    const auto reply = client.receive();
    REQUIRE(reply.has_value());
    CHECK(reply->header.error == EINVAL);
    CHECK(client.is_closed());
    CHECK_THAT(bench.log.str(), contains("the client has gone: version 1.0 is not 0.x"));
}

TEST_CASE("a client that does not read is dropped at the limit", "[remote][server]") {
    ServerBench bench({.unread = 1 << 20});
    TestClient client = bench.attached_client();
    for (int i = 0; i < 2000 && bench.server.attached(); ++i) {
        client.send(Command::region_read, payload_of(RegionAccess{0, 0, 4096}));
        bench.server.serve_until({});
    }
    CHECK_FALSE(bench.server.attached());
    CHECK_THAT(bench.log.str(), contains("it does not read what it is sent"));
}

TEST_CASE("answers do not pile up while many commands are handled together", "[remote][server]") {
    ServerBench bench({.unread = 1 << 16});
    TestClient client = bench.attached_client();
    for (int i = 0; i < 40; ++i) client.send(Command::region_read, payload_of(RegionAccess{0, 0, 4096}));
    bench.server.serve_until({});
    CHECK(bench.server.attached());
}

TEST_CASE("a client that reads slowly gets everything", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client();
    bench.device.bar0.fill(std::byte{0x66});
    unsigned asked = 0, answered = 0;
    while (answered < 1000) {
        if (asked < 1000) {
            client.send(Command::region_read, payload_of(RegionAccess{0, 0, 4096}));
            ++asked;
        }
        bench.server.serve_until({});
        if (asked % 10 != 0) continue;
        while (const auto reply = client.receive()) {
            REQUIRE(reply->payload == payload_of(RegionAccess{0, 0, 4096}, data_of(4096, 0x66)));
            ++answered;
        }
    }
    CHECK(answered == 1000);
}

TEST_CASE("without a client interrupts go nowhere, and all is settled", "[remote][server]") {
    ServerBench bench;
    bench.server.raise_line();
    bench.server.raise_message(0);
    bench.serve();
    CHECK(bench.server.settled());
    CHECK_FALSE(bench.server.attached());
}

TEST_CASE("connections are not inherited by programs that are started", "[remote][server]") {
    ServerBench bench;
    TestClient client = bench.attached_client(R"("twin_socket":{"supported":true})");
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry, gone);
        if (gone || target.string().rfind("socket:", 0) != 0) continue;
        INFO(target);
        CHECK((fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
    }
}
