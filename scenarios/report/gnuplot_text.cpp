// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "gnuplot_text.h"

namespace ghostcard::scenarios::report {
namespace {

/// Viridis in nine steps: even in lightness, and told apart by the colour-blind and in grey.
constexpr std::array<std::uint32_t, 9> viridis{0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c,
                                               0x28ae80, 0x5ec962, 0xaddc30, 0xfde725};

}  // namespace

std::string colour_at(double position) {
    const double at = std::clamp(position, 0., 1.) * (viridis.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(at), viridis.size() - 2);
    std::uint32_t colour = 0;
    for (const int shift : {16, 8, 0}) {
        const double low = viridis[below] >> shift & 0xff, high = viridis[below + 1] >> shift & 0xff;
        colour |= static_cast<std::uint32_t>(std::lround(low + (high - low) * (at - static_cast<double>(below))))
                  << shift;
    }
    return fmt::format("#{:06x}", colour);
}

std::string palette() {
    std::string text = "set palette defined (";
    for (std::size_t i = 0; i < viridis.size(); ++i)
        text += fmt::format("{}{} '#{:06x}'", i == 0 ? "" : ", ", i, viridis[i]);
    return text + ")\n";
}

std::string literal(std::string_view text) {
    std::string string = "'";
    for (const char c : text)
        if (c == '\'')
            string += "''";
        else if (static_cast<unsigned char>(c) >= ' ' && c != 0x7f)
            string += c;
    return string + "'";
}

std::string datum(std::string text) {
    std::replace(text.begin(), text.end(), '"', '\'');
    return '"' + text + '"';
}

std::string preamble() {
    return "reset\nset termoption noenhanced\nset border 3 lc rgb '#555555'\nset tics nomirror out scale 0.5\n"
           "set style fill solid 1.0 noborder\n";
}

std::string labels(const StudyAxis& axis, std::string_view which, double room, bool side_by_side) {
    std::size_t longest = 1;
    for (std::size_t value = 0; value < axis.values.size(); ++value)
        longest = std::max(longest, axis.text(value).size());
    const double needed = side_by_side ? 7. * static_cast<double>(longest) + 6 : 14;
    const auto step = static_cast<std::size_t>(std::max(1., std::ceil(needed / room)));
    std::string text;
    for (std::size_t value = 0; value < axis.values.size(); value += step)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", literal(axis.text(value)), value);
    return fmt::format("set {}tics ({})\nset {}range [-0.5:{}]\n", which, text, which,
                       static_cast<double>(axis.values.size()) - 0.5);
}

}  // namespace ghostcard::scenarios::report
