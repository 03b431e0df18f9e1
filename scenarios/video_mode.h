// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ghostcard::scenarios {

/// The rasters of CEA-861 that `video.mode` knows by name.
inline constexpr std::array<std::string_view, 7> named_modes{"480i59.94", "576i50",  "720p60",  "1080i60",
                                                             "1080p30",   "1080p60", "2160p30"};

/// What the text of a progressive raster that CEA-861 does not name says of its size: "640x360@30000/1001".
struct CustomMode {
    std::uint32_t width = 0;   ///< Pixels, 16 to 16384.
    std::uint32_t height = 0;  ///< Lines, 16 to 16384.
};

/// Nothing for "auto" and the named modes. Throws InputError for text that is no mode, with what is allowed; whatever
/// is read here, model::parse_raster reads as well.
std::optional<CustomMode> parse_mode(std::string_view text);

}  // namespace ghostcard::scenarios
