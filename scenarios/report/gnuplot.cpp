// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/output_file.h>
#include <ghostcard/scenarios/report/plots.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>

namespace ghostcard::scenarios::report {
namespace {

namespace fs = std::filesystem;

/// Each figure twice: as SVG, and as PNG with twice the points for print.
std::string script_of(const std::vector<Plot>& plots) {
    std::string script = "set encoding utf8\n";
    for (const Plot& plot : plots) {
        script += fmt::format(
            "set terminal svg size {},{} dynamic rounded font 'DejaVu Sans,11' background rgb 'white'\nset output "
            "'{}.svg'\n{}unset output\n",
            plot.width, plot.height, plot.name, plot.commands);
        script += fmt::format(
            "set terminal pngcairo size {},{} rounded font 'DejaVu Sans,11' fontscale 1.6 linewidth 2 pointscale "
            "2\nset output "
            "'{}.png'\n{}unset output\n",
            2 * plot.width, 2 * plot.height, plot.name, plot.commands);
    }
    return script;
}

std::string first_line_of(const fs::path& file) {
    std::ifstream stream(file);
    std::string line;
    while (std::getline(stream, line) && line.find_first_not_of(" \t^") == std::string::npos) {
    }
    return line;
}

}  // namespace

fs::path find_gnuplot() {
    const char* const path = std::getenv("PATH");
    std::string_view folders = path == nullptr ? "" : path;
    while (!folders.empty()) {
        const std::string_view folder = folders.substr(0, folders.find(':'));
        folders.remove_prefix(std::min(folders.size(), folder.size() + 1));
        fs::path candidate = fs::path(folder) / "gnuplot";
        std::error_code ignored;
        if (!folder.empty() && fs::is_regular_file(candidate, ignored) && access(candidate.c_str(), X_OK) == 0)
            return candidate;
    }
    throw InputError(
        "there is no gnuplot, which draws the plots; install it (gnuplot-nox), or leave them out with --no-plots");
}

void draw(const std::vector<Plot>& plots, const fs::path& gnuplot, const fs::path& folder) {
    if (plots.empty()) return;
    OutputFile script(folder / "plots.gnuplot");
    script.write(script_of(plots));
    script.commit();

    const fs::path log = folder / "gnuplot.log";
    const std::string program = fs::absolute(gnuplot).string(), inside = fs::absolute(folder).string();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, inside.c_str());
    std::string arguments[] = {"gnuplot", "-d", "plots.gnuplot"};  // -d: not what the user has set for himself
    char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
    pid_t child = 0;
    const int error = posix_spawn(&child, program.c_str(), &actions, nullptr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw InputError(fmt::format("{}: {}", program, std::generic_category().message(error)));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw InputError(fmt::format("{} failed: {}", program, first_line_of(log)));
    for (const Plot& plot : plots)
        for (const std::string_view extension : {".svg", ".png"})
            if (std::error_code none; fs::file_size(folder / (plot.name + std::string(extension)), none) == 0 || none)
                throw InputError(fmt::format("{} left no {}{}: {}", program, plot.name, extension, first_line_of(log)));
    fs::remove(log);
    fs::remove(script.path());
}

}  // namespace ghostcard::scenarios::report
