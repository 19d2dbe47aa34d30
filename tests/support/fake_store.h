#pragma once

#include "room/store.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab {

/// A store in memory. Answers in later turns of its loop and in order; can be made to fail, and to
/// hold everything back until `release`.
class FakeStore final : public room::RoomStore {
  public:
    /// One update, where it stands in the order of the log.
    struct Row {
        room::LogWriter writer = 0;
        room::LoggedUpdate update;
    };
    struct Kept {
        room::RoomRecord room;
        std::map<UserId, room::MemberRecord> members;
        std::string text;  // UTF-8, as it was saved last
        std::map<std::uint64_t, Row> log;
        std::map<std::uint64_t, Row> history;  // what was folded
        std::vector<std::string> snapshots;    // the two newest, the newest last
        std::vector<room::HistoryEvent> events;
        std::vector<room::ChatMessage> chat;
        std::vector<room::RunRecord> runs;
        std::set<std::pair<room::LogWriter, std::uint64_t>> known;  // the updates it ever had
    };

    explicit FakeStore(Loop& loop) : loop_(loop) {}

    bool is_failing = false;
    std::size_t loads = 0;
    std::size_t text_saves = 0;
    std::size_t appends = 0;
    std::size_t folds = 0;
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
        room::LogBatch first,
        std::string text,
        std::string key,
        Callback<room::RoomRecord> done) override {
        later(std::move(done), [=, this]() -> Result<room::RoomRecord> {
            if (const auto before = room_keys_.find(owner.id.str() + key);
                !key.empty() && before != room_keys_.end() && rooms.contains(before->second)) {
                return rooms.at(before->second).room;
            }
            if (const auto found = rooms.find(record.id); found != rooms.end()) {
                return found->second.room;
            }
            Kept kept{record, {}, text, {}, {}, {}, {}, {}, {}, {}};
            kept.members.emplace(
                owner.id, room::MemberRecord{owner, room::Role::owner, record.created_at});
            add(kept, first);
            kept.events.push_back(
                {*MessageId::parse(record.id.view()),
                 room::HistoryEventKind::created,
                 record.created_at,
                 owner.id,
                 owner.name,
                 record.language,
                 std::nullopt});
            rooms.emplace(record.id, std::move(kept));
            if (!key.empty()) room_keys_.insert_or_assign(owner.id.str() + key, record.id);
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
            room::StoredRoom stored{kept.room, {}, document_of(kept), kept.chat, std::nullopt};
            if (stored.document.updates.empty()) {
                return fail(ErrorCode::store_unavailable, "Nothing of the document is there.");
            }
            if (stored.chat.size() > chat_count) {
                stored.chat.erase(
                    stored.chat.begin(),
                    stored.chat.end() - static_cast<std::ptrdiff_t>(chat_count));
            }
            for (const auto& [user, member] : kept.members)
                stored.members.push_back(member);
            std::ranges::stable_sort(stored.members, {}, &room::MemberRecord::joined_at);
            if (!kept.runs.empty()) stored.last_run = kept.runs.back();
            return std::optional(std::move(stored));
        });
    }

    void list(UserId user, std::string before, std::size_t count, Callback<room::RoomPage> done)
        override {
        later(std::move(done), [=, this]() -> Result<room::RoomPage> {
            const auto place_of = [](const room::RoomListEntry& entry) {
                return std::pair(entry.room.updated_at.time_since_epoch().count(), entry.room.id);
            };
            room::RoomPage page;
            for (const auto& [id, kept] : rooms) {
                const auto member = kept.members.find(user);
                if (member == kept.members.end()) continue;
                page.rooms.push_back({kept.room, member->second.role});
            }
            std::ranges::sort(page.rooms, std::ranges::greater(), place_of);
            if (!before.empty()) {
                const auto [time, rest] = parse_number(before);
                const auto id =
                    rest.starts_with('.') ? RoomId::parse(rest.substr(1)) : std::nullopt;
                if (!time || *time < 0 || !id) return no_such_page();
                const std::pair place(*time, *id);
                std::erase_if(
                    page.rooms, [&](const auto& entry) { return place_of(entry) >= place; });
            }
            if (page.rooms.size() > count) {
                page.rooms.erase(
                    page.rooms.begin() + static_cast<std::ptrdiff_t>(count), page.rooms.end());
                const auto [time, id] = place_of(page.rooms.back());
                page.next = std::to_string(time) + '.' + id.str();
            }
            return page;
        });
    }

    void append(RoomId id, room::LogBatch batch, Callback<> done) override {
        later(std::move(done), [=, this] {
            ++appends;
            return with(id, [&](Kept& kept) { add(kept, batch); });
        });
    }

    void fold(
        RoomId id,
        room::LogPosition folded,
        std::string snapshot,
        std::string text,
        Callback<> done) override {
        later(std::move(done), [=, this] {
            ++folds;
            return with(id, [&](Kept& kept) {
                const std::size_t moved = std::erase_if(kept.log, [&](const auto& entry) {
                    const auto& [seq, row] = entry;
                    const auto position = folded.find(row.writer);
                    const bool is_folded =
                        position != folded.end() && row.update.number <= position->second;
                    if (is_folded) kept.history.insert(entry);
                    return is_folded;
                });
                const bool is_repeated =
                    moved == 0 && !kept.snapshots.empty() && kept.snapshots.back() == snapshot;
                if (!is_repeated) kept.snapshots.push_back(snapshot);
                kept.text = text;
                if (kept.snapshots.size() > 2) kept.snapshots.erase(kept.snapshots.begin());
            });
        });
    }

    void append_event(RoomId id, room::HistoryEvent event, Callback<> done) override {
        later(std::move(done), [=, this] {
            return with(id, [&](Kept& kept) {
                const auto is_same = [&](const auto& known) { return known.id == event.id; };
                if (std::ranges::none_of(kept.events, is_same)) kept.events.push_back(event);
            });
        });
    }

    void history(RoomId id, room::HistoryQuery query, Callback<room::HistoryPage> done) override {
        later(std::move(done), [=, this]() -> Result<room::HistoryPage> {
            const auto found = rooms.find(id);
            if (found == rooms.end()) return no_such_room();
            return page_of(found->second, query);
        });
    }

    void save_text(RoomId id, std::string text, WallTime at, Callback<> done) override {
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
            return with(id, [&](Kept& kept) {
                auto [known, is_new] = kept.members.try_emplace(member.user.id, member);
                known->second.user = member.user;
                known->second.role = member.role;
            });
        });
    }

    void remove_member(RoomId id, UserId user, Callback<> done) override {
        later(std::move(done), [=, this]() -> Result<> {
            if (const auto found = rooms.find(id); found != rooms.end()) {
                found->second.members.erase(user);
            }
            return {};
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
            return with(id, [&](Kept& kept) {
                const auto is_same = [&](const auto& known) { return known.id == message.id; };
                if (std::ranges::none_of(kept.chat, is_same)) kept.chat.push_back(message);
            });
        });
    }

    void start_run(
        RoomId id, room::RunRecord run, std::string key, Callback<room::RunRecord> done) override {
        later(std::move(done), [=, this]() -> Result<room::RunRecord> {
            const auto found = rooms.find(id);
            if (found == rooms.end()) return no_such_room();
            if (!key.empty()) {
                const auto [same, is_new] = run_keys_.try_emplace(id.str() + key, run.id);
                if (!is_new) return *find_run(same->second);
            }
            if (find_run(run.id) == nullptr) found->second.runs.push_back(run);
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
            if (run == nullptr) return false;
            // The very same result again is this call done again.
            if (run->result) return run->finished_at == at && run->result->output == result.output;
            run->version = version;
            run->result = result;
            run->finished_at = at;
            return true;
        });
    }

    void recent_runs(
        RoomId id, std::size_t count, Callback<std::vector<room::RunRecord>> done) override {
        later(std::move(done), [=, this]() -> Result<std::vector<room::RunRecord>> {
            const auto found = rooms.find(id);
            if (found == rooms.end()) return std::vector<room::RunRecord>();
            const auto& runs = found->second.runs;
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
        if (found == rooms.end()) return no_such_room();
        act(found->second);
        return {};
    }

    static std::unexpected<Error> no_such_room() {
        return fail(ErrorCode::room_not_found, "There is no such room.");
    }

    void add(Kept& kept, const room::LogBatch& batch) {
        for (const room::LoggedUpdate& update : batch.updates) {
            if (!kept.known.emplace(batch.writer, update.number).second) continue;
            Row row{batch.writer, update};
            row.update.at = std::chrono::floor<std::chrono::milliseconds>(update.at);
            kept.log.emplace(++last_seq_, std::move(row));
        }
    }

    static room::StoredDocument document_of(const Kept& kept) {
        room::StoredDocument document;
        if (!kept.snapshots.empty()) document.updates.push_back(kept.snapshots.back());
        for (const auto& [seq, row] : kept.log) {
            document.updates.push_back(row.update.bytes);
            std::uint64_t& number = document.log[row.writer];
            number = std::max(number, row.update.number);
            ++document.log_count;
            document.log_bytes += row.update.bytes.size();
        }
        return document;
    }

    static std::unexpected<Error> no_such_page() {
        return fail(ErrorCode::bad_request, "Unknown page. Start from the first.");
    }

    /// The number that `text` begins with, and the rest.
    static std::pair<std::optional<std::int64_t>, std::string_view> parse_number(
        std::string_view text) {
        std::int64_t value = 0;
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, value);
        if (read.ec != std::errc()) return {std::nullopt, text};
        return {value, std::string_view(read.ptr, static_cast<std::size_t>(end - read.ptr))};
    }

    static Result<room::HistoryPage> page_of(const Kept& kept, const room::HistoryQuery& query) {
        // A cursor is the number of the page's first update and the time from which its events are.
        std::uint64_t first = 0;
        WallTime begin = WallTime::min();
        if (!query.after.empty()) {
            const auto [seq, rest] = parse_number(query.after);
            if (!seq || *seq < 0 || !rest.starts_with('.')) return no_such_page();
            const auto [time, nothing] = parse_number(rest.substr(1));
            if (!time || !nothing.empty()) return no_such_page();
            first = static_cast<std::uint64_t>(*seq);
            begin = WallTime(WallTime::duration(*time));
        }
        const auto is_wanted = [&](WallTime at) {
            return (!query.from || at >= *query.from) && (!query.to || at <= *query.to);
        };
        std::map<std::uint64_t, Row> all = kept.history;
        all.insert(kept.log.begin(), kept.log.end());
        std::erase_if(all, [&](const auto& entry) {
            return entry.first < first || !is_wanted(entry.second.update.at);
        });

        room::HistoryPage page;
        WallTime end = WallTime::max();
        constexpr std::size_t page_bytes = 4 << 20;
        std::size_t bytes = 0;
        for (const auto& [seq, row] : all) {
            bytes += row.update.bytes.size();
            const bool is_full = bytes > page_bytes && !page.updates.empty();
            if (is_full || page.updates.size() == std::max<std::size_t>(query.count, 1)) {
                end = std::max(begin, row.update.at);
                page.next =
                    std::to_string(seq) + '.' + std::to_string(end.time_since_epoch().count());
                break;
            }
            page.updates.push_back(row.update);
        }
        const auto add = [&](const auto& from, auto& to, auto time_of) {
            for (const auto& entry : from) {
                const WallTime at = time_of(entry);
                if (at >= begin && at < end && is_wanted(at)) to.push_back(entry);
            }
            std::ranges::stable_sort(to, {}, time_of);
        };
        add(kept.events, page.events, [](const room::HistoryEvent& event) { return event.at; });
        add(kept.chat, page.chat, [](const room::ChatMessage& message) { return message.at; });
        add(kept.runs, page.runs, [](const room::RunRecord& run) { return run.started_at; });
        return page;
    }

    Loop& loop_;
    std::uint64_t last_seq_ = 0;
    bool is_held_ = false;
    std::deque<Task> waiting_;
    std::map<std::string, RoomId> room_keys_;
    std::map<std::string, RunId> run_keys_;
};

}  // namespace codencollab
