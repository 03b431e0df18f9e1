// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/base/random.h>
#include <ghostcard/model/video/frame_source.h>
#include <ghostcard/model/video/y4m.h>

#include <fstream>

using namespace ghostcard;
using namespace ghostcard::model;
using namespace ghostcard::tests;
using registers::PixelFormat;

namespace {

std::string noise(std::size_t size) {
    Random random(7, "y4m test");
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    return bytes;
}

std::filesystem::path write(const TemporaryFolder& folder, const std::string& content,
                            const std::string& name = "clip.y4m") {
    std::ofstream(folder.path() / name, std::ios::binary) << content;
    return folder.path() / name;
}

std::string refusal(const std::filesystem::path& path) {
    try {
        Y4mReader reader(path);
        return "accepted";
    } catch (const InputError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("a Y4M header tells size, rate, scan and chroma", "[model][y4m]") {
    const TemporaryFolder folder;
    const auto path = write(
        folder, "YUV4MPEG2 W4 H2 F30000:1001 It A1:1 C422 XYSCSS=422\nFRAME\n" + noise(16) + "FRAME Ix\n" + noise(16));
    Y4mReader reader(path);
    CHECK(reader.header().width == 4);
    CHECK(reader.header().height == 2);
    CHECK(reader.header().rate == FrameRate{30000, 1001});
    CHECK(reader.header().interlaced);
    CHECK(reader.header().chroma == Chroma::c422);
    CHECK(reader.frames() == 2);
    CHECK(reader.read(1) == reader.read(0));
    CHECK(reader.header().line == "YUV4MPEG2 W4 H2 F30000:1001 It A1:1 C422 XYSCSS=422");
}

TEST_CASE("a file that is no usable Y4M is refused with its name and what is wrong", "[model][y4m]") {
    const TemporaryFolder folder;
    const std::string frame = "FRAME\n" + noise(16);
    struct Case {
        std::string content;
        std::string message;
    };
    const auto c = GENERATE_REF(
        Case{"", "is no Y4M file"}, Case{"RIFF....AVI ", "is no Y4M file"}, Case{"YUV4MPEG2", "is no Y4M file"},
        Case{"YUV4MPEG2 W4 H2 C422\n" + frame, "no frame rate"}, Case{"YUV4MPEG2 H2 F25:1 C422\n" + frame, "no size"},
        Case{"YUV4MPEG2 W99999 H2 F25:1 C422\n" + frame, "no size"},
        Case{"YUV4MPEG2 W5 H2 F25:1 C422\n" + frame, "width 5 is odd"},
        Case{"YUV4MPEG2 W4 H3 F25:1 C420\n" + frame, "height 3 is odd"},
        Case{"YUV4MPEG2 W4 H2 F25:1 C444\n" + frame, "colour space 'C444' is not supported"},
        Case{"YUV4MPEG2 W4 H2 F25:1 C422p10\n" + frame, "colour space 'C422p10' is not supported"},
        Case{"YUV4MPEG2 W4 H2 F25:1 Im C422\n" + frame, "interlacing 'Im' is not supported"},
        Case{"YUV4MPEG2 W4 H2 F25:1 C422\n", "holds no frame"},
        Case{"YUV4MPEG2 W4 H2 F25:1 C422\n" + frame + "FRAME\n" + noise(15),
             "is truncated: frame 1 has 15 of 16 bytes"},
        Case{"YUV4MPEG2 W4 H2 F25:1 C422\n" + frame + "x", "frame 1 at byte 49 does not begin with 'FRAME'"});
    const auto path = write(folder, c.content);
    CHECK_THAT(refusal(path), contains("clip.y4m: ") && contains(c.message));
}

TEST_CASE("a video file that is not there is refused", "[model][y4m]") {
    const TemporaryFolder folder;
    CHECK_THAT(refusal(folder.path() / "none.y4m"), contains("cannot be opened"));
    CHECK_THAT(refusal(folder.path()), contains("cannot be opened"));
}

TEST_CASE("planes come back from the card's formats as they went in", "[model][y4m]") {
    const auto format = GENERATE(PixelFormat::yuy2, PixelFormat::uyvy, PixelFormat::nv12);
    const std::size_t size = chroma_of(format) == Chroma::c422 ? 8 * 6 * 2 : 8 * 6 * 3 / 2;
    const std::string bytes = noise(size);
    const auto planes = std::as_bytes(std::span(bytes));
    const auto frame = from_planes(planes, format, 8, 6);
    CHECK_FALSE(std::equal(frame.begin(), frame.end(), planes.begin()));
    const auto back = to_planes(frame, format, 8, 6);
    CHECK(std::equal(back.begin(), back.end(), planes.begin(), planes.end()));
}

// Linux V4L2 documentation, V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_UYVY and V4L2_PIX_FMT_NV12.
TEST_CASE("the packed formats order their bytes as their names say", "[model][y4m]") {
    const auto text = [](PixelFormat format, const std::string& planes) {
        const auto frame = from_planes(std::as_bytes(std::span(planes)), format, 2, planes.size() == 4 ? 1 : 2);
        return std::string(reinterpret_cast<const char*>(frame.data()), frame.size());
    };
    CHECK(text(PixelFormat::yuy2, "yYuv") == "yuYv");
    CHECK(text(PixelFormat::uyvy, "yYuv") == "uyvY");
    CHECK(text(PixelFormat::nv12, "1234uv") == "1234uv");
}

TEST_CASE("a source that does not fit the mode or the format is refused", "[model][source]") {
    const TemporaryFolder folder;
    const auto clip = write(folder, "YUV4MPEG2 W16 H16 F25:1 C422\nFRAME\n" + noise(512));
    const auto raw = write(folder, noise(16 * 16 * 3 * 2), "clip.rgb");
    const auto message = [](VideoSettings settings) -> std::string {
        try {
            open_signal(settings, 1);
            return "accepted";
        } catch (const InputError& error) {
            return error.what();
        }
    };
    CHECK(message({"auto", clip, PixelFormat::yuy2}) == "accepted");
    CHECK(message({"16x16@50", clip, PixelFormat::uyvy}) == "accepted");
    CHECK_THAT(message({"720p60", clip, PixelFormat::yuy2}), contains("16x16 do not fit video mode 720p60"));
    CHECK_THAT(message({"auto", clip, PixelFormat::nv12}), contains("cannot be shown as NV12"));
    CHECK_THAT(message({"auto", clip, PixelFormat::rgb24}), contains("cannot be shown as RGB24"));
    CHECK_THAT(message({"auto", raw, PixelFormat::rgb24}), contains("video.mode must say its size"));
    CHECK(message({"16x16@50", raw, PixelFormat::rgb24}) == "accepted");
    CHECK_THAT(message({"17x16@50", raw, PixelFormat::rgb24}), contains("no whole number of RGB24 frames"));
    CHECK_THAT(message({"17x16@50", "bars", PixelFormat::yuy2}), contains("YUY2 needs an even width, not 17"));
    CHECK_THAT(message({"16x17@50", "bars", PixelFormat::nv12}), contains("NV12 needs an even height, not 17"));
    CHECK_THAT(message({"auto", "clip.avi", PixelFormat::yuy2}), contains("no video source"));
}

TEST_CASE("a file's own rate must be one that a raster can have, unless the mode names another", "[model][source]") {
    const TemporaryFolder folder;
    const auto accepts = [&](const std::string& rate, const std::string& mode) {
        const auto clip = write(folder, "YUV4MPEG2 W16 H16 F" + rate + " C422\nFRAME\n" + noise(512));
        try {
            return open_signal({mode, clip, PixelFormat::yuy2}, 1).source->frames() == 1;
        } catch (const InputError& error) {
            CHECK_THAT(error.what(), contains("clip.y4m: ") && contains("frames a second are not 1 to 1000"));
            return false;
        }
    };
    CHECK(accepts("1:1", "auto"));
    CHECK(accepts("1000:1", "auto"));
    CHECK_FALSE(accepts("1:2", "auto"));
    CHECK_FALSE(accepts("1001:1", "auto"));
    CHECK_FALSE(accepts("1:4294967295", "auto"));
    CHECK_FALSE(accepts("4294967295:1", "auto"));
    CHECK(accepts("1:4294967295", "16x16@50"));
}

TEST_CASE("patterns repeat with their seed, and neighbouring frames differ", "[model][source]") {
    const auto name = GENERATE("bars", "ramp", "noise");
    const auto format = GENERATE(PixelFormat::yuy2, PixelFormat::uyvy, PixelFormat::nv12, PixelFormat::rgb24);
    const auto one = open_signal({"64x48@25", name, format}, 1);
    const auto same = open_signal({"64x48@25", name, format}, 1);
    const auto other = open_signal({"64x48@25", name, format}, 2);
    const auto first = one.source->frame(0, format);
    CHECK(first.size() == registers::frame_bytes(format, 48, registers::line_bytes(format, 64)));
    CHECK(first == same.source->frame(0, format));
    CHECK(first != one.source->frame(1, format));
    CHECK((first == other.source->frame(0, format)) == (std::string(name) != "noise"));
}
