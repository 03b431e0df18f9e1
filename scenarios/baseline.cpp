// SPDX-License-Identifier: MIT
#include "toml_reader.h"
#include "written.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/base/units.h>
#include <ghostcard/scenarios/baseline.h>

#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view tolerances_file = "tolerances.toml";

/// Without what a name needs in TOML to hold dots.
std::string unquoted(std::string path) {
    std::erase(path, '"');
    return path;
}

/// Of a time in picoseconds, or of a size in bytes.
std::uint64_t count_of(const Scalar& value) {
    if (const auto* const text = std::get_if<std::string>(&value)) {
        try {
            return static_cast<std::uint64_t>(parse_duration(*text).count());
        } catch (const InputError&) {
            return parse_bytes(*text).count;
        }
    }
    throw InputError("wants a number, a percentage, a time or a size");
}

Tolerance tolerance_of(const TomlEntry& entry) {
    Tolerance tolerance{.path = unquoted(entry.path)};
    const auto* const scalar = std::get_if<Scalar>(&entry.value);
    if (scalar == nullptr) throw InputError(fmt::format("wants a number or a text, not {}", type_of(entry.value)));
    if (const auto* const number = std::get_if<std::int64_t>(scalar)) {
        tolerance.absolute = static_cast<double>(*number);
    } else if (const auto* const fraction = std::get_if<double>(scalar)) {
        tolerance.absolute = *fraction;
    } else if (const auto* const text = std::get_if<std::string>(scalar); text != nullptr && text->ends_with('%')) {
        const char* const end = text->data() + text->find_last_not_of(" %") + 1;
        double percent = 0;
        const auto [read_to, error] = std::from_chars(text->data(), end, percent);
        if (error != std::errc() || read_to != end) throw InputError(fmt::format("'{}' is no percentage", *text));
        tolerance.relative = percent / 100;
    } else {
        tolerance.absolute = static_cast<double>(count_of(*scalar));
    }
    if (tolerance.absolute < 0 || tolerance.relative < 0) throw InputError("a tolerance is not negative");
    return tolerance;
}

bool covers(std::string_view pattern, std::string_view path) {
    if (!pattern.ends_with(".*")) return pattern == path;
    return path.starts_with(pattern.substr(0, pattern.size() - 1));
}

class Comparison {
public:
    explicit Comparison(const std::vector<Tolerance>& tolerances) : tolerances_(tolerances) {}

    void compare(const Json& before, const Json& now, const std::string& path) {
        const auto inner = [&](const auto& name) {
            return path.empty() ? fmt::format("{}", name) : fmt::format("{}.{}", path, name);
        };
        if (before.is_object() && now.is_object()) {
            for (const auto& [name, value] : before.items())
                compare(value, now.contains(name) ? now[name] : Json(), inner(name));
            for (const auto& [name, value] : now.items())
                if (!before.contains(name)) compare(Json(), value, inner(name));
        } else if (before.is_array() && now.is_array() && before.size() == now.size()) {
            for (std::size_t i = 0; i < now.size(); ++i) compare(before[i], now[i], inner(i));
        } else if (before != now && !is_tolerated(before, now, path)) {
            differences_.push_back(fmt::format("{}: {} in the baseline, {} now", path, text_of(before), text_of(now)));
        }
    }

    std::vector<std::string> differences() && { return std::move(differences_); }

private:
    static std::string text_of(const Json& value) {
        if (value.is_null()) return "nothing";
        return value.is_array() ? fmt::format("a list of {}", value.size()) : value.dump();
    }

    bool is_tolerated(const Json& before, const Json& now, const std::string& path) const {
        if (!before.is_number() || !now.is_number()) return false;
        const double moved = std::abs(now.get<double>() - before.get<double>());
        for (const Tolerance& each : tolerances_)
            if (covers(each.path, path) &&
                (moved <= each.absolute || moved <= each.relative * std::abs(before.get<double>())))
                return true;
        return false;
    }

    const std::vector<Tolerance>& tolerances_;
    std::vector<std::string> differences_;
};

}  // namespace

Json baseline_of(Json result) {
    result.erase("host");
    if (result.contains("scenario")) result["scenario"].erase("file");  // depends on where one stands
    return result;
}

Baseline::Baseline(fs::path folder) : folder_(std::move(folder)) {
    std::error_code ignored;
    if (!fs::is_directory(folder_, ignored))
        throw InputError(fmt::format("--baseline {}: there is no such folder", folder_.string()));
    const fs::path file = folder_ / tolerances_file;
    if (!fs::exists(file, ignored)) return;
    for (const TomlEntry& entry : read_toml(content_of(file), file.string())) try {
            tolerances_.push_back(tolerance_of(entry));
        } catch (const InputError& error) {
            throw InputError(
                fmt::format("{}: '{}': {}", scenarios::text_of(file.string(), entry.key), entry.path, error.what()));
        }
}

fs::path Baseline::file_for(std::string_view scenario_name) const {
    return folder_ / (std::string(scenario_name) + ".json");
}

std::vector<std::string> Baseline::differences(std::string_view scenario_name, const Json& result) const {
    const fs::path file = file_for(scenario_name);
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return {fmt::format("there is no {}; --update makes it", file.string())};
    const Json before = Json::parse(content_of(file), nullptr, false);
    if (!before.is_object() || !before.contains("schema_version"))
        throw InputError(fmt::format("{}: this is no result document", file.string()));
    Comparison comparison(tolerances_);
    comparison.compare(before, baseline_of(result), "");
    return std::move(comparison).differences();
}

}  // namespace ghostcard::scenarios
