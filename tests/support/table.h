// SPDX-License-Identifier: MIT
#pragma once

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace ghostcard::tests {

/// A table of published or derived figures (tests/tables/*.csv), a map from column to text for each row.
using Row = std::map<std::string, std::string>;

inline std::vector<std::string> split_csv(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            cells.emplace_back();
        else if (c != '\r')
            cells.back() += c;
    }
    return cells;
}

inline std::vector<Row> read_table(const std::string& name) {
    std::ifstream file(std::string(GHOSTCARD_TEST_TABLES) + "/" + name);
    std::string line;
    if (!std::getline(file, line)) throw std::runtime_error("no table " + name);
    const auto columns = split_csv(line);
    std::vector<Row> rows;
    while (std::getline(file, line)) {
        const auto cells = split_csv(line);
        Row& row = rows.emplace_back();
        for (std::size_t i = 0; i < columns.size() && i < cells.size(); ++i) row[columns[i]] = cells[i];
    }
    return rows;
}

}  // namespace ghostcard::tests
