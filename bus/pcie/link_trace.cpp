// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/link_trace.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

namespace ghostcard::bus::pcie {
namespace {

constexpr std::size_t chunk = 1 << 20;

/// The codes of one direction's signals: a letter for each direction, and one for each signal.
constexpr std::string_view direction_code(Direction direction) { return direction == Direction::up ? "u" : "d"; }

std::string header() {
    std::string text = "$version ghostcard $end\n$timescale 1 ps $end\n$scope module link $end\n";
    for (const Direction direction : {Direction::up, Direction::down})
        text += fmt::format(
            "$scope module {1} $end\n"
            "$var wire 1 {0}! busy $end\n"
            "$var string 1 {0}# kind $end\n"
            "$var wire 64 {0}$ address [63:0] $end\n"
            "$var wire 32 {0}% bytes [31:0] $end\n"
            "$var wire 8 {0}& tag [7:0] $end\n"
            "$var string 1 {0}' status $end\n"
            "$upscope $end\n",
            direction_code(direction), name_of(direction));
    return text + "$upscope $end\n$enddefinitions $end\n";
}

std::string idle(Direction direction) {
    return fmt::format("0{0}!\nsidle {0}#\nbz {0}$\nbz {0}%\nbz {0}&\nsidle {0}'\n", direction_code(direction));
}

std::string busy(Direction direction, const Tlp& tlp) {
    const bool completion = class_of(tlp.kind) == TlpClass::completion;
    return fmt::format("1{0}!\ns{1} {0}#\nb{2:b} {0}$\nb{3:b} {0}%\nb{4:b} {0}&\ns{5} {0}'\n",
                       direction_code(direction), name_of(tlp.kind), tlp.address.value, tlp.bytes, tlp.tag,
                       completion ? name_of(tlp.status) : "none");
}

}  // namespace

void LinkTrace::tlp(const TlpRecord& record) {
    if (record.start > window_.to || record.end <= window_.from) return;
    shown_.push_back({record.direction, std::max(record.start, window_.from), record.end, record.tlp});
}

void LinkTrace::commit(Duration end) {
    /// From then on the direction carries the TLP, or none.
    struct Change {
        Duration at{};
        Direction direction{};
        const Tlp* tlp = nullptr;
    };
    const Duration last = std::min(window_.to, end);
    const Duration first = std::min(window_.from, last);
    std::vector<Change> changes{{first, Direction::up}, {first, Direction::down}};
    for (const Shown& shown : shown_) {
        changes.push_back({shown.begin, shown.direction, &shown.tlp});
        changes.push_back({shown.end, shown.direction});
    }
    // a TLP takes the place of the silence that begins at the same instant
    std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
        return std::tuple(a.at, a.direction, a.tlp != nullptr) < std::tuple(b.at, b.direction, b.tlp != nullptr);
    });

    std::string text = header();
    Duration at{-1};
    for (std::size_t i = 0; i < changes.size() && changes[i].at <= last; ++i) {
        const auto& [when, direction, tlp] = changes[i];
        const bool replaced = i + 1 < changes.size() &&
                              std::tie(changes[i + 1].at, changes[i + 1].direction) == std::tie(when, direction);
        if (replaced) continue;
        if (when != at) text += fmt::format("#{}\n", when.count());
        at = when;
        text += tlp ? busy(direction, *tlp) : idle(direction);
        if (text.size() < chunk) continue;
        file_.write(text);
        text.clear();
    }
    text += fmt::format("#{}\n", last.count());
    file_.write(text);
    file_.commit();
}

}  // namespace ghostcard::bus::pcie
