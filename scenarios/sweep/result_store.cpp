// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <ghostcard/base/input_error.h>
#include <ghostcard/scenarios/sweep/result_store.h>

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "description.h"

namespace ghostcard::scenarios::sweep {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 7> point_columns{"number", "ending",  "reason",  "repetition",
                                                        "seed",   "command", "scenario"};

std::string quoted_name(std::string_view column) {
    std::string name = "\"";
    for (const char c : column) name += c == '"' ? std::string("\"\"") : std::string(1, c);
    return name + "\"";
}

void bind_value(SQLite::Statement& statement, int at, const Json& value) {
    if (value.is_boolean())
        statement.bind(at, static_cast<int>(value.get<bool>()));
    else if (value.is_number_integer())
        statement.bind(at, value.get<std::int64_t>());
    else if (value.is_number())
        statement.bind(at, value.get<double>());
    else if (value.is_string())
        statement.bind(at, value.get<std::string>());
    else
        statement.bind(at);
}

Json value_of(const SQLite::Column& column) {
    if (column.isInteger()) return column.getInt64();
    if (column.isFloat()) return column.getDouble();
    if (column.isText()) return column.getString();
    return nullptr;
}

}  // namespace

std::string_view name_of(Ending ending) {
    switch (ending) {
        case Ending::done: return "done";
        case Ending::refused: return "refused";
        case Ending::failed: return "failed";
        case Ending::crashed: return "crashed";
        case Ending::timed_out: return "timed_out";
    }
    return "unknown";
}

struct ResultStore::Database {
    Database(const std::filesystem::path& path, int flags) : file(path.string()), sqlite(open(file, flags)) {}

    /// SQLite's own complaints become the user's, on one line that names the file.
    template <class Action>
    static auto guarded(const std::string& file, Action action) {
        try {
            return action();
        } catch (const SQLite::Exception& error) {
            throw InputError(fmt::format("{}: {}", file, error.what()));
        }
    }
    template <class Action>
    auto guarded(Action action) const {
        return guarded(file, action);
    }

    static SQLite::Database open(const std::string& file, int flags) {
        return guarded(file, [&] { return SQLite::Database(file, flags, 5000); });
    }

    bool is_empty() {
        return guarded([&] { return sqlite.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0; });
    }

    void exec(const std::string& command) {
        guarded([&] { sqlite.exec(command); });
    }

    void begin_writing() {
        lock();
        exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
    }

    void add_column(const std::string& column) {
        if (!columns.insert(column).second) return;
        exec(fmt::format("ALTER TABLE points ADD COLUMN {}", quoted_name(column)));
    }

    void read_columns() {
        guarded([&] {
            SQLite::Statement query(sqlite, "SELECT name FROM pragma_table_info('points')");
            while (query.executeStep()) columns.insert(query.getColumn(0).getString());
        });
    }

    /// Only one writes; the lock goes with the process.
    void lock() {
        writer = ::open((file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (writer < 0) throw InputError(fmt::format("{}.lock: {}", file, std::generic_category().message(errno)));
        if (flock(writer, LOCK_EX | LOCK_NB) != 0)
            throw InputError(fmt::format("{}: another sweep is writing to it", file));
    }
    ~Database() {
        if (writer >= 0) close(writer);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::string file;
    SQLite::Database sqlite;
    int writer = -1;
    std::set<std::string> columns;
    std::string insert_text;
    std::optional<SQLite::Statement> insert;  ///< For insert_text.
};

ResultStore::ResultStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
ResultStore::ResultStore(ResultStore&&) noexcept = default;
ResultStore::~ResultStore() = default;

ResultStore ResultStore::make(const std::filesystem::path& file, const About& about) {
    auto database = std::make_unique<Database>(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database->begin_writing();
    database->exec("BEGIN");
    database->exec("CREATE TABLE sweep (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    database->exec(
        "CREATE TABLE points (number INTEGER PRIMARY KEY, ending TEXT NOT NULL, reason TEXT, repetition INTEGER, "
        "seed INTEGER, command TEXT, scenario TEXT)");
    database->guarded([&] {
        SQLite::Statement insert(database->sqlite, "INSERT INTO sweep VALUES (?, ?)");
        for (const auto& [name, value] : about) {
            insert.bind(1, name);
            insert.bind(2, value);
            insert.exec();
            insert.reset();
        }
    });
    database->read_columns();
    for (const Json& axis : Json::parse(about.at("axes"))) database->add_column(axis["key"]);
    database->exec("COMMIT");
    return ResultStore(std::move(database));
}

ResultStore ResultStore::create(const std::filesystem::path& file, const Sweep& sweep, std::uint64_t points) {
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored))
        throw InputError(fmt::format("{}: there are results already; --resume goes on with them", file.string()));
    return make(file, describe(sweep, points));
}

ResultStore ResultStore::like(const std::filesystem::path& file, const ResultStore& other) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return make(file, other.about());
    ResultStore store = open(file);
    store.database_->begin_writing();
    return store;
}

ResultStore::About ResultStore::about() const {
    return database_->guarded([&] {
        About about;
        SQLite::Statement query(database_->sqlite, "SELECT name, value FROM sweep");
        while (query.executeStep()) about[query.getColumn(0).getString()] = query.getColumn(1).getString();
        return about;
    });
}

ResultStore ResultStore::open(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        throw InputError(fmt::format("{}: there are no results", file.string()));
    auto database = std::make_unique<Database>(file, SQLite::OPEN_READWRITE);
    ResultStore store(std::move(database));
    const std::string version = store.about("schema_version");
    if (version != std::to_string(schema_version))
        throw InputError(fmt::format("{}: the results are of schema {}, and this program reads {}", file.string(),
                                     version, schema_version));
    store.database_->read_columns();
    return store;
}

ResultStore ResultStore::resume(const std::filesystem::path& file, const Sweep& sweep, std::uint64_t points) {
    // A sweep that was killed before its first row may have left a file without tables.
    if (Database(file, SQLite::OPEN_READWRITE).is_empty()) return make(file, describe(sweep, points));
    ResultStore store = open(file);
    if (store.about("fingerprint") != describe(sweep, points).at("fingerprint"))
        throw InputError(
            fmt::format("{}: the results are of another sweep than {}", file.string(), sweep.file.string()));
    store.database_->begin_writing();
    return store;
}

std::string ResultStore::about(const std::string& name) const {
    return database_->guarded([&]() -> std::string {
        SQLite::Statement query(database_->sqlite, "SELECT value FROM sweep WHERE name = ?");
        query.bind(1, name);
        return query.executeStep() ? query.getColumn(0).getString() : "";
    });
}

std::vector<std::uint64_t> ResultStore::numbers() const {
    return database_->guarded([&] {
        std::vector<std::uint64_t> numbers;
        SQLite::Statement query(database_->sqlite, "SELECT number FROM points ORDER BY number");
        while (query.executeStep()) numbers.push_back(static_cast<std::uint64_t>(query.getColumn(0).getInt64()));
        return numbers;
    });
}

void ResultStore::add(const Row& row) {
    std::vector<std::pair<std::string, Json>> cells{
        {"number", row.number},
        {"ending", name_of(row.ending)},
        {"reason", row.reason.empty() ? Json() : Json(row.reason)},
        {"repetition", row.repetition},
        {"seed", row.seed},
        {"command", row.command},
        {"scenario", row.scenario.is_null() ? Json() : Json(row.scenario.dump())},
    };
    for (const auto& [key, value] : row.values)
        cells.emplace_back(key, std::visit([](const auto& each) { return Json(each); }, value));
    for (const auto& metric : row.metrics)
        if (!row.values.contains(metric.first)) cells.emplace_back(metric);

    std::string names, places;
    for (const auto& [column, value] : cells) {
        database_->add_column(column);
        names += (names.empty() ? "" : ", ") + quoted_name(column);
        places += places.empty() ? "?" : ", ?";
    }
    const std::string text = fmt::format("INSERT INTO points ({}) VALUES ({})", names, places);
    database_->guarded([&] {
        if (text != database_->insert_text) {
            database_->insert.emplace(database_->sqlite, text);
            database_->insert_text = text;
        }
        for (std::size_t i = 0; i < cells.size(); ++i)
            bind_value(*database_->insert, static_cast<int>(i) + 1, cells[i].second);
        database_->insert->exec();
        database_->insert->reset();
    });
}

void ResultStore::merge(const std::filesystem::path& other) {
    const ResultStore from = open(other);
    if (from.about("fingerprint") != about("fingerprint"))
        throw InputError(fmt::format("{}: the results are of another sweep than {}", other.string(), database_->file));
    const std::set<std::string> columns = from.database_->columns;
    std::string names;
    for (const std::string& column : columns) {
        database_->add_column(column);
        names += (names.empty() ? "" : ", ") + quoted_name(column);
    }
    database_->guarded([&] {
        SQLite::Statement attach(database_->sqlite, "ATTACH ? AS other");
        attach.bind(1, other.string());
        attach.exec();
        database_->sqlite.exec(
            fmt::format("INSERT OR IGNORE INTO main.points ({0}) SELECT {0} FROM other.points ORDER BY number", names));
        database_->sqlite.exec("DETACH other");
    });
}

std::vector<std::string> ResultStore::columns() const {
    std::vector<std::string> columns;
    for (const std::string_view column : point_columns)
        if (column != "scenario") columns.emplace_back(column);
    for (const Json& axis : Json::parse(about("axes"))) columns.push_back(axis["key"]);
    for (const std::string& column : database_->columns)
        if (column != "scenario" && std::find(columns.begin(), columns.end(), column) == columns.end())
            columns.push_back(column);
    return columns;
}

void ResultStore::for_each(const std::function<void(const std::vector<Json>&)>& visit) const {
    std::string names;
    for (const std::string& column : columns()) names += (names.empty() ? "" : ", ") + quoted_name(column);
    database_->guarded([&] {
        SQLite::Statement query(database_->sqlite, fmt::format("SELECT {} FROM points ORDER BY number", names));
        std::vector<Json> values(static_cast<std::size_t>(query.getColumnCount()));
        while (query.executeStep()) {
            for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_of(query.getColumn(static_cast<int>(i)));
            visit(values);
        }
    });
}

}  // namespace ghostcard::scenarios::sweep
