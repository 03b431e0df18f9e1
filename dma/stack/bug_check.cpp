// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/dma/stack/bug_check.h>

namespace ghostcard::dma {
namespace {

std::string line(std::uint32_t code, const std::array<std::uint64_t, 4>& parameters) {
    return fmt::format("*** STOP: 0x{:08X} (0x{:016X},0x{:016X},0x{:016X},0x{:016X})", code, parameters[0],
                       parameters[1], parameters[2], parameters[3]);
}

}  // namespace

BugCheck::BugCheck(std::uint32_t code, const std::array<std::uint64_t, 4>& parameters, const std::string& why)
    : std::runtime_error(line(code, parameters) + " " + why), code_(code), parameters_(parameters), why_(why) {}

std::string BugCheck::stop_line() const { return line(code_, parameters_); }

}  // namespace ghostcard::dma
