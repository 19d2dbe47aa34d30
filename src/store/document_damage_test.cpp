#include "store/damaged_file.h"
#include "store/database_for_tests.h"
#include "store/document_rows.h"
#include "store/log_index.h"
#include "store/store_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

namespace codencollab::store {
namespace {

namespace fs = std::filesystem;

class Damage : public Database {
  protected:
    /// Two folds and a log: first one, second and third the other, then two updates not folded.
    void make_room() {
        ASSERT_TRUE(create(room_));
        ASSERT_TRUE(append(room_, 1, "first"));
        ASSERT_TRUE(fold(room_, 1, "older whole"));
        ASSERT_TRUE(append(room_, 2, "second"));
        ASSERT_TRUE(append(room_, 3, "third"));
        ASSERT_TRUE(fold(room_, 3, "newer whole"));
        ASSERT_TRUE(append(room_, 4, "fourth"));
        ASSERT_TRUE(append(room_, 5, "fifth"));
    }
    void make_closed_room() {
        ASSERT_TRUE(open());
        make_room();
        close();
    }
    /// Changes one byte of the bytes that a row keeps.
    void flip(const std::string& table, const std::string& where) {
        execute(
            "update " + table +
            " set data = cast(substr(data, 1, 3) || case substr(data, 4, 1) when x'ee' then x'11'"
            " else x'ee' end || substr(data, 5) as blob) where " +
            where);
    }
    /// Appends to the room on a connection of its own, and leaves in `data_` what a crash leaves
    /// then: what was committed is in the write-ahead log alone.
    void crash_after_appending(std::uint64_t first, std::uint64_t last) {
        Connection connection(file());
        ASSERT_FALSE(make_log_index(connection));
        for (std::uint64_t number = first; number <= last; ++number) {
            Transaction transaction(connection);
            room::LogBatch batch{.writer = 1, .updates = {update(number, std::to_string(number))}};
            ASSERT_TRUE(append_updates(connection, room_, batch));
            transaction.commit();
        }
        const fs::path crashed = directory_.path() / "crashed";
        fs::create_directories(crashed);
        fs::copy_file(file(), crashed / "codencollab.db");
        fs::copy_file(log(), crashed / "codencollab.db-wal");
        data_ = crashed;
    }
    fs::path log() const { return file().string() + "-wal"; }
    bool is_recovered() { return (*load(room_))->document.is_recovered; }
};

TEST_F(Damage, ADamagedSnapshotIsMadeGoodByTheOneBeforeIt) {
    make_closed_room();
    flip("room_snapshots", "number = (select max(number) from room_snapshots)");
    ASSERT_TRUE(open());
    const auto loaded = load(room_);
    ASSERT_TRUE(loaded && *loaded);
    const auto& document = (*loaded)->document;
    EXPECT_TRUE(document.is_recovered);
    EXPECT_EQ(
        document.updates,
        (Updates{"older whole", "starter", "first", "second", "third", "fourth", "fifth"}));
    EXPECT_EQ(document.log, (room::LogPosition{{1, 5}}));
    EXPECT_TRUE(is_recovered()) << "until it is whole again";
    close();
    EXPECT_EQ(ask("select count(*) from damaged_bytes where source = 'room_snapshots'"), 1);
    ASSERT_TRUE(open());
    EXPECT_TRUE(is_recovered());
    ASSERT_TRUE(fold(room_, 5, "whole again"));
    EXPECT_EQ(updates_of(room_), Updates{"whole again"});
    EXPECT_FALSE(is_recovered());
    EXPECT_EQ(history_of(room_).size(), 6U);
}

TEST_F(Damage, WithNoSnapshotLeftTheHistoryIsUsed) {
    make_closed_room();
    flip("room_snapshots", "true");
    ASSERT_TRUE(open());
    EXPECT_EQ(
        updates_of(room_), (Updates{"starter", "first", "second", "third", "fourth", "fifth"}));
    EXPECT_TRUE(is_recovered());
    close();
    EXPECT_EQ(ask("select count(*) from damaged_bytes"), 2);
}

TEST_F(Damage, ADamagedUpdateOfTheLogIsLeftOut) {
    make_closed_room();
    flip("room_updates", "number = 4");
    ASSERT_TRUE(open());
    EXPECT_EQ(updates_of(room_), (Updates{"newer whole", "fifth"}));
    EXPECT_TRUE(is_recovered());
    ASSERT_TRUE(append(room_, 6, "sixth"));
    ASSERT_TRUE(fold(room_, 6, "all"));
    EXPECT_FALSE(is_recovered());
    close();
    EXPECT_EQ(ask("select count(*) from damaged_bytes where source = 'room_updates'"), 1);
}

TEST_F(Damage, AnUpdateThatIsDamagedWhenItIsFoldedIsKeptAside) {
    make_closed_room();
    flip("room_updates", "number = 5");
    ASSERT_TRUE(open());
    ASSERT_TRUE(fold(room_, 5, "all"));
    EXPECT_EQ(updates_of(room_), Updates{"all"});
    EXPECT_EQ(history_of(room_), (Updates{"starter", "first", "second", "third", "fourth"}));
    close();
    EXPECT_EQ(ask("select count(*) from damaged_bytes where source = 'room_updates'"), 1);
    EXPECT_EQ(ask("select count(*) from room_updates"), 0);
}

TEST_F(Damage, ADamagedTimeCostsNoUpdate) {
    for (const char* time : {"9223372036854775000", "-9223372036854775000", "9100000000000000"}) {
        room_ = RoomId::random(random_);
        make_closed_room();
        execute(std::string("update room_updates set at = ") + time + " where number = 5");
        ASSERT_TRUE(open());
        const Updates all{"starter", "first", "second", "third", "fourth", "fifth"};
        EXPECT_EQ(history_of(room_), all) << time;
        ASSERT_TRUE(fold(room_, 5, "all"));
        EXPECT_EQ(history_of(room_), all) << time;
        EXPECT_FALSE(is_recovered());
        close();
    }
}

TEST_F(Damage, ADamagedSegmentCostsItselfAlone) {
    make_closed_room();
    flip("room_history", "true");
    ASSERT_TRUE(open());
    EXPECT_EQ(updates_of(room_), (Updates{"newer whole", "fourth", "fifth"}));
    EXPECT_FALSE(is_recovered()) << "the document does not need it";
    EXPECT_EQ(history_of(room_), (Updates{"fourth", "fifth"}));
    ASSERT_TRUE(fold(room_, 5, "all"));
    EXPECT_EQ(history_of(room_), (Updates{"fourth", "fifth"}));
    close();
    EXPECT_EQ(ask("select count(*) from damaged_bytes where source = 'room_history'"), 1);
}

TEST_F(Damage, ARoomOfWhichNothingIsLeftIsNotOpenedAsAnEmptyOne) {
    make_closed_room();
    for (const char* table : {"room_snapshots", "room_history", "room_updates"})
        flip(table, "true");
    ASSERT_TRUE(open());
    for (int i = 0; i < 2; ++i) {
        const auto loaded = load(room_);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code, ErrorCode::store_unavailable);
        EXPECT_TRUE(loaded.error().message.contains("damaged")) << loaded.error().message;
    }
    const RoomId other = RoomId::random(random_);
    EXPECT_TRUE(create(other));
    EXPECT_EQ(updates_of(other), Updates{"starter"});
}

TEST_F(Damage, TheDoctorSaysWhatIsKeptAside) {
    make_closed_room();
    EXPECT_TRUE(report_on(data_).problems.empty());
    flip("room_snapshots", "number = (select max(number) from room_snapshots)");
    ASSERT_TRUE(open());
    EXPECT_TRUE(is_recovered());
    close();
    const StoreReport report = report_on(data_);
    ASSERT_EQ(report.problems.size(), 1U);
    EXPECT_TRUE(report.problems[0].what.contains(room_.view())) << report.problems[0].what;
    EXPECT_TRUE(report.problems[0].what.contains("room_snapshots"));
}

TEST_F(Damage, ALogThatIsCutShortIsUsedAsFarAsItIsWhole) {
    make_closed_room();
    crash_after_appending(6, 7);
    fs::resize_file(log(), fs::file_size(log()) - 100);
    ASSERT_TRUE(open());
    EXPECT_EQ(updates_of(room_), (Updates{"newer whole", "fourth", "fifth", "6"}));
    ASSERT_TRUE(append(room_, 7, "7"));
    EXPECT_EQ(updates_of(room_).size(), 5U);
    EXPECT_TRUE(files_set_aside(file()).empty()) << "nobody was told that it is stored";
}

TEST_F(Damage, ALogWithADamagedFrameIsKeptAside) {
    make_closed_room();
    crash_after_appending(6, 25);
    const auto size = fs::file_size(log());
    {
        std::fstream bytes(log(), std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(static_cast<std::streamoff>(size / 2));
        bytes << "!?!?";
    }
    ASSERT_TRUE(open());
    const Updates updates = updates_of(room_);
    EXPECT_GT(updates.size(), 4U) << "the good prefix";
    EXPECT_LT(updates.size(), 23U);
    const auto aside = files_set_aside(file());
    ASSERT_EQ(aside.size(), 1U);
    EXPECT_EQ(fs::file_size(aside[0]), size);
    close();
    EXPECT_FALSE(report_on(data_).problems.empty());
}

/// Many rooms, so that a damaged page hits few of them.
class DamagedFile : public Damage {
  protected:
    static constexpr int room_count = 120;

    void make_rooms() {
        ASSERT_TRUE(open());
        for (int i = 0; i < room_count; ++i) {
            rooms_.push_back(RoomId::random(random_));
            ASSERT_TRUE(create(rooms_.back()));
            ASSERT_TRUE(append(rooms_.back(), 1, std::string(700, 'a')));
            ASSERT_TRUE(fold(rooms_.back(), 1, std::string(300, 'b') + std::to_string(i)));
            ASSERT_TRUE(append(rooms_.back(), 2, "last"));
        }
        close();
        ASSERT_FALSE(fs::exists(file().string() + "-wal"));
    }
    void damage_page(std::int64_t page) {
        ASSERT_GT(page, 0);
        std::fstream bytes(file(), std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(static_cast<std::streamoff>(4096 * (page - 1)));
        bytes << std::string(4096, '\x5a');
    }
    std::int64_t a_leaf_of(const std::string& table) {
        return ask(
            "select pageno from dbstat where name = '" + table +
            "' and pagetype = 'leaf' order by path limit 1 offset 1");
    }
    /// How many rooms open with their last update.
    int whole_rooms() {
        int whole = 0;
        for (const RoomId& room : rooms_) {
            const auto loaded = load(room);
            if (!loaded || !*loaded) continue;
            const auto& updates = (*loaded)->document.updates;
            if (!updates.empty() && updates.back() == "last") ++whole;
        }
        return whole;
    }

    std::vector<RoomId> rooms_;
};

TEST_F(DamagedFile, IsKeptAsideAndReadAsFarAsItCan) {
    make_rooms();
    const fs::path origin = file();
    for (const std::string table :
         {"rooms",
          "room_updates",
          "room_snapshots",
          "room_members",
          "room_events",
          "room_members_user_id_idx"}) {
        const std::int64_t page = a_leaf_of(table);
        ASSERT_GT(page, 1) << table;
        data_ = directory_.path() / table;
        fs::create_directories(data_);
        fs::copy_file(origin, file());
        damage_page(page);
        const auto size = fs::file_size(file());
        ASSERT_TRUE(open()) << table;
        const auto aside = files_set_aside(file());
        ASSERT_EQ(aside.size(), 1U) << table;
        EXPECT_EQ(fs::file_size(aside[0]), size);
        EXPECT_GT(whole_rooms(), room_count / 2) << table;
        EXPECT_TRUE(create(RoomId::random(random_)));
        EXPECT_EQ(database_->unavailable_reason(), "");
        close();
        EXPECT_FALSE(report_on(data_).problems.empty());
        EXPECT_EQ(
            ask("select count(*) from pragma_integrity_check where integrity_check = 'ok'"), 1);
        ASSERT_TRUE(open());
        EXPECT_EQ(files_set_aside(file()).size(), 1U) << "mended once";
        close();
        data_ = origin.parent_path();
    }
}

TEST_F(DamagedFile, IsMendedAlsoWhenTheMendingWasCutShort) {
    make_rooms();
    damage_page(a_leaf_of("room_updates"));
    const fs::path aside = file().string() + ".damaged-20260101-000000";
    fs::copy_file(file(), aside);
    std::ofstream(file().string() + ".note") << "mending from " << aside.string();
    fs::resize_file(file(), 0);
    ASSERT_TRUE(open());
    EXPECT_GT(whole_rooms(), room_count / 2);
    EXPECT_FALSE(fs::exists(file().string() + ".note"));
}

TEST_F(DamagedFile, IsNoticedWhileTheServerRunsAndMendedAtTheNextStart) {
    make_rooms();
    const std::int64_t page = a_leaf_of("room_snapshots");
    ASSERT_TRUE(open());
    damage_page(page);
    const int whole = whole_rooms();
    EXPECT_LT(whole, room_count);
    EXPECT_GT(whole, room_count / 2) << "all else goes on";
    EXPECT_TRUE(create(RoomId::random(random_)));
    EXPECT_EQ(database_->unavailable_reason(), "");
    close();
    EXPECT_FALSE(report_on(data_).problems.empty());
    ASSERT_TRUE(open());
    EXPECT_EQ(files_set_aside(file()).size(), 1U);
}

TEST_F(DamagedFile, OfWhichNothingCanBeReadIsLeftAlone) {
    make_rooms();
    damage_page(1);
    const auto opened = open();
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().message.starts_with("Cannot open"));
    EXPECT_TRUE(files_set_aside(file()).empty());
    EXPECT_GT(fs::file_size(file()), 0U);
}

}  // namespace
}  // namespace codencollab::store
