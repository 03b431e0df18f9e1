// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"
#include "tests/support/temporary_folder.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/pci/pin_trace.h>

#include <fstream>
#include <iterator>
#include <sstream>

using namespace ghostcard;
using namespace ghostcard::bus::pci;
using namespace ghostcard::tests;

namespace {

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A burst of 4 words at about 1 us, recorded.
void record(const std::filesystem::path& path, TraceWindow window, unsigned bus_width = 32,
            unsigned target_width = 32) {
    in_own_simulation([&] {
        const PciSettings settings{.width = bus_width};
        CycleBus bus("bus", settings);
        MemoryTarget memory;
        memory.base = {0x1000'0000};
        memory.how.width = target_width;
        bus.attach_target(memory);
        const unsigned master = bus.attach_master({});
        sc_core::sc_signal<bool> inta("inta");
        PinTrace trace("pins", path, settings, 1, window);
        trace.inta.bind(inta);
        bus.observe_pins(trace);
        std::vector<std::byte> data(16, std::byte{0x5a});
        Thread thread("thread", [&] {
            sc_core::wait(bus::to_sc_time(microseconds(1)));
            Run run{.command = Command::memory_write,
                    .address = memory.base,
                    .data = data,
                    .burst_bytes = 16,
                    .wide = true};
            bus.transport(master, run);
            inta.write(true);
        });
        simulate(thread, microseconds(2));
        trace.commit();
    });
}

/// The instants, in ps, at which a wire goes to a level, that at the beginning apart.
std::vector<long> edges(const std::filesystem::path& path, const std::string& pin, char level) {
    std::ifstream file(path);
    std::string code;
    std::vector<long> times;
    long time = 0;
    char last = '1';
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("$var") && line.find(" " + pin + " ") != line.npos) {
            std::istringstream words(line);
            for (int i = 0; i < 4; ++i) words >> code;
        }
        if (line.starts_with("#")) time = std::stol(line.substr(1));
        if (code.empty() || line.empty() || line.substr(1) != code || line[0] == last) continue;
        last = line[0];
        if (last == level) times.push_back(time);
    }
    return times;
}
std::vector<long> falling_edges(const std::filesystem::path& path, const std::string& pin) {
    return edges(path, pin, '0');
}
std::vector<long> rising_edges(const std::filesystem::path& path, const std::string& pin) {
    return edges(path, pin, '1');
}

}  // namespace

TEST_CASE("the waveform of a run is the same each time and is opened by GTKWave's reader", "[bus][vcd]") {
    const TemporaryFolder folder;
    record(folder.path() / "a.vcd", {});
    record(folder.path() / "b.vcd", {});
    const std::string vcd = content(folder.path() / "a.vcd");
    CHECK(vcd == content(folder.path() / "b.vcd"));
    for (const std::string pin :
         {"CLK", "FRAME#", "IRDY#", "TRDY#", "DEVSEL#", "STOP#", "REQ0#", "GNT0#", "INTA#", "AD [31:0]", "CBE# [3:0]"})
        CHECK_THAT(vcd, contains(" " + pin + " "));
    CHECK_THAT(vcd, contains("b1011010010110100101101001011010 "));  // the data on AD
    CHECK_THAT(vcd, !contains("x"));
    const std::string fst = (folder.path() / "a.fst").string();
    CHECK(std::system(("vcd2fst " + (folder.path() / "a.vcd").string() + " " + fst + " > /dev/null").c_str()) == 0);
    CHECK(std::filesystem::file_size(fst) > 0);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 3);
}

TEST_CASE("a transfer of 64 bits shows REQ64# with FRAME# and ACK64# with DEVSEL#, and without ACK64# goes on in 32",
          "[bus][vcd]") {
    const TemporaryFolder folder;
    const auto low_edges = [&](unsigned bus_width, unsigned target_width, const std::string& pin) {
        record(folder.path() / "wide.vcd", {}, bus_width, target_width);
        return falling_edges(folder.path() / "wide.vcd", pin);
    };
    CHECK(low_edges(64, 64, "REQ64#") == low_edges(64, 64, "FRAME#"));
    CHECK(low_edges(64, 64, "ACK64#") == low_edges(64, 64, "DEVSEL#"));
    CHECK(low_edges(64, 64, "REQ64#").size() == 1);
    CHECK(low_edges(64, 32, "REQ64#") == low_edges(64, 32, "FRAME#"));
    CHECK(low_edges(64, 32, "ACK64#").empty());
    CHECK(low_edges(64, 32, "DEVSEL#").size() == 1);
    // two data phases instead of four
    const auto end_of = [&](unsigned target_width) {
        record(folder.path() / "wide.vcd", {}, 64, target_width);
        return rising_edges(folder.path() / "wide.vcd", "DEVSEL#").back();
    };
    CHECK(end_of(32) - end_of(64) == 2 * 30'000);
    record(folder.path() / "narrow.vcd", {}, 32, 64);
    CHECK_THAT(content(folder.path() / "narrow.vcd"), !contains("REQ64#"));
}

TEST_CASE("outside its window the waveform rests", "[bus][vcd]") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "window.vcd";
    record(path, {nanoseconds(1100), nanoseconds(1130)});
    std::ifstream file(path);
    std::vector<long> times;
    for (std::string line; std::getline(file, line);)
        if (line.size() > 1 && line[0] == '#') times.push_back(std::stol(line.substr(1)));
    REQUIRE(times.size() > 2);
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {  // the last one is the end of the file
        CHECK(times[i] >= 1'100'000);
        CHECK(times[i] <= 1'130'000);
    }
}

TEST_CASE("a waveform that cannot be written is refused at once, and one that is not committed leaves nothing",
          "[bus][vcd]") {
    const TemporaryFolder folder;
    CHECK_THROWS_AS(PinTrace("pins", folder.path() / "none" / "a.vcd", PciSettings{}, 1, TraceWindow{}), InputError);
    in_own_simulation([&] { PinTrace trace("pins", folder.path() / "a.vcd", PciSettings{}, 1, TraceWindow{}); });
    CHECK(std::filesystem::is_empty(folder.path()));
}
