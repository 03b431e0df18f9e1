// SPDX-License-Identifier: MIT
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace fs = std::filesystem;

using ghostcard::tests::contains;

namespace {

std::string content_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Answer {
    int status = 0;
    std::string out, err;
};

/// The built command, run by a shell in an empty folder that has two scenarios.
class Shell {
public:
    Shell() {
        fs::create_directory(work());
        write("good.toml",
              "[scenario]\ntitle = \"good\"\nseed = 7\n[video]\nframes = 3\n[expect]\nframes.delivered = 3\n");
        write("unmet.toml", "[scenario]\ntitle = \"unmet\"\n[expect]\nframes.delivered = 3\n");
    }

    void write(const std::string& name, const std::string& text) {
        std::ofstream(work() / name) << text;
        given_.insert(name);
    }

    Answer ghostcard(const std::string& arguments) const { return ghostcard(arguments, folder_.path() / "out"); }

    Answer ghostcard(const std::string& arguments, const fs::path& out) const {
        const std::string line = "cd '" + work().string() + "' && '" GHOSTCARD_COMMAND "' " + arguments + " >'" +
                                 out.string() + "' 2>'" + (folder_.path() / "err").string() + "'";
        const int status = std::system(line.c_str());
        REQUIRE(WIFEXITED(status));
        return {WEXITSTATUS(status), content_of(folder_.path() / "out"), content_of(folder_.path() / "err")};
    }

    std::string file(const std::string& name) const { return content_of(work() / name); }
    /// Files and folders that the command has left, named one after the other; empty if there are none.
    std::string leftovers() const {
        std::string names;
        for (const auto& entry : fs::recursive_directory_iterator(work())) {
            const std::string name = entry.path().lexically_relative(work()).string();
            if (!given_.contains(name)) names += name + ' ';
        }
        return names;
    }

private:
    fs::path work() const { return folder_.path() / "here"; }

    ghostcard::tests::TemporaryFolder folder_;
    std::set<std::string> given_;
};

bool is_one_line(const std::string& text) { return !text.empty() && text.find('\n') == text.size() - 1; }

}  // namespace

TEST_CASE("a run that meets its expectations exits with 0 and summarises on standard output", "[cli]") {
    const Shell shell;
    const Answer answer = shell.ghostcard("run good.toml");
    CHECK(answer.status == 0);
    CHECK(answer.out == "PASSED  good.toml: good\n  frames     3 produced, 3 delivered\n  simulated  100 ms\n");
    CHECK(answer.err.empty());
    CHECK(shell.leftovers().empty());
}

TEST_CASE("a run that does not meet its expectations exits with 1 and says which", "[cli]") {
    const Shell shell;
    const Answer answer = shell.ghostcard("run unmet.toml");
    CHECK(answer.status == 1);
    CHECK(answer.out.find("not met    frames.delivered: expected 3, got 30\n") != std::string::npos);
    CHECK(answer.err.empty());
}

TEST_CASE("several scenarios run one after the other, and the worst of them is the exit status", "[cli]") {
    Shell shell;
    shell.write("bad.toml", "[video]\nframez = 3\n");
    const Answer both = shell.ghostcard("run good.toml unmet.toml --set video.frames=2");
    CHECK(both.status == 1);
    CHECK(both.out.find("FAILED  good.toml: good") < both.out.find("FAILED  unmet.toml: unmet"));
    CHECK(both.out.find("expected 3, got 2") != std::string::npos);
    CHECK(shell.ghostcard("run good.toml good.toml --quiet").status == 0);
    const Answer bad = shell.ghostcard("run unmet.toml bad.toml good.toml");
    CHECK(bad.status == 2);
    CHECK(is_one_line(bad.err));
    CHECK(bad.out.ends_with("simulated  100 ms\n"));  // the last one was run all the same

    const Answer refused = shell.ghostcard("run good.toml unmet.toml --json r.json");
    CHECK(refused.status == 2);
    CHECK(refused.err == "--json takes what one scenario gives, and 2 are named\n");
    CHECK(shell.leftovers().empty());
}

TEST_CASE("the option --quiet leaves only the exit status", "[cli]") {
    const Shell shell;
    const Answer answer = shell.ghostcard("run unmet.toml --quiet");
    CHECK(answer.status == 1);
    CHECK(answer.out.empty());
    CHECK(answer.err.empty());
}

TEST_CASE("the option --verbose tells on standard error what the driver does", "[cli]") {
    const Answer answer = Shell().ghostcard("run good.toml --verbose");
    CHECK(answer.out.starts_with("PASSED"));
    CHECK(answer.err == "running good.toml with seed 7\n          3.000 us  driver started\npassed\n");
}

TEST_CASE("the option --set changes the scenario and stands in the result", "[cli]") {
    const Shell shell;
    const Answer answer = shell.ghostcard("run good.toml --set video.frames=4 --set bus.clock='66 MHz' --json -");
    CHECK(answer.status == 1);
    const auto document = nlohmann::json::parse(answer.out);
    CHECK(document["frames"]["delivered"] == 4);
    CHECK(document["scenario"]["keys"]["bus"]["clock"] == "66 MHz");
    CHECK(document["scenario"]["file"] == "good.toml");
    CHECK(shell.ghostcard("run --set video.frames=3 unmet.toml").status == 0);
}

TEST_CASE("the result document is the same for the same run and has wall-clock figures only on demand", "[cli]") {
    const Shell shell;
    const Answer once = shell.ghostcard("run good.toml --json -");
    CHECK(once.out == shell.ghostcard("run good.toml --json -").out);
    CHECK_FALSE(nlohmann::json::parse(once.out).contains("host"));
    const Answer timed = shell.ghostcard("run good.toml --json - --timing");
    CHECK(nlohmann::json::parse(timed.out)["host"]["wall_seconds"] == 0.25);
}

TEST_CASE("every output file is written", "[cli]") {
    const Shell shell;
    const Answer answer = shell.ghostcard(
        "run unmet.toml --out a/b --json r.json --junit j.xml --capture c.y4m --set 'bus.clock=66 MHz'");
    CHECK(answer.status == 1);
    CHECK(shell.file("r.json") == shell.file("a/b/result.json"));
    CHECK(nlohmann::json::parse(shell.file("r.json"))["verdict"] == "failed");
    CHECK(shell.file("a/b/scenario.toml").find("clock = \"66 MHz\"\n") != std::string::npos);
    CHECK(shell.file("a/b/run.log").find("driver started") != std::string::npos);
    CHECK(shell.file("c.y4m") == "YUV4MPEG2");
    CHECK(shell.file("j.xml").find("repeat with: ghostcard run unmet.toml --set 'bus.clock=66 MHz'") !=
          std::string::npos);
    CHECK(shell.ghostcard("run a/b/scenario.toml --json again.json").status == 1);
    CHECK(nlohmann::json::parse(shell.file("again.json"))["frames"] ==
          nlohmann::json::parse(shell.file("r.json"))["frames"]);
}

TEST_CASE("bad usage and bad input exit with 2, one line on standard error and no output file", "[cli]") {
    struct {
        const char* arguments;
        const char* message;  // its beginning
    } const cases[] = {
        {"", "ghostcard: a command is wanted; commands are run, validate, ci, sweep, merge, "},
        {"-x", "ghostcard: '-x' is no option; commands are run,"},
        {"rnu good.toml", "ghostcard: 'rnu' is no command; commands are run, validate, ci, sweep, merge, "},
        {"run", "ghostcard run: SCENARIO is required"},
        {"run good.toml --sett x", "ghostcard run: The following argument was not expected: --sett"},
        {"run good.toml --set", "ghostcard run: --set: 1 required"},
        {"run good.toml --quiet --verbose", "ghostcard run: --quiet excludes --verbose"},
        {"run good.toml --trace-from 1ms", "--trace-from wants --trace, --vcd or --pcap"},
        {"run good.toml --vcd v --trace-from 1", "--trace-from: '1' has no unit"},
        {"run good.toml --vcd v --trace-from 2ms --trace-to 1ms", "--trace-from 2ms is not before --trace-to 1ms"},
        {"run none.toml --json r", "none.toml: there is no such file, and no shipped scenario of that name"},
        {"run ./none.toml --json r", "./none.toml: there is no such file\n"},
        {"run bad.toml --json r --out o",
         "bad.toml:2:1: key 'bus.wdth' is unknown; the nearest known key is 'bus.width'"},
        {"run prose.toml --json r --out o", "prose.toml:1:6: "},
        {"run good.toml --set card.memory=64 --json r",
         "--set card.memory=64: '64' has no unit; allowed is a number with one of the units B, kB, MB, GB, KiB, MiB, "
         "GiB"},
        {"run good.toml --set bus.wdth=64 --json r --out o", "--set bus.wdth=64: key 'bus.wdth' is unknown"},
        {"run good.toml --set bus.width --json r", "--set bus.width: a key and a value are wanted, as in bus.width=64"},
        {"run good.toml --set =64 --json r", "--set =64: a key and a value are wanted, as in bus.width=64"},
        {"run good.toml --set bus.width=33 --json r", "--set bus.width=33: 33 is not allowed; allowed is 32 or 64"},
        {"run good.toml --set 'bus.width=3\n3'", "--set bus.width=3 3: the text has control characters"},
        {"run input.toml --json r --junit j --out o", "host.memory is too small"},
        {"run good.toml --json none/r --junit j", "cannot write 'none/r': No such file or directory"},
        {"run good.toml --json . --junit j", "cannot write '.': Is a directory"},
        {"run good.toml --junit j --json /dev/full", "cannot write '/dev/full': No space left on device"},
        {"run good.toml --json r --capture r", "--json and --capture both name 'r'"},
        {"run good.toml --vcd r --junit ./r", "--junit and --vcd both name 'r'"},
        {"run good.toml --json ../here/good.toml", "SCENARIO and --json both name '../here/good.toml'"},
        {"run good.toml --set video.source=clip.y4m --capture ./clip.y4m", "video.source and --capture both name"},
        {"run good.toml --capture - --json r", "--capture -: only --json can go to standard output"},
        {"run good.toml --out good.toml", "cannot make folder 'good.toml'"},
        {"validate", "ghostcard validate: SCENARIO is required"},
        {"validate bad.toml", "bad.toml:2:1: key 'bus.wdth' is unknown"},
        {"list --dir none", "no scenarios in 'none': No such file or directory"},
        {"regs --format xls", "'xls'"},
        {"schema --format xml", "ghostcard schema: --format: xml not in {json,md}"},
    };
    for (const auto& [arguments, message] : cases) {
        Shell shell;
        shell.write("bad.toml", "[bus]\nwdth = 32\n");
        shell.write("prose.toml", "Dear card,\nplease capture.\n");
        shell.write("clip.y4m", "YUV4MPEG2");
        shell.write("input.toml", "[scenario]\ntitle = \"input\"\n");
        const std::string good = shell.file("good.toml");
        const Answer answer = shell.ghostcard(arguments);
        INFO(arguments << "\n" << answer.err);
        CHECK(answer.status == 2);
        CHECK(answer.out.empty());
        CHECK(is_one_line(answer.err));
        CHECK_THAT(answer.err, contains(message));
        CHECK(shell.leftovers().empty());
        CHECK(shell.file("good.toml") == good);
    }
}

TEST_CASE("input that is found wrong while running leaves neither file nor folder", "[cli]") {
    const Shell shell;
    CHECK(shell.ghostcard("run good.toml --set scenario.title=input --json r --junit j --out o").status == 2);
    CHECK(shell.leftovers().empty());
}

TEST_CASE("a fault of our own exits with 3 and one line, and leaves no output file", "[cli]") {
    const Shell shell;
    const Answer answer = shell.ghostcard("run good.toml --set scenario.title=internal --json r --out o");
    CHECK(answer.status == 3);
    CHECK(answer.out.empty());
    CHECK(answer.err == "internal error: two lines\n");
    CHECK(shell.leftovers().empty());
}

TEST_CASE("a waveform that begins after the end of the run is worth a warning", "[cli]") {
    const Shell shell;
    const std::string run = "run good.toml --vcd v --trace-from ";
    CHECK(shell.ghostcard(run + "100ms").err.empty());
    CHECK(shell.ghostcard(run + "100.1ms").err ==
          "--vcd v holds nothing: the run ended at 100000.000 us, before --trace-from 100.1ms\n");
    CHECK(shell.ghostcard(run + "100.1ms --quiet").err.empty());
}

TEST_CASE("standard output that cannot be written is an error", "[cli]") {
    const Shell shell;
    for (const char* const command :
         {"run good.toml", "run good.toml --json - --junit j", "regs", "list", "validate good.toml"}) {
        INFO(command);
        const Answer answer = shell.ghostcard(command, "/dev/full");
        CHECK(answer.status == 2);
        CHECK(answer.err == "cannot write standard output: No space left on device\n");
    }
}

TEST_CASE("validate judges every file that it is given", "[cli]") {
    Shell shell;
    shell.write("bad.toml", "[bus]\nwdth = 32\n");
    const Answer answer = shell.ghostcard("validate good.toml bad.toml unmet.toml");
    CHECK(answer.status == 2);
    CHECK(answer.out == "good.toml: valid\nunmet.toml: valid\n");
    CHECK(is_one_line(answer.err));
}

TEST_CASE("list shows file and title of the scenarios of a folder", "[cli]") {
    Shell shell;
    shell.write("empty.toml", "");
    const Answer answer = shell.ghostcard("list --dir .");
    CHECK(answer.status == 0);
    CHECK(answer.out == "empty.toml  (no title)\ngood.toml   good\nunmet.toml  unmet\n");
}

TEST_CASE("the shipped scenarios are found from the command's own place", "[cli]") {
    const Shell shell;
    const Answer answer = shell.ghostcard("list");
    CHECK(answer.status == 0);
    CHECK(answer.err.empty());
    CHECK(answer.out.find("\nsd_480i.toml ") != std::string::npos);
    CHECK(answer.out.find("\ndiscussion/packet.toml ") != std::string::npos);
    CHECK(answer.out.find("\nstudies/fifo_and_latency.toml ") != std::string::npos);
    CHECK(shell.ghostcard("validate sd_480i.toml discussion/packet.toml").status == 0);
}

TEST_CASE("schema, regs and config-space print and nothing else", "[cli]") {
    const Shell shell;
    const Answer schema = shell.ghostcard("schema");
    CHECK(schema.status == 0);
    CHECK(nlohmann::json::parse(schema.out)["$schema"] == "http://json-schema.org/draft-07/schema#");
    CHECK(shell.ghostcard("schema --format md").out.starts_with("# Scenario keys\n"));
    CHECK(shell.ghostcard("regs").out.find("DMA_ADDRESS_LOW") != std::string::npos);
    CHECK(nlohmann::json::parse(shell.ghostcard("regs --format json").out).is_object());
    CHECK(shell.ghostcard("regs --config --format c").out.find("0x6CA5") != std::string::npos);
    CHECK(shell.ghostcard("config-space").out == "00:00.0 fake\n");
    CHECK(shell.ghostcard("config-space --set bus.kind=pcie").out == "01:00.0 fake\n");
}

TEST_CASE("timing says by its status whether both timings agree", "[cli]") {
    const Shell shell;
    const Answer agree = shell.ghostcard("timing --json --bursts 4,8 --op read --set bus.width=64");
    CHECK(agree.status == 0);
    const auto document = nlohmann::json::parse(agree.out);
    CHECK(document["op"] == "read");
    CHECK(document["bus"]["width"] == 64);
    CHECK(document["bursts"].size() == 2);
    const Answer differ = shell.ghostcard("timing --bursts 666");
    CHECK(differ.status == 1);
    CHECK(differ.err == "the timings differ\n");
}

TEST_CASE("timing refuses bursts that cannot be", "[cli]") {
    const Shell shell;
    for (const std::string bursts : {"0", "1048577", "4,x", "''"}) {
        INFO(bursts);
        const Answer answer = shell.ghostcard("timing --bursts " + bursts);
        CHECK(answer.status == 2);
        CHECK(answer.out.empty());
        CHECK(std::count(answer.err.begin(), answer.err.end(), '\n') == 1);
    }
}

TEST_CASE("attach says by its status whether all frames have come", "[cli]") {
    const Shell shell;
    const Answer all = shell.ghostcard("attach --socket card.sock --set video.frames=3");
    CHECK(all.status == 0);
    CHECK(all.out == "3 of 3 frames, 0 discontinuities, driver ok\n");
    CHECK(all.err.empty());
    CHECK_THAT(shell.ghostcard("attach --socket card.sock --verbose").err, contains("driver started"));
    const Answer short_of_one =
        shell.ghostcard("attach --socket card.sock --set video.frames=666 --json result.json --quiet");
    CHECK(short_of_one.status == 1);
    CHECK(short_of_one.out.empty());
    CHECK(nlohmann::json::parse(shell.file("result.json"))["frames"]["delivered"] == 665);
}

TEST_CASE("serve, attach and poke want a socket, and serve a known pace", "[cli]") {
    const Shell shell;
    CHECK(shell.ghostcard("serve --socket card.sock --pace realtime --set bus.kind=pcie").err ==
          "serving at card.sock\n");
    CHECK(shell.ghostcard("serve --socket card.sock --quiet").err.empty());
    for (const std::string arguments :
         {"serve", "attach", "poke read ID", "serve --socket card.sock --pace slow", "serve --socket s --set no.key=1",
          "attach --socket s --set no.key=1", "poke --socket s peek ID", "poke --socket s read NO_REGISTER",
          "poke --socket s write SCRATCH", "poke --socket s read ID 1", "poke --socket s write SCRATCH 0x1ffffffff",
          "poke --socket not-there read ID"}) {
        INFO(arguments);
        const Answer answer = shell.ghostcard(arguments);
        CHECK(answer.status == 2);
        CHECK(answer.out.empty());
        CHECK(std::count(answer.err.begin(), answer.err.end(), '\n') == 1);
    }
    CHECK(shell.leftovers().empty());
}

TEST_CASE("the help of every command is short and has an example", "[cli]") {
    const Shell shell;
    for (const std::string command :
         {"", "run", "validate", "list", "schema", "timing", "regs", "config-space", "serve", "attach", "poke"}) {
        INFO(command);
        const Answer answer = shell.ghostcard(command + " --help");
        CHECK(answer.status == 0);
        CHECK(answer.err.empty());
        CHECK(answer.out.find("  ghostcard " + command) != std::string::npos);
        CHECK(std::count(answer.out.begin(), answer.out.end(), '\n') <= 40);
    }
    CHECK(shell.ghostcard("--version").status == 0);
}
