// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ghostcard {

/// Where in the sources a call stands, as a default argument of what is called: std::source_location, which Clang 14
/// does not have with GCC 12's library.
class SourceLocation {
public:
    static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                            const char* function = __builtin_FUNCTION(),
                                            std::uint32_t line = __builtin_LINE()) {
        return {file, function, line};
    }

    constexpr const char* file_name() const { return file_; }
    constexpr const char* function_name() const { return function_; }
    constexpr std::uint32_t line() const { return line_; }

private:
    constexpr SourceLocation(const char* file, const char* function, std::uint32_t line)
        : file_(file), function_(function), line_(line) {}

    const char* file_;
    const char* function_;
    std::uint32_t line_;
};

}  // namespace ghostcard
