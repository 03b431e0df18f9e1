// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/server.h>
#include <ghostcard/remote/vfio_user/messages.h>
#include <ghostcard/remote/vfio_user/version.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>

#include "tests/remote/fake_device.h"
#include "tests/remote/session_bench.h"
#include "tests/remote/test_client.h"
#include "tests/support/temporary_folder.h"

namespace ghostcard::tests {

/// A server in the test's own thread: it works when it is told to, on what has been sent before.
struct ServerBench {
    explicit ServerBench(const remote::ServerLimits& limits = {}) : server(path(), device, logger, limits) {}

    std::filesystem::path path() const { return folder.path() / "card.sock"; }
    /// Until it has nothing to do.
    void serve() {
        for (int i = 0; i < 20; ++i) server.serve_until({});
    }
    TestClient attached_client(const std::string& capabilities = R"("max_msg_fds":16)") {
        TestClient client(path());
        client.send(Command::version, version_payload("{\"capabilities\":{" + capabilities + "}}"));
        serve();
        const auto reply = client.receive();
        REQUIRE(reply.has_value());
        REQUIRE_FALSE(reply->header.is_error);
        REQUIRE(server.attached());
        return client;
    }
    /// Whether the client is answered, and without error.
    bool works(TestClient& client) {
        client.send(Command::region_read, payload_of(vfio_user::RegionAccess{0, 0, 4}));
        serve();
        const auto reply = client.receive();
        return reply && reply->header.is_reply && !reply->header.is_error && reply->payload.size() == 20;
    }

    TemporaryFolder folder;
    FakeDevice device;
    std::ostringstream log;
    std::shared_ptr<spdlog::logger> logger =
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
    remote::Server server;
};

}  // namespace ghostcard::tests
