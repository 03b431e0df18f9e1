// SPDX-License-Identifier: MIT
#include <ghostcard/base/units.h>
#include <ghostcard/scenarios/timing.h>

#include <fmt/format.h>

namespace ghostcard::scenarios {

using Json = nlohmann::ordered_json;

std::string timing_table(const Json& document) {
    std::string table = fmt::format("{:>9} {:>7} {:>11} {:>10} {:>7} {:>12} {:>9}  {}\n", "bytes", "phases",
                                    "first clock", "last clock", "clocks", "duration", "MB/s", "ends by");
    for (const Json& burst : document["bursts"]) {
        const std::string ending = burst["bytes_transferred"] == burst["bytes"]
                                       ? std::string(burst["termination"])
                                       : fmt::format("{} after {} B", std::string(burst["termination"]),
                                                     burst["bytes_transferred"].get<std::uint64_t>());
        table +=
            fmt::format("{:>9} {:>7} {:>11} {:>10} {:>7} {:>12} {:>9.2f}  {}\n", burst["bytes"].get<std::uint64_t>(),
                        burst["data_phases"].get<unsigned>(), burst["first_data_clock"].get<unsigned>(),
                        burst["last_data_clock"].get<unsigned>(), burst["clocks"].get<unsigned>(),
                        to_text(Duration(burst["duration_ps"].get<std::int64_t>())),
                        burst["bytes_per_second"].get<double>() / 1e6, ending);
    }
    return table;
}

}  // namespace ghostcard::scenarios
