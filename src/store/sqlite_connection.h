#pragma once

#include "base/clock.h"
#include "base/id.h"

#include <cstddef>
#include <cstdint>
#include <functional>
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
    /// It named a row of another table that is not there.
    bool is_foreign_key() const;
    /// No space: a smaller write may still succeed.
    bool is_disk_full() const;
    /// The disk failed, so nobody knows what of the last writes is on it.
    bool is_io_error() const;
    /// The file holds what SQLite never wrote.
    bool is_corrupt() const;

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
    /// As the signed integer of the same bits, which is all that SQLite has.
    Query& bind_unsigned(std::uint64_t value);
    Query& bind_text(std::string_view text);
    Query& bind_blob(std::string_view bytes);
    /// As bind_blob, without a copy: the bytes must stay until the query's last step.
    Query& bind_static_blob(std::string_view bytes);
    Query& bind_null();
    /// The next column of `row`, whatever its type.
    Query& bind_column(Query& row);
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
    /// Makes the statement ready to run again, with its first `kept` values bound as they are.
    Query& again(int kept);

    bool read_is_null();  // looks at the column that is read next
    std::int64_t read_integer();
    std::uint64_t read_unsigned();
    std::string read_text();
    /// Text or blob, valid until the next step.
    std::string_view read_view();
    WallTime read_time();
    std::optional<WallTime> read_optional_time();
    /// A blob of 16 bytes as an id; throws for another.
    template <class Tag>
    Id<Tag> read_id() {
        return *Id<Tag>::parse(read_uuid());
    }
    template <class Tag>
    std::optional<Id<Tag>> read_optional_id() {
        if (!read_is_null()) return read_id<Tag>();
        skip_column();
        return std::nullopt;
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
    enum class Mode { read_write, read_only };

    /// Opens the file; makes it where it is missing and may be written. `read_only` leaves file and
    /// write-ahead log as they are, also when it is closed. Throws SqliteFailure.
    explicit Connection(const std::string& path, Mode mode = Mode::read_write);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// A prepared statement, compiled at its first use and kept. One Query of one text at a time.
    Query query(std::string_view sql);
    /// Runs statements that answer nothing.
    void execute(const std::string& sql);
    /// Whether a transaction is open: SQLite ends it by itself after some failures.
    bool in_transaction() const;
    /// Rows changed since it was opened.
    std::int64_t changes_total() const;

    /// What the last commit left in the write-ahead log; nobody else copies it into the database.
    std::size_t wal_bytes() const { return wal_bytes_; }
    /// `passive` copies what it can without waiting and leaves the log's file as large as it is;
    /// `truncate` copies all, waits for readers and empties it.
    enum class Checkpoint { passive, truncate };
    /// False when somebody else's lock kept it from copying all. Throws SqliteFailure.
    bool checkpoint(Checkpoint kind);

  private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    struct Close {
        void operator()(sqlite3* database) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    std::size_t wal_bytes_ = 0;  // declared first: SQLite writes it until it is closed
    std::unique_ptr<sqlite3, Close> database_;
    std::unordered_map<
        std::string,
        std::unique_ptr<sqlite3_stmt, Finalize>,
        TextHash,
        std::equal_to<>>
        statements_;
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
