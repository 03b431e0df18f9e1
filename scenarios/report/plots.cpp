// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/report/plots.h>
#include <ghostcard/scenarios/report/quantity.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace ghostcard::scenarios::report {
namespace {

/// Viridis in nine steps: even in lightness, and told apart by the colour-blind and in grey.
constexpr std::array<std::uint32_t, 9> viridis{0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c,
                                               0x28ae80, 0x5ec962, 0xaddc30, 0xfde725};

std::string colour_at(double position) {
    const double at = std::clamp(position, 0., 1.) * (viridis.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(at), viridis.size() - 2);
    std::uint32_t colour = 0;
    for (const int shift : {16, 8, 0}) {
        const double low = viridis[below] >> shift & 0xff, high = viridis[below + 1] >> shift & 0xff;
        colour |= static_cast<std::uint32_t>(std::lround(low + (high - low) * (at - static_cast<double>(below))))
                  << shift;
    }
    return fmt::format("#{:06x}", colour);
}

std::string palette() {
    std::string text = "set palette defined (";
    for (std::size_t i = 0; i < viridis.size(); ++i)
        text += fmt::format("{}{} '#{:06x}'", i == 0 ? "" : ", ", i, viridis[i]);
    return text + ")\n";
}

/// A string in which gnuplot finds nothing to do.
std::string literal(std::string_view text) {
    std::string string = "'";
    for (const char c : text)
        if (c == '\'')
            string += "''";
        else if (static_cast<unsigned char>(c) >= ' ' && c != 0x7f)
            string += c;
    return string + "'";
}

/// The same in a row of data, where only these quotes count.
std::string datum(std::string text) {
    std::replace(text.begin(), text.end(), '"', '\'');
    return '"' + text + '"';
}

std::string file_name(std::string text) {
    std::replace_if(
        text.begin(), text.end(),
        [](unsigned char c) { return !(std::isalnum(c) || c == '.' || c == '_' || c == '-') || c > 0x7f; }, '_');
    return text;
}

struct Measured {
    double low = std::numeric_limits<double>::infinity(), high = -low, sum = 0;
    unsigned count = 0;

    void add(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
        sum += value;
        ++count;
    }
    double mean() const { return sum / count; }
};

/// Draws a study's figures; all positions on an axis are places of its values.
class Drawing {
public:
    Drawing(const Study& study, const View& view, std::size_t metric)
        : study_(study), view_(view), metric_(metric), places_(study.by_place()) {
        for (const StudyPoint& point : study.points)
            if (const auto value = value_of(point)) all_.add(*value);
        scale_ = scale_for(unit_of_metric(study.metrics[metric]), std::max(std::abs(all_.low), std::abs(all_.high)));
    }

    std::optional<Plot> heat_maps() const {
        if (!view_.x || !view_.y || all_.count == 0) return std::nullopt;
        const std::size_t panels = view_.panels ? study_.axes[*view_.panels].values.size() : 1;
        const std::size_t columns = panels == 1 ? 1 : panels == 3 ? 3 : panels <= 4 ? 2 : panels <= 9 ? 3 : 4;
        const std::size_t rows = (panels + columns - 1) / columns;
        const unsigned width = static_cast<unsigned>(180 + columns * (panels == 1 ? 460 : 280));
        const unsigned height = static_cast<unsigned>(110 + rows * (panels == 1 ? 330 : 230));
        Plot plot{fmt::format("heat-{}", file_name(name())), width, height, preamble() + palette()};
        plot.commands += fmt::format(
            "set multiplot layout {},{} margins screen {:.3f},{:.3f},{:.3f},{:.3f} spacing screen {:.3f},{:.3f}\n",
            rows, columns, 88. / width, 1 - 105. / width, 85. / height, 1 - 30. / height, 24. / width, 48. / height);
        plot.commands +=
            fmt::format("set cblabel {}\n{}set cbrange [{}:{}]\n", literal(label()), whole_tics("cb"),
                        all_.low / scale_.worth, (all_.high > all_.low ? all_.high : all_.low + 1) / scale_.worth);
        plot.commands +=
            fmt::format("set colorbox vertical user origin screen {:.3f},{:.3f} size screen {:.3f},{:.3f}\n",
                        1 - 90. / width, 85. / height, 14. / width, 1 - 115. / height);
        plot.commands +=
            fmt::format("set key at screen 0.5,{:.3f} center bottom horizontal reverse Left samplen 2\n", 8. / height);
        for (std::size_t panel = 0; panel < panels; ++panel)
            plot.commands += heat_map(panel, panel % columns == 0, panel + columns >= panels, panel == 0);
        plot.commands += "unset multiplot\n";
        return plot;
    }

    Plot curves(std::size_t axis) const {
        Plot plot{
            fmt::format("curve-{}-along-{}", file_name(name()), file_name(std::string(study_.axes[axis].key->name))),
            640, 400, preamble()};
        const auto colours = colour_axis(study_, axis);
        const StudyAxis& along = study_.axes[axis];
        plot.commands += fmt::format("set xlabel {}\nset ylabel {}\nset grid lc rgb '#dddddd'\n{}",
                                     literal(along.key->name), literal(label()), whole_tics("y"));
        plot.commands += position_of_values(along);
        plot.commands += fmt::format("set title {}\n", literal(pinned({axis, colours.value_or(axis)})));
        if (colours)
            plot.commands += fmt::format("set key outside right top reverse Left title {} left samplen 1.5\n",
                                         literal(study_.axes[*colours].key->name));
        const double bottom = all_.low > 0 && all_.low < 0.6 * all_.high ? 0 : all_.low;
        const double top = all_.high > bottom ? all_.high : bottom + 1;
        plot.commands += fmt::format("set yrange [{}:{}]\n", bottom / scale_.worth, top / scale_.worth);
        const std::size_t series = colours ? study_.axes[*colours].values.size() : 1;
        std::string blocks, drawn;
        for (std::size_t each = 0; each < series; each += (series - 1) / most_panels + 1) {
            Place place = view_.pins;
            if (colours) place[*colours] = each;
            const std::string data = curve(axis, place);
            if (data.empty()) continue;
            const std::string colour =
                colour_at(series == 1 ? 0.35 : 0.88 * static_cast<double>(each) / static_cast<double>(series - 1));
            blocks += fmt::format("$s{} << EOD\n{}EOD\n", each, data);
            if (study_.seeds > 1)
                drawn +=
                    fmt::format("{}$s{} using 1:3:4 with filledcurves fc rgb '{}' fs transparent solid 0.15 notitle",
                                drawn.empty() ? "" : ", ", each, colour);
            drawn += fmt::format("{}$s{} using 1:2 with linespoints lw 1.5 pt 7 ps 0.5 lc rgb '{}' {}",
                                 drawn.empty() ? "" : ", ", each, colour,
                                 colours ? "title " + literal(study_.axes[*colours].text(each)) : "notitle");
        }
        if (drawn.empty()) return plot;
        if (is_asked_for() && study_.condition->value >= all_.low && study_.condition->value <= all_.high)
            drawn += fmt::format(", {} with lines dt 2 lc rgb '#777777' title {}",
                                 study_.condition->value / scale_.worth, literal(study_.condition->text));
        plot.commands += blocks + "plot " + drawn + "\n";
        return plot;
    }

    static std::string preamble() {
        return "reset\nset termoption noenhanced\nset border 3 lc rgb '#555555'\nset tics nomirror out scale 0.5\n"
               "set style fill solid 1.0 noborder\n";
    }

    /// So many labels that they do not run into each other; `room` is what a value has in points.
    static std::string labels(const StudyAxis& axis, std::string_view which, double room, bool by_length) {
        std::size_t longest = 1;
        for (std::size_t value = 0; value < axis.values.size(); ++value)
            longest = std::max(longest, axis.text(value).size());
        const double needed = by_length ? 7. * static_cast<double>(longest) + 6 : 14;
        const auto step = static_cast<std::size_t>(std::max(1., std::ceil(needed / room)));
        std::string text;
        for (std::size_t value = 0; value < axis.values.size(); value += step)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", literal(axis.text(value)), value);
        return fmt::format("set {}tics ({})\nset {}range [-0.5:{}]\n", which, text, which,
                           static_cast<double>(axis.values.size()) - 0.5);
    }

private:
    const std::string& name() const { return study_.metrics[metric_]; }
    std::string label() const { return scale_.unit.empty() ? name() : fmt::format("{} ({})", name(), scale_.unit); }
    /// Few counts have no fractions in between.
    std::string whole_tics(std::string_view axis) const {
        return scale_.unit.empty() && all_.high - all_.low <= 8 ? fmt::format("set {}tics 1\n", axis) : "";
    }
    bool is_asked_for() const { return study_.condition && study_.condition->metric == name(); }

    std::optional<double> value_of(const StudyPoint& point) const {
        const auto& value = point.values[metric_];
        if (!point.is_done() || !value.is_number()) return std::nullopt;
        return value.get<double>();
    }
    Measured measured(const Place& place) const {
        Measured measured;
        if (const auto found = places_.find(place); found != places_.end())
            for (const StudyPoint* const point : found->second)
                if (const auto value = value_of(*point)) measured.add(*value);
        return measured;
    }
    Standing standing(const Place& place) const {
        const auto found = places_.find(place);
        return found == places_.end() ? Standing::not_run : standing_of(study_, found->second);
    }

    /// "card.memory 32 KiB", of the open axes that are not drawn.
    std::string pinned(std::initializer_list<std::size_t> drawn) const {
        std::string text;
        for (const std::size_t axis : study_.open_axes())
            if (std::find(drawn.begin(), drawn.end(), axis) == drawn.end())
                text += fmt::format("{}{} {}", text.empty() ? "" : ", ", study_.axes[axis].key->name,
                                    study_.axes[axis].text(view_.pins[axis]));
        return text;
    }

    std::string heat_map(std::size_t panel, bool is_left, bool is_bottom, bool is_first) const {
        const StudyAxis& across = study_.axes[*view_.x];
        const StudyAxis& up = study_.axes[*view_.y];
        Place place = view_.pins;
        if (view_.panels) place[*view_.panels] = panel;
        std::string cells, undone;
        const auto at = [&](std::size_t x, std::size_t y) {
            place[*view_.x] = x;
            place[*view_.y] = y;
            return place;
        };
        for (std::size_t x = 0; x < across.values.size(); ++x)
            for (std::size_t y = 0; y < up.values.size(); ++y) {
                const Measured value = measured(at(x, y));
                if (value.count > 0)
                    cells += fmt::format("{} {} {}\n", x, y, value.mean() / scale_.worth);
                else if (places_.contains(place))
                    undone += fmt::format("{} {}\n", x, y);
            }
        const std::string title = view_.panels ? fmt::format("{} {}", study_.axes[*view_.panels].key->name,
                                                             study_.axes[*view_.panels].text(panel))
                                               : "";
        const std::string rest =
            view_.panels ? pinned({*view_.x, *view_.y, *view_.panels}) : pinned({*view_.x, *view_.y});
        std::string text = fmt::format("set title {} offset 0,-0.6\n",
                                       literal(title + (title.empty() || rest.empty() ? "" : ", ") + rest));
        text += labels(across, "x", 270. / static_cast<double>(across.values.size()), true);
        text += labels(up, "y", 230. / static_cast<double>(up.values.size()), false);
        text += fmt::format("set xlabel {}\nset ylabel {}\n", literal(is_bottom ? across.key->name : ""),
                            literal(is_left ? up.key->name : ""));
        if (!is_left) text += "set format y ''\n";
        text += is_left ? "set format y\n" : "set ytics ('' 0)\n";
        std::string drawn;
        const auto add = [&](std::string_view block, const std::string& data, std::string_view how) {
            if (data.empty()) return;
            text += fmt::format("{} << EOD\n{}EOD\n", block, data);
            drawn += fmt::format("{}{} {}", drawn.empty() ? "" : ", ", block, how);
        };
        const double half = std::max(across.values.size(), up.values.size()) > 40 ? 0.5 : 0.47;
        add("$cells", cells, fmt::format("using 1:2:({0}):({0}):3 with boxxyerror fc palette notitle", half));
        add("$undone", undone,
            fmt::format("using 1:2 with points pt 2 ps 0.7 lc rgb '#999999' {}",
                        is_first ? "title 'did not end well'" : "notitle"));
        if (study_.condition) {
            const std::string lines = frontier(at);
            add("$frontier", lines, "using 1:2 with lines lw 5 lc rgb 'white' notitle");
            if (!lines.empty())
                drawn +=
                    fmt::format(", $frontier using 1:2 with lines lw 2 lc rgb 'black' {}",
                                is_first ? "title " + literal("frontier of " + study_.condition->text) : "notitle");
        }
        if (drawn.empty()) drawn = "NaN notitle";
        return text + "plot " + drawn + "\nunset colorbox\n";
    }

    /// Along the edges of cells: between those where the condition holds and those where it does not.
    template <class At>
    std::string frontier(const At& at) const {
        std::string lines;
        const auto differ = [](Standing one, Standing other) {
            return one != other && one != Standing::not_run && other != Standing::not_run;
        };
        const std::size_t width = study_.axes[*view_.x].values.size(), height = study_.axes[*view_.y].values.size();
        for (std::size_t x = 0; x < width; ++x)
            for (std::size_t y = 0; y < height; ++y) {
                const Standing here = standing(at(x, y));
                const auto right = static_cast<double>(x) + 0.5, top = static_cast<double>(y) + 0.5;
                if (x + 1 < width && differ(here, standing(at(x + 1, y))))
                    lines += fmt::format("{0} {1}\n{0} {2}\n\n", right, top - 1, top);
                if (y + 1 < height && differ(here, standing(at(x, y + 1))))
                    lines += fmt::format("{1} {0}\n{2} {0}\n\n", top, right - 1, right);
            }
        return lines;
    }

    std::string curve(std::size_t axis, Place place) const {
        std::string data;
        for (std::size_t value = 0; value < study_.axes[axis].values.size(); ++value) {
            place[axis] = value;
            if (study_.is_zipped) place = Place(place.size(), value);
            const Measured found = zipped_or(place, axis, value);
            if (found.count > 0)
                data += fmt::format("{} {} {} {}\n", position(study_.axes[axis], value), found.mean() / scale_.worth,
                                    found.low / scale_.worth, found.high / scale_.worth);
        }
        return data;
    }
    /// Of zipped axes each value belongs to one place, wherever the others stand there.
    Measured zipped_or(const Place& place, std::size_t axis, std::size_t value) const {
        if (!study_.is_zipped) return measured(place);
        Measured all;
        for (const StudyPoint& point : study_.points)
            if (point.place[axis] == value)
                if (const auto found = value_of(point)) all.add(*found);
        return all;
    }

    static bool is_logarithmic(const StudyAxis& axis) {
        return axis.is_number() && axis.count(0) > 0 && axis.count(axis.values.size() - 1) >= 16 * axis.count(0);
    }
    static double position(const StudyAxis& axis, std::size_t value) {
        return axis.is_number() ? axis.count(value) : static_cast<double>(value);
    }
    static std::string position_of_values(const StudyAxis& axis) {
        if (!axis.is_number()) return labels(axis, "x", 480. / static_cast<double>(axis.values.size()), true);
        const bool logarithmic = is_logarithmic(axis);
        const double low = axis.count(0), high = axis.count(axis.values.size() - 1);
        const auto place = [&](std::size_t value) {
            return logarithmic ? std::log(axis.count(value) / low) / std::log(high / low)
                               : (axis.count(value) - low) / (high - low);
        };
        std::string text = logarithmic ? "set logscale x\n" : "", tics;
        double next = 0;
        for (std::size_t value = 0; value < axis.values.size(); ++value) {
            if (place(value) * 480 < next) continue;
            tics += fmt::format("{}{} {}", tics.empty() ? "" : ", ", literal(axis.text(value)), axis.count(value));
            next = place(value) * 480 + 8. * static_cast<double>(axis.text(value).size()) + 10;
        }
        return text + fmt::format("set xtics ({})\nset xrange [{}:{}]\n", tics, low, high);
    }
    const Study& study_;
    const View& view_;
    const std::size_t metric_;
    const std::map<Place, std::vector<const StudyPoint*>> places_;
    Measured all_;
    Scale scale_;
};

}  // namespace

std::vector<Plot> plots_of(const Study& study, const View& view, std::size_t metric) {
    const Drawing drawing(study, view, metric);
    std::vector<Plot> plots;
    if (auto maps = drawing.heat_maps()) plots.push_back(std::move(*maps));
    for (const std::size_t axis : study.open_axes()) {
        Plot curves = drawing.curves(axis);
        if (curves.commands.find("\nplot ") != std::string::npos) plots.push_back(std::move(curves));
    }
    return plots;
}

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
    Plot plot{"answer", width, height, Drawing::preamble() + palette()};
    const bool falls = std::any_of(answer.outcomes.begin(), answer.outcomes.end(),
                                   [](const Outcome& each) { return each.shape == Shape::up_to; });
    plot.commands += fmt::format("set title {}\nset xlabel {}\nset ylabel {}\n",
                                 literal(fmt::format("{} {} for {}{}", falls ? "Most" : "Least", along.key->name,
                                                     study.condition->text, pinned)),
                                 literal(across.key->name), literal(up.key->name));
    const double room_across = (width - 200.) / static_cast<double>(across.values.size());
    const double room_up = (height - 110.) / static_cast<double>(up.values.size());
    plot.commands += Drawing::labels(across, "x", room_across, true) + Drawing::labels(up, "y", room_up, false);
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
