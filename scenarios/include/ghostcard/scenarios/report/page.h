// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/report/answer.h>
#include <ghostcard/scenarios/report/study.h>
#include <ghostcard/scenarios/report/view.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace ghostcard::scenarios::report {

/// All that the page shows.
nlohmann::ordered_json page_document(const Study& study, const std::optional<Answer>& answer, const View& view);
/// As it can stand in a script element, whatever its texts hold.
std::string script_text(const nlohmann::ordered_json& document);

/// One HTML file that needs no other: page.html of the folder with style, scripts and data put in. Throws InputError if
/// the folder has not all of them.
void write_page(const std::filesystem::path& parts, const nlohmann::ordered_json& document, OutputFile& file);

}  // namespace ghostcard::scenarios::report
