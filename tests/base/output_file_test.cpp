// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using ghostcard::InputError;
using ghostcard::OutputFile;
using ghostcard::tests::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

auto files_in(const TemporaryFolder& folder) { return std::distance(fs::directory_iterator(folder.path()), {}); }

std::string content_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

template <class Action>
std::string refusal(Action action) {
    try {
        action();
    } catch (const InputError& error) {
        return error.what();
    }
    return "accepted";
}

/// No file may grow beyond so many bytes while it lives; writes fail instead of killing the process.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &old_limit_);
        const rlimit limit{bytes, old_limit_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &old_limit_);
        std::signal(SIGXFSZ, old_handler_);
    }

private:
    void (*old_handler_)(int);
    rlimit old_limit_{};
};

}  // namespace

TEST_CASE("an output file appears under its name when it is committed", "[output_file]") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "result.json";
    OutputFile file(path);
    file.write("one ");
    file.write("two");
    CHECK_FALSE(fs::exists(path));
    file.commit();
    CHECK(content_of(path) == "one two");
    CHECK(files_in(folder) == 1);
}

TEST_CASE("an output file without a commit leaves nothing behind", "[output_file]") {
    const TemporaryFolder folder;
    { OutputFile(folder.path() / "result.json").write("half"); }
    CHECK(files_in(folder) == 0);
}

TEST_CASE("an older file stays until the new one is committed", "[output_file]") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "result.json";
    std::ofstream(path) << "older";
    { OutputFile(path).write("half"); }
    CHECK(content_of(path) == "older");
    OutputFile file(path);
    file.write("newer");
    file.commit();
    CHECK(content_of(path) == "newer");
    CHECK(files_in(folder) == 1);
}

TEST_CASE("two writers of one name do not disturb each other", "[output_file]") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "result.json";
    OutputFile first(path), second(path);
    first.write("first");
    second.write("second");
    second.commit();
    first.commit();
    CHECK(content_of(path) == "first");
    CHECK(files_in(folder) == 1);
}

TEST_CASE("another writer may fill an output file by its temporary name", "[output_file]") {
    const TemporaryFolder folder;
    OutputFile file(folder.path() / "waves.vcd");
    std::ofstream(file.temporary_path()) << "$end";
    file.commit();
    CHECK(content_of(folder.path() / "waves.vcd") == "$end");
}

TEST_CASE("an output file keeps the link that leads to it", "[output_file]") {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "real") << "older";
    fs::create_symlink("real", folder.path() / "link");
    OutputFile file(folder.path() / "link");
    file.write("newer");
    file.commit();
    CHECK(fs::is_symlink(folder.path() / "link"));
    CHECK(content_of(folder.path() / "real") == "newer");
}

TEST_CASE("a path that cannot be written is refused before any work is done for it", "[output_file]") {
    const TemporaryFolder folder;
    const std::string nowhere = (folder.path() / "nowhere" / "result.json").string();
    CHECK(refusal([&] { OutputFile{folder.path()}; }) ==
          "cannot write '" + folder.path().string() + "': Is a directory");
    CHECK(refusal([&] { OutputFile{nowhere}; }) == "cannot write '" + nowhere + "': No such file or directory");
    CHECK(refusal([&] { OutputFile{""}; }) == "cannot write '': No such file or directory");
}

TEST_CASE("a device is written in place and stays a device", "[output_file]") {
    OutputFile file("/dev/null");
    file.write("gone");
    file.commit();
    CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a full medium is an input error that names the path", "[output_file]") {
    OutputFile file("/dev/full");
    CHECK(refusal([&] { file.write("content"); }) == "cannot write '/dev/full': No space left on device");
    CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("a write that the medium cuts short leaves nothing behind", "[output_file]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "result.json").string();
    {
        OutputFile file(path);
        const FileSizeLimit limit(4096);
        CHECK(refusal([&] { file.write(std::string(10'000, 'x')); }) == "cannot write '" + path + "': File too large");
    }
    CHECK(files_in(folder) == 0);
}
