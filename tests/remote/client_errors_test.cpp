// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/little_endian.h>
#include <ghostcard/remote/client.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "tests/remote/scripted_server.h"
#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using namespace ghostcard::remote::vfio_user;
using remote::Client;

namespace {

using Script = std::function<void(ScriptedServer&)>;

/// What a client says of that server when it connects, or when it then reads 4 bytes: one line, and the connection is
/// over.
std::string complaint(const Script& script) {
    ScriptedServer server(script);
    const std::string begin = "the server at '" + server.path().string() + "' ";
    std::optional<Client> client;
    try {
        client.emplace(server.path());
        std::array<std::byte, 4> data{};
        client->read(0, 0, data);
    } catch (const InputError& error) {
        const std::string text = error.what();
        CHECK(text.find('\n') == std::string::npos);
        if (client) CHECK_FALSE(client->is_connected());
        REQUIRE(text.substr(0, begin.size()) == begin);
        return text.substr(begin.size());
    }
    return "";
}

/// ...if it is answered as it should be until it reads, and then by this.
std::string complaint_of_reading(const std::function<void(ScriptedServer&, const ScriptedServer::Message&)>& answer) {
    return complaint([&answer](ScriptedServer& server) {
        if (const auto message = server.introduce()) answer(server, *message);
    });
}

/// ...if VERSION is answered by this.
std::string complaint_of_version(const Buffer& payload) {
    return complaint([&payload](ScriptedServer& server) {
        if (const auto message = server.receive()) server.reply(*message, payload);
    });
}

Buffer version_of(std::uint16_t major, const std::string& json) {
    Buffer payload = encode_version({.major = major, .minor = 1, .capabilities = {}});
    if (!json.empty()) append(payload, std::as_bytes(std::span(json.c_str(), json.size() + 1)));
    return payload;
}

template <class Body>
Buffer payload_of(const Body& body, std::size_t more = 0) {
    Buffer payload;
    append(payload, body);
    payload.resize(payload.size() + more, std::byte{0x77});
    return payload;
}

Header header_of(Command command, std::uint32_t size = header_size) {
    Header header = command_header(7, command);
    header.size = size;
    return header;
}

/// The bytes of a header with any size.
Buffer raw_header(std::uint32_t size, std::uint32_t flags) {
    Buffer bytes = MessageWriter(header_of(Command::region_read)).finish();
    store_little_endian(size, std::span(bytes).subspan(4, 4));
    store_little_endian(flags, std::span(bytes).subspan(8, 4));
    return bytes;
}

}  // namespace

TEST_CASE("garbage in a header's place is no message of vfio-user", "[remote][client]") {
    const auto bytes = GENERATE(Buffer(16, std::byte{0xff}), raw_header(15, 1), raw_header(32, 2),
                                raw_header((16 << 20) + 1, 1), raw_header(0xffff'ffff, 1));
    CHECK(complaint_of_reading([&](ScriptedServer& server, const auto&) { server.send(bytes); }) ==
          "sends what is no message of vfio-user");
}

TEST_CASE("a reply to something else is no answer", "[remote][client]") {
    CHECK(complaint_of_reading([](ScriptedServer& server, const auto& message) {
              Header header = reply_header(message.header);
              ++header.id;
              server.send(header);
          }) == "answers REGION_READ by a reply to another one");
    CHECK(complaint_of_reading([](ScriptedServer& server, const auto& message) {
              Header header = reply_header(message.header);
              header.command = Command::device_reset;
              server.send(header);
          }) == "answers REGION_READ by a reply to DEVICE_RESET");
}

TEST_CASE("a reply that is too short is refused", "[remote][client]") {
    const std::size_t data = GENERATE(0u, 3u, 5u);
    const bool has_access = GENERATE(true, false);
    CHECK(complaint_of_reading([&](ScriptedServer& server, const auto& message) {
              server.reply(message, has_access ? payload_of(RegionAccess{0, 0, 4}, data) : Buffer(data));
          }) == "answers REGION_READ with other data than were asked for");
    CHECK(complaint([](ScriptedServer& server) {
              if (const auto message = server.receive()) server.reply(*message, encode_version({}));
              if (const auto message = server.receive()) server.reply(*message, Buffer(15));
          }) == "answers DEVICE_GET_INFO with too few bytes");
}

TEST_CASE("another major version is refused, whatever the minor one", "[remote][client]") {
    CHECK(complaint_of_version(version_of(1, "")) == "speaks version 1.1 of vfio-user; 0.0 is known");
}

TEST_CASE("a VERSION whose JSON is none, or says what cannot be, is refused", "[remote][client]") {
    CHECK(complaint_of_version(version_of(0, "{")) == "answers VERSION wrongly: VERSION's data are no JSON object");
    CHECK(complaint_of_version(version_of(0, R"({"capabilities":7})")) ==
          "answers VERSION wrongly: capabilities is no object");
    CHECK(complaint_of_version(Buffer(3)) == "answers VERSION wrongly: VERSION is shorter than its two numbers");
}

TEST_CASE("a device that is not PCI, or has no configuration space, is refused", "[remote][client]") {
    DeviceInfo other = ScriptedServer::pci_device();
    if (GENERATE(true, false))
        other.flags = 0;
    else
        other.regions = config_region;
    CHECK(complaint([&other](ScriptedServer& server) {
              if (const auto message = server.receive()) server.reply(*message, encode_version({}));
              if (const auto message = server.receive()) server.reply_body(*message, other);
          }) == "serves no PCI device");
}

TEST_CASE("a server that closes, also in the middle of a message, is said to have closed", "[remote][client]") {
    const auto bytes = GENERATE(Buffer(), Buffer(15), raw_header(36, 1), raw_header(5000, 1));
    CHECK(complaint_of_reading([&](ScriptedServer& server, const auto&) { server.send(bytes); }) ==
          "has closed the connection; it may serve another client");
}

TEST_CASE("a refusal names the command and the reason", "[remote][client]") {
    CHECK(complaint_of_reading([](ScriptedServer& server, const auto& message) {
              server.send(error_reply(message.header, EIO));
          }) == "refuses REGION_READ: Input/output error");
}

TEST_CASE("a server that asks for what it must not have is told so, and goes on", "[remote][client]") {
    struct Question {
        Command command;
        Buffer payload;
        int error;
    };
    const std::vector<Question> questions{
        {Command::dma_read, payload_of(DmaAccess{0x1000, 16}), 0},
        {Command::dma_read, payload_of(DmaAccess{0x0ff8, 16}), EFAULT},
        {Command::dma_read, payload_of(DmaAccess{0x5000, 16}), EFAULT},
        {Command::dma_write, payload_of(DmaAccess{0x1008, 8}, 8), 0},
        {Command::dma_write, payload_of(DmaAccess{0x1010, 8}, 8), EFAULT},
        {Command::dma_write, payload_of(DmaAccess{0x1000, 8}, 7), EINVAL},
        {Command::dma_write, payload_of(DmaAccess{0x1000, 0}), EINVAL},
        {Command::dma_read, payload_of(DmaAccess{0x1000, (1 << 20) + 1}), EINVAL},
        {Command::dma_read, payload_of(DmaAccess{~std::uint64_t{0}, 2}), EINVAL},
        {Command::dma_read, Buffer(15), EINVAL},
        {Command::device_reset, {}, ENOTSUP},
        {static_cast<Command>(99), Buffer(100), ENOTSUP},
    };
    std::vector<int> errors;
    std::vector<Header> answers;
    ScriptedServer server([&](ScriptedServer& script) {
        const auto read = script.introduce();
        if (!read) return;
        for (const Question& question : questions) {
            script.send(header_of(question.command), question.payload);
            const auto answer = script.receive();
            if (!answer) return;
            errors.push_back(answer->header.is_error ? static_cast<int>(answer->header.error) : 0);
            answers.push_back(answer->header);
        }
        script.reply(*read, payload_of(RegionAccess{0, 0, 4}, 4));
    });
    std::array<std::byte, 16> memory{};
    std::array<std::byte, 4> data{};
    {
        Client client(server.path());
        client.on_dma([&memory](BusRange range, bool) {
            const auto all = *BusRange::of({0x1000}, memory.size());
            return all.contains(range) ? std::span(memory).subspan(range.base().value - all.base().value, range.size())
                                       : std::span<std::byte>();
        });
        client.read(0, 0, data);
    }
    CHECK(data[0] == std::byte{0x77});
    CHECK(memory[7] == std::byte{0});
    CHECK(memory[8] == std::byte{0x77});
    REQUIRE(errors.size() == questions.size());
    for (std::size_t i = 0; i < questions.size(); ++i) {
        INFO("question " << i);
        CHECK(errors[i] == questions[i].error);
        CHECK(answers[i].is_reply);
        CHECK(answers[i].id == 7);
        CHECK(answers[i].command == questions[i].command);
    }
}
