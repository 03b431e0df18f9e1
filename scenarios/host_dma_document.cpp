// SPDX-License-Identifier: MIT
#include "host_dma_document.h"

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

using Json = nlohmann::ordered_json;

template <class Address>
void add_address(Json& finding, const char* name, const std::optional<Address>& address) {
    if (address) finding[name] = fmt::format("{:#x}", address->value);
}

Json document_of(const dma::Finding& finding) {
    const dma::CheckInfo& info = dma::info_of(finding.check);
    Json document{{"code", info.code},
                  {"name", info.name},
                  {"what", finding.what},
                  {"times", finding.times},
                  {"time_ps", finding.time.count()}};
    if (!finding.site.file.empty()) document["call"] = fmt::format("{}:{}", finding.site.file, finding.site.line);
    add_address(document, "virtual", finding.place.virtual_address);
    add_address(document, "physical", finding.place.physical_address);
    add_address(document, "bus", finding.place.bus_address);
    document["why"] = info.why;
    document["remedy"] = info.remedy;
    return document;
}

}  // namespace

void add_host_dma(Json& document, dma::HostDma& host, const dma::DriverStatistics& driver,
                  const std::optional<dma::BugCheck>& stop) {
    document["dma"]["mappings_per_frame"] = driver.mappings_per_frame;
    document["copy"]["bytes"] = driver.bytes_copied + host.port().bytes_copied();
    Json findings = Json::array();
    for (const dma::Finding& finding : host.verifier().findings()) findings.push_back(document_of(finding));
    document["verifier"] = std::move(findings);
    if (!stop) return;
    document["driver"]["status"] = "stopped";
    Json parameters = Json::array();
    for (const std::uint64_t parameter : stop->parameters()) parameters.push_back(fmt::format("{:#x}", parameter));
    document["bug_check"] = {{"code", fmt::format("{:#x}", stop->code())},
                             {"parameters", std::move(parameters)},
                             {"line", stop->stop_line()},
                             {"why", stop->why()}};
}

}  // namespace ghostcard::scenarios
