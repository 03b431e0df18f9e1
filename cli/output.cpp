// SPDX-License-Identifier: MIT
#include "output.h"

#include <fmt/format.h>
#include <ghostcard/base/input_error.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace ghostcard::cli {

void print(std::string_view text) {
    errno = 0;
    const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!is_written)
        throw InputError(fmt::format("cannot write standard output: {}", std::generic_category().message(errno)));
}

}  // namespace ghostcard::cli
