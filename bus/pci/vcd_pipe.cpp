// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/pci/vcd_pipe.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace ghostcard::bus::pci {
namespace {

constexpr std::size_t chunk = 1 << 20;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "ghostcard-vcd-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) fail("cannot make a temporary folder");
    return name;
}

/// SystemC writes the wall clock's date into the header: the same run shall give the same bytes.
void blank_date(std::string& text) {
    constexpr std::string_view keyword = "$date\n";
    const std::size_t found = text.find(keyword);
    if (found == text.npos) return;
    const auto date = text.begin() + static_cast<std::ptrdiff_t>(found + keyword.size());
    std::fill(date, std::find(date, text.end(), '\n'), ' ');
}

}  // namespace

VcdPipe::VcdPipe(const std::filesystem::path& path) : file_(path), folder_(make_folder()) {
    const std::string name = trace_name() + ".vcd";  // SystemC adds the suffix
    if (mkfifo(name.c_str(), 0600) == 0) pipe_ = open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (pipe_ >= 0) return;
    const int error = errno;
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    errno = error;
    fail("cannot make a pipe");
}

VcdPipe::~VcdPipe() {
    close(pipe_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void VcdPipe::drain() {
    std::array<char, 1 << 16> space;
    for (ssize_t count = 1; count > 0;) {
        count = read(pipe_, space.data(), space.size());
        if (count > 0) text_.append(space.data(), static_cast<std::size_t>(count));
        if (count < 0 && errno == EINTR) count = 1;
    }
    if (text_.size() >= chunk) write();
}

/// The simulation goes on when the medium refuses; commit() tells.
void VcdPipe::write() try {
    if (!std::exchange(header_written_, true)) blank_date(text_);
    if (!refusal_) file_.write(std::exchange(text_, {}));
    text_.clear();
} catch (const InputError&) {
    refusal_ = std::current_exception();
}

void VcdPipe::commit() {
    write();
    if (refusal_) std::rethrow_exception(refusal_);
    file_.commit();
}

}  // namespace ghostcard::bus::pci
