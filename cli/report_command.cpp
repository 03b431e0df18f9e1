// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fnmatch.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/report/answer.h>
#include <ghostcard/scenarios/report/page.h>
#include <ghostcard/scenarios/report/plots.h>
#include <ghostcard/scenarios/report/study.h>
#include <ghostcard/scenarios/report/view.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "command.h"
#include "output.h"
#include "shipped_scenarios.h"
#include "sweep_folder.h"

namespace ghostcard::cli {
namespace {

namespace fs = std::filesystem;
namespace report = scenarios::report;

struct Request {
    std::string folder;
    std::vector<std::string> metrics;
    bool no_plots = false, quiet = false;
};

/// A folder beside what will be replaced, which goes away with all that is still in it.
class TemporaryFolder {
public:
    explicit TemporaryFolder(const fs::path& parent) {
        std::string name = (parent / ".report-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw InputError(
                fmt::format("cannot write into '{}': {}", parent.string(), std::generic_category().message(errno)));
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

report::Study read_study(const fs::path& folder) {
    const fs::path file = database_of(folder);
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        for (const fs::path& part : parts_in(folder))
            throw InputError(fmt::format("{}: there is only {} and its like; ghostcard merge brings the parts together",
                                         folder.string(), part.filename().string()));
    report::Study study = report::read_study(scenarios::sweep::ResultStore::open(file));
    if (study.points.empty()) throw InputError(fmt::format("{}: no point has been run yet", file.string()));
    return study;
}

std::vector<report::Plot> plots_of(const Request& request, const report::Study& study,
                                   const std::optional<report::Answer>& answer, const report::View& view) {
    std::vector<report::Plot> plots;
    if (answer)
        if (auto plot = report::answer_plot(study, *answer, view)) plots.push_back(std::move(*plot));
    std::vector<bool> is_wanted(study.metrics.size());
    if (request.metrics.empty() && view.metric) is_wanted[*view.metric] = true;
    for (const std::string& pattern : request.metrics) {
        bool is_found = false;
        for (std::size_t metric = 0; metric < study.metrics.size(); ++metric)
            if (fnmatch(pattern.c_str(), study.metrics[metric].c_str(), 0) == 0) is_found = is_wanted[metric] = true;
        if (!is_found)
            throw InputError(fmt::format("--metric '{}' is no metric that varies; the page lists them", pattern));
    }
    for (std::size_t metric = 0; metric < study.metrics.size(); ++metric)
        if (is_wanted[metric])
            for (report::Plot& plot : report::plots_of(study, view, metric)) plots.push_back(std::move(plot));
    return plots;
}

/// All files are complete before the first takes its place.
ExitStatus write_report(const Request& request) {
    const fs::path folder = request.folder;
    const report::Study study = read_study(folder);
    const std::optional<report::Answer> answer = report::answer_of(study);
    const report::View view = report::view_of(study, answer);

    const TemporaryFolder temporary(folder);
    std::vector<report::Plot> plots;
    if (!request.no_plots) {
        const fs::path gnuplot = report::find_gnuplot();
        plots = plots_of(request, study, answer, view);
        report::draw(plots, gnuplot, temporary.path());
    }
    OutputFile page(folder / "report.html");
    report::write_page(report_folder(), report::page_document(study, answer, view), page);

    const fs::path plot_folder = folder / "plots";
    std::error_code error;
    if (!plots.empty()) fs::create_directories(plot_folder, error);
    if (error) throw InputError(fmt::format("cannot make folder '{}': {}", plot_folder.string(), error.message()));
    for (const report::Plot& plot : plots)
        for (const char* const extension : {".svg", ".png"}) {
            const std::string name = plot.name + extension;
            fs::rename(temporary.path() / name, plot_folder / name, error);
            if (error)
                throw InputError(fmt::format("cannot write '{}': {}", (plot_folder / name).string(), error.message()));
        }
    page.commit();
    if (request.quiet) return ExitStatus::met;
    if (answer) print(answer->summary + "\n");
    print(fmt::format("{}\n", (folder / "report.html").string()));
    if (!plots.empty()) print(fmt::format("{} plots in {}\n", plots.size(), plot_folder.string()));
    return ExitStatus::met;
}

}  // namespace

void add_report_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("report", "Make a page and plots of a sweep's results");
    const auto request = std::make_shared<Request>();
    command->add_option("DIR", request->folder, "Folder of sweep --out or merge")->required()->type_name("DIR");
    command
        ->add_option("--metric", request->metrics,
                     "Plot these, as 'latency.*'; by default the question's, or the first that varies")
        ->type_name("GLOB...");
    command->add_flag("--no-plots", request->no_plots, "Only the page, which needs no gnuplot");
    command->add_flag("-q,--quiet", request->quiet, "No summary, only errors");
    command->footer(
        "Writes DIR/report.html, one file that needs no network, and DIR/plots/*.svg and *.png for papers.\n"
        "Exit status: 0 written, 2 bad usage or input, 3 internal error.\n\n"
        "Examples:\n  ghostcard sweep fifo_and_latency.toml --out fifo && ghostcard report fifo\n"
        "  ghostcard report fifo --metric 'latency.*'");
    command->callback([&action, request] { action = [request](spdlog::logger&) { return write_report(*request); }; });
}

}  // namespace ghostcard::cli
