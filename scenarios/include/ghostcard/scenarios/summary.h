// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ghostcard::scenarios {

/// A result document as a person wants to read it first: verdict, frames, bus, latency, copy, driver, and what was
/// expected and did not happen. Parts that the document lacks are left out.
std::string summary(const nlohmann::ordered_json& document);

}  // namespace ghostcard::scenarios
