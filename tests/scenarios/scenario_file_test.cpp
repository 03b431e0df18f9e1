// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/base/random.h>
#include <ghostcard/scenarios/resolved.h>
#include <ghostcard/scenarios/scenario_file.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace ghostcard;
using namespace ghostcard::scenarios;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// What is said of a file x.toml with this text.
std::string refusal(std::string_view text) {
    try {
        parse_scenario(text, "x.toml");
    } catch (const InputError& error) {
        return error.what();
    }
    return "accepted";
}

std::string refusal_of_sets(const std::vector<std::string>& sets) {
    try {
        Scenario scenario;
        apply_sets(scenario, sets);
    } catch (const InputError& error) {
        return error.what();
    }
    return "accepted";
}

std::string content_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> shipped_scenarios() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(GHOSTCARD_SCENARIO_FOLDER))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    return files;
}

}  // namespace

TEST_CASE("an empty scenario has every default", "[scenario_file]") {
    const Scenario scenario = parse_scenario("", "x.toml");
    CHECK(resolved_toml(scenario) == resolved_toml({}));
    CHECK(scenario.file == "x.toml");
    CHECK(scenario.seed == 1);
    CHECK(scenario.video.mode == "auto");
    CHECK_FALSE(scenario.video.frames);
}

TEST_CASE("every kind of key reaches its setting", "[scenario_file]") {
    const Scenario scenario = parse_scenario(R"(
[scenario]
title = "a title"
seed = 9223372036854775807
[video]
mode = "640x360@30000/1001"
pixel_format = "NV12"
source = "noise"
frames = 7
[card]
memory = "1.5 KiB"
interrupt = "msi"
dma.boundary = "8589934592 GiB"
dma.address_bits = 64
[bus]
clock = "66 MHz"
width = 64
decode = "subtractive"
parking = "last"
[host]
translation = "iommu"
fragmentation = "contiguous"
copy_bandwidth = "500 MB/s"
dpc_latency = "1.5 us"
[driver]
strategy = "physical-address"
[consumer]
page_offset = "4095 B"
)",
                                             "x.toml");
    CHECK(scenario.title == "a title");
    CHECK(scenario.seed == 9223372036854775807u);
    CHECK(scenario.video.mode == "640x360@30000/1001");
    CHECK(scenario.driver.pixel_format == registers::PixelFormat::nv12);
    CHECK(scenario.video.source == "noise");
    CHECK(scenario.video.frames == 7u);
    CHECK(scenario.card.memory == Bytes{1536});
    CHECK(scenario.driver.interrupt == dma::InterruptKind::msi);
    CHECK(scenario.card.dma.boundary == Bytes{1ull << 63});
    CHECK(scenario.card.dma.address_bits == 64);
    CHECK(scenario.pci.clock == Hertz{66'000'000});
    CHECK(scenario.pci.width == 64);
    CHECK(scenario.pci.host_target.decode == bus::pci::Decode::subtractive);
    CHECK(scenario.pci.parking == bus::pci::Parking::last);
    CHECK(scenario.host.translation == bus::TranslationKind::iommu);
    CHECK(scenario.fragmentation == dma::Fragmentation::contiguous);
    CHECK(scenario.cpu.copy_bandwidth == BytesPerSecond{500'000'000});
    CHECK(scenario.cpu.dpc_latency.minimum == Duration(1500ns));
    CHECK(scenario.driver.strategy == dma::Strategy::physical_address);
    CHECK(scenario.consumer.page_offset == Bytes{4095});
}

TEST_CASE("a table may be written as dotted keys, as sub-table and inline", "[scenario_file]") {
    CHECK(parse_scenario("card.dma.burst = \"512 B\"", "x").card.dma.burst == Bytes{512});
    CHECK(parse_scenario("[card]\ndma.burst = \"512 B\"", "x").card.dma.burst == Bytes{512});
    CHECK(parse_scenario("[card.dma]\nburst = \"512 B\"", "x").card.dma.burst == Bytes{512});
    CHECK(parse_scenario("card = {dma = {burst = \"512 B\"}}", "x").card.dma.burst == Bytes{512});
}

TEST_CASE("a key that nobody knows is refused with its place and the nearest known one", "[scenario_file]") {
    CHECK(refusal("[bus]\nwdth = 32") == "x.toml:2:1: key 'bus.wdth' is unknown; the nearest known key is 'bus.width'");
    CHECK(refusal("[buss]\nwidth = 32") ==
          "x.toml:2:1: key 'buss.width' is unknown; the nearest known key is 'bus.width'");
    CHECK(refusal("width = 32") == "x.toml:1:1: key 'width' is unknown; the nearest known key is 'bus.width'");
    CHECK(refusal("[card]\ndma.brust = 1") ==
          "x.toml:2:5: key 'card.dma.brust' is unknown; the nearest known key is 'card.dma.burst'");
    CHECK(refusal("\"bus.width\" = 32") ==
          "x.toml:1:1: key '\"bus.width\"' is unknown; the nearest known key is 'bus.width'");
    CHECK(refusal("[vidoe]").starts_with("x.toml:1:2: key 'vidoe' is unknown; the nearest known key is"));
}

TEST_CASE("a value of the wrong type is refused with the one that is wanted", "[scenario_file]") {
    CHECK(refusal("[bus]\nwidth = \"32\"") == "x.toml:2:9: key 'bus.width': wants a whole number, not a text");
    CHECK(refusal("[bus]\nwidth = 32.0") == "x.toml:2:9: key 'bus.width': wants a whole number, not a fraction");
    CHECK(refusal("[bus]\nclock = 33000000") ==
          "x.toml:2:9: key 'bus.clock': wants a frequency in quotes, such as \"33 MHz\", not a whole number");
    CHECK(refusal("[card]\nmemory = true") ==
          "x.toml:2:10: key 'card.memory': wants a size in quotes, such as \"64 KiB\", not a boolean");
    CHECK(refusal("[consumer]\nhold = [1]") ==
          "x.toml:2:8: key 'consumer.hold': wants a time in quotes, such as \"8 us\", not an array");
    CHECK(refusal("[host]\ncopy_bandwidth = 1979-05-27") ==
          "x.toml:2:18: key 'host.copy_bandwidth': wants a rate in quotes, such as \"8 GB/s\", not a date or time");
    CHECK(refusal("[scenario]\ntitle = 1") ==
          "x.toml:2:9: key 'scenario.title': wants a text in quotes, not a whole number");
    CHECK(refusal("[bus.clock]\nx = 1") ==
          "x.toml:2:1: key 'bus.clock' wants a frequency in quotes, such as \"33 MHz\", not a table");
    CHECK(refusal("[[bus]]\nwidth = 32") == "x.toml:1:3: 'bus' is a table of keys, not an array");
    CHECK(refusal("card.dma = 3") == "x.toml:1:6: 'card.dma' is a table of keys, not a whole number");
    CHECK(refusal("expect = 3") == "x.toml:1:1: 'expect' is a table of keys, not a whole number");
}

TEST_CASE("a value out of range is refused with what is allowed", "[scenario_file]") {
    CHECK(refusal("[bus]\nwidth = 33") == "x.toml:2:9: key 'bus.width': 33 is not allowed; allowed is 32 or 64");
    CHECK(refusal("[bus]\nwidth = -32") == "x.toml:2:9: key 'bus.width': '-32' is not allowed; allowed is 32 or 64");
    CHECK(refusal("[bus]\nclock = \"66.7 MHz\"") == "accepted");
    CHECK(refusal("[bus]\nclock = \"66.700001 MHz\"") ==
          "x.toml:2:9: key 'bus.clock': 66700001 Hz is not allowed; allowed is 1 MHz to 66.7 MHz");
    CHECK(refusal("[card]\ndma.alignment = \"3 B\"") ==
          "x.toml:2:17: key 'card.dma.alignment': 3 B is not allowed; allowed is a power of two from 1 B to 1 GiB");
    CHECK(refusal("[card]\ndma.boundary = \"2 KiB\"") ==
          "x.toml:2:16: key 'card.dma.boundary': 2 KiB is not allowed; allowed is 0 B or a power of two from 4 KiB to "
          "8589934592 GiB");
    CHECK(refusal("[card]\ndma.boundary = \"0 B\"") == "accepted");
    CHECK(refusal("[host]\noffset = \"1 KiB\"") ==
          "x.toml:2:10: key 'host.offset': 1 KiB is not allowed; allowed is a multiple of 4 KiB from 0 B to 4096 GiB");
    CHECK(refusal("[consumer]\npage_offset = \"4 KiB\"") ==
          "x.toml:2:15: key 'consumer.page_offset': 4 KiB is not allowed; allowed is 0 B to 4095 B");
    CHECK(refusal("[video]\nframes = 0") ==
          "x.toml:2:10: key 'video.frames': 0 is not allowed; allowed is 1 to 10000000");
    CHECK(refusal("[host]\ntranslation = \"none\"") ==
          "x.toml:2:15: key 'host.translation': 'none' is not allowed; allowed is identity, offset, iommu");
    CHECK(refusal("[video]\nsource = \"clip.mp4\"") ==
          "x.toml:2:10: key 'video.source': 'clip.mp4' is not allowed; allowed is bars, ramp, noise or the path of a "
          ".y4m "
          "or .rgb file");
}

TEST_CASE("a value without its unit, or with a wrong one, is refused with its place", "[scenario_file]") {
    const std::string sizes = "; allowed is a number with one of the units B, kB, MB, GB, KiB, MiB, GiB";
    CHECK(refusal("[card]\nmemory = \"64 Kib\"") ==
          "x.toml:2:10: key 'card.memory': '64 Kib' has the unknown unit 'Kib'" + sizes);
    CHECK(refusal("[card]\nmemory = \"64\"") == "x.toml:2:10: key 'card.memory': '64' has no unit" + sizes);
    CHECK(refusal("[host]\ndpc_latency = \"0.3 ps\"") ==
          "x.toml:2:15: key 'host.dpc_latency': '0.3 ps' is no whole number of ps");
}

TEST_CASE("a video mode is a name or a size with a rate", "[scenario_file]") {
    const auto mode = [](const std::string& text) { return refusal("[video]\nmode = \"" + text + "\""); };
    for (const char* good : {"auto", "480i59.94", "2160p30", "640x360@30", "16x16384@1000", "640x360@30000/1001"})
        CHECK(mode(good) == "accepted");
    for (const char* bad : {"", "480p", "640x360", "640x360@", "640x360@30/", "640@30", "x360@30", "640x360@30/1/1",
                            "640x360@030", " 640x360@30", "640x360@-30", "640x360@29.97", "640x360@0",
                            "640x360@10000000", "8x360@30", "640x16385@30", "640x360@1001", "640x360@1/2"})
        CHECK(mode(bad) ==
              std::string("x.toml:2:8: key 'video.mode': '") + bad +
                  "' is no video mode; allowed are 480i59.94, 576i50, 720p60, 1080i60, 1080p30, 1080p60, 2160p30, or "
                  "WIDTHxHEIGHT@RATE with 16 to 16384 pixels and 1 to 1000 frames a second (RATE: N or N/D), or auto");
}

TEST_CASE("settings that cannot go together are refused at the last of them", "[scenario_file]") {
    CHECK(refusal("[bus]\ndecode = \"slow\"\ninitial_wait = 12") == "accepted");
    CHECK(
        refusal("[bus]\ndecode = \"slow\"\ninitial_wait = 13\nwidth = 64") ==
        "x.toml:3:1: bus.decode 'slow', bus.initial_wait 13 and card.dma.address_bits 32 let the first data of a read "
        "move in clock 17; a target must end its first data phase within 16 clocks of FRAME# (PCI 2.3, 3.5.1.1)");
    // fast decoding gains nothing over medium, for a read has to wait for AD to turn round
    CHECK(refusal("[bus]\ndecode = \"fast\"\ninitial_wait = 13") == "accepted");
    CHECK(refusal("[bus]\ndecode = \"fast\"\ninitial_wait = 14") ==
          "x.toml:3:16: key 'bus.initial_wait': 14 is not allowed; allowed is 0 to 13");
    CHECK(refusal("[bus]\ninitial_wait = 13") == "accepted");
    CHECK(refusal("[bus]\ninitial_wait = 12\n[card.dma]\naddress_bits = 33") == "accepted");
    CHECK(refusal("[bus]\ninitial_wait = 13\n[card.dma]\naddress_bits = 33")
              .starts_with("x.toml:4:1: bus.decode 'medium', bus.initial_wait 13 and card.dma.address_bits 33 let"));
    CHECK(refusal("[card]\nmemory = \"512 B\"\ndma.burst = \"512 B\"") == "accepted");
    CHECK(refusal("[card]\ndma.burst = \"1 KiB\"\nmemory = \"512 B\"") ==
          "x.toml:3:1: card.memory 512 B cannot hold a burst of 1 KiB (card.dma.burst)");
    CHECK(refusal("[card.dma]\nlength_multiple = \"8 B\"\nmax_length = \"4 B\"") ==
          "x.toml:3:1: card.dma.length_multiple 8 B is more than card.dma.max_length 4 B, so no length is allowed");
    CHECK(refusal("[video]\nmode = \"641x360@30\"") ==
          "x.toml:2:1: video.pixel_format YUY2 needs an even width, not 641");
    CHECK(refusal("[video]\nmode = \"641x360@30\"\npixel_format = \"RGB24\"") == "accepted");
    CHECK(refusal("[video]\nmode = \"640x361@30\"\npixel_format = \"NV12\"") ==
          "x.toml:3:1: video.pixel_format NV12 needs an even height, not 361");
    CHECK(refusal("[video]\nmode = \"640x361@30\"") == "accepted");
}

TEST_CASE("a source file is looked for beside the scenario file and with --set in the working directory",
          "[scenario_file]") {
    const tests::TemporaryFolder folder;
    fs::create_directory(folder.path() / "clips");
    std::ofstream(folder.path() / "clips" / "a.y4m") << "YUV4MPEG2";
    std::ofstream(folder.path() / "x.rgb") << "pixels";
    const auto source = [&](const std::string& text) {
        return parse_scenario("[video]\nmode = \"720p60\"\nsource = \"" + text + "\"", folder.path() / "x.toml")
            .video.source;
    };
    CHECK(source("clips/a.y4m") == (folder.path() / "clips/a.y4m").string());
    CHECK(source("./clips/../x.rgb") == (folder.path() / "x.rgb").string());
    CHECK(source((folder.path() / "x.rgb").string()) == (folder.path() / "x.rgb").string());

    CHECK(refusal("[video]\nsource = \"none.y4m\"") == "x.toml:2:10: key 'video.source': there is no file 'none.y4m'");
    CHECK(refusal_of_sets({"video.source=clips/a.y4m"}) ==
          "--set video.source=clips/a.y4m: there is no file 'clips/a.y4m'");
    Scenario scenario;
    apply_set(scenario, "video.source=" + (folder.path() / "clips/a.y4m").string());
    CHECK(scenario.video.source == (folder.path() / "clips/a.y4m").string());
    CHECK(refusal_of_sets({"video.source=" + (folder.path() / "x.rgb").string()})
              .ends_with("x.rgb: an .rgb file does not tell its size and rate, so video.mode must name them"));
}

TEST_CASE("a key that is given twice is refused", "[scenario_file]") {
    CHECK(refusal("[bus]\nwidth = 32\nwidth = 64").starts_with("x.toml:3:"));
    CHECK(refusal("[bus]\nwidth = 32\nwidth = 64").ends_with("cannot redefine existing integer 'width'"));
    CHECK(refusal("[bus]\nwidth = 32\n[bus]\nclock = \"33 MHz\"").starts_with("x.toml:3:"));
    CHECK(refusal("[bus]\nwidth = 32\n[bus.width]\n").starts_with("x.toml:3:"));
}

TEST_CASE("of several errors the first in the text is reported", "[scenario_file]") {
    CHECK(refusal("[video]\nframes = 0\n[bus]\nwidth = 33\n[asdf]\nx = 1")
              .starts_with("x.toml:2:10: key 'video.frames'"));
    CHECK(refusal("[asdf]\nx = 1\n[bus]\nwidth = 33").starts_with("x.toml:2:1: key 'asdf.x'"));
}

TEST_CASE("text that is not TOML is refused with its place in one line", "[scenario_file]") {
    CHECK(refusal("[bus\nwidth = 32").starts_with("x.toml:1:5: "));
    CHECK(refusal("[scenario]\ntitle = x\n").starts_with("x.toml:2:9: "));
    CHECK(refusal("[scenario]\ntitle = x\n").find('\n') == std::string::npos);
    CHECK(refusal("[bus]\nwidth = 32 64").starts_with("x.toml:2:12: "));
    CHECK(refusal("a = [1, 2").starts_with("x.toml:1:"));
    CHECK(refusal("[scenario]\nseed = 9223372036854775808").ends_with("is not representable in 64 bits"));
}

TEST_CASE("bytes other than printable ASCII, tab and line end are refused before they are read", "[scenario_file]") {
    using namespace std::string_literals;
    CHECK(refusal("[\0"s) == "x.toml:1:2: byte 0x00 is not allowed; a scenario file is plain ASCII");
    CHECK(refusal("# caf\xc3\xa9") == "x.toml:1:6: byte 0xc3 is not allowed; a scenario file is plain ASCII");
    CHECK(refusal("\xef\xbb\xbf[bus]") == "x.toml:1:1: byte 0xef is not allowed; a scenario file is plain ASCII");
    CHECK(refusal("[bus]\n\x7f") == "x.toml:2:1: byte 0x7f is not allowed; a scenario file is plain ASCII");
    CHECK(refusal("[bus]\r\n\twidth = 64\r\n") == "accepted");
}

TEST_CASE("what a document nests and its size are bounded", "[scenario_file]") {
    std::string dots;
    for (int i = 0; i < 7000; ++i) dots += "a.";
    CHECK(refusal(dots + "b = 1") == "x.toml:1:42: more than 20 names in each other");
    CHECK(refusal("x = \"" + dots + "\"").starts_with("x.toml:1:1: key 'x' is unknown"));
    CHECK(refusal("# " + dots) == "accepted");
    CHECK(refusal("x = \"\"\"\n\"\"\"") == "x.toml:1:5: a text ends on the line that it begins on");
    CHECK(refusal("x = '''\n'''") == "x.toml:1:5: a text ends on the line that it begins on");
    CHECK(refusal(std::string(262'145, ' ')) == "x.toml:1:1: the file is larger than 262144 bytes");
    std::string brackets = "x = ";
    for (int i = 0; i < 1000; ++i) brackets += "[\n";
    CHECK(refusal(brackets).find("maximum nested value depth") != std::string::npos);
}

TEST_CASE("a text with control characters is refused, other characters may be escaped", "[scenario_file]") {
    CHECK(refusal("[scenario]\ntitle = \"a\\nb\"") ==
          "x.toml:2:9: key 'scenario.title': the text has control characters or is no UTF-8");
    CHECK(refusal_of_sets({"scenario.title=\xff"}) ==
          "--set scenario.title=\xff: the text has control characters or is no UTF-8");
    CHECK(
        refusal_of_sets({"scenario.title=" + std::string(4097, 'x')}).ends_with("the text is longer than 4096 bytes"));
    const Scenario scenario = parse_scenario(R"([scenario]
title = "caf\u00e9 \U0001F600 \\u00e9 \"'x'\"")",
                                             "x.toml");
    CHECK(scenario.title == "caf\xc3\xa9 \xf0\x9f\x98\x80 \\u00e9 \"'x'\"");
}

TEST_CASE("a file that cannot be read is an input error that names it", "[scenario_file]") {
    CHECK_THROWS_WITH(read_scenario("none.toml"), "none.toml: there is no such file");
    CHECK_THROWS_WITH(read_scenario("/"), "/: the file cannot be read");
}

TEST_CASE("the option --set changes a key and reads its value as the key's type wants it", "[scenario_file]") {
    Scenario scenario;
    apply_set(scenario, "bus.width=64");
    apply_set(scenario, "bus.clock=66 MHz");
    apply_set(scenario, "card.memory=\"1 MiB\"");
    apply_set(scenario, "scenario.title=a = b");
    apply_set(scenario, "video.frames=3");
    apply_set(scenario, "driver.strategy=physical-address");
    CHECK(scenario.pci.width == 64);
    CHECK(scenario.pci.clock == Hertz{66'000'000});
    CHECK(scenario.card.memory == Bytes{1 << 20});
    CHECK(scenario.title == "a = b");
    CHECK(scenario.video.frames == 3u);
    CHECK(scenario.driver.strategy == dma::Strategy::physical_address);
}

TEST_CASE("a --set that cannot be used is refused by its own words", "[scenario_file]") {
    CHECK(refusal_of_sets({"bus.width=33"}) == "--set bus.width=33: 33 is not allowed; allowed is 32 or 64");
    CHECK(refusal_of_sets({"bus.width=x"}) == "--set bus.width=x: 'x' is not allowed; allowed is 32 or 64");
    CHECK(refusal_of_sets({"bus.width=99999999999999999999"}).ends_with("is not allowed; allowed is 32 or 64"));
    CHECK(refusal_of_sets({"bus.width="}) == "--set bus.width=: '' is not allowed; allowed is 32 or 64");
    CHECK(refusal_of_sets({"bus.wdth=32"}) ==
          "--set bus.wdth=32: key 'bus.wdth' is unknown; the nearest known key is 'bus.width'");
    CHECK(refusal_of_sets({"bus.width"}) == "--set bus.width: a key and a value are wanted, as in bus.width=64");
    CHECK(refusal_of_sets({"=32"}) == "--set =32: a key and a value are wanted, as in bus.width=64");
    CHECK(refusal_of_sets({"card.dma=32"}) == "--set card.dma=32: 'card.dma' is a table of keys, and no key");
    CHECK(refusal_of_sets({"expect.frames.delivered=3"}) ==
          "--set expect.frames.delivered=3: expectations are set in the scenario file only");
    CHECK(refusal_of_sets({"bus.clock=33"}).starts_with("--set bus.clock=33: '33' has no unit"));
}

TEST_CASE("several --set are judged together, whatever their order", "[scenario_file]") {
    CHECK(refusal_of_sets({"bus.initial_wait=13", "bus.decode=fast"}) == "accepted");
    CHECK(refusal_of_sets({"bus.decode=slow", "bus.initial_wait=12"}) == "accepted");
    CHECK(refusal_of_sets({"bus.initial_wait=13", "bus.decode=slow"})
              .starts_with("--set bus.initial_wait=13: bus.decode 'slow', bus.initial_wait 13 and"));
    CHECK(refusal_of_sets({"bus.decode=slow", "bus.initial_wait=13", "bus.width=64"})
              .starts_with("--set bus.initial_wait=13: bus.decode 'slow', bus.initial_wait 13 and"));
}

TEST_CASE("expectations are read with their places, in the order of the file", "[scenario_file]") {
    const auto expect = parse_scenario(R"([expect]
frames.delivered = 30
latency.max_ps = {max = "2 ms"}
bus.utilisation = {max = 0.9, min = 0.1}
bus.bytes.to_memory = "1 MiB"
verdict = "passed"
copy.bytes.min = "1 B"
)",
                                       "x.toml")
                            .expect;
    REQUIRE(expect.size() == 6);
    CHECK(expect[0].path == "frames.delivered");
    CHECK(expect[0].position == "x.toml:2:8");
    CHECK(std::get<Scalar>(expect[0].wanted) == Scalar{std::int64_t{30}});
    CHECK(std::get<Bounds>(expect[1].wanted).max == Scalar{std::int64_t{2'000'000'000}});
    CHECK_FALSE(std::get<Bounds>(expect[1].wanted).min);
    CHECK(std::get<Bounds>(expect[2].wanted).min == Scalar{0.1});
    CHECK(std::get<Bounds>(expect[2].wanted).max == Scalar{0.9});
    CHECK(std::get<Scalar>(expect[3].wanted) == Scalar{std::int64_t{1 << 20}});
    CHECK(std::get<Scalar>(expect[4].wanted) == Scalar{std::string("passed")});
    CHECK(expect[5].path == "copy.bytes");
}

TEST_CASE("an expectation that means nothing is refused", "[scenario_file]") {
    CHECK(refusal("[expect]\nlatency.max_ps = {max = \"2 m\"}") ==
          "x.toml:2:19: expectation 'latency.max_ps.max': '2 m' has the unknown unit 'm'; allowed is a number with one "
          "of "
          "the units ps, ns, us, ms, s");
    CHECK(refusal("[expect]\nframes.delivered = {min = \"many\"}") ==
          "x.toml:2:21: expectation 'frames.delivered.min': min and max want a number, not a text");
    CHECK(refusal("[expect]\nlatency = {max = 1, other = 2}") ==
          "x.toml:2:21: expectation 'latency.other': beside min and max nothing else is allowed");
    CHECK(refusal("[expect]\nx = [1]") == "x.toml:2:1: expectation 'x': wants a value or {min, max}, not an array");
    CHECK(refusal("[expect]\nx = {}") ==
          "x.toml:2:1: expectation 'x': wants a value or {min, max}, not an empty table");
    CHECK(refusal("[expect]\nx = nan") == "x.toml:2:5: a number must be finite");
    CHECK(refusal("[expect]\n\"a b\" = 1").ends_with("a name of the result document needs no quotes"));
    CHECK(refusal("[expect]\n" + std::string(201, 'x') + " = 1").ends_with("the path is longer than 200 bytes"));
    CHECK(
        refusal("[expect]\ncopy.bytes = \"9223372036854775808 B\"").ends_with("'9223372036854775808 B' is too large"));
}

TEST_CASE("every shipped scenario is valid, titled and expects something", "[scenario_file]") {
    const auto files = shipped_scenarios();
    CHECK(files.size() >= 9);
    for (const fs::path& file : files) {
        INFO(file);
        const Scenario scenario = read_scenario(file);
        CHECK_FALSE(scenario.title.empty());
        CHECK_FALSE(scenario.expect.empty());
    }
}

TEST_CASE("text that has been damaged at random is read or refused in one line", "[scenario_file]") {
    Random random(1, "damage");
    for (const fs::path& file : shipped_scenarios()) {
        const std::string whole = content_of(file);
        for (int i = 0; i < 200; ++i) {
            std::string text = whole;
            for (std::uint64_t n = random.below(4); n-- > 0;)
                text[random.below(text.size())] = static_cast<char>(random.below(128));
            text.erase(random.below(text.size()), random.below(20));
            text.insert(random.below(text.size()), text.substr(random.below(text.size()), random.below(20)));
            CHECK(refusal(text).find('\n') == std::string::npos);
        }
    }
}
