#pragma once

#include "base/clock.h"
#include "room/store.h"
#include "store/sqlite_worker.h"

#include <memory>

namespace codencollab::store {

/// The rooms in SQLite, for one loop.
class SqliteRoomStore final : public room::RoomStore {
  public:
    SqliteRoomStore(std::shared_ptr<SqliteWorker> worker, Loop& loop, const Clock& clock);

    void create(
        room::RoomRecord room,
        room::User owner,
        room::LogBatch first,
        std::string text,
        std::string idempotency_key,
        Callback<room::RoomRecord> done) override;
    void load(RoomId room, std::size_t chat_count, Callback<std::optional<room::StoredRoom>> done)
        override;
    void list(
        UserId user, std::string before, std::size_t count, Callback<room::RoomPage> done) override;
    void append(RoomId room, room::LogBatch batch, Callback<> done) override;
    void fold(
        RoomId room,
        room::LogPosition folded,
        std::string snapshot,
        std::string text,
        Callback<> done) override;
    void save_text(RoomId room, std::string text, WallTime at, Callback<> done) override;
    void append_event(RoomId room, room::HistoryEvent event, Callback<> done) override;
    void history(RoomId room, room::HistoryQuery query, Callback<room::HistoryPage> done) override;
    void update(room::RoomRecord room, Callback<> done) override;
    void put_member(RoomId room, room::MemberRecord member, Callback<> done) override;
    void remove_member(RoomId room, UserId user, Callback<> done) override;
    void remove(RoomId room, Callback<> done) override;
    void append_chat(RoomId room, room::ChatMessage message, Callback<> done) override;
    void start_run(
        RoomId room,
        room::RunRecord run,
        std::string idempotency_key,
        Callback<room::RunRecord> done) override;
    void finish_run(
        RunId run,
        std::string version,
        room::RunResult result,
        WallTime at,
        Callback<bool> done) override;
    void recent_runs(
        RoomId room, std::size_t count, Callback<std::vector<room::RunRecord>> done) override;

  private:
    template <class T, class Work>
    void submit(std::size_t bytes, Work work, Callback<T> done);

    std::shared_ptr<SqliteWorker> worker_;
    Loop& loop_;
    const Clock& clock_;
};

}  // namespace codencollab::store
