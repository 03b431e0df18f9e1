// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace ghostcard::dma {

/// The simulated system has stopped, as Windows does when a driver has broken what cannot be mended. A scenario reports
/// it; it is no fault of the simulator.
class BugCheck : public std::runtime_error {
public:
    /// `why` is for people.
    BugCheck(std::uint32_t code, const std::array<std::uint64_t, 4>& parameters, const std::string& why);

    std::uint32_t code() const { return code_; }
    const std::array<std::uint64_t, 4>& parameters() const { return parameters_; }
    const std::string& why() const { return why_; }
    /// As Windows shows it: "*** STOP: 0x000000CA (0x0000000000000002,...)"
    std::string stop_line() const;

private:
    std::uint32_t code_;
    std::array<std::uint64_t, 4> parameters_;
    std::string why_;
};

/// Microsoft, "Bug Check 0xCA: PNP_DETECTED_FATAL_ERROR"; parameter 1 = 2 is "Invalid PDO".
inline constexpr std::uint32_t pnp_detected_fatal_error = 0xca;
inline constexpr std::uint64_t invalid_pdo = 2;

}  // namespace ghostcard::dma
