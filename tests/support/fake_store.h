#pragma once

#include "room/store.h"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codencollab {

/// A store in memory. Answers in later turns of its loop and in order; can be made to fail, and to
/// hold everything back until `release`.
class FakeStore final : public room::RoomStore {
  public:
    struct Kept {
        room::RoomRecord room;
        std::map<UserId, room::MemberRecord> members;
        std::u16string text;
        std::vector<room::ChatMessage> chat;
        std::vector<room::RunRecord> runs;
    };

    explicit FakeStore(Loop& loop) : loop_(loop) {}

    bool is_failing = false;
    std::size_t loads = 0;
    std::size_t text_saves = 0;
    std::map<RoomId, Kept> rooms;

    void hold() { is_held_ = true; }
    void release() {
        is_held_ = false;
        for (std::size_t i = 0; i < waiting_.size(); ++i)
            post_one();
    }

    void create(
        room::RoomRecord record,
        room::User owner,
        std::u16string text,
        std::string key,
        Callback<room::RoomRecord> done) override {
        later(std::move(done), [=, this]() -> Result<room::RoomRecord> {
            if (!key.empty()) {
                const auto [found, is_new] =
                    room_keys_.try_emplace(owner.id.str() + key, record.id);
                if (!is_new) return rooms.at(found->second).room;
            }
            Kept kept{record, {}, text, {}, {}};
            kept.members.emplace(
                owner.id, room::MemberRecord{owner, room::Role::owner, record.created_at});
            rooms.emplace(record.id, std::move(kept));
            return record;
        });
    }

    void load(RoomId id, std::size_t chat_count, Callback<std::optional<room::StoredRoom>> done)
        override {
        later(std::move(done), [=, this]() -> Result<std::optional<room::StoredRoom>> {
            ++loads;
            const auto found = rooms.find(id);
            if (found == rooms.end()) return std::optional<room::StoredRoom>();
            const Kept& kept = found->second;
            room::StoredRoom stored{kept.room, {}, kept.text, kept.chat, std::nullopt};
            if (stored.chat.size() > chat_count) {
                stored.chat.erase(
                    stored.chat.begin(),
                    stored.chat.end() - static_cast<std::ptrdiff_t>(chat_count));
            }
            for (const auto& [user, member] : kept.members)
                stored.members.push_back(member);
            if (!kept.runs.empty()) stored.last_run = kept.runs.back();
            return std::optional(std::move(stored));
        });
    }

    void list(UserId user, std::string, std::size_t, Callback<room::RoomPage> done) override {
        later(std::move(done), [=, this]() -> Result<room::RoomPage> {
            room::RoomPage page;
            for (const auto& [id, kept] : rooms) {
                const auto member = kept.members.find(user);
                if (member == kept.members.end()) continue;
                page.rooms.push_back({kept.room, member->second.role});
            }
            return page;
        });
    }

    void save_text(RoomId id, std::u16string text, WallTime at, Callback<> done) override {
        later(std::move(done), [=, this] {
            ++text_saves;
            return with(id, [&](Kept& kept) {
                kept.text = text;
                kept.room.updated_at = at;
            });
        });
    }

    void update(room::RoomRecord record, Callback<> done) override {
        later(std::move(done), [=, this] {
            return with(record.id, [&](Kept& kept) { kept.room = record; });
        });
    }

    void put_member(RoomId id, room::MemberRecord member, Callback<> done) override {
        later(std::move(done), [=, this] {
            return with(
                id, [&](Kept& kept) { kept.members.insert_or_assign(member.user.id, member); });
        });
    }

    void remove_member(RoomId id, UserId user, Callback<> done) override {
        later(std::move(done), [=, this] {
            return with(id, [&](Kept& kept) { kept.members.erase(user); });
        });
    }

    void remove(RoomId id, Callback<> done) override {
        later(std::move(done), [=, this]() -> Result<> {
            rooms.erase(id);
            return {};
        });
    }

    void append_chat(RoomId id, room::ChatMessage message, Callback<> done) override {
        later(std::move(done), [=, this] {
            return with(id, [&](Kept& kept) { kept.chat.push_back(message); });
        });
    }

    void start_run(
        RoomId id, room::RunRecord run, std::string key, Callback<room::RunRecord> done) override {
        later(std::move(done), [=, this]() -> Result<room::RunRecord> {
            const auto found = rooms.find(id);
            if (found == rooms.end()) return fail(ErrorCode::store_unavailable, "No such room.");
            if (!key.empty()) {
                const auto [same, is_new] = run_keys_.try_emplace(id.str() + key, run);
                if (!is_new) return same->second;
            }
            found->second.runs.push_back(run);
            return run;
        });
    }

    void finish_run(
        RunId id,
        std::string version,
        room::RunResult result,
        WallTime at,
        Callback<bool> done) override {
        later(std::move(done), [=, this]() -> Result<bool> {
            room::RunRecord* run = find_run(id);
            if (run == nullptr || run->result) return false;
            run->version = version;
            run->result = result;
            run->finished_at = at;
            return true;
        });
    }

    void recent_runs(
        RoomId id, std::size_t count, Callback<std::vector<room::RunRecord>> done) override {
        later(std::move(done), [=, this]() -> Result<std::vector<room::RunRecord>> {
            const auto& runs = rooms.at(id).runs;
            std::vector<room::RunRecord> newest(runs.rbegin(), runs.rend());
            if (newest.size() > count)
                newest.erase(newest.begin() + static_cast<long>(count), newest.end());
            return newest;
        });
    }

    room::RunRecord* find_run(const RunId& id) {
        for (auto& [room_id, kept] : rooms) {
            for (room::RunRecord& run : kept.runs) {
                if (run.id == id) return &run;
            }
        }
        return nullptr;
    }

  private:
    template <class T, class Act>
    void later(Callback<T> done, Act act) {
        waiting_.push_back([this, done = std::move(done), act = std::move(act)]() mutable {
            if (is_failing) return done(fail(ErrorCode::store_unavailable, "The disk is full."));
            done(act());
        });
        if (!is_held_) post_one();
    }

    void post_one() {
        loop_.post([this] {
            if (is_held_ || waiting_.empty()) return;
            Task next = std::move(waiting_.front());
            waiting_.pop_front();
            next();
        });
    }

    template <class Act>
    Result<> with(const RoomId& id, Act act) {
        const auto found = rooms.find(id);
        if (found == rooms.end()) return fail(ErrorCode::store_unavailable, "No such room.");
        act(found->second);
        return {};
    }

    Loop& loop_;
    bool is_held_ = false;
    std::deque<Task> waiting_;
    std::map<std::string, RoomId> room_keys_;
    std::map<std::string, room::RunRecord> run_keys_;
};

}  // namespace codencollab
