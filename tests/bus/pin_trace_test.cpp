// SPDX-License-Identifier: MIT
#include "tests/bus/test_bus.h"
#include "tests/support/temporary_folder.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/pci/pin_trace.h>

#include <fstream>
#include <iterator>

using namespace ghostcard;
using namespace ghostcard::bus::pci;
using namespace ghostcard::tests;

namespace {

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A burst of 4 words at about 1 us, recorded.
void record(const std::filesystem::path& path, TraceWindow window) {
    in_own_simulation([&] {
        const PciSettings settings;
        CycleBus bus("bus", settings);
        MemoryTarget memory;
        memory.base = {0x1000'0000};
        bus.attach_target(memory);
        const unsigned master = bus.attach_master({});
        sc_core::sc_signal<bool> inta("inta");
        PinTrace trace("pins", path, settings, 1, window);
        trace.inta.bind(inta);
        bus.observe_pins(trace);
        std::vector<std::byte> data(16, std::byte{0x5a});
        Thread thread("thread", [&] {
            sc_core::wait(bus::to_sc_time(microseconds(1)));
            Run run{.command = Command::memory_write, .address = memory.base, .data = data, .burst_bytes = 16};
            bus.transport(master, run);
            inta.write(true);
        });
        simulate(thread, microseconds(2));
        trace.commit();
    });
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
    const std::string fst = (folder.path() / "a.fst").string();
    CHECK(std::system(("vcd2fst " + (folder.path() / "a.vcd").string() + " " + fst + " > /dev/null").c_str()) == 0);
    CHECK(std::filesystem::file_size(fst) > 0);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 3);
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
