// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/sweep/result_store.h>

namespace ghostcard::scenarios::sweep {

/// RFC 4180: a header, then a line for each point. What a point does not have is empty.
void write_csv(const ResultStore& store, OutputFile& file);
/// A JSON object on a line for each point, without what it does not have.
void write_json_lines(const ResultStore& store, OutputFile& file);

}  // namespace ghostcard::scenarios::sweep
