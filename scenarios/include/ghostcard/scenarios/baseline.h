// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ghostcard::scenarios {

/// How much a number of the result may move. "latency.*" covers all that is below.
struct Tolerance {
    std::string path;
    double absolute = 0, relative = 0;  ///< Either is enough.
};

/// Result documents that were good once, one <scenario>.json for each in a folder, and in its tolerances.toml what need
/// not be exact:
///
///     "latency.p99_ps" = "1 us"    # or "2 %", or a number
///     "bus.utilisation" = 0.01
class Baseline {
public:
    /// Throws InputError for a folder that is not there or tolerances that cannot be used.
    explicit Baseline(std::filesystem::path folder);

    std::filesystem::path file_for(std::string_view scenario_name) const;
    /// A line for each difference, as "frames.dropped: 0 in the baseline, 3 now"; none if the two agree. Wall-clock
    /// figures and the path of the scenario are left aside. Throws InputError for a baseline that is no result
    /// document.
    std::vector<std::string> differences(std::string_view scenario_name, const nlohmann::ordered_json& result) const;

private:
    const std::filesystem::path folder_;
    std::vector<Tolerance> tolerances_;
};

/// What of a result document is kept as a baseline.
nlohmann::ordered_json baseline_of(nlohmann::ordered_json result);

}  // namespace ghostcard::scenarios
