#include "store/database_for_tests.h"
#include "store/faulty_vfs_for_tests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace codencollab::store {
namespace {

constexpr int faults_max = 2'000;

/// A scenario of everything that is done with a document, each call done again until it succeeds as
/// a room does, and what must be there after it.
class Scenario : public Database {
  protected:
    /// Calls until it succeeds; the disk is mended after the third failure. False: never.
    template <class Call>
    bool do_until_stored(FaultyDisk& disk, Call one_call) {
        for (int i = 0; i < 10; ++i) {
            const auto done = one_call();
            if (done) return true;
            EXPECT_EQ(done.error().code, ErrorCode::store_unavailable) << done.error().message;
            if (i >= 2) disk.mend();
        }
        return false;
    }

    /// A room with a fold in the middle; answers what was acknowledged of its log.
    Updates play(FaultyDisk& disk, const RoomId& room) {
        Updates acknowledged{"starter"};
        EXPECT_TRUE(do_until_stored(disk, [&] { return create(room); }));
        for (std::uint64_t number = 1; number <= 6; ++number) {
            const std::string bytes = "update " + std::to_string(number);
            EXPECT_TRUE(do_until_stored(disk, [&] { return append(room, number, bytes); }));
            acknowledged.push_back(bytes);
            if (number == 4) {
                EXPECT_TRUE(do_until_stored(disk, [&] { return fold(room, 4, "whole"); }));
            }
        }
        EXPECT_TRUE(do_until_stored(disk, [&] { return load(room); }));
        EXPECT_TRUE(do_until_stored(disk, [&] { return history(room); }));
        return acknowledged;
    }

    void expect_all_there(const RoomId& room, const Updates& acknowledged) {
        EXPECT_EQ(history_of(room), acknowledged) << "each once, in order";
        EXPECT_EQ(updates_of(room), (Updates{"whole", "update 5", "update 6"}));
    }
};

struct Kind {
    const char* name;
    int code;
    FaultyDisk::Operations operations;
};

// A fault at the n-th operation and all after it until the disk is mended, for every n until the
// whole scenario passes without one.
class EveryFault : public Scenario, public testing::WithParamInterface<Kind> {};
TEST_P(EveryFault, LosesNothingAcknowledgedAndDoublesNothing) {
    FaultyDisk disk;
    ASSERT_TRUE(open());
    int n = 0;
    for (;; ++n) {
        ASSERT_LT(n, faults_max) << "the scenario must end";
        const RoomId room = RoomId::random(random_);
        disk.break_after(n, GetParam().code, GetParam().operations);
        const Updates acknowledged = play(disk, room);
        const int failures = disk.failures();
        disk.mend();
        expect_all_there(room, acknowledged);
        if (testing::Test::HasFailure()) FAIL() << "with a fault at operation " << n;
        if (failures == 0) break;
    }
    EXPECT_GT(n, 8) << "the faults must have met something";
    EXPECT_EQ(database_->unavailable_reason(), "");
    close();
    EXPECT_EQ(ask("select count(*) from pragma_foreign_key_check"), 0);
    EXPECT_EQ(ask("select count(*) from pragma_integrity_check where integrity_check = 'ok'"), 1);
}
INSTANTIATE_TEST_SUITE_P(
    Kinds,
    EveryFault,
    testing::Values(
        Kind{"DiskFull", SQLITE_FULL, FaultyDisk::Operations::writes},
        Kind{"ReadOnly", SQLITE_READONLY, FaultyDisk::Operations::writes},
        Kind{"WriteError", SQLITE_IOERR_WRITE, FaultyDisk::Operations::writes},
        Kind{"SyncError", SQLITE_IOERR_FSYNC, FaultyDisk::Operations::writes},
        Kind{"AnyCall", SQLITE_IOERR, FaultyDisk::Operations::all}),
    [](const auto& kind) { return kind.param.name; });

// Some syncs fail, one after the other; then the disk seems well, and at the end the power goes.
// What was written before a failed sync is gone, unless it was written anew.
using PowerCut = Scenario;
class FailedSyncs : public Scenario, public testing::WithParamInterface<int> {};
TEST_P(FailedSyncs, ThenAPowerCutLoseNothingAcknowledged) {
    for (int n = 0;; ++n) {
        ASSERT_LT(n, faults_max) << "the scenario must end";
        FaultyDisk disk;
        const std::string name = std::to_string(n);
        data_ = directory_.path() / ("data" + name);
        ASSERT_TRUE(open());
        disk.fail_syncs_after(n, GetParam());
        const RoomId room = RoomId::random(random_);
        const Updates acknowledged = play(disk, room);
        const int failures = disk.failures();
        const auto survived = directory_.path() / ("survived" + name);
        disk.write_what_survives(data_, survived);
        close();

        data_ = survived;
        ASSERT_TRUE(open());
        expect_all_there(room, acknowledged);
        if (testing::Test::HasFailure()) FAIL() << "with a failure of sync " << n;
        close();
        if (failures == 0) break;
    }
}

INSTANTIATE_TEST_SUITE_P(Count, FailedSyncs, testing::Values(1, 2, 3));

// The power goes after each call, with nothing failing before.
TEST_F(PowerCut, LosesNothingAcknowledged) {
    FaultyDisk disk;
    ASSERT_TRUE(open());
    const auto origin = data_;
    ASSERT_TRUE(create(room_));
    Updates acknowledged{"starter"};
    for (std::uint64_t number = 1; number <= 12; ++number) {
        ASSERT_TRUE(append(room_, number, std::to_string(number)));
        acknowledged.push_back(std::to_string(number));
        if (number % 5 == 0) {
            ASSERT_TRUE(fold(room_, number, "whole"));
        }
        const auto survived = directory_.path() / ("survived" + std::to_string(number));
        disk.write_what_survives(origin, survived);
        auto database = std::exchange(database_, nullptr);
        auto store = std::exchange(store_, nullptr);
        data_ = survived;
        ASSERT_TRUE(open());
        EXPECT_EQ(history_of(room_), acknowledged);
        close();
        data_ = origin;
        database_ = std::move(database);
        store_ = std::move(store);
    }
}

TEST_F(Scenario, ARoomThatCannotBeReadIsNotOpenedAndNothingIsWritten) {
    FaultyDisk disk;
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(room_));
    ASSERT_TRUE(append(room_, 1, std::string(100'000, 'x')));
    close();
    ASSERT_TRUE(open());
    disk.break_after(0, SQLITE_IOERR_READ, FaultyDisk::Operations::all);
    const auto loaded = load(room_);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::store_unavailable);
    disk.mend();
    EXPECT_EQ(updates_of(room_).size(), 2U) << "not remembered as failed";
    EXPECT_FALSE((*load(room_))->document.is_recovered);
    close();
    EXPECT_EQ(ask("select count(*) from damaged_bytes"), 0);
}

}  // namespace
}  // namespace codencollab::store
