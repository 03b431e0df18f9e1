// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/catch.h"

#include <rapidcheck.h>
#include <cstdlib>
#include <sstream>

namespace ghostcard::tests {

/// Checks the property for 300 random systems, the same each time; RC_PARAMS="seed=... max_success=..." sets others.
/// body: draws a system with rapidcheck's generators and fails with RC_FAIL.
template <class Body>
void check_random_systems(Body body) {
    rc::detail::TestParams parameters{.seed = 1, .maxSuccess = 300};
    if (std::getenv("RC_PARAMS") != nullptr) parameters = rc::detail::configuration().testParams;
    const auto result = rc::detail::checkTestable(std::move(body), rc::detail::TestMetadata{}, parameters);
    if (result.template is<rc::detail::SuccessResult>()) return;
    std::ostringstream text;
    rc::detail::printResultMessage(result, text);
    FAIL("RC_PARAMS=\"seed=" << parameters.seed << " max_success=" << parameters.maxSuccess << "\"\n" << text.str());
}

}  // namespace ghostcard::tests
