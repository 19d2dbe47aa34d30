#include "store/rescue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::store {

namespace {

struct Table {
    std::string name;
    std::vector<std::string> columns;
    std::string key;  // the first column that its rows are ordered by
    bool has_rowid = true;
};

/// All our tables but the list of migrations, which the new file has already. The new file's schema
/// is asked, because the damaged one's may lie.
std::vector<Table> tables_of(Connection& connection) {
    std::vector<Table> tables;
    {
        Query query = connection.query(
            "select name, wr from pragma_table_list where schema = 'main' and type = 'table'"
            " and name not like 'sqlite%' and name <> 'schema_migrations'");
        while (query.next_row()) {
            Table table;
            table.name = query.read_text();
            table.has_rowid = query.read_integer() == 0;
            tables.push_back(std::move(table));
        }
    }
    for (Table& table : tables) {
        Query query = connection.query("select name, pk from pragma_table_info(?)");
        query.bind_text(table.name);
        while (query.next_row()) {
            table.columns.push_back(query.read_text());
            if (query.read_integer() == 1) table.key = table.columns.back();
        }
        if (table.has_rowid) table.key = "rowid";
    }
    return tables;
}

/// Walks through one table, over the places that cannot be read.
class TableRescue {
  public:
    TableRescue(Connection& from, Connection& to, const Table& table, Rescued& rescued)
        : from_(from), to_(to), table_(table), rescued_(rescued) {}

    void run() {
        if (copy("true", 0, [](Query&) {})) return;
        ++rescued_.gaps;
        if (table_.has_rowid) {
            walk_by_rowid();
        } else {
            walk_by_prefix();
        }
    }

  private:
    std::string select(std::string_view condition, std::string_view rest) const {
        return fmt::format(
            "select {}, {} from {} where {} order by {} {}",
            table_.has_rowid ? "rowid" : "0",
            fmt::join(table_.columns, ", "),
            table_.name,
            condition,
            table_.key,
            rest);
    }

    /// Copies the rows that `condition` chooses until there are no more (true) or reading fails
    /// (false); reached_ becomes the rowid of the last.
    template <class Bind>
    bool copy(std::string_view condition, std::int64_t before, Bind bind) {
        reached_ = before;
        Query put = to_.query(fmt::format(
            "insert or ignore into {} ({}) values ({})",
            table_.name,
            fmt::join(table_.columns, ", "),
            fmt::join(std::vector<std::string_view>(table_.columns.size(), "?"), ", ")));
        try {
            Query get = from_.query(select(condition, ""));
            bind(get);
            while (get.next_row()) {
                reached_ = get.read_integer();
                put.again(0);
                for (std::size_t i = 0; i < table_.columns.size(); ++i)
                    put.bind_column(get);
                write(put);
            }
            return true;
        } catch (const SqliteFailure& failure) {
            if (!failure.is_corrupt()) throw;
            return false;
        }
    }

    void write(Query& put) {
        try {
            rescued_.rows += static_cast<std::size_t>(put.run());
        } catch (const SqliteFailure& failure) {
            // The row itself was damaged: it breaks a rule of the schema.
            if (!failure.is_constraint()) throw;
            ++rescued_.gaps;
        }
    }

    /// Whether there is a row after this one, and it can be read.
    bool can_read_after(std::int64_t rowid) {
        try {
            Query get = from_.query(select("rowid > ?", "limit 1"));
            return get.bind(rowid).next_row();
        } catch (const SqliteFailure& failure) {
            if (!failure.is_corrupt()) throw;
            return false;
        }
    }

    void walk_by_rowid() {
        // No table of ours has this many rows.
        constexpr std::int64_t step_max = std::int64_t{1} << 40;
        while (true) {
            // The lowest rowid after which reading works again lies in (bad, good].
            const std::int64_t last = reached_;
            std::int64_t step = 1;
            while (step < step_max && !can_read_after(last + step))
                step *= 2;
            if (step == step_max) return;
            std::int64_t bad = last + step / 2;
            std::int64_t good = last + step;
            while (good - bad > 1) {
                const std::int64_t middle = bad + (good - bad) / 2;
                (can_read_after(middle) ? good : bad) = middle;
            }
            if (copy("rowid > ?", good, [good](Query& get) { get.bind(good); })) return;
            ++rescued_.gaps;
        }
    }

    /// Keys are random bytes, so those with the same two bytes in front are few: each lot is copied
    /// as far as it can be read.
    void walk_by_prefix() {
        const std::string condition = fmt::format("{0} >= ? and {0} < ?", table_.key);
        for (unsigned prefix = 0; prefix < 0x10000; ++prefix) {
            const auto bytes = [](unsigned value) {
                return std::array{static_cast<char>(value >> 8), static_cast<char>(value)};
            };
            const auto from = bytes(prefix);
            const auto to = bytes(prefix + 1);
            const bool is_last = prefix == 0xFFFF;
            const std::string_view end = is_last ? "\xFF\xFF\xFF" : std::string_view(to.data(), 2);
            copy(condition, 0, [&](Query& get) {
                get.bind_blob({from.data(), from.size()}).bind_blob(end);
            });
        }
    }

    Connection& from_;
    Connection& to_;
    const Table& table_;
    Rescued& rescued_;
    std::int64_t reached_ = 0;
};

constexpr std::string_view has_document =
    "(id in (select room_id from room_updates) or id in (select room_id from room_snapshots)"
    " or id in (select room_id from room_history))";

/// A room whose row is lost, but not its document: its people find it again under its old link.
std::size_t make_lost_rooms(Connection& to, WallTime now) {
    return static_cast<std::size_t>(
        to
            .query(fmt::format(
                "insert into rooms (id, owner_id, title, language, visibility, default_role,"
                " locked, created_at, updated_at, code)"
                " select id, coalesce((select user_id from room_members where room_id = id"
                " and role = 'owner'), zeroblob(16)), 'Recovered room', 'plaintext', 'private',"
                " 'viewer', 0, ?1, ?1, '' from (select room_id as id from room_members union"
                " select room_id from room_snapshots union select room_id from room_updates"
                " union select room_id from room_history)"
                " where id not in (select id from rooms) and {}",
                has_document))
            .bind(now)
            .run());
}

/// Rows that name a row which is lost.
void remove_orphans(Connection& to, const std::vector<Table>& tables) {
    int removed = 1;
    while (removed > 0) {
        removed = 0;
        for (const Table& table : tables) {
            std::vector<std::string> statements;
            {
                Query query =
                    to.query(R"(select "table", "from", "to" from pragma_foreign_key_list(?))");
                query.bind_text(table.name);
                while (query.next_row()) {
                    const std::string parent = query.read_text();
                    const std::string column = query.read_text();
                    statements.push_back(fmt::format(
                        "delete from {} where {} not in (select {} from {})",
                        table.name,
                        column,
                        query.read_text(),
                        parent));
                }
            }
            for (const std::string& statement : statements)
                removed += to.query(statement).run();
        }
    }
}

/// A writer counts without a gap: where numbers are missing, rows are lost.
void note_lost_updates(Connection& to, WallTime now) {
    to.query(
          "insert into damaged_bytes (room_id, found_at, source, row, after_snapshot, data)"
          " select room_id, ?, 'room_updates', min(seq), coalesce((select max(number) from"
          " room_snapshots s where s.room_id = u.room_id), 0), x'' from room_updates u"
          " group by room_id, writer having count(*) <> max(number) - coalesce((select number from"
          " room_folded f where f.room_id = u.room_id and f.writer = u.writer), 0)")
        .bind(now)
        .run();
}

/// Numbers that were given stay given.
void keep_counting(Connection& to) {
    to.execute(
        "delete from sqlite_sequence where name in ('room_updates', 'room_snapshots');"
        "insert into sqlite_sequence (name, seq) select 'room_updates', max("
        " coalesce((select max(seq) from room_updates), 0),"
        " coalesce((select max(through_seq) from room_snapshots), 0),"
        " coalesce((select max(last_seq) from room_history), 0));"
        "insert into sqlite_sequence (name, seq) select 'room_snapshots', max("
        " coalesce((select max(number) from room_snapshots), 0),"
        " coalesce((select max(snapshot) from room_history), 0),"
        " coalesce((select max(after_snapshot) from damaged_bytes), 0));");
}

}  // namespace

Rescued rescue(Connection& from, Connection& to, WallTime now) {
    Rescued rescued;
    to.execute("pragma foreign_keys = off");
    {
        Transaction transaction(to);
        const std::vector<Table> tables = tables_of(to);
        for (const Table& table : tables)
            TableRescue(from, to, table, rescued).run();
        rescued.rooms_made = make_lost_rooms(to, now);
        remove_orphans(to, tables);
        note_lost_updates(to, now);
        keep_counting(to);
        Query lost = to.query(fmt::format("select count(*) from rooms where not {}", has_document));
        lost.next_row();
        rescued.documents_lost = static_cast<std::size_t>(lost.read_integer());
        transaction.commit();
    }
    to.execute("pragma foreign_keys = on");
    return rescued;
}

}  // namespace codencollab::store
