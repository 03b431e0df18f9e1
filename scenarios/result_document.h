// SPDX-License-Identifier: MIT
#pragma once

#include "consumer_buffers.h"
#include "frame_books.h"

#include <ghostcard/dma/capture_driver.h>
#include <ghostcard/platform/platform.h>
#include <ghostcard/scenarios/scenario.h>

#include <nlohmann/json.hpp>

namespace ghostcard::scenarios {

/// What a run has to show, without its verdict; the same for the same scenario on every machine.
nlohmann::ordered_json result_document(const Scenario& scenario, platform::Platform& platform,
                                       const dma::CaptureDriver& driver, const FrameBooks& books,
                                       const ConsumerBuffers& buffers);

}  // namespace ghostcard::scenarios
