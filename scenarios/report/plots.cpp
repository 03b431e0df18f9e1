// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <ghostcard/scenarios/report/plots.h>
#include <ghostcard/scenarios/report/quantity.h>

#include "gnuplot_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace ghostcard::scenarios::report {
namespace {

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
        if (!is_left) text += "unset ytics\n";
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

}  // namespace ghostcard::scenarios::report
