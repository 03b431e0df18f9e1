// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/driver_statistics.h>
#include <ghostcard/dma/stack/bug_check.h>
#include <ghostcard/dma/stack/host_dma.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace ghostcard::scenarios {

/// Adds dma.mappings_per_frame, what the host has copied, verifier[], and bug_check if the simulated system has
/// stopped.
void add_host_dma(nlohmann::ordered_json& document, dma::HostDma& host, const dma::DriverStatistics& driver,
                  const std::optional<dma::BugCheck>& stop);

}  // namespace ghostcard::scenarios
