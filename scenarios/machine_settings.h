// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/platform/machine.h>
#include <ghostcard/scenarios/scenario.h>

namespace ghostcard::scenarios {

/// The computer that a scenario describes, but for its memory.
platform::MachineSettings machine_settings(const Scenario& scenario);

}  // namespace ghostcard::scenarios
