// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/model/video/y4m.h>

#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace ghostcard::model {
namespace {

using registers::PixelFormat;

constexpr std::string_view magic = "YUV4MPEG2";
constexpr std::string_view frame_magic = "FRAME";
constexpr std::size_t longest_header = 4096;
constexpr std::uint32_t largest = 16384;  // pixels, either way

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
    throw InputError(fmt::format("{}: {}", path.string(), what));
}

/// One header line, without its end; nothing at the end of the file or if no line ends within a header's length.
std::optional<std::string> read_line(std::istream& file) {
    std::string line;
    for (char c = 0; line.size() < longest_header && file.get(c);) {
        if (c == '\n') return line;
        line += c;
    }
    return std::nullopt;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Y4mHeader parse_header(const std::filesystem::path& path, const std::string& line) {
    Y4mHeader header;
    header.line = line;
    header.chroma = Chroma::c420;  // what a file without C means
    header.rate = {0, 0};
    std::istringstream words(line.substr(magic.size()));
    for (std::string word; words >> word;) {
        const std::string_view value = std::string_view(word).substr(1);
        switch (word.front()) {
            case 'W': header.width = parse_number(value).value_or(0); break;
            case 'H': header.height = parse_number(value).value_or(0); break;
            case 'F': {
                const auto colon = value.find(':');
                if (colon == std::string_view::npos) break;
                header.rate = {parse_number(value.substr(0, colon)).value_or(0),
                               parse_number(value.substr(colon + 1)).value_or(0)};
                break;
            }
            case 'I':
                if (value != "p" && value != "t" && value != "b" && value != "?")
                    refuse(path, fmt::format("interlacing '{}' is not supported; allowed are Ip, It, Ib", word));
                header.interlaced = value == "t" || value == "b";
                break;
            case 'C':
                if (value == "422") {
                    header.chroma = Chroma::c422;
                } else if (value != "420" && value != "420jpeg" && value != "420mpeg2" && value != "420paldv") {
                    refuse(path, fmt::format("colour space '{}' is not supported; allowed are C422, C420, C420jpeg, "
                                             "C420mpeg2 and C420paldv, 8 bits a sample",
                                             word));
                }
                break;
            default: break;  // aspect ratio and comments change nothing
        }
    }
    if (header.width == 0 || header.width > largest || header.height == 0 || header.height > largest)
        refuse(path, fmt::format("the Y4M header gives no size of 1 to {} pixels (W and H): '{}'", largest, line));
    if (header.rate.numerator == 0 || header.rate.denominator == 0)
        refuse(path, fmt::format("the Y4M header gives no frame rate (F30:1): '{}'", line));
    if (header.width % 2 != 0)
        refuse(path, fmt::format("width {} is odd; 4:2:2 and 4:2:0 need an even one", header.width));
    if (header.chroma == Chroma::c420 && header.height % 2 != 0)
        refuse(path, fmt::format("height {} is odd; 4:2:0 needs an even one", header.height));
    return header;
}

/// The samples of one line in the card's formats, where chroma sample x/2 is shared by two pixels.
struct PackedOrder {
    std::size_t y, cb, cr;  // offset in a group of four bytes; the second Y is two bytes behind
};
constexpr PackedOrder yuy2_order{0, 1, 3};
constexpr PackedOrder uyvy_order{1, 0, 2};

/// Walks over a frame and hands out matching places in the planes and in the card's layout.
template <class Move>
void for_each_sample(PixelFormat format, std::size_t width, std::size_t height, Move move) {
    const std::size_t luma = width * height;
    if (format == PixelFormat::nv12) {
        for (std::size_t i = 0; i < luma; ++i) move(i, i);
        for (std::size_t i = 0; i < luma / 4; ++i) {
            move(luma + i, luma + 2 * i);
            move(luma + luma / 4 + i, luma + 2 * i + 1);
        }
        return;
    }
    const PackedOrder order = format == PixelFormat::uyvy ? uyvy_order : yuy2_order;
    for (std::size_t group = 0; group < luma / 2; ++group) {
        move(2 * group, 4 * group + order.y);
        move(2 * group + 1, 4 * group + order.y + 2);
        move(luma + group, 4 * group + order.cb);
        move(luma + luma / 2 + group, 4 * group + order.cr);
    }
}

}  // namespace

std::uint64_t Y4mHeader::frame_bytes() const {
    const std::uint64_t luma = std::uint64_t{width} * height;
    return chroma == Chroma::c422 ? 2 * luma : luma + luma / 2;
}

Y4mReader::Y4mReader(const std::filesystem::path& path) : path_(path), file_(path, std::ios::binary) {
    std::error_code error;
    if (!file_ || !std::filesystem::is_regular_file(path, error)) refuse(path, "cannot be opened as a video file");
    const std::uint64_t size = std::filesystem::file_size(path);
    const auto line = read_line(file_);
    if (!line || line->compare(0, magic.size() + 1, std::string(magic) + ' ') != 0)
        refuse(path, fmt::format("is no Y4M file: it does not begin with '{} '", magic));
    header_ = parse_header(path, *line);

    const std::uint64_t frame_bytes = header_.frame_bytes();
    while (static_cast<std::uint64_t>(file_.tellg()) < size) {
        const auto begin = static_cast<std::uint64_t>(file_.tellg());
        const auto frame_line = read_line(file_);
        if (!frame_line || frame_line->compare(0, frame_magic.size(), frame_magic) != 0)
            refuse(path, fmt::format("frame {} at byte {} does not begin with '{}'", frames(), begin, frame_magic));
        const auto offset = static_cast<std::uint64_t>(file_.tellg());
        if (size - offset < frame_bytes)
            refuse(path,
                   fmt::format("is truncated: frame {} has {} of {} bytes", frames(), size - offset, frame_bytes));
        frame_offsets_.push_back(offset);
        file_.seekg(static_cast<std::streamoff>(offset + frame_bytes));
    }
    if (frame_offsets_.empty()) refuse(path, "holds no frame");
}

std::vector<std::byte> Y4mReader::read(std::uint64_t index) {
    std::vector<std::byte> planes(header_.frame_bytes());
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(frame_offsets_.at(index)));
    file_.read(reinterpret_cast<char*>(planes.data()), static_cast<std::streamsize>(planes.size()));
    if (!file_) refuse(path_, fmt::format("frame {} can no longer be read", index));
    return planes;
}

Y4mHeader make_y4m_header(const Raster& raster, Chroma chroma) {
    Y4mHeader header{raster.width, raster.height, raster.rate, raster.interlaced, chroma, {}};
    header.line = fmt::format("{} W{} H{} F{}:{} I{} A1:1 C{}", magic, header.width, header.height,
                              header.rate.numerator, header.rate.denominator, header.interlaced ? 't' : 'p',
                              chroma == Chroma::c422 ? "422" : "420mpeg2");
    return header;
}

std::vector<std::byte> from_planes(std::span<const std::byte> planes, PixelFormat format, std::uint32_t width,
                                   std::uint32_t height) {
    std::vector<std::byte> frame(planes.size());
    for_each_sample(format, width, height, [&](std::size_t plane, std::size_t card) { frame[card] = planes[plane]; });
    return frame;
}

std::vector<std::byte> to_planes(std::span<const std::byte> frame, PixelFormat format, std::uint32_t width,
                                 std::uint32_t height) {
    std::vector<std::byte> planes(frame.size());
    for_each_sample(format, width, height, [&](std::size_t plane, std::size_t card) { planes[plane] = frame[card]; });
    return planes;
}

}  // namespace ghostcard::model
