// SPDX-License-Identifier: MIT
// Where a server listens, as who starts it sees it.
#include <ghostcard/base/input_error.h>
#include <ghostcard/remote/server.h>
#include <spdlog/logger.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>

#include "tests/remote/fake_device.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace ghostcard;
using namespace ghostcard::tests;

namespace {

std::string refusal(const std::filesystem::path& path) {
    FakeDevice device;
    const auto logger = std::make_shared<spdlog::logger>("test");
    try {
        remote::Server server(path, device, logger);
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("the socket is for its user only, and goes with the server", "[remote][server]") {
    const mode_t before = umask(0);
    TemporaryFolder folder;
    const auto path = folder.path() / "card.sock";
    {
        FakeDevice device;
        const remote::Server server(path, device, std::make_shared<spdlog::logger>("test"));
        struct stat status {};
        REQUIRE(stat(path.c_str(), &status) == 0);
        CHECK(S_ISSOCK(status.st_mode));
        CHECK((status.st_mode & 0777) == 0600);
    }
    CHECK_FALSE(std::filesystem::exists(path));
    umask(before);
}

TEST_CASE("a server leaves alone what has taken its socket's place", "[remote][server]") {
    TemporaryFolder folder;
    const auto path = folder.path() / "card.sock";
    {
        FakeDevice device;
        const remote::Server server(path, device, std::make_shared<spdlog::logger>("test"));
        std::filesystem::remove(path);
        std::ofstream(path) << "somebody else's";
    }
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("a path has 107 bytes at the most", "[remote][server]") {
    TemporaryFolder folder;
    const std::string base = folder.path().string() + "/";
    const std::string longest = base + std::string(107 - base.size(), 'x');
    CHECK(refusal(longest).empty());
    CHECK(refusal(longest + "x") ==
          "cannot listen at '" + longest + "x': the path has 108 bytes, and a socket's has at most 107");
}

TEST_CASE("a path that is taken, or whose folder is not there, is refused in one line", "[remote][server]") {
    TemporaryFolder folder;
    const std::string base = folder.path().string();
    const std::string taken = base + "/taken";
    std::ofstream(taken) << "a file";
    CHECK(refusal(taken) ==
          "cannot listen at '" + taken + "': it is there already; remove it, if no other server listens there");
    CHECK(refusal(base + "/none/x") ==
          "cannot listen at '" + base + "/none/x': there is no folder '" + base + "/none'");
    CHECK(refusal(taken + "/x") == "cannot listen at '" + taken + "/x': '" + taken + "' is no folder");
    CHECK(refusal("") == "cannot listen at '': a path is needed");
    std::filesystem::create_symlink(base + "/nowhere", base + "/link");
    CHECK_THAT(refusal(base + "/link"), contains("it is there already"));
    CHECK(std::filesystem::exists(taken));
}

TEST_CASE("a folder that cannot be written to is refused", "[remote][server]") {
    TemporaryFolder folder;
    const std::string message = refusal("/proc/self/card.sock");
    CHECK_THAT(message, contains("cannot listen at '/proc/self/card.sock': "));
    CHECK(message.find('\n') == std::string::npos);
}
