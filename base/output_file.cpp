// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ghostcard {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, int error) {
    throw InputError(fmt::format("cannot write '{}': {}", path.string(), std::generic_category().message(error)));
}

/// The file itself where the path is a link to one, so that the link survives.
fs::path behind_links(const fs::path& path) {
    std::error_code dangling;
    fs::path target = fs::canonical(path, dangling);
    return dangling ? path : target;
}

}  // namespace

OutputFile::OutputFile(fs::path path) : path_(std::move(path)) {
    std::error_code ignored;
    const fs::file_status status = fs::status(path_, ignored);
    if (path_.empty()) refuse(path_, ENOENT);
    if (fs::is_directory(status)) refuse(path_, EISDIR);
    if (fs::exists(status) && !fs::is_regular_file(status)) {  // a device or pipe: nothing to replace
        temporary_ = path_;
        file_ = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
        if (file_ < 0) refuse(path_, errno);
        return;
    }
    const fs::path target = behind_links(path_);
    for (unsigned attempt = 0; file_ < 0; ++attempt) {
        temporary_ = target;
        temporary_ += fmt::format(".part-{}-{}", getpid(), attempt);
        file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file_ < 0 && errno != EEXIST) refuse(path_, errno);
    }
}

OutputFile::~OutputFile() {
    if (file_ >= 0) close(file_);
    if (!temporary_.empty() && temporary_ != path_) unlink(temporary_.c_str());
}

void OutputFile::write(std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(file_, content.data(), content.size());
        if (written >= 0) {
            content.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            refuse(path_, errno);
        }
    }
}

void OutputFile::commit() {
    if (close(std::exchange(file_, -1)) != 0) refuse(path_, errno);
    if (temporary_ != path_ && rename(temporary_.c_str(), behind_links(path_).c_str()) != 0) refuse(path_, errno);
    temporary_.clear();
}

}  // namespace ghostcard
