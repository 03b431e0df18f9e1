// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/model/video/raster.h>
#include <ghostcard/registers/pattern.h>
#include <ghostcard/registers/pixel_format.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ghostcard::model {

/// Pictures for the card's input, in any order and as often as wanted.
class FrameSource {
public:
    virtual ~FrameSource() = default;

    /// Whether the pictures can be had in this format without loss.
    virtual bool supports(registers::PixelFormat format) const = 0;
    /// How many there are; nothing if there is no end to them.
    virtual std::optional<std::uint64_t> frames() const = 0;
    /// Lines from top to bottom, adjacent; both planes of NV12. index < frames().
    virtual std::vector<std::byte> frame(std::uint64_t index, registers::PixelFormat format) = 0;
};

/// The generated pattern of that name: bars, ramp, noise.
std::optional<registers::Pattern> pattern_named(std::string_view name);

/// Why frames of this size cannot be had in this format; nothing if they can.
std::optional<std::string> mismatch(const Raster& raster, registers::PixelFormat format);

/// A generated pattern: colour bars with a moving edge, a ramp that moves by a step each frame, or noise from the seed.
std::unique_ptr<FrameSource> make_pattern_source(registers::Pattern pattern, const Raster& raster, std::uint64_t seed);

/// What a scenario says of the video signal.
struct VideoSettings {
    std::string mode = "auto";    ///< A raster's name, WIDTHxHEIGHT@RATE, or "auto": the file's own, else 480i59.94.
    std::string source = "bars";  ///< bars, ramp, noise, or the path of a .y4m or .rgb file.
    registers::PixelFormat pixel_format = registers::PixelFormat::yuy2;
};

/// The signal at the card's input.
struct VideoSignal {
    Raster raster;
    std::unique_ptr<FrameSource> source;
    std::string header;  ///< Of the Y4M file it comes from; empty otherwise.
};

/// Opens what the settings name. Throws InputError for a file that cannot be shown in this mode and format.
VideoSignal open_signal(const VideoSettings& settings, std::uint64_t seed);

}  // namespace ghostcard::model
