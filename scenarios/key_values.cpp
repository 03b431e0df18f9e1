// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/model/video/frame_source.h>
#include <ghostcard/model/video/raster.h>
#include <ghostcard/scenarios/keys.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace ghostcard::scenarios {
namespace {

std::string in_units(Kind kind, std::uint64_t count) {
    switch (kind) {
        case Kind::size: return to_text(Bytes{count});
        case Kind::time: return to_text(Duration{static_cast<std::int64_t>(count)});
        case Kind::frequency: return to_text(Hertz{count});
        case Kind::rate: return to_text(BytesPerSecond{count});
        default: return fmt::format("{}", count);
    }
}

bool is_allowed(const Limits& limits, std::uint64_t count) {
    if (count == 0 && limits.or_zero) return true;
    return count >= limits.min && count <= limits.max && count % limits.multiple_of == 0 &&
           (!limits.power_of_two || (count & (count - 1)) == 0);
}

constexpr std::size_t max_text_bytes = 4096;

bool is_utf8(const std::string& text) {
    try {
        return !nlohmann::json(text).dump().empty();
    } catch (const nlohmann::json::type_error&) {
        return false;
    }
}

void check_mode(const std::string& mode) {
    try {
        if (mode != "auto") model::parse_raster(mode);
    } catch (const InputError& error) {
        throw InputError(fmt::format("{}, or auto", error.what()));
    }
}

}  // namespace

bool is_generated(std::string_view source) { return model::pattern_named(source).has_value(); }

std::string text_of(const Key& key, const KeyValue& value) {
    const auto* const text = std::get_if<std::string>(&value);
    return text ? *text : in_units(key.kind, std::get<std::uint64_t>(value));
}

std::string allowed_text(const Key& key) {
    const Limits& limits = key.limits;
    const auto number = [&](std::uint64_t count) { return in_units(key.kind, count); };
    switch (key.kind) {
        case Kind::text: return "printable text";
        case Kind::mode: {
            std::string names;
            for (const model::Raster& raster : model::cea_rasters()) names += raster.name + ", ";
            return "auto, " + names + "WIDTHxHEIGHT@RATE";
        }
        case Kind::source: return "bars, ramp, noise or the path of a .y4m or .rgb file";
        case Kind::choice: return fmt::format("{}", fmt::join(key.choices, ", "));
        default: break;
    }
    if (limits.power_of_two && limits.max == 2 * limits.min) return number(limits.min) + " or " + number(limits.max);
    std::string range = fmt::format("{} to {}", number(limits.min), number(limits.max));
    if (limits.power_of_two) range = "a power of two from " + range;
    if (limits.multiple_of > 1) range = fmt::format("a multiple of {} from {}", number(limits.multiple_of), range);
    return limits.or_zero ? number(0) + " or " + range : range;
}

void check_text(const std::string& text) {
    const bool has_controls =
        std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
    if (has_controls || !is_utf8(text)) throw InputError("the text has control characters or is no UTF-8");
    if (text.size() > max_text_bytes) throw InputError(fmt::format("the text is longer than {} bytes", max_text_bytes));
}

void check_value(const Key& key, const KeyValue& value) {
    const auto refuse = [&] {
        const auto quote = std::holds_alternative<std::string>(value) ? "'" : "";
        throw InputError(
            fmt::format("{0}{1}{0} is not allowed; allowed is {2}", quote, text_of(key, value), allowed_text(key)));
    };
    if (const auto* const count = std::get_if<std::uint64_t>(&value)) {
        if (!is_allowed(key.limits, *count)) refuse();
        return;
    }
    const auto& text = std::get<std::string>(value);
    check_text(text);
    if (key.kind == Kind::mode) check_mode(text);
    if (key.kind == Kind::choice && std::find(key.choices.begin(), key.choices.end(), text) == key.choices.end())
        refuse();
    if (key.kind == Kind::source && !is_generated(text) && !text.ends_with(".y4m") && !text.ends_with(".rgb")) refuse();
}

KeyValue parse_value(const Key& key, std::string_view text) {
    check_text(std::string(text));
    KeyValue value;
    switch (key.kind) {
        case Kind::text:
        case Kind::mode:
        case Kind::source:
        case Kind::choice: value = std::string(text); break;
        case Kind::size: value = parse_bytes(text).count; break;
        case Kind::time: value = static_cast<std::uint64_t>(parse_duration(text).count()); break;
        case Kind::frequency: value = parse_hertz(text).count; break;
        case Kind::rate: value = parse_bytes_per_second(text).count; break;
        case Kind::number: {
            std::uint64_t number = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (error != std::errc{} || end != text.data() + text.size())
                throw InputError(fmt::format("'{}' is not allowed; allowed is {}", text, allowed_text(key)));
            value = number;
            break;
        }
    }
    check_value(key, value);
    return value;
}

std::optional<Conflict> find_conflict(const Scenario& scenario) {
    const auto text = [&](std::string_view name) { return text_of(*find_key(name), *find_key(name)->get(scenario)); };

    const unsigned address_clocks = scenario.card.dma.address_bits > 32 ? 2 : 1;
    const unsigned first_data = bus::pci::first_data_clock(scenario.pci.host_target, address_clocks, true);
    if (first_data > bus::pci::last_first_data_clock)
        return Conflict{
            fmt::format(
                "bus.decode '{}', bus.initial_wait {} and card.dma.address_bits {} let the first data of a read "
                "move in clock {}; a target must end its first data phase within {} clocks of FRAME# (PCI 2.3, "
                "3.5.1.1)",
                text("bus.decode"), scenario.pci.host_target.initial_wait, scenario.card.dma.address_bits, first_data,
                bus::pci::last_first_data_clock),
            {"bus.decode", "bus.initial_wait", "card.dma.address_bits"}};

    if (scenario.card.dma.burst > scenario.card.memory)
        return Conflict{fmt::format("card.memory {} cannot hold a burst of {} (card.dma.burst)", text("card.memory"),
                                    text("card.dma.burst")),
                        {"card.memory", "card.dma.burst"}};

    if (scenario.card.dma.length_multiple > scenario.card.dma.max_length)
        return Conflict{fmt::format("card.dma.length_multiple {} is more than card.dma.max_length {}, so no length is "
                                    "allowed",
                                    text("card.dma.length_multiple"), text("card.dma.max_length")),
                        {"card.dma.length_multiple", "card.dma.max_length"}};

    if (scenario.video.mode == "auto" && scenario.video.source.ends_with(".rgb"))
        return Conflict{"an .rgb file does not tell its size and rate, so video.mode must name them",
                        {"video.mode", "video.source"}};

    if (scenario.video.mode == "auto") return std::nullopt;
    if (auto why = model::mismatch(model::parse_raster(scenario.video.mode), scenario.driver.pixel_format))
        return Conflict{std::move(*why), {"video.mode", "video.pixel_format"}};
    return std::nullopt;
}

}  // namespace ghostcard::scenarios
