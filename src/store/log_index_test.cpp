#include "store/log_index.h"

#include "store/migrations.h"
#include "support/temporary_directory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace codencollab::store {
namespace {

/// A database with the room that `room` names in SQL; its log is filled by the tests.
class LogIndex : public testing::Test {
  protected:
    static constexpr std::string_view room = "x'00112233445566778899aabbccddeeff'";
    const RoomId room_id = *RoomId::parse("00112233-4455-6677-8899-aabbccddeeff");

    void SetUp() override {
        open();
        ASSERT_TRUE(migrate(*connection_, sqlite_migrations(), WallTime()));
        execute(fmt::format(
            "insert into rooms values ({}, zeroblob(16), '', 'python', 'link', 'editor', 0, 0, 0,"
            " '')",
            room));
    }
    void open() { connection_ = std::make_unique<Connection>(file().string()); }
    std::filesystem::path file() const { return directory_.path() / "x.db"; }
    void execute(const std::string& sql) { connection_->execute(sql); }
    void append(std::uint64_t number) {
        const room::LoggedUpdate update{number, {}, {}, std::string(900, '\0')};
        add_to_log(*connection_, room_id, 7, {&update, 1});
    }
    std::int64_t ask(const std::string& sql) {
        Query query = connection_->query(sql);
        query.next_row();
        return query.read_integer();
    }
    /// The rows of the log and those of the index that lead to them.
    void expect_rows(std::int64_t count) {
        EXPECT_EQ(ask("select count(*) from room_updates"), count);
        EXPECT_EQ(ask("select count(*) from log_index"), count);
        EXPECT_EQ(
            ask("select count(*) from log_index i join room_updates u using (seq)"
                " where u.room_id = i.room_id and u.writer = i.writer and u.number = i.number"),
            count);
    }

    TemporaryDirectory directory_;
    std::unique_ptr<Connection> connection_;
};

TEST_F(LogIndex, HoldsWhatTheLogHad) {
    EXPECT_FALSE(make_log_index(*connection_));
    for (std::uint64_t number = 1; number <= 3; ++number)
        append(number);
    connection_.reset();
    open();
    EXPECT_FALSE(make_log_index(*connection_));
    expect_rows(3);
}

TEST_F(LogIndex, FollowsTheLog) {
    EXPECT_FALSE(make_log_index(*connection_));
    append(1);
    append(2);
    expect_rows(2);
    execute("delete from room_updates where number = 1");
    expect_rows(1);
    execute(fmt::format("delete from rooms where id = {}", room));
    expect_rows(0);
}

TEST_F(LogIndex, LeavesOutAnUpdateThatIsThere) {
    EXPECT_FALSE(make_log_index(*connection_));
    append(1);
    append(1);
    expect_rows(1);
    execute("delete from room_updates");
    append(1);
    expect_rows(1);
}

TEST_F(LogIndex, IsRolledBackWithTheLog) {
    EXPECT_FALSE(make_log_index(*connection_));
    append(1);
    {
        const Transaction transaction(*connection_);
        append(2);
        execute("savepoint one_call");
        execute("delete from room_updates where number = 1");
        expect_rows(1);
        execute("rollback to one_call");
        expect_rows(2);
    }
    expect_rows(1);
    append(2);
    expect_rows(2);
}

TEST_F(LogIndex, RefusesAnUpdateOfNoRoomWhole) {
    EXPECT_FALSE(make_log_index(*connection_));
    execute(fmt::format("delete from rooms where id = {}", room));
    EXPECT_THROW(append(1), SqliteFailure);
    expect_rows(0);
}

TEST_F(LogIndex, FindsTheRowsOnBothSidesOfADamagedPage) {
    EXPECT_FALSE(make_log_index(*connection_));
    constexpr std::uint64_t rows = 100;
    for (std::uint64_t number = 1; number <= rows; ++number)
        append(number);
    const std::int64_t page =
        ask("select pageno from dbstat where name = 'room_updates' and pagetype = 'leaf'"
            " order by path limit 1 offset 10");
    ASSERT_GT(page, 1);
    ASSERT_TRUE(connection_->checkpoint(Connection::Checkpoint::truncate));
    connection_.reset();
    {
        std::fstream bytes(file(), std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(static_cast<std::streamoff>(4096 * (page - 1)));
        bytes << std::string(4096, '\x5a');
    }
    open();
    const auto damage = make_log_index(*connection_);
    ASSERT_TRUE(damage);
    EXPECT_TRUE(damage->is_corrupt());
    const std::int64_t found = ask("select count(*) from log_index");
    EXPECT_LT(found, rows);
    EXPECT_GE(found, rows - 10) << "a page holds a few";
    EXPECT_EQ(ask("select min(number) from log_index"), 1);
    EXPECT_EQ(ask("select max(number) from log_index"), rows);
    append(rows + 1);
    EXPECT_EQ(ask("select max(number) from log_index"), rows + 1) << "the log goes on";
}

}  // namespace
}  // namespace codencollab::store
