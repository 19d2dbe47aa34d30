#pragma once

#include "store/sqlite_connection.h"
#include "store/sqlite_database.h"
#include "support/manual_clock.h"
#include "support/temporary_directory.h"
#include "support/waiting_loop.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::store {

/// A database in a directory of its own, with a room store on the test's loop.
class Database : public testing::Test {
  protected:
    using Updates = std::vector<std::string>;

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
    std::filesystem::path file() const { return data_ / "codencollab.db"; }

    template <class T = void, class Start>
    Result<T> call(Start start) {
        return loop_.await<Result<T>>([&](Callback<T> done) { start(std::move(done)); });
    }
    Result<room::RoomRecord> create(const RoomId& id, std::string key = "") {
        room::RoomRecord room{
            .id = id,
            .title = "Interview",
            .language = "python",
            .created_at = clock_.wall_now(),
            .updated_at = clock_.wall_now()};
        room::User owner{.id = owner_, .name = "Ada"};
        room::LogBatch first{.writer = 9, .updates = {update(1, "starter")}};
        return call<room::RoomRecord>([&](auto done) {
            store_->create(room, owner, std::move(first), "", std::move(key), std::move(done));
        });
    }
    room::LoggedUpdate update(std::uint64_t number, std::string bytes) {
        return {
            .number = number, .author = owner_, .at = clock_.wall_now(), .bytes = std::move(bytes)};
    }
    Result<> append(const RoomId& room, std::uint64_t number, std::string bytes) {
        return call([&](auto done) {
            room::LogBatch batch{.writer = 1, .updates = {update(number, std::move(bytes))}};
            store_->append(room, std::move(batch), std::move(done));
        });
    }
    Result<> fold(
        const RoomId& room,
        std::uint64_t through,
        std::string snapshot,
        std::string text = "text") {
        return call([&](auto done) {
            store_->fold(
                room,
                {{9, 1}, {1, through}},
                std::move(snapshot),
                std::move(text),
                std::move(done));
        });
    }
    Result<> save(const RoomId& room, std::string text) {
        return call(
            [&](auto done) { store_->save_text(room, text, clock_.wall_now(), std::move(done)); });
    }
    Result<std::optional<room::StoredRoom>> load(const RoomId& room) {
        return call<std::optional<room::StoredRoom>>(
            [&](auto done) { store_->load(room, 10, std::move(done)); });
    }
    Updates updates_of(const RoomId& room) {
        auto loaded = load(room);
        EXPECT_TRUE(loaded) << loaded.error().message;
        if (!loaded || !*loaded) return {};
        return (*loaded)->document.updates;
    }
    /// The whole history on one page.
    Result<room::HistoryPage> history(const RoomId& room) {
        return call<room::HistoryPage>(
            [&](auto done) { store_->history(room, {.count = 100'000}, std::move(done)); });
    }
    Updates history_of(const RoomId& room) {
        auto page = history(room);
        EXPECT_TRUE(page) << page.error().message;
        Updates updates;
        if (!page) return updates;
        for (const room::LoggedUpdate& one : page->updates)
            updates.push_back(one.bytes);
        return updates;
    }

    /// What a statement answers, while no server has the file open or beside one.
    std::int64_t ask(const std::string& sql) {
        Connection connection(file());
        Query query = connection.query(sql);
        query.next_row();
        return query.read_integer();
    }
    void execute(const std::string& sql) { Connection(file()).execute(sql); }

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

}  // namespace codencollab::store
