// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/sweep/sweep_file.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ghostcard::scenarios::sweep {

/// How a point ended.
enum class Ending {
    done,
    refused,    ///< Its settings do not go together, or it cannot be run.
    failed,     ///< Our own mistake.
    crashed,    ///< Its process died.
    timed_out,  ///< It took longer than the sweep allows.
};
std::string_view name_of(Ending ending);

/// A point and what came of it; nothing in it depends on where and when it ran.
struct Row {
    std::uint64_t number = 0;
    Ending ending = Ending::done;
    std::string reason{};  ///< Unless it is done.
    unsigned repetition = 0;
    std::uint64_t seed = 0;
    std::string command{};                            ///< Repeats it.
    nlohmann::ordered_json scenario{};                ///< All keys, resolved; null if it was refused.
    std::map<std::string, KeyValue> values{};         ///< Of the axes, in the keys' smallest units.
    std::map<std::string, nlohmann::json> metrics{};  ///< Every number of the result document, by its path.
};

/// The results of a sweep in one SQLite database, committed row by row.
///
/// Table `sweep` (name, value): schema_version, title, text (the sweep file), base (the scenario, resolved, as TOML),
/// axes (JSON: [{key, unit, values}]), question (JSON: {text, condition, metric, relation, value, along}), points (how
/// many there are in all), seeds, fingerprint. Table `points`: number, ending, reason, repetition, seed, command,
/// scenario (JSON), and a column for each axis and each metric, named as it is.
class ResultStore {
public:
    static constexpr int schema_version = 1;

    /// A new database. Throws InputError if the file is there already.
    static ResultStore create(const std::filesystem::path& file, const Sweep& sweep, std::uint64_t points);
    /// One that is there, to go on with it. Throws InputError if it is of another sweep or schema, or none.
    static ResultStore resume(const std::filesystem::path& file, const Sweep& sweep, std::uint64_t points);
    /// The one in the file or, if there is none, a new one for the same sweep as `other`, without its points.
    static ResultStore like(const std::filesystem::path& file, const ResultStore& other);
    /// One that is there, to read it.
    static ResultStore open(const std::filesystem::path& file);
    ResultStore(ResultStore&&) noexcept;
    ~ResultStore();

    /// One of the values of table `sweep`.
    std::string about(const std::string& name) const;
    std::vector<std::uint64_t> numbers() const;
    /// Throws InputError if the medium refuses.
    void add(const Row& row);
    /// Takes over what the other one has and this one has not. Throws InputError if it is of another sweep.
    void merge(const std::filesystem::path& other);

    /// The columns of `points` but the scenario: those of a point, then axes, then metrics by name.
    std::vector<std::string> columns() const;
    /// Calls visit with the row's values in the order of columns(), by number.
    void for_each(const std::function<void(const std::vector<nlohmann::json>&)>& visit) const;

private:
    using About = std::map<std::string, std::string>;
    struct Database;
    static ResultStore make(const std::filesystem::path& file, const About& about);
    About about() const;
    explicit ResultStore(std::unique_ptr<Database> database);
    std::unique_ptr<Database> database_;
};

/// Every number and truth value of a result document, by its path; of a list its length, as `count`.
std::map<std::string, nlohmann::json> metrics_of(const nlohmann::ordered_json& result);

}  // namespace ghostcard::scenarios::sweep
