#pragma once

#include "room/store.h"
#include "sim/dice.h"
#include "sim/disk.h"
#include "sim/node_loop.h"
#include "sim/scheduler.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace codencollab::sim {

/// What of a store's troubles is on at the moment; the chaos turns them on and off.
struct StoreTroubles {
    std::chrono::milliseconds delay_max{4};
    std::size_t error_percent = 0;
    std::size_t unknown_percent = 0;
    std::size_t load_error_percent = 0;
    bool disk_is_full = false;
};

/// One node's way to the disk: calls are done one after the other, each after a delay, and answered
/// in order. When the node dies, calls that were done are on the disk and the others are not,
/// whether they were answered or not.
class SimStore final : public room::RoomStore, public std::enable_shared_from_this<SimStore> {
  public:
    SimStore(
        Scheduler& scheduler,
        NodeLoop& loop,
        Disk& disk,
        const StoreTroubles& troubles,
        Trace& trace,
        Dice dice)
        : scheduler_(scheduler),
          loop_(loop),
          disk_(disk),
          troubles_(troubles),
          trace_(trace),
          dice_(dice) {}

    /// Calls that are not answered.
    std::size_t waiting() const { return calls_.size(); }
    /// Calls that would have changed something so far.
    std::size_t writes() const { return writes_; }
    /// The node has died: nothing comes in and nothing is answered any more.
    void die();

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
    enum class Access { read, write };
    struct Call {
        Task perform;  // on the disk, or not; keeps the answer
        Task answer;   // to be posted
        bool is_done = false;
    };

    template <class T, class Act>
    void call(std::string_view name, Access access, Callback<T> done, Act act);
    template <class Act>
    void write(std::string_view name, const RoomId& room, Callback<> done, Act act);
    void watch(const RoomId& room);
    void schedule(std::chrono::nanoseconds delay);
    void step();
    std::chrono::nanoseconds delay();

    Scheduler& scheduler_;
    NodeLoop& loop_;
    Disk& disk_;
    const StoreTroubles& troubles_;
    Trace& trace_;
    Dice dice_;
    std::deque<Call> calls_;
    std::size_t writes_ = 0;
    bool is_dead_ = false;
};

}  // namespace codencollab::sim
