#include "store/sqlite_database.h"

#include "store/database_for_tests.h"
#include "store/migrations.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace codencollab::store {
namespace {

using room::RunRecord;

TEST_F(Database, MakesItsDirectoryForItsOwnerAlone) {
    data_ /= "";  // as in --data ./data/
    ASSERT_TRUE(open());
    struct stat about{};
    ASSERT_EQ(::stat(data_.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0700U);
    ASSERT_EQ(::stat((data_ / "codencollab.db").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(Database, KeepsASecondServerOut) {
    ASSERT_TRUE(open());
    const auto second = SqliteDatabase::open(data_, clock_);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().message.starts_with("Another server is running"));
    EXPECT_FALSE(second.error().message.contains('\n'));
    close();
    EXPECT_TRUE(open());
}

TEST_F(Database, SaysWhyItCannotWrite) {
    std::ofstream(directory_.path() / "deep") << "a file where a directory should be";
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().message.starts_with("Cannot write to the data directory"));
    EXPECT_FALSE(opened.error().message.contains('\n'));
}

TEST_F(Database, SaysThatItsFileIsNone) {
    std::filesystem::create_directories(data_);
    std::ofstream(data_ / "codencollab.db") << std::string(4096, 'x');
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().message.starts_with("Cannot open"));
}

TEST_F(Database, KeepsEverythingOverARestart) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    ASSERT_TRUE(append(room_, 1, "a"));
    ASSERT_TRUE(fold(room_, 1, "whole"));
    ASSERT_TRUE(append(room_, 2, "b"));
    ASSERT_TRUE(save(room_, "print('h\u00e9')"));
    close();
    EXPECT_EQ(ask("select count(*) from rooms where code = 'print(''h\u00e9'')'"), 1);
    ASSERT_TRUE(open());
    EXPECT_EQ(updates_of(room_), (Updates{"whole", "b"}));
    EXPECT_EQ(history_of(room_), (Updates{"starter", "a", "b"}));
}

// A log that is empty says that the text is no older than the document.
TEST_F(Database, StoresThePlainTextWithAFold) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    ASSERT_TRUE(append(room_, 1, "a"));
    ASSERT_TRUE(save(room_, "older"));
    ASSERT_TRUE(fold(room_, 1, "whole", "as it is"));
    close();
    EXPECT_EQ(ask("select count(*) from rooms where code = 'as it is'"), 1);
}

TEST_F(Database, StoresWhatWasCalledBeforeItWent) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    for (std::uint64_t number = 1; number <= 1'000; ++number) {
        room::LogBatch batch{.writer = 1, .updates = {update(number, "x")}};
        store_->append(room_, std::move(batch), [](const auto&) {});
    }
    close();
    ASSERT_TRUE(open());
    EXPECT_EQ(updates_of(room_).size(), 1'001U);
}

TEST_F(Database, EndsTheRunsThatARestartLost) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    RunRecord run{
        .id = RunId::random(random_),
        .user = owner_,
        .user_name = "Ada",
        .language = "python",
        .version = "*",
        .started_at = clock_.wall_now(),
        .finished_at = {},
        .result = {}};
    ASSERT_TRUE(
        call<RunRecord>([&](auto done) { store_->start_run(room_, run, "", std::move(done)); }));
    close();
    clock_.advance(std::chrono::minutes(1));
    ASSERT_TRUE(open());
    const auto last = (*load(room_))->last_run;
    ASSERT_TRUE(last && last->result);
    EXPECT_EQ(last->result->failure, room::RunFailure::internal);
    EXPECT_EQ(
        last->result->message,
        "The server restarted during this run; its result is lost. Run again.");
    EXPECT_EQ(last->finished_at, clock_.wall_now());
    const auto again = call<bool>([&](auto done) {
        store_->finish_run(run.id, "3", {}, clock_.wall_now(), std::move(done));
    });
    EXPECT_FALSE(*again) << "one result a run";
}

TEST_F(Database, KeepsTheLogOfCommitsSmall) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    const std::string large(1 << 20, 'x');
    std::uintmax_t largest = 0;
    for (std::uint64_t number = 1; number <= 80; ++number) {
        ASSERT_TRUE(append(room_, number, large));
        largest = std::max(largest, std::filesystem::file_size(file().string() + "-wal"));
    }
    EXPECT_LT(largest, std::uintmax_t{24} << 20) << "copied from 16 MiB on, and used again";
    EXPECT_EQ(updates_of(room_).size(), 81U);
}

TEST_F(Database, RefusesAFileOfANewerVersion) {
    ASSERT_TRUE(open());
    close();
    {
        Connection connection(data_ / "codencollab.db");
        connection.execute("insert into schema_migrations values (9999, 'future', 0)");
    }
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().message.contains("9999"));
    EXPECT_TRUE(opened.error().message.contains("newer version"));
}

TEST_F(Database, AnswersUnavailableOnceItIsClosed) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    database_.reset();
    EXPECT_EQ(append(room_, 1, "x").error().code, ErrorCode::store_unavailable);
    EXPECT_EQ(load(room_).error().code, ErrorCode::store_unavailable);
}

TEST_F(Database, RefusesALoadOfWhatItCannotRead) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    // Whose room would it be?
    execute("pragma ignore_check_constraints = on; update room_members set user_id = x'00'");
    EXPECT_EQ(load(room_).error().code, ErrorCode::store_unavailable);
    EXPECT_TRUE(save(room_, "others go on"));
}

TEST_F(Database, WorksAgainAfterAnotherProgramLockedTheFile) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    {
        Connection connection(data_ / "codencollab.db");
        connection.execute("begin immediate");
        EXPECT_EQ(append(room_, 1, "x").error().code, ErrorCode::store_unavailable);
        EXPECT_NE(database_->unavailable_reason(), "");
        connection.execute("rollback");
    }
    EXPECT_TRUE(append(room_, 1, "x"));
    EXPECT_EQ(database_->unavailable_reason(), "");
    EXPECT_EQ(updates_of(room_), (Updates{"starter", "x"}));
}

TEST(Migrations, AreNumberedFromOneWithoutAGap) {
    int expected = 0;
    for (const Migration& migration : sqlite_migrations()) {
        EXPECT_EQ(migration.number, ++expected);
        EXPECT_FALSE(migration.sql.empty());
    }
    EXPECT_GE(expected, 3);
}

TEST(Migrations, RunOnceAndLeaveNothingOfOneThatFails) {
    TemporaryDirectory directory;
    Connection connection(directory.path() / "x.db");
    const Migration good{1, "good", "create table a (x integer) strict;"};
    const Migration bad{2, "bad", "create table b (x integer) strict; create table b (y integer);"};
    const std::array first = {good};
    const std::array both = {good, bad};
    ASSERT_TRUE(migrate(connection, first, WallTime()));
    ASSERT_TRUE(migrate(connection, first, WallTime()));
    EXPECT_THROW((void)migrate(connection, both, WallTime()), SqliteFailure);
    EXPECT_THROW(connection.execute("select * from b"), SqliteFailure);
    EXPECT_TRUE(migrate(connection, first, WallTime())) << "still at 1";
}

// The highest rows were folded when the log got its new form: their numbers must not come again.
TEST(Migrations, KeepTheLogAndItsCounting) {
    TemporaryDirectory directory;
    Connection connection(directory.path() / "x.db");
    const auto all = sqlite_migrations();
    ASSERT_TRUE(migrate(connection, all.first(3), WallTime()));
    connection.execute(
        "insert into rooms values (zeroblob(16), zeroblob(16), '', 'python', 'link', 'editor', 0,"
        " 0, 0, '')");
    constexpr auto add =
        "insert into room_updates (room_id, writer, number, at, checksum, data)"
        " select zeroblob(16), 7, coalesce(max(number), 0) + 1, 5, 6, x'7570' from"
        " room_updates";
    for (int i = 0; i < 3; ++i)
        connection.execute(add);
    connection.execute("delete from room_updates where seq = 3");
    ASSERT_TRUE(migrate(connection, all, WallTime()));
    connection.execute(add);
    Query query = connection.query(
        "select group_concat(seq || ':' || number || ':' || at || ':' || checksum || ':' || data)"
        " from room_updates");
    query.next_row();
    EXPECT_EQ(query.read_text(), "1:1:5:6:up,2:2:5:6:up,4:3:5:6:up");
}

}  // namespace
}  // namespace codencollab::store
