// SPDX-License-Identifier: MIT
#include "../nearest.h"
#include "../written.h"
#include "range.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/base/units.h>
#include <ghostcard/scenarios/scenario_file.h>
#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::scenarios::sweep {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> range_words{"from", "to", "step", "steps", "random", "scale"};

/// A part of the file: whole numbers, text and lists of text.
std::uint64_t number_of(const TomlEntry& entry, std::uint64_t least, std::uint64_t most) {
    const auto* const scalar = std::get_if<Scalar>(&entry.value);
    const auto* const number = scalar != nullptr ? std::get_if<std::int64_t>(scalar) : nullptr;
    if (number == nullptr) throw InputError(fmt::format("wants a whole number, not {}", type_of(entry.value)));
    if (*number < static_cast<std::int64_t>(least) || *number > static_cast<std::int64_t>(most))
        throw InputError(fmt::format("{} is not from {} to {}", *number, least, most));
    return static_cast<std::uint64_t>(*number);
}

const std::string& text_in(const TomlEntry& entry) {
    const auto* const scalar = std::get_if<Scalar>(&entry.value);
    const auto* const text = scalar != nullptr ? std::get_if<std::string>(scalar) : nullptr;
    if (text == nullptr) throw InputError(fmt::format("wants a text in quotes, not {}", type_of(entry.value)));
    check_text(*text);
    return *text;
}

bool is_second_of(const TomlEntry& entry, std::string_view first, std::string_view second) {
    const std::string& word = text_in(entry);
    if (word != first && word != second)
        throw InputError(fmt::format("'{}' is neither {} nor {}", word, first, second));
    return word == second;
}

class Reader {
public:
    Reader(const fs::path& file, Sweep& sweep) : name_(file.string()), folder_(file.parent_path()), sweep_(sweep) {}

    void read(const std::string& text) {
        const std::vector<TomlEntry> entries = read_toml(text, name_);
        for (const TomlEntry& entry : entries) locate(entry, [&] { read(entry); });
        if (sweep_.scenario_file.empty()) throw InputError(name_ + ": key 'sweep.scenario' is missing");
        read_base();
        for (const auto& each : ranges_)
            locate(*each.second.entry,
                   [&] { add(each.first, values_of(each.second.range, *each.first, sweep_.base.seed)); });
        std::sort(sweep_.axes.begin(), sweep_.axes.end(), [&](const Axis& one, const Axis& other) {
            return positions_.at(one.key) < positions_.at(other.key);
        });
        check();
    }

private:
    struct WrittenRange {
        Range range;
        const TomlEntry* entry = nullptr;
    };

    template <class Action>
    void locate(const TomlEntry& entry, Action action) const {
        try {
            action();
        } catch (const InputError& error) {
            throw InputError(fmt::format("{}: key '{}': {}", text_of(name_, entry.key), entry.path, error.what()));
        }
    }

    void read(const TomlEntry& entry) {
        const std::string_view path = entry.path;
        const auto part = [&](std::string_view prefix) { return path.substr(prefix.size()); };
        if (path.starts_with("axes.")) return read_axis(part("axes."), entry);
        if (path.starts_with("set.")) return read_set(part("set."), entry);
        const auto found = parts_.find(path);
        if (found != parts_.end()) return found->second(entry);
        const auto* const other = std::get_if<OtherValue>(&entry.value);
        if ((path == "axes" || path == "set") && other != nullptr && other->name == "an empty table") return;
        std::vector<std::string_view> known{"axes", "set"};
        for (const auto& [name, action] : parts_) known.push_back(name);
        throw InputError(fmt::format("it is unknown; the nearest known one is '{}'", nearest(path, known)));
    }

    const Key& key_of(std::string_view name) const {
        if (const Key* const key = find_key(name)) return *key;
        throw InputError(unknown_key(name));
    }

    void read_set(std::string_view name, const TomlEntry& entry) {
        const Key& key = key_of(name);
        std::string value = scenarios::text_of(key, value_for(key, entry.value));
        if (key.kind == Kind::source && !is_generated(value)) value = (folder_ / value).lexically_normal().string();
        sweep_.sets.push_back(fmt::format("{}={}", name, value));
    }

    void read_axis(std::string_view name, const TomlEntry& entry) {
        const auto dot = name.rfind('.');
        const std::string_view word = dot == name.npos ? "" : name.substr(dot + 1);
        const bool is_range = find_key(name) == nullptr && find_key(name.substr(0, dot)) != nullptr;
        const Key& key = key_of(is_range ? name.substr(0, dot) : name);
        positions_.emplace(&key, entry.key);
        if (is_range) return read_range(key, word, entry);

        std::vector<KeyValue> values;
        for (const Scalar& item : entry.items) {
            const KeyValue value = value_for(key, item);
            if (std::find(values.begin(), values.end(), value) != values.end())
                throw InputError(fmt::format("{} stands in it twice", scenarios::text_of(key, value)));
            values.push_back(value);
        }
        if (values.empty())
            throw InputError(fmt::format("an axis wants a list of values or {{from, to, ...}}, not {}",
                                         std::get_if<OtherValue>(&entry.value) != nullptr && entry.items.empty()
                                             ? "an empty or mixed list"
                                             : type_of(entry.value)));
        add(&key, std::move(values));
    }

    void read_range(const Key& key, std::string_view word, const TomlEntry& entry) {
        WrittenRange& written = ranges_[&key];
        if (written.entry == nullptr) written.entry = &entry;
        Range& range = written.range;
        if (word == "from")
            range.from = value_for(key, entry.value);
        else if (word == "to")
            range.to = value_for(key, entry.value);
        else if (word == "step")
            range.step = step_of(key, entry);
        else if (word == "steps")
            range.steps = number_of(entry, 2, 100'000);
        else if (word == "random")
            range.random = number_of(entry, 2, 100'000);
        else if (word == "scale")
            range.is_logarithmic = is_second_of(entry, "linear", "log");
        else
            throw InputError(
                fmt::format("a range has no '{}'; the nearest word is '{}'", word, nearest(word, range_words)));
    }

    /// A difference need not be a value that the key allows.
    static KeyValue step_of(const Key& key, const TomlEntry& entry) {
        Key free = key;
        free.limits = {.max = ~std::uint64_t{0}};
        return value_for(free, entry.value);
    }

    void add(const Key* key, std::vector<KeyValue> values) { sweep_.axes.push_back({key, std::move(values)}); }

    void read_base() {
        sweep_.base = read_scenario(sweep_.scenario_file);
        sweep_.base.expect.clear();  // its expectations are of one point only
        try {
            apply_sets(sweep_.base, sweep_.sets);
        } catch (const InputError& error) {
            throw InputError(fmt::format("{}: [set]: {}", name_, error.what()));
        }
    }

    void check() const {
        if (sweep_.axes.empty()) throw InputError(fmt::format("{}: there are no axes", name_));
        const auto axis = [&](const Key* key) {
            return std::any_of(sweep_.axes.begin(), sweep_.axes.end(),
                               [&](const Axis& each) { return each.key == key; });
        };
        if (sweep_.question.along != nullptr && !axis(sweep_.question.along))
            throw InputError(
                fmt::format("{}: question.along '{}' is none of the axes", name_, sweep_.question.along->name));
        if (sweep_.seeds > 1 && axis(find_key("scenario.seed")))
            throw InputError(fmt::format("{}: sweep.seeds does not go together with an axis scenario.seed", name_));
        if (!sweep_.is_zipped) return;
        for (const Axis& each : sweep_.axes)
            if (each.values.size() != sweep_.axes.front().values.size())
                throw InputError(
                    fmt::format("{}: sweep.combine 'zip' wants axes of one length; {} has {} values, {} has {}", name_,
                                sweep_.axes.front().key->name, sweep_.axes.front().values.size(), each.key->name,
                                each.values.size()));
    }

    const std::string name_;
    const fs::path folder_;
    Sweep& sweep_;
    std::map<const Key*, Position> positions_;
    std::map<const Key*, WrittenRange> ranges_;
    const std::map<std::string_view, std::function<void(const TomlEntry&)>> parts_{
        {"sweep.title", [this](const TomlEntry& entry) { sweep_.title = text_in(entry); }},
        {"sweep.scenario",
         [this](const TomlEntry& entry) {
             sweep_.scenario_file = (folder_ / text_in(entry)).lexically_normal().string();
         }},
        {"sweep.combine", [this](const TomlEntry& entry) { sweep_.is_zipped = is_second_of(entry, "cross", "zip"); }},
        {"sweep.seeds",
         [this](const TomlEntry& entry) { sweep_.seeds = static_cast<unsigned>(number_of(entry, 1, 100'000)); }},
        {"sweep.timeout",
         [this](const TomlEntry& entry) {
             sweep_.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(parse_duration(text_in(entry)));
             if (sweep_.timeout.count() == 0) throw InputError("it has to be at least 1 ms");
         }},
        {"sweep.constraints",
         [this](const TomlEntry& entry) {
             for (const Scalar& item : entry.items) {
                 const auto* const text = std::get_if<std::string>(&item);
                 if (text == nullptr) throw InputError("wants a list of texts");
                 sweep_.constraints.push_back(parse_constraint(*text));
             }
         }},
        {"question.text", [this](const TomlEntry& entry) { sweep_.question.text = text_in(entry); }},
        {"question.condition",
         [this](const TomlEntry& entry) { sweep_.question.condition = parse_condition(text_in(entry)); }},
        {"question.along", [this](const TomlEntry& entry) { sweep_.question.along = &key_of(text_in(entry)); }},
    };
};

}  // namespace

Sweep parse_sweep(std::string text, const fs::path& file) {
    Sweep sweep;
    sweep.file = file;
    sweep.text = std::move(text);
    Reader(file, sweep).read(sweep.text);
    if (sweep.title.empty()) sweep.title = file.stem().string();
    return sweep;
}

Sweep read_sweep(const fs::path& file) { return parse_sweep(content_of(file), file); }

}  // namespace ghostcard::scenarios::sweep
