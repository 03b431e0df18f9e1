// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/report/page.h>
#include <ghostcard/scenarios/report/quantity.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/scenarios/report/measured_study.h"
#include "tests/support/catch.h"

using namespace ghostcard;
using namespace ghostcard::scenarios::report;
using namespace ghostcard::scenarios::sweep;
using namespace ghostcard::tests;

namespace {

constexpr std::uint64_t kib = 1024;
const std::string hostile = "</script><b>&\"'<!-- `touch stolen` \\u003c";

Study study() {
    return measured_study(memories + "bus.initial_wait = [0, 1, 2]\n", ask_for_memory, [](Row& row) {
        const auto memory = value_of(row, "card.memory");
        row.metrics = {{"frames.dropped", memory < 4 * kib ? 1 : 0},
                       {"latency.p99_ps", 1'000'000 * memory},
                       {"video.width", 1920}};
        if (memory == kib && value_of(row, "bus.initial_wait") == 2) {
            row.ending = Ending::crashed;
            row.reason = hostile;
            row.metrics.clear();
        }
        return true;
    });
}
nlohmann::ordered_json document(const Study& of) {
    const auto answer = answer_of(of);
    return page_document(of, answer, view_of(of, answer));
}

std::string read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("the page has the metrics that vary, with their units", "[report]") {
    const auto found = document(study());
    CHECK(found["metrics"].dump() == R"([{"name":"frames.dropped","unit":""},{"name":"latency.p99_ps","unit":"ps"}])");
    CHECK(found["view"]["metric"] == 0);
}

TEST_CASE("numbers stand on an axis by size, and points refer to them by place", "[report]") {
    const auto found = document(study());
    CHECK(found["axes"][0]["texts"].dump() == R"(["1 KiB","2 KiB","4 KiB","8 KiB"])");
    CHECK(found["axes"][0]["counts"].dump() == "[1024.0,2048.0,4096.0,8192.0]");
    CHECK(found["points"]["place"][0].dump() == "[2,2,2,0,0,0,1,1,1,3,3,3]");  // in the order of the sweep file
    CHECK(found["points"]["values"][0].dump() == "[0,0,0,1,1,null,1,1,1,0,0,0]");
    CHECK(found["points"]["ending"][5] == "crashed");
    CHECK(found["points"]["reasons"]["5"] == hostile);
}

TEST_CASE("a value that is exact at length only is rounded", "[report]") {
    const Study of = measured_study("host.dpc_latency = [\"3162277660 ps\", \"1500 ns\"]\n", "text = \"?\"\n",
                                    drops_if([](const Row&) { return false; }));
    CHECK(of.axes[0].text(0) == "1.5 us");
    CHECK(of.axes[0].text(1) == "3.162 ms");
}

TEST_CASE("the first view looks along the question's axis, at the place where something changes", "[report]") {
    const auto view = document(study())["view"];
    CHECK(view["y"] == 0);
    CHECK(view["x"] == 1);
    CHECK(view["pins"][0] == 2);
}

TEST_CASE("no text gets out of the script that holds it", "[report]") {
    Study of = study();
    of.title = hostile;
    const auto whole = document(of);
    const std::string text = script_text(whole);
    CHECK(text.find('<') == std::string::npos);
    CHECK(nlohmann::ordered_json::parse(text) == whole);
    CHECK(whole["title"] == hostile);
}

TEST_CASE("text that is no UTF-8 does no harm", "[report]") {
    CHECK(script_text({{"reason", "\xff"}}) == R"({"reason":"\ufffd"})");
}

TEST_CASE("the page is put together from its parts, each of which is wanted", "[report]") {
    const TemporaryFolder folder;
    const auto add = [&](const std::string& name, const std::string& content) {
        std::ofstream(folder.path() / name) << content;
    };
    add("page.html",
        "@TITLE@|@STYLE@|@DATA@|@VEGA@|@VEGA_LITE@|@STUDY_SCRIPT@|@CHARTS_SCRIPT@|@TABLE_SCRIPT@|@PAGE_SCRIPT@|");
    for (const char* const name : {"page.css", "vega.min.js", "vega-lite.min.js", "study.js", "charts.js", "table.js"})
        add(name, name);
    const std::filesystem::path page = folder.path() / "report.html";
    {
        OutputFile file(page);
        CHECK_THROWS_WITH(write_page(folder.path(), {{"title", "x"}}, file),
                          contains("page.js: a part of the report's page is not installed"));
    }
    CHECK_FALSE(std::filesystem::exists(page));
    add("page.js", "'</script>@DATA@'");
    OutputFile file(page);
    write_page(folder.path(), {{"title", "<b>&"}}, file);
    file.commit();
    CHECK(read(page) ==
          "&lt;b>&amp;|page.css|{\"title\":\"\\u003cb>&\"}|vega.min.js|vega-lite.min.js|study.js|charts.js|table.js|'<"
          "\\/script>@DATA@'|");
}

TEST_CASE("quantities are written in the largest unit that they reach", "[report]") {
    CHECK(scale_for("ps", 999).unit == "ps");
    CHECK(scale_for("ps", 1000).unit == "ns");
    CHECK(scale_for("B", 65536).unit == "KiB");
    CHECK(scale_for("", 1e9).unit.empty());
    CHECK(unit_of_metric("latency.p99_ps") == "ps");
    CHECK(unit_of_metric("memory.high_water_bytes") == "B");
    CHECK(unit_of_metric("copy.cpu_fraction") == "%");
    CHECK(unit_of_metric("frames.dropped").empty());
}
