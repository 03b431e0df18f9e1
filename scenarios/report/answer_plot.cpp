// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/report/plots.h>

#include <algorithm>
#include <string_view>

#include "gnuplot_text.h"

namespace ghostcard::scenarios::report {

std::optional<Plot> answer_plot(const Study& study, const Answer& answer, const View& view) {
    std::vector<std::size_t> others;
    for (const std::size_t axis : study.open_axes())
        if (axis != *study.along) others.push_back(axis);
    by_values(study, others);
    if (others.size() < 2 || answer.outcomes.empty()) return std::nullopt;
    const StudyAxis& along = study.axes[*study.along];
    const StudyAxis &across = study.axes[others[0]], &up = study.axes[others[1]];

    std::string cells, dark, light, none, pinned;
    const std::size_t last = along.values.size() - 1;
    for (const Outcome& each : answer.outcomes) {
        const bool is_shown = std::all_of(others.begin() + 2, others.end(),
                                          [&](std::size_t axis) { return each.others[axis] == view.pins[axis]; });
        if (!is_shown || each.shape == Shape::not_run) continue;
        const std::size_t x = each.others[others[0]], y = each.others[others[1]];
        if (each.shape == Shape::nowhere || each.shape == Shape::mixed) {
            none += fmt::format("{} {} {}\n", x, y, each.shape == Shape::mixed ? "mixed" : "none");
            continue;
        }
        const std::size_t value = each.shape == Shape::up_to ? each.last : each.first;
        cells += fmt::format("{} {} {}\n", x, y, value);
        (2 * value > last ? dark : light) += fmt::format("{} {} {}\n", x, y, datum(along.text(value)));
    }
    for (std::size_t i = 2; i < others.size(); ++i)
        pinned +=
            fmt::format(", {} {}", study.axes[others[i]].key->name, study.axes[others[i]].text(view.pins[others[i]]));

    const auto width = static_cast<unsigned>(200 + std::clamp<std::size_t>(across.values.size() * 64, 300, 800));
    const auto height = static_cast<unsigned>(110 + std::clamp<std::size_t>(up.values.size() * 40, 160, 500));
    Plot plot{"answer", width, height, preamble() + palette()};
    const bool falls = std::any_of(answer.outcomes.begin(), answer.outcomes.end(),
                                   [](const Outcome& each) { return each.shape == Shape::up_to; });
    plot.commands += fmt::format("set title {}\nset xlabel {}\nset ylabel {}\n",
                                 literal(fmt::format("{} {} for {}{}", falls ? "Most" : "Least", along.key->name,
                                                     study.condition->text, pinned)),
                                 literal(across.key->name), literal(up.key->name));
    const double room_across = (width - 200.) / static_cast<double>(across.values.size());
    const double room_up = (height - 110.) / static_cast<double>(up.values.size());
    plot.commands += labels(across, "x", room_across, true) + labels(up, "y", room_up, false);
    std::string tics;
    const std::size_t step = last / 12 + 1;
    for (std::size_t value = 0; value <= last; value += step)
        tics += fmt::format("{}{} {}", tics.empty() ? "" : ", ", literal(along.text(value)), value);
    plot.commands +=
        fmt::format("set cbrange [0:{}]\nset cbtics ({})\nset cblabel {}\n", last, tics, literal(along.key->name));
    std::string drawn;
    const auto add = [&](std::string_view block, const std::string& data, std::string_view how) {
        if (data.empty()) return;
        plot.commands += fmt::format("{} << EOD\n{}EOD\n", block, data);
        drawn += fmt::format("{}{} {}", drawn.empty() ? "" : ", ", block, how);
    };
    add("$cells", cells, "using 1:2:(0.48):(0.48):3 with boxxyerror fc palette notitle");
    if (room_across >= 44 && room_up >= 14) {
        add("$dark", dark, "using 1:2:3 with labels tc rgb 'black' font ',9' notitle");
        add("$light", light, "using 1:2:3 with labels tc rgb 'white' font ',9' notitle");
    }
    add("$none", none,
        room_across >= 44 ? "using 1:2:3 with labels tc rgb '#888888' font ',9' notitle"
                          : "using 1:2 with points pt 2 lc rgb '#888888' notitle");
    if (drawn.empty()) return std::nullopt;
    plot.commands += "plot " + drawn + "\n";
    return plot;
}

}  // namespace ghostcard::scenarios::report
