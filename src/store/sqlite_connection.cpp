#include "store/sqlite_connection.h"

#include "store/latest_time.h"
#include "store/sqlite_functions.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <utility>

namespace codencollab::store {

namespace {

constexpr std::size_t page_bytes = 4096;  // SQLite's default; a rough size is enough
constexpr std::string_view hex_digits = "0123456789abcdef";

// No checkpoint runs inside a commit: who owns the connection calls checkpoint() between them.
// busy_timeout is for tools that look into the file: the server itself has this one connection.
// trusted_schema stays on: off, SQLite 3.40 refuses the schema's json_valid().
constexpr auto pragmas = R"(
    pragma busy_timeout = 1000;
    pragma journal_mode = wal;
    pragma wal_autocheckpoint = 0;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma cache_size = -16384;
    pragma temp_store = memory;
)";

[[noreturn]] void throw_failure(sqlite3* database) {
    throw SqliteFailure(sqlite3_extended_errcode(database), sqlite3_errmsg(database));
}

unsigned hex_value(char digit) {
    return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

std::array<char, 16> to_bytes(std::string_view uuid) {
    std::array<char, 16> bytes{};
    std::size_t at = 0;
    for (char& byte : bytes) {
        if (uuid[at] == '-') ++at;
        byte = static_cast<char>(hex_value(uuid[at]) << 4 | hex_value(uuid[at + 1]));
        at += 2;
    }
    return bytes;
}

std::string to_uuid(std::string_view bytes) {
    std::string text;
    text.reserve(36);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) {
            text += '-';
        }
        text += hex_digits[value >> 4];
        text += hex_digits[value & 15U];
    }
    return text;
}

}  // namespace

bool SqliteFailure::is_constraint() const {
    return (code_ & 0xff) == SQLITE_CONSTRAINT;
}

bool SqliteFailure::is_duplicate() const {
    return code_ == SQLITE_CONSTRAINT_UNIQUE || code_ == SQLITE_CONSTRAINT_PRIMARYKEY;
}

bool SqliteFailure::is_foreign_key() const {
    return code_ == SQLITE_CONSTRAINT_FOREIGNKEY;
}

bool SqliteFailure::is_disk_full() const {
    return (code_ & 0xff) == SQLITE_FULL;
}

bool SqliteFailure::is_io_error() const {
    return (code_ & 0xff) == SQLITE_IOERR;
}

bool SqliteFailure::is_corrupt() const {
    return (code_ & 0xff) == SQLITE_CORRUPT || (code_ & 0xff) == SQLITE_NOTADB;
}

Query::Query(sqlite3* database, sqlite3_stmt* statement)
    : database_(database), statement_(statement) {}

Query::~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

void Query::check(int code) const {
    if (code != SQLITE_OK) throw_failure(database_);
}

Query& Query::bind(std::int64_t value) {
    check(sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
}

Query& Query::bind_unsigned(std::uint64_t value) {
    return bind(std::bit_cast<std::int64_t>(value));
}

Query& Query::bind_text(std::string_view text) {
    // An empty view may have no data, which SQLite would take for null.
    const char* data = text.empty() ? "" : text.data();
    check(sqlite3_bind_text64(
        statement_, ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
    // An empty view may have no data, which SQLite would take for null.
    const char* data = bytes.empty() ? "" : bytes.data();
    check(sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_TRANSIENT));
    return *this;
}

Query& Query::bind_static_blob(std::string_view bytes) {
    const char* data = bytes.empty() ? "" : bytes.data();
    check(sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_STATIC));
    return *this;
}

Query& Query::bind_column(Query& row) {
    check(sqlite3_bind_value(
        statement_, ++bound_, sqlite3_column_value(row.statement_, row.column_++)));
    return *this;
}

Query& Query::bind_null() {
    check(sqlite3_bind_null(statement_, ++bound_));
    return *this;
}

Query& Query::bind(WallTime time) {
    return bind(std::int64_t{
        std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count()});
}

Query& Query::bind_uuid(std::string_view uuid) {
    const std::array<char, 16> bytes = to_bytes(uuid);
    return bind_blob({bytes.data(), bytes.size()});
}

bool Query::next_row() {
    column_ = 0;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) throw_failure(database_);
    return false;
}

int Query::run() {
    while (next_row()) {
    }
    return sqlite3_changes(database_);
}

Query& Query::again(int kept) {
    sqlite3_reset(statement_);
    bound_ = kept;
    return *this;
}

bool Query::read_is_null() {
    return sqlite3_column_type(statement_, column_) == SQLITE_NULL;
}

std::int64_t Query::read_integer() {
    return sqlite3_column_int64(statement_, column_++);
}

std::uint64_t Query::read_unsigned() {
    return std::bit_cast<std::uint64_t>(read_integer());
}

std::string Query::read_text() {
    return std::string(read_view());
}

std::string_view Query::read_view() {
    const int column = column_++;
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

WallTime Query::read_time() {
    const auto stored = std::chrono::microseconds(read_integer());
    return WallTime(std::clamp<std::chrono::microseconds>(stored, -latest_time, latest_time));
}

std::optional<WallTime> Query::read_optional_time() {
    if (!read_is_null()) return read_time();
    skip_column();
    return std::nullopt;
}

std::string Query::read_uuid() {
    const std::string bytes = read_text();
    if (bytes.size() != 16) throw SqliteFailure(SQLITE_CORRUPT, "an id is not 16 bytes");
    return to_uuid(bytes);
}

void Connection::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

void Connection::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Connection::Connection(const std::string& path, Mode mode) {
    sqlite3* database = nullptr;
    const int access =
        mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int flags =
        access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
    const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
    database_.reset(database);
    if (database == nullptr) throw SqliteFailure(code, "out of memory");
    if (code != SQLITE_OK) throw_failure(database);
    if (mode == Mode::read_only) {
        sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        execute("pragma busy_timeout = 1000");
        return;
    }
    execute(pragmas);
    add_functions(database);
    // Called after each commit, on this thread.
    const auto note_size = [](void* size, sqlite3*, const char*, int pages) {
        *static_cast<std::size_t*>(size) = static_cast<std::size_t>(pages) * page_bytes;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(database, note_size, &wal_bytes_);
}

Query Connection::query(std::string_view sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(
            database_.get(),
            sql.data(),
            static_cast<int>(sql.size()),
            SQLITE_PREPARE_PERSISTENT,
            &statement,
            nullptr);
        if (code != SQLITE_OK) throw_failure(database_.get());
        found = statements_.try_emplace(std::string(sql), statement).first;
    }
    return {database_.get(), found->second.get()};
}

bool Connection::checkpoint(Checkpoint kind) {
    const int mode =
        kind == Checkpoint::truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int in_log = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(database_.get(), "main", mode, &in_log, &copied);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) throw_failure(database_.get());
    if (code != SQLITE_OK || in_log != copied) return false;
    wal_bytes_ = 0;
    return true;
}

void Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw_failure(database_.get());
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(database_.get()) == 0;
}

std::int64_t Connection::changes_total() const {
    return sqlite3_total_changes64(database_.get());
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
    connection_.query("begin immediate").run();
}

Transaction::~Transaction() {
    if (!connection_.in_transaction()) return;
    try {
        connection_.query("rollback").run();
    } catch (const SqliteFailure&) {
        // SQLite rolls back what is open when the connection closes; nothing of it can commit.
    }
}

void Transaction::commit() {
    connection_.query("commit").run();
}

}  // namespace codencollab::store
