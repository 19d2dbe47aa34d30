#pragma once

#include "base/clock.h"
#include "base/id.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace codencollab::store {

/// What SQLite says when it cannot; thrown within this folder and caught by whoever runs the work.
class SqliteFailure : public std::runtime_error {
  public:
    SqliteFailure(int code, const std::string& message)
        : std::runtime_error(message), code_(code) {}
    /// SQLite's extended result code.
    int code() const { return code_; }
    /// A rule of the schema refused the row: the statement's fault, the database is well.
    bool is_constraint() const;
    /// A UNIQUE or PRIMARY KEY rule refused it.
    bool is_duplicate() const;
    /// No space: a smaller write may still succeed.
    bool is_disk_full() const;

  private:
    int code_;
};

class Connection;

/// One use of a prepared statement: bind in the order of the question marks, then step through its
/// rows and read their columns in order. Its destructor makes the statement free again.
class Query {
  public:
    Query(sqlite3* database, sqlite3_stmt* statement);
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query();

    Query& bind(std::int64_t value);
    Query& bind_text(std::string_view text);
    Query& bind_blob(std::string_view bytes);
    Query& bind_null();
    Query& bind(WallTime time);
    template <class Tag>
    Query& bind(const Id<Tag>& id) {
        return bind_uuid(id.view());
    }
    template <class T>
    Query& bind(const std::optional<T>& value) {
        return value ? bind(*value) : bind_null();
    }

    /// Moves to the next row; false after the last. Columns are read from the first again.
    bool next_row();
    /// Runs to the end a statement that answers no row, and says how many rows it changed.
    int run();

    bool read_is_null();  // looks at the column that is read next
    std::int64_t read_integer();
    std::string read_text();
    WallTime read_time();
    std::optional<WallTime> read_optional_time();
    /// A blob of 16 bytes as an id; throws for another.
    template <class Tag>
    Id<Tag> read_id() {
        return *Id<Tag>::parse(read_uuid());
    }
    void skip_column() { ++column_; }

  private:
    Query& bind_uuid(std::string_view uuid);
    std::string read_uuid();
    void check(int code) const;

    sqlite3* database_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
    int column_ = 0;
};

/// One open SQLite database with the pragmas that we rely on. One thread at a time.
class Connection {
  public:
    /// Opens or makes the file. Throws SqliteFailure.
    explicit Connection(const std::string& path);

    /// A prepared statement, compiled at its first use and kept. One Query of one text at a time.
    Query query(std::string_view sql);
    /// Runs statements that answer nothing.
    void execute(const std::string& sql);
    /// Whether a transaction is open: SQLite ends it by itself after some failures.
    bool in_transaction() const;
    /// Rows changed since it was opened.
    std::int64_t changes_total() const;

  private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    std::unique_ptr<sqlite3, Close> database_;
    std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

/// A transaction that takes the write lock at once; rolls back unless it was committed.
class Transaction {
  public:
    explicit Transaction(Connection& connection);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

  private:
    Connection& connection_;
};

}  // namespace codencollab::store
