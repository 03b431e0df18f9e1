// SPDX-License-Identifier: MIT
#include <ghostcard/base/units.h>
#include <ghostcard/scenarios/timing.h>

#include <fmt/format.h>

namespace ghostcard::scenarios {

using Json = nlohmann::ordered_json;

namespace {

std::string link_timing_table(const Json& document) {
    std::string table = fmt::format("{:>9} {:>7} {:>11} {:>11} {:>12} {:>9}\n", "bytes", "TLPs", "bytes out",
                                    "bytes in", "duration", "MB/s");
    for (const Json& burst : document["bursts"])
        table += fmt::format("{:>9} {:>7} {:>11.1f} {:>11.1f} {:>9.2f} ns {:>9.2f}\n",
                             burst["bytes"].get<std::uint64_t>(), burst["tlps"].get<std::uint64_t>(),
                             burst["wire_bytes_out"].get<double>(), burst["wire_bytes_in"].get<double>(),
                             burst["duration_ps"].get<double>() / 1e3, burst["bytes_per_second"].get<double>() / 1e6);
    return table;
}

}  // namespace

std::string timing_table(const Json& document) {
    if (document["bus"]["kind"] == "pcie") return link_timing_table(document);
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
