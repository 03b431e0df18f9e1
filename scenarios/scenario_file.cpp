// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/keys.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <algorithm>
#include <map>
#include <utility>

#include "nearest.h"
#include "toml_reader.h"
#include "written.h"

namespace ghostcard::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view expect_prefix = "expect.";
constexpr std::size_t max_path_bytes = 200;  // of the result document

[[noreturn]] void refuse(std::string_view where, std::string_view why) {
    throw InputError(fmt::format("{}: {}", where, why));
}

/// Says where the error was met.
template <class Action>
void locate(std::string_view where, Action action) {
    try {
        action();
    } catch (const InputError& error) {
        refuse(where, error.what());
    }
}

bool is_table(std::string_view path) {
    const auto begins_with_it = [&](const Key& key) {
        return key.name.starts_with(path) && key.name.size() > path.size() && key.name[path.size()] == '.';
    };
    return std::any_of(keys().begin(), keys().end(), begins_with_it);
}

/// The known key that is the beginning of the path: a value is wanted where a table was given.
const Key* key_above(std::string_view path) {
    const auto is_above = [&](const Key& key) {
        return path.starts_with(key.name) && path.size() > key.name.size() && path[key.name.size()] == '.';
    };
    const auto key = std::find_if(keys().begin(), keys().end(), is_above);
    return key == keys().end() ? nullptr : &*key;
}

/// Sets the key; a relative path starts at `folder`.
void assign(Scenario& scenario, const Key& key, KeyValue value, const fs::path& folder) {
    if (key.kind == Kind::source && !is_generated(std::get<std::string>(value))) {
        const fs::path file = (folder / std::get<std::string>(value)).lexically_normal();
        std::error_code ignored;
        if (!fs::is_regular_file(file, ignored)) throw InputError(fmt::format("there is no file '{}'", file.string()));
        value = file.string();
    }
    key.set(scenario, value);
}

/// One of a file's entries under [expect]. `min` and `max` of one path become one expectation.
void expect(std::vector<Expectation>& expectations, std::string_view path, const TomlEntry& entry,
            std::string position) {
    const auto* const written = std::get_if<Scalar>(&entry.value);
    if (written == nullptr)
        throw InputError(fmt::format("wants a value or {{min, max}}, not {}", type_of(entry.value)));
    if (path.find('"') != path.npos) throw InputError("a name of the result document needs no quotes");
    if (path.size() > max_path_bytes) throw InputError(fmt::format("the path is longer than {} bytes", max_path_bytes));
    if (const auto* const text = std::get_if<std::string>(written)) check_text(*text);
    const bool is_min = path.ends_with(".min");
    if (!is_min && !path.ends_with(".max")) {
        expectations.push_back({std::string(path), expected_value(path, *written), std::move(position)});
        return;
    }
    path.remove_suffix(4);
    const Scalar bound = expected_value(path, *written);
    if (!std::holds_alternative<std::int64_t>(bound) && !std::holds_alternative<double>(bound))
        throw InputError(fmt::format("min and max want a number, not {}", type_of(bound)));
    auto both =
        std::find_if(expectations.begin(), expectations.end(), [&](const auto& each) { return each.path == path; });
    if (both == expectations.end())
        both = expectations.insert(both, {std::string(path), Bounds{}, std::move(position)});
    auto& bounds = std::get<Bounds>(both->wanted);
    (is_min ? bounds.min : bounds.max) = bound;
}

class Reader {
public:
    Reader(const fs::path& file, Scenario& scenario) : file_(file), name_(file.string()), scenario_(scenario) {}

    void read(std::string_view text) {
        for (const TomlEntry& entry : read_toml(text, name_)) read(entry);
        check_expectations();
        if (const auto conflict = find_conflict(scenario_)) refuse(position_of(*conflict), conflict->message);
    }

private:
    void read(const TomlEntry& entry) {
        const std::string at_key = text_of(name_, entry.key);
        const auto* const other = std::get_if<OtherValue>(&entry.value);
        if (entry.path.starts_with(expect_prefix)) {
            const std::string_view path = std::string_view(entry.path).substr(expect_prefix.size());
            locate(at_key + ": expectation '" + std::string(path) + "'",
                   [&] { expect(scenario_.expect, path, entry, at_key); });
        } else if (const Key* const key = find_key(entry.path)) {
            locate(fmt::format("{}: key '{}'", text_of(name_, entry.where), key->name),
                   [&] { assign(scenario_, *key, value_for(*key, entry.value), file_.parent_path()); });
            positions_[key->name] = entry.key;
        } else if (const Key* const above = key_above(entry.path)) {
            refuse(at_key, fmt::format("key '{}' wants {}, not a table", above->name, wanted_type(above->kind)));
        } else if (is_table(entry.path) || entry.path == "expect") {
            const bool is_empty_table = other != nullptr && other->name == "an empty table";
            if (!is_empty_table)
                refuse(at_key, fmt::format("'{}' is a table of keys, not {}", entry.path, type_of(entry.value)));
        } else {
            refuse(at_key, unknown_key(entry.path));
        }
    }

    /// A range cannot lead to further values: {min = 1, other = 2}.
    void check_expectations() const {
        for (const Expectation& range : scenario_.expect)
            for (const Expectation& each : scenario_.expect)
                if (each.path.starts_with(range.path + "."))
                    refuse(each.position,
                           fmt::format("expectation '{}': beside min and max nothing else is allowed", each.path));
    }

    /// Where the last of the keys to blame stands.
    std::string position_of(const Conflict& conflict) const {
        Position last;
        for (const std::string_view key : conflict.keys)
            if (const auto found = positions_.find(key); found != positions_.end())
                last = std::max(last, found->second);
        return text_of(name_, last);
    }

    const fs::path& file_;
    std::string name_;
    Scenario& scenario_;
    std::map<std::string_view, Position> positions_;
};

/// Applies the text's own rules and returns its key.
const Key& set_one(Scenario& scenario, std::string_view set) {
    const auto equals = set.find('=');
    if (equals == set.npos || equals == 0) throw InputError("a key and a value are wanted, as in bus.width=64");
    const std::string_view name = set.substr(0, equals);
    std::string_view text = set.substr(equals + 1);
    if (name.starts_with(expect_prefix)) throw InputError("expectations are set in the scenario file only");
    const Key* const key = find_key(name);
    if (key == nullptr && is_table(name)) throw InputError(fmt::format("'{}' is a table of keys, and no key", name));
    if (key == nullptr) throw InputError(unknown_key(name));
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    assign(scenario, *key, parse_value(*key, text), {});
    return *key;
}

}  // namespace

Scenario parse_scenario(std::string_view text, const fs::path& file) {
    Scenario scenario;
    scenario.file = file;
    Reader(file, scenario).read(text);
    return scenario;
}

Scenario read_scenario(const fs::path& file) { return parse_scenario(content_of(file), file); }

void apply_sets(Scenario& scenario, std::span<const std::string> sets) {
    std::map<std::string_view, const std::string*> by_key;
    for (const std::string& set : sets) locate("--set " + set, [&] { by_key[set_one(scenario, set).name] = &set; });
    if (sets.empty()) return;
    if (const auto conflict = find_conflict(scenario)) {
        const std::string* to_blame = &sets.back();
        for (const std::string_view key : conflict->keys)
            if (const auto found = by_key.find(key); found != by_key.end()) to_blame = found->second;
        refuse("--set " + *to_blame, conflict->message);
    }
}

void apply_set(Scenario& scenario, std::string_view set) {
    const std::string text(set);
    apply_sets(scenario, {&text, 1});
}

}  // namespace ghostcard::scenarios
