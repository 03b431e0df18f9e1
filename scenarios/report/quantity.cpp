// SPDX-License-Identifier: MIT
#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/report/quantity.h>

#include <span>

namespace ghostcard::scenarios::report {
namespace {

constexpr Scale times[] = {{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}};
constexpr Scale sizes[] = {{"B", 1}, {"KiB", 1024}, {"MiB", 1024. * 1024}, {"GiB", 1024. * 1024 * 1024}};
constexpr Scale rates[] = {{"B/s", 1}, {"kB/s", 1e3}, {"MB/s", 1e6}, {"GB/s", 1e9}};
constexpr Scale frequencies[] = {{"Hz", 1}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}};
constexpr Scale fractions[] = {{"%", 0.01}};
constexpr Scale counts[] = {{"", 1}};

std::span<const Scale> scales_of(std::string_view unit) {
    if (unit == "ps") return times;
    if (unit == "B") return sizes;
    if (unit == "B/s") return rates;
    if (unit == "Hz") return frequencies;
    if (unit == "%") return fractions;
    return counts;
}

}  // namespace

std::string_view unit_of_metric(std::string_view metric) {
    if (metric.ends_with("_ps")) return "ps";
    if (metric.ends_with("bytes_per_second")) return "B/s";
    if (metric.find("bytes") != std::string_view::npos) return "B";
    if (metric.ends_with("_hz")) return "Hz";
    if (metric.ends_with("utilisation") || metric.ends_with("fraction")) return "%";
    return "";
}

std::string_view unit_of_key(std::string_view name) {
    const Key* const key = find_key(name);
    switch (key == nullptr ? Kind::number : key->kind) {
        case Kind::size: return "B";
        case Kind::time: return "ps";
        case Kind::frequency: return "Hz";
        case Kind::rate: return "B/s";
        default: return "";
    }
}

Scale scale_for(std::string_view unit, double largest) {
    const std::span<const Scale> scales = scales_of(unit);
    Scale best = scales.front();
    for (const Scale& each : scales)
        if (largest >= each.worth) best = each;
    return best;
}

}  // namespace ghostcard::scenarios::report
