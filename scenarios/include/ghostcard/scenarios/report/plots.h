// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/scenarios/report/answer.h>
#include <ghostcard/scenarios/report/study.h>
#include <ghostcard/scenarios/report/view.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ghostcard::scenarios::report {

/// A figure as commands for gnuplot, which leave out where and in which format it is drawn.
struct Plot {
    std::string name;  ///< Of the file, without its extension.
    unsigned width = 0, height = 0;
    std::string commands;
};

/// Heat maps of the metric with the frontier beyond which the condition holds, and its curves along each axis.
std::vector<Plot> plots_of(const Study& study, const View& view, std::size_t metric);
/// Where along the question's axis the condition begins to hold, over two others. Nothing if there are no two.
std::optional<Plot> answer_plot(const Study& study, const Answer& answer, const View& view);

/// Throws InputError if there is no gnuplot.
std::filesystem::path find_gnuplot();
/// Draws each as NAME.svg and NAME.png into the folder. Throws InputError if gnuplot refuses.
void draw(const std::vector<Plot>& plots, const std::filesystem::path& gnuplot, const std::filesystem::path& folder);

}  // namespace ghostcard::scenarios::report
