#include "store/sqlite_database.h"

#include "store/faulty_vfs_for_tests.h"
#include "store/migrations.h"
#include "store/sqlite_connection.h"
#include "support/manual_clock.h"
#include "support/temporary_directory.h"
#include "support/waiting_loop.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace codencollab::store {
namespace {

using room::ChatMessage;
using room::RoomRecord;
using room::RunRecord;
using room::StoredRoom;

/// A database in a directory of its own, with a room store on the test's loop.
class Database : public testing::Test {
  protected:
    Result<> open() {
        auto opened = SqliteDatabase::open(data_, clock_);
        if (!opened) return std::unexpected(std::move(opened).error());
        database_ = *std::move(opened);
        store_ = database_->make_room_store(loop_);
        return {};
    }
    void close() {
        store_.reset();
        database_.reset();
    }

    template <class T = void, class Start>
    Result<T> call(Start start) {
        return loop_.await<Result<T>>([&](Callback<T> done) { start(std::move(done)); });
    }
    Result<RoomRecord> create(const RoomId& id, std::string key = "") {
        RoomRecord room{
            .id = id,
            .title = "Interview",
            .language = "python",
            .created_at = clock_.wall_now(),
            .updated_at = clock_.wall_now()};
        room::User owner{.id = owner_, .name = "Ada"};
        return call<RoomRecord>([&](auto done) {
            store_->create(room, owner, u"starter", std::move(key), std::move(done));
        });
    }
    Result<> save(const RoomId& room, std::u16string text) {
        return call(
            [&](auto done) { store_->save_text(room, text, clock_.wall_now(), std::move(done)); });
    }
    Result<std::optional<StoredRoom>> load(const RoomId& room) {
        return call<std::optional<StoredRoom>>(
            [&](auto done) { store_->load(room, 10, std::move(done)); });
    }

    TemporaryDirectory directory_;
    std::filesystem::path data_ = directory_.path() / "deep" / "data";
    ManualClock clock_;
    SystemRandom random_;
    UserId owner_ = UserId::random(random_);
    RoomId room_ = RoomId::random(random_);
    WaitingLoop loop_;
    std::unique_ptr<SqliteDatabase> database_;
    std::unique_ptr<room::RoomStore> store_;
};

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
    ASSERT_TRUE(save(room_, u"print(1)"));
    close();
    ASSERT_TRUE(open());
    const auto loaded = load(room_);
    ASSERT_TRUE(loaded && *loaded);
    EXPECT_EQ((*loaded)->text, u"print(1)");
}

TEST_F(Database, StoresWhatWasCalledBeforeItWent) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    for (int i = 0; i < 1'000; ++i) {
        store_->save_text(room_, std::u16string(10, u'a'), clock_.wall_now(), [](const auto&) {});
    }
    store_->save_text(room_, u"the last", clock_.wall_now(), [](const auto&) {});
    close();
    ASSERT_TRUE(open());
    EXPECT_EQ((*load(room_))->text, u"the last");
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
    EXPECT_EQ(save(room_, u"x").error().code, ErrorCode::store_unavailable);
    EXPECT_EQ(load(room_).error().code, ErrorCode::store_unavailable);
}

TEST_F(Database, RefusesALoadOfWhatItCannotRead) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    {
        Connection connection(data_ / "codencollab.db");
        connection.execute(
            "insert into runs (id, room_id, user_id, user_name, language, version, started_at,"
            " finished_at, result) select randomblob(16), id, owner_id, '', '', '', 0, 0, '{}'"
            " from rooms");
    }
    EXPECT_EQ(load(room_).error().code, ErrorCode::store_unavailable);
    EXPECT_TRUE(save(room_, u"others go on"));
}

TEST_F(Database, WorksAgainAfterAnotherProgramLockedTheFile) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    {
        Connection connection(data_ / "codencollab.db");
        connection.execute("begin immediate");
        EXPECT_EQ(save(room_, u"x").error().code, ErrorCode::store_unavailable);
        EXPECT_NE(database_->unavailable_reason(), "");
        connection.execute("rollback");
    }
    EXPECT_TRUE(save(room_, u"y"));
    EXPECT_EQ(database_->unavailable_reason(), "");
    EXPECT_EQ((*load(room_))->text, u"y");
}

// A scenario with a fault at its n-th write, for every n until it passes without one: what was
// answered as stored is there, what was answered as failed is there whole or not at all, doing it
// again is safe, and the store works again.
class Faults : public Database, public testing::WithParamInterface<int> {};
TEST_P(Faults, LeaveWholeCallsOrNothing) {
    FaultyDisk disk;
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    const std::u16string large(200'000, u'x');
    for (int n = 0;; ++n) {
        ASSERT_LT(n, 500) << "the scenario must end";
        const RoomId second = RoomId::random(random_);
        const std::u16string before = (*load(room_))->text;
        disk.break_after(n, GetParam());
        const auto created = create(second);
        const std::u16string wanted = large + static_cast<char16_t>(n + 1);
        const auto saved = save(room_, wanted);
        const int failures = disk.failures();
        disk.mend();

        EXPECT_TRUE(created || created.error().code == ErrorCode::store_unavailable);
        EXPECT_TRUE(saved || saved.error().code == ErrorCode::store_unavailable);
        const auto second_now = load(second);
        ASSERT_TRUE(second_now) << "the store works again";
        EXPECT_TRUE(second_now->has_value() || !created);
        EXPECT_TRUE(!*second_now || (*second_now)->members.size() == 1);
        const std::u16string after = (*load(room_))->text;
        EXPECT_TRUE(after == wanted || (!saved && after == before)) << n;
        EXPECT_TRUE(create(second)) << "again, with the same id";
        EXPECT_EQ((*load(second))->members.size(), 1U);
        EXPECT_TRUE(save(room_, u"small"));
        EXPECT_EQ(database_->unavailable_reason(), "");
        if (failures == 0) break;
    }
    close();
    ASSERT_TRUE(open());
    EXPECT_EQ((*load(room_))->text, u"small");
}
INSTANTIATE_TEST_SUITE_P(
    Kinds,
    Faults,
    testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC),
    [](const auto& kind) {
        return kind.param == SQLITE_FULL          ? "DiskFull"
               : kind.param == SQLITE_IOERR_WRITE ? "WriteError"
                                                  : "SyncError";
    });

TEST(Migrations, AreNumberedFromOneWithoutAGap) {
    int expected = 0;
    for (const Migration& migration : sqlite_migrations()) {
        EXPECT_EQ(migration.number, ++expected);
        EXPECT_FALSE(migration.sql.empty());
    }
    EXPECT_GE(expected, 2);
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

}  // namespace
}  // namespace codencollab::store
