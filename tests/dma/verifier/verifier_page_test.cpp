// SPDX-License-Identifier: MIT
#include <ghostcard/dma/verifier/check.h>
#include <tests/support/catch.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace ghostcard;

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
    std::ifstream file(path);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Rows of docs/verifier.md that begin with a code: code -> the other cells.
std::map<std::string, std::vector<std::string>> rows() {
    std::map<std::string, std::vector<std::string>> rows;
    std::istringstream page(content(fs::path(GHOSTCARD_SOURCE_DIR) / "docs/verifier.md"));
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("| `")) continue;
        std::vector<std::string> cells;
        std::istringstream parts(line.substr(2));
        for (std::string cell; std::getline(parts, cell, '|');) {
            const auto first = cell.find_first_not_of(' ');
            cells.push_back(first == std::string::npos ? ""
                                                       : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
        }
        REQUIRE(cells.size() >= 3);
        const std::string code = cells[0].substr(1, cells[0].size() - 2);
        CHECK(rows.emplace(code, std::vector(cells.begin() + 1, cells.end())).second);
    }
    return rows;
}

/// Microsoft, bug check 0xE6, values of parameter 1, with those of parameter 2 where it tells apart; Linux,
/// kernel/dma/debug.c, its messages.
std::set<std::string> published() {
    std::set<std::string> codes;
    for (const char* const e6 :
         {"00-1", "00-2", "01",   "02",   "03",   "04",   "05",   "06",   "07",   "08",   "09", "0A", "0B", "0C", "0D",
          "0E",   "0F-1", "0F-2", "0F-3", "0F-4", "0F-5", "10",   "11",   "13-1", "13-2", "14", "15", "16", "18", "19",
          "1B",   "1D",   "1E",   "1F-1", "1F-2", "1F-3", "1F-4", "1F-5", "20",   "21",   "22", "23", "24", "25", "26"})
        codes.insert(std::string("0xE6/0x") + e6);
    for (int n = 1; n <= 23; ++n) codes.insert("LINUX-" + std::to_string(n));
    return codes;
}

}  // namespace

TEST_CASE("docs/verifier.md has every published rule and every check, and nothing else", "[dma][verifier]") {
    std::set<std::string> wanted = published();
    for (const dma::CheckInfo& info : dma::checks()) wanted.emplace(info.code);
    std::set<std::string> found;
    for (const auto& [code, cells] : rows()) found.insert(code);
    CHECK(found == wanted);
}

TEST_CASE("docs/verifier.md names a test for every check and a reason for every other rule", "[dma][verifier]") {
    std::string sources;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(GHOSTCARD_SOURCE_DIR) / "tests/dma"))
        if (entry.path().extension() == ".cpp") sources += content(entry.path());
    std::map<std::string, dma::CheckInfo> known;
    for (const dma::CheckInfo& info : dma::checks()) known.emplace(info.code, info);
    for (const auto& [code, cells] : rows()) {
        INFO(code);
        const std::string& answer = cells[1];
        const auto check = known.find(code);
        if (check == known.end()) {
            CHECK(answer.starts_with("not applicable: "));
            CHECK(answer.size() > 30);
        } else {
            CHECK(cells[0] == check->second.name);
            CHECK(sources.find("TEST_CASE(\"" + answer + "\"") != std::string::npos);
        }
    }
}
