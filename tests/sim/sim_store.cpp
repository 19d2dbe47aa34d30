#include "sim/sim_store.h"

#include <algorithm>
#include <utility>

namespace codencollab::sim {

namespace {

Error no_room() {
    return {ErrorCode::room_not_found, "No such room."};
}

std::optional<Error> outage(const StoreTroubles& troubles, bool is_write, Dice& dice) {
    if (is_write && troubles.disk_is_full) {
        return Error{ErrorCode::store_unavailable, "The disk is full."};
    }
    const std::size_t chance = is_write ? troubles.error_percent : troubles.load_error_percent;
    if (dice.percent(chance)) return Error{ErrorCode::store_unavailable, "The disk has failed."};
    return std::nullopt;
}

}  // namespace

void SimStore::die() {
    is_dead_ = true;
    const std::deque<Call> lost = std::exchange(calls_, {});
}

void SimStore::watch(const RoomId& room) {
    if (!is_dead_ && disk_.forbidden.contains(room)) ++disk_.trespasses;
}

std::chrono::nanoseconds SimStore::delay() {
    const auto most = static_cast<std::size_t>(troubles_.delay_max / std::chrono::microseconds(1));
    return std::chrono::microseconds(dice_.below(most) + 100);
}

void SimStore::schedule(std::chrono::nanoseconds delay) {
    scheduler_.after(delay, [weak = weak_from_this()] {
        if (const auto store = weak.lock()) store->step();
    });
}

// Two steps a call: it is done on the disk, and some time later it is answered. The node may die
// before, between and after.
void SimStore::step() {
    if (calls_.empty()) return;
    Call& first = calls_.front();
    if (!first.is_done) {
        first.is_done = true;
        first.perform();
        return schedule(std::chrono::microseconds(dice_.below(500)));
    }
    loop_.post(std::move(first.answer));
    calls_.pop_front();
    if (!calls_.empty()) schedule(delay());
}

template <class T, class Act>
void SimStore::call(std::string_view name, Access access, Callback<T> done, Act act) {
    if (is_dead_) return;
    struct Kept {
        std::optional<Result<T>> result;
        Callback<T> done;
    };
    const auto kept = std::make_shared<Kept>(std::nullopt, std::move(done));
    const bool is_write = access == Access::write;
    if (is_write) ++writes_;
    Call call;
    call.perform = [this, kept, name, is_write, act = std::move(act)]() mutable {
        if (auto error = outage(troubles_, is_write, dice_)) {
            kept->result = std::unexpected(std::move(*error));
        } else {
            kept->result = act();
            if (is_write && dice_.percent(troubles_.unknown_percent)) {
                kept->result = fail(ErrorCode::store_unavailable, "The disk failed in the commit.");
            }
        }
        trace_.note(name, kept->result->has_value() ? 1 : 0);
    };
    call.answer = [kept] { kept->done(std::move(*kept->result)); };
    calls_.push_back(std::move(call));
    if (calls_.size() == 1) schedule(delay());
}

template <class Act>
void SimStore::write(std::string_view name, const RoomId& room, Callback<> done, Act act) {
    watch(room);
    call<void>(
        name, Access::write, std::move(done), [this, room, act = std::move(act)]() -> Result<> {
            Disk::Kept* kept = disk_.find(room);
            if (kept == nullptr) return std::unexpected(no_room());
            act(*kept);
            return {};
        });
}

void SimStore::create(
    room::RoomRecord record,
    room::User owner,
    room::LogBatch first,
    std::string text,
    std::string key,
    Callback<room::RoomRecord> done) {
    call<room::RoomRecord>(
        "store.create",
        Access::write,
        std::move(done),
        [this, record, owner, first = std::move(first), text = std::move(text), key]()
            -> Result<room::RoomRecord> {
            if (!key.empty()) {
                const auto [same, is_new] =
                    disk_.room_keys.try_emplace(owner.id.str() + key, record.id);
                if (!is_new) {
                    const Disk::Kept* kept = disk_.find(same->second);
                    if (kept == nullptr) return std::unexpected(no_room());
                    return kept->room;
                }
            }
            if (Disk::Kept* before = disk_.find(record.id)) return before->room;
            Disk::Kept kept{.room = record, .members = {}, .text = text};
            kept.append(first);
            kept.members.emplace(
                owner.id, room::MemberRecord{owner, room::Role::owner, record.created_at});
            disk_.rooms.emplace(record.id, std::move(kept));
            return record;
        });
}

void SimStore::load(
    RoomId id, std::size_t chat_count, Callback<std::optional<room::StoredRoom>> done) {
    call<std::optional<room::StoredRoom>>(
        "store.load",
        Access::read,
        std::move(done),
        [this, id, chat_count]() -> Result<std::optional<room::StoredRoom>> {
            const Disk::Kept* kept = disk_.find(id);
            if (kept == nullptr) return std::optional<room::StoredRoom>();
            const auto chat_begin = kept->chat.end() - static_cast<std::ptrdiff_t>(
                                                           std::min(chat_count, kept->chat.size()));
            room::StoredRoom stored{
                kept->room, {}, kept->document(), {chat_begin, kept->chat.end()}, std::nullopt};
            for (const auto& [user, member] : kept->members)
                stored.members.push_back(member);
            if (!kept->runs.empty()) stored.last_run = kept->runs.back();
            return std::optional(std::move(stored));
        });
}

void SimStore::list(UserId user, std::string, std::size_t, Callback<room::RoomPage> done) {
    call<room::RoomPage>(
        "store.list", Access::read, std::move(done), [this, user]() -> Result<room::RoomPage> {
            room::RoomPage page;
            for (const auto& [id, kept] : disk_.rooms) {
                const auto member = kept.members.find(user);
                if (member == kept.members.end()) continue;
                page.rooms.push_back({kept.room, member->second.role});
            }
            return page;
        });
}

void SimStore::append(RoomId id, room::LogBatch batch, Callback<> done) {
    write("store.append", id, std::move(done), [batch = std::move(batch)](Disk::Kept& kept) {
        kept.append(batch);
    });
}

void SimStore::fold(
    RoomId id, room::LogPosition folded, std::string snapshot, std::string text, Callback<> done) {
    write(
        "store.fold",
        id,
        std::move(done),
        [folded = std::move(folded), snapshot = std::move(snapshot), text = std::move(text)](
            Disk::Kept& kept) {
            kept.fold(folded, snapshot);
            kept.text = text;
        });
}

void SimStore::append_event(RoomId id, room::HistoryEvent event, Callback<> done) {
    write("store.append_event", id, std::move(done), [event](Disk::Kept& kept) {
        const bool is_there = std::ranges::any_of(
            kept.events, [&](const room::HistoryEvent& old) { return old.id == event.id; });
        if (!is_there) kept.events.push_back(event);
    });
}

void SimStore::history(RoomId id, room::HistoryQuery, Callback<room::HistoryPage> done) {
    call<room::HistoryPage>(
        "store.history", Access::read, std::move(done), [this, id]() -> Result<room::HistoryPage> {
            const Disk::Kept* kept = disk_.find(id);
            if (kept == nullptr) return std::unexpected(no_room());
            room::HistoryPage page;
            for (const auto* rows : {&kept->history, &kept->log}) {
                for (const Disk::Row& row : *rows)
                    page.updates.push_back(row.update);
            }
            page.events = kept->events;
            return page;
        });
}

void SimStore::save_text(RoomId id, std::string text, WallTime at, Callback<> done) {
    write("store.save_text", id, std::move(done), [text = std::move(text), at](Disk::Kept& kept) {
        kept.text = text;
        kept.room.updated_at = at;
    });
}

void SimStore::update(room::RoomRecord record, Callback<> done) {
    write("store.update", record.id, std::move(done), [record](Disk::Kept& kept) {
        kept.room = record;
    });
}

void SimStore::put_member(RoomId id, room::MemberRecord member, Callback<> done) {
    write("store.put_member", id, std::move(done), [member](Disk::Kept& kept) {
        kept.members.insert_or_assign(member.user.id, member);
    });
}

void SimStore::remove_member(RoomId id, UserId user, Callback<> done) {
    write("store.remove_member", id, std::move(done), [user](Disk::Kept& kept) {
        kept.members.erase(user);
    });
}

void SimStore::remove(RoomId id, Callback<> done) {
    call<void>("store.remove", Access::write, std::move(done), [this, id]() -> Result<> {
        disk_.rooms.erase(id);
        return {};
    });
}

void SimStore::append_chat(RoomId id, room::ChatMessage message, Callback<> done) {
    write("store.append_chat", id, std::move(done), [message](Disk::Kept& kept) {
        const bool is_there = std::ranges::any_of(
            kept.chat, [&](const room::ChatMessage& old) { return old.id == message.id; });
        if (!is_there) kept.chat.push_back(message);
    });
}

void SimStore::start_run(
    RoomId id, room::RunRecord run, std::string key, Callback<room::RunRecord> done) {
    watch(id);
    call<room::RunRecord>(
        "store.start_run",
        Access::write,
        std::move(done),
        [this, id, run, key]() -> Result<room::RunRecord> {
            Disk::Kept* kept = disk_.find(id);
            if (kept == nullptr) return std::unexpected(no_room());
            if (!key.empty()) {
                const auto [same, is_new] = disk_.run_keys.try_emplace(id.str() + key, run.id);
                if (!is_new) return *disk_.find_run(same->second);
            }
            if (disk_.find_run(run.id) == nullptr) kept->runs.push_back(run);
            return run;
        });
}

void SimStore::finish_run(
    RunId id, std::string version, room::RunResult result, WallTime at, Callback<bool> done) {
    call<bool>(
        "store.finish_run",
        Access::write,
        std::move(done),
        [this, id, version, result = std::move(result), at]() -> Result<bool> {
            room::RunRecord* run = disk_.find_run(id);
            if (run == nullptr || run->result) return false;
            run->version = version;
            run->result = result;
            run->finished_at = at;
            return true;
        });
}

void SimStore::recent_runs(
    RoomId id, std::size_t count, Callback<std::vector<room::RunRecord>> done) {
    call<std::vector<room::RunRecord>>(
        "store.recent_runs",
        Access::read,
        std::move(done),
        [this, id, count]() -> Result<std::vector<room::RunRecord>> {
            const Disk::Kept* kept = disk_.find(id);
            if (kept == nullptr) return std::unexpected(no_room());
            std::vector<room::RunRecord> newest(kept->runs.rbegin(), kept->runs.rend());
            if (newest.size() > count)
                newest.erase(newest.begin() + static_cast<std::ptrdiff_t>(count), newest.end());
            return newest;
        });
}

}  // namespace codencollab::sim
