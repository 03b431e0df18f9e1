// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/summary.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_events = 6;  // of the driver, the first and as many of the last; --out keeps them all

/// A number in a result document, "/frames/delivered"; nothing if it is missing.
std::optional<double> number(const Json& document, const char* pointer) {
    const Json::json_pointer path(pointer);
    if (!document.contains(path) || !document[path].is_number()) return std::nullopt;
    return document[path].get<double>();
}

std::string text(const Json& document, const char* pointer) {
    const Json::json_pointer path(pointer);
    return document.contains(path) && document[path].is_string() ? document[path].get<std::string>() : "";
}

/// Three digits in the largest unit that leaves some before the point; each unit is worth 1000 of the one before.
template <std::size_t count>
std::string rounded(double value, const std::array<std::string_view, count>& units) {
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < count) {
        value /= 1000;
        ++unit;
    }
    return value >= 999.5 ? fmt::format("{:.0f} {}", value, units[unit]) : fmt::format("{:.3g} {}", value, units[unit]);
}

std::string time(double picoseconds) {
    return rounded(picoseconds, std::array<std::string_view, 5>{"ps", "ns", "us", "ms", "s"});
}
std::string size(double bytes) { return rounded(bytes, std::array<std::string_view, 4>{"B", "kB", "MB", "GB"}); }

/// "3 produced, 0 dropped" from those of the counts that the object has.
std::string counts(const Json& object) {
    std::string list;
    for (const auto& [name, count] : object.items())
        if (count.is_number()) list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count.dump(), name);
    return list;
}

class Lines {
public:
    void add(std::string_view label, const std::string& content) {
        if (!content.empty()) text_ += fmt::format("  {:<10} {}\n", label, content);
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

std::string heading(const Json& document) {
    const std::string title = text(document, "/scenario/title"), file = text(document, "/scenario/file");
    std::string name = file;
    if (!title.empty()) name += (file.empty() ? "" : ": ") + title;
    return fmt::format("{}  {}\n", text(document, "/verdict") == "passed" ? "PASSED" : "FAILED", name);
}

std::string bus(const Json& document) {
    std::vector<std::string> parts;
    if (const auto width = number(document, "/bus/width")) {
        const auto period = number(document, "/bus/clock_period_ps");
        parts.push_back(fmt::format("{} bit{}", *width, period ? fmt::format(" at {:.4g} MHz", 1e6 / *period) : ""));
    }
    if (const auto generation = number(document, "/bus/generation"), lanes = number(document, "/bus/lanes");
        generation && lanes)
        parts.push_back(fmt::format("PCI Express generation {} x{}", *generation, *lanes));
    const auto up = number(document, "/bus/up/utilisation"), down = number(document, "/bus/down/utilisation");
    if (up && down) parts.push_back(fmt::format("{:.1f} % busy to the host, {:.1f} % back", *up * 100, *down * 100));
    if (const auto utilisation = number(document, "/bus/utilisation"))
        parts.push_back(fmt::format("{:.1f} % busy", *utilisation * 100));
    const auto bursts = number(document, "/bus/burst/count");
    const auto clocks = number(document, "/bus/burst/clocks_p50"), most = number(document, "/bus/burst/clocks_max");
    const auto bytes = number(document, "/bus/burst/bytes_p50");
    if (bursts && *bursts > 0 && clocks && most && bytes)
        parts.push_back(fmt::format("{:.0f} bursts, {:.0f} B in {:.0f} clocks (p50; at most {:.0f})", *bursts, *bytes,
                                    *clocks, *most));
    if (const auto aborts = number(document, "/bus/transactions/master_aborts"); aborts && *aborts > 0)
        parts.push_back(fmt::format("{:.0f} master aborts", *aborts));
    if (const auto aborts = number(document, "/bus/transactions/target_aborts"); aborts && *aborts > 0)
        parts.push_back(fmt::format("{:.0f} target aborts", *aborts));
    return fmt::format("{}", fmt::join(parts, "; "));
}

std::string latency(const Json& document) {
    const auto p50 = number(document, "/latency/p50_ps"), p99 = number(document, "/latency/p99_ps");
    const auto max = number(document, "/latency/max_ps");
    if (!p50 || !p99 || !max) return "";
    return fmt::format("{} (p50), {} (p99), {} (max) from the last pixel to delivery", time(*p50), time(*p99),
                       time(*max));
}

std::string copy(const Json& document) {
    const auto bytes = number(document, "/copy/bytes"), took = number(document, "/copy/simulated_ps");
    const auto share = number(document, "/copy/cpu_fraction");
    if (!bytes || !took || !share || *bytes == 0) return "";
    return fmt::format("{} in {}, {:.2g} % of the CPU", size(*bytes), time(*took), *share * 100);
}

void add_driver(const Json& document, Lines& lines) {
    lines.add("driver", text(document, "/driver/status"));
    const Json::json_pointer events("/driver/events");
    if (!document.contains(events)) return;
    const Json& all = document[events];
    const std::size_t left_out = all.size() > 2 * max_events ? all.size() - 2 * max_events : 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (left_out > 0 && i == max_events) {
            lines.add("", fmt::format("{:>8}  {} more", "...", left_out));
            i += left_out;
        }
        const auto at = number(all[i], "/time_ps");
        lines.add("", fmt::format("{:>8}  {}", at ? time(*at) : "", text(all[i], "/text")));
    }
}

/// Each finding in a few lines: what, where, why and what to do.
void add_verifier(const Json& document, Lines& lines) {
    for (const Json& each : document.value("verifier", Json::array())) {
        const auto times = each.value("times", 1u);
        lines.add("verifier", fmt::format("{} {}{}", each.value("code", ""), each.value("name", ""),
                                          times > 1 ? fmt::format(", {} times", times) : ""));
        lines.add("", "what  " + each.value("what", ""));
        std::string where = fmt::format("at {}", time(each.value("time_ps", 0.0)));
        for (const char* const name : {"call", "virtual", "physical", "bus"})
            if (each.contains(name)) where += fmt::format(", {} {}", name, each.value(name, ""));
        lines.add("", "where " + where);
        lines.add("", "why   " + each.value("why", ""));
        lines.add("", "do    " + each.value("remedy", ""));
    }
}

}  // namespace

std::string summary(const Json& document) {
    const auto object = [&](const char* name) { return document.contains(name) ? document[name] : Json::object(); };
    Lines lines;
    lines.add("frames", counts(object("frames")));
    lines.add("bus", bus(document));
    lines.add("latency", latency(document));
    lines.add("copy", copy(document));
    lines.add("dma errors", counts(object("dma").value("errors_by_code", Json::object())));
    const auto faults = number(document, "/translation/fault_count");
    if (const Json list = object("translation").value("faults", Json::array()); faults && !list.empty())
        lines.add("faults",
                  fmt::format("{:.0f} of address translation, the first at {}", *faults, text(list[0], "/address")));
    add_driver(document, lines);
    add_verifier(document, lines);
    if (const std::string stop = text(document, "/bug_check/line"); !stop.empty()) {
        lines.add("stopped", stop);
        lines.add("", text(document, "/bug_check/why"));
    }
    for (const Json& each : document.value("expectations", Json::array()))
        if (!each.value("met", false))
            lines.add("not met", fmt::format("{}: expected {}, got {}", each.value("path", ""),
                                             each.value("expected", ""), each.value("actual", "")));
    if (const auto simulated = number(document, "/simulated_ps")) {
        const auto wall = number(document, "/host/wall_seconds");
        lines.add("simulated", time(*simulated) + (wall ? fmt::format(" in {:.3g} s", *wall) : ""));
    }
    return heading(document) + lines.text();
}

}  // namespace ghostcard::scenarios
