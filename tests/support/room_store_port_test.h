#pragma once

#include "room/store.h"
#include "support/waiting_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codencollab {

/// One adapter of room::RoomStore under test, with nothing stored. Whatever answers posts to
/// `loop`.
class RoomStoreUnderTest {
  public:
    virtual ~RoomStoreUnderTest() = default;
    virtual room::RoomStore& store() = 0;
    WaitingLoop loop;
};

/// How the suite makes the adapter; a test file names it in INSTANTIATE_TEST_SUITE_P.
using MakeRoomStore = std::function<std::unique_ptr<RoomStoreUnderTest>()>;

/// What every adapter of room::RoomStore must do, written once.
class RoomStorePort : public testing::TestWithParam<MakeRoomStore> {
  protected:
    using Rooms = room::RoomStore;

    template <class T = void, class Start>
    Result<T> call(Start start) {
        return under_test_->loop.template await<Result<T>>(
            [&](Callback<T> done) { start(store(), std::move(done)); });
    }

    Rooms& store() { return under_test_->store(); }
    WaitingLoop& loop() { return under_test_->loop; }

    WallTime at(int seconds) const { return start_ + std::chrono::seconds(seconds); }

    room::User new_user(std::string name = "Ada") {
        return {.id = UserId::random(random_), .name = std::move(name), .is_guest = false};
    }

    room::RoomRecord new_room(int created_at = 0) {
        return {
            .id = RoomId::random(random_),
            .title = "Interview",
            .language = "python",
            .visibility = room::Visibility::private_,
            .default_role = room::Role::viewer,
            .locked = true,
            .created_at = at(created_at),
            .updated_at = at(created_at)};
    }

    room::RoomRecord create(
        const room::RoomRecord& room,
        const room::User& owner,
        std::string starter = "starter",
        std::string key = "") {
        auto made = call<room::RoomRecord>([&](Rooms& rooms, auto done) {
            room::LogBatch first{.writer = creator, .updates = {new_update(1, starter)}};
            rooms.create(room, owner, std::move(first), "text", key, std::move(done));
        });
        EXPECT_TRUE(made) << made.error().message;
        return *made;
    }

    std::optional<room::StoredRoom> load(const RoomId& room, std::size_t chat_count = 200) {
        auto loaded = call<std::optional<room::StoredRoom>>(
            [&](Rooms& rooms, auto done) { rooms.load(room, chat_count, std::move(done)); });
        EXPECT_TRUE(loaded) << loaded.error().message;
        return *std::move(loaded);
    }

    Result<room::RoomPage> list(const UserId& user, std::string before, std::size_t count) {
        return call<room::RoomPage>(
            [&](Rooms& rooms, auto done) { rooms.list(user, before, count, std::move(done)); });
    }

    static constexpr room::LogWriter creator = 0xFFFF'FFFF'FFFF'FFF0;

    /// The store takes any bytes for an update.
    room::LoggedUpdate new_update(std::uint64_t number, std::string bytes, int seconds = 0) const {
        return {.number = number, .author = {}, .at = at(seconds), .bytes = std::move(bytes)};
    }

    Result<> append(
        const RoomId& room, room::LogWriter writer, std::vector<room::LoggedUpdate> updates) {
        return call([&](Rooms& rooms, auto done) {
            rooms.append(room, {.writer = writer, .updates = updates}, std::move(done));
        });
    }

    Result<> fold(const RoomId& room, room::LogPosition folded, std::string snapshot) {
        return call([&](Rooms& rooms, auto done) {
            rooms.fold(room, folded, snapshot, "text", std::move(done));
        });
    }

    /// What a room is loaded from.
    std::vector<std::string> updates_of(const RoomId& room) {
        return load(room).value().document.updates;
    }

    Result<room::HistoryPage> history(const RoomId& room, room::HistoryQuery query) {
        return call<room::HistoryPage>(
            [&](Rooms& rooms, auto done) { rooms.history(room, query, std::move(done)); });
    }

    /// All pages, one after the other.
    std::vector<room::HistoryPage> pages_of(const RoomId& room, room::HistoryQuery query) {
        std::vector<room::HistoryPage> pages;
        do {
            auto page = history(room, query);
            EXPECT_TRUE(page) << page.error().message;
            query.after = page->next.value_or("");
            pages.push_back(*std::move(page));
        } while (pages.back().next && pages.size() < 1'000);
        return pages;
    }

    std::vector<std::string> history_of(const RoomId& room, room::HistoryQuery query) {
        std::vector<std::string> updates;
        for (const auto& page : pages_of(room, std::move(query))) {
            for (const auto& update : page.updates)
                updates.push_back(update.bytes);
        }
        return updates;
    }

    room::HistoryEvent new_event(room::HistoryEventKind kind, int seconds, std::string value = "") {
        return {
            .id = MessageId::random(random_),
            .kind = kind,
            .at = at(seconds),
            .user = UserId::random(random_),
            .name = "Ada",
            .value = std::move(value),
            .subject = {}};
    }

    Result<> note(const RoomId& room, const room::HistoryEvent& event) {
        return call(
            [&](Rooms& rooms, auto done) { rooms.append_event(room, event, std::move(done)); });
    }

    Result<> save(const RoomId& room, std::string text, int seconds = 1) {
        return call([&](Rooms& rooms, auto done) {
            rooms.save_text(room, text, at(seconds), std::move(done));
        });
    }

    room::ChatMessage new_message(std::string text) {
        return {
            .id = MessageId::random(random_),
            .user = UserId::random(random_),
            .sender = "Ben",
            .text = std::move(text),
            .at = at(5)};
    }

    Result<> say(const RoomId& room, const room::ChatMessage& message) {
        return call(
            [&](Rooms& rooms, auto done) { rooms.append_chat(room, message, std::move(done)); });
    }

    room::RunRecord new_run(int started_at = 3) {
        return {
            .id = RunId::random(random_),
            .user = UserId::random(random_),
            .user_name = "Ada",
            .language = "python",
            .version = "*",
            .started_at = at(started_at),
            .finished_at = {},
            .result = {}};
    }

    Result<room::RunRecord> start_run(
        const RoomId& room, const room::RunRecord& run, std::string key = "") {
        return call<room::RunRecord>(
            [&](Rooms& rooms, auto done) { rooms.start_run(room, run, key, std::move(done)); });
    }

    bool finish_run(const RunId& run, const room::RunResult& result) {
        auto finished = call<bool>([&](Rooms& rooms, auto done) {
            rooms.finish_run(run, "3.11.2", result, at(9), std::move(done));
        });
        EXPECT_TRUE(finished) << finished.error().message;
        return *finished;
    }

    std::vector<room::RunRecord> recent_runs(const RoomId& room, std::size_t count) {
        auto runs = call<std::vector<room::RunRecord>>(
            [&](Rooms& rooms, auto done) { rooms.recent_runs(room, count, std::move(done)); });
        EXPECT_TRUE(runs) << runs.error().message;
        return *std::move(runs);
    }

    SystemRandom random_;

  private:
    WallTime start_ = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);
    std::unique_ptr<RoomStoreUnderTest> under_test_ = GetParam()();
};

TEST_P(RoomStorePort, LoadsARoomAsItWasCreated) {
    const auto owner = new_user();
    const auto room = new_room();
    create(room, owner, std::string("\1\0\xff", 3));
    const auto loaded = load(room.id);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->room.id, room.id);
    EXPECT_EQ(loaded->room.title, "Interview");
    EXPECT_EQ(loaded->room.language, "python");
    EXPECT_EQ(loaded->room.visibility, room::Visibility::private_);
    EXPECT_EQ(loaded->room.default_role, room::Role::viewer);
    EXPECT_TRUE(loaded->room.locked);
    EXPECT_EQ(loaded->room.created_at, room.created_at);
    EXPECT_EQ(loaded->room.updated_at, room.updated_at);
    EXPECT_EQ(loaded->document.updates, std::vector{std::string("\1\0\xff", 3)});
    EXPECT_EQ(loaded->document.log, (room::LogPosition{{creator, 1}}));
    EXPECT_EQ(loaded->document.log_count, 1U);
    EXPECT_EQ(loaded->document.log_bytes, 3U);
    EXPECT_FALSE(loaded->document.is_recovered);
    ASSERT_EQ(loaded->members.size(), 1U);
    EXPECT_EQ(loaded->members[0].user.id, owner.id);
    EXPECT_EQ(loaded->members[0].user.name, "Ada");
    EXPECT_EQ(loaded->members[0].role, room::Role::owner);
    EXPECT_TRUE(loaded->chat.empty());
    EXPECT_FALSE(loaded->last_run);
}

TEST_P(RoomStorePort, HasNoRoomThatNobodyMade) {
    EXPECT_FALSE(load(RoomId::random(random_)));
}

TEST_P(RoomStorePort, GivesTheSameRoomForTheSameKey) {
    const auto owner = new_user();
    const auto first = new_room();
    const auto second = new_room();
    create(first, owner, "one", "key");
    EXPECT_EQ(create(second, owner, "two", "key").id, first.id);
    EXPECT_FALSE(load(second.id));
    EXPECT_EQ(updates_of(first.id), std::vector<std::string>{"one"});
}

TEST_P(RoomStorePort, KeepsTheKeysOfOwnersApart) {
    const auto room = new_room();
    create(new_room(), new_user(), "", "key");
    EXPECT_EQ(create(room, new_user("Ben"), "", "key").id, room.id);
}

TEST_P(RoomStorePort, TakesAnEmptyKeyForNone) {
    const auto owner = new_user();
    const auto second = new_room();
    create(new_room(), owner);
    EXPECT_EQ(create(second, owner).id, second.id);
}

TEST_P(RoomStorePort, MakesANewRoomWhenTheKeysRoomIsGone) {
    const auto owner = new_user();
    const auto first = new_room();
    const auto second = new_room();
    create(first, owner, "", "key");
    EXPECT_TRUE(call([&](Rooms& rooms, auto done) { rooms.remove(first.id, std::move(done)); }));
    EXPECT_EQ(create(second, owner, "", "key").id, second.id);
}

TEST_P(RoomStorePort, ListsRoomsByActivityPageByPage) {
    const auto ada = new_user();
    std::vector<RoomId> made;
    for (const int created_at : {4, 1, 7, 3, 3, 9, 0}) {
        made.push_back(create(new_room(created_at), ada).id);
    }
    create(new_room(5), new_user("Ben"));  // not hers

    std::vector<WallTime> times;
    std::vector<RoomId> listed;
    std::string before;
    std::size_t pages = 0;
    do {
        const auto page = list(ada.id, before, 3);
        ASSERT_TRUE(page);
        ASSERT_LE(page->rooms.size(), 3U);
        for (const auto& entry : page->rooms) {
            EXPECT_EQ(entry.role, room::Role::owner);
            times.push_back(entry.room.updated_at);
            listed.push_back(entry.room.id);
        }
        before = page->next.value_or("");
    } while (!before.empty() && ++pages < 10);
    EXPECT_TRUE(std::ranges::is_sorted(times, std::ranges::greater()));
    EXPECT_EQ(listed.size(), made.size());
    EXPECT_TRUE(std::ranges::is_permutation(listed, made));
}

TEST_P(RoomStorePort, ListsJoinedRoomsWithTheRoleThere) {
    const auto ben = new_user("Ben");
    const auto room = create(new_room(), new_user());
    ASSERT_TRUE(call([&](Rooms& rooms, auto done) {
        rooms.put_member(
            room.id,
            {.user = ben, .role = room::Role::viewer, .joined_at = at(1)},
            std::move(done));
    }));
    const auto page = list(ben.id, "", 10);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->rooms.size(), 1U);
    EXPECT_EQ(page->rooms[0].role, room::Role::viewer);
    EXPECT_FALSE(page->next);
}

TEST_P(RoomStorePort, RefusesACursorOfSomebodyElse) {
    const std::string id = RoomId::random(random_).str();
    for (const std::string& cursor :
         {std::string("x"),
          std::string("12"),
          "12." + id + "x",
          "-1." + id,
          "99999999999999999999." + id}) {
        const auto page = list(new_user().id, cursor, 10);
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().code, ErrorCode::bad_request);
    }
}

TEST_P(RoomStorePort, SavesTextAndCountsItAsActivity) {
    const auto owner = new_user();
    const auto older = create(new_room(0), owner, "old");
    create(new_room(1), owner);
    EXPECT_TRUE(save(older.id, "new", 2));
    EXPECT_EQ(load(older.id)->room.updated_at, at(2));
    EXPECT_EQ(list(owner.id, "", 10)->rooms.front().room.id, older.id);
    EXPECT_EQ(updates_of(older.id), std::vector<std::string>{"old"}) << "the text is not read back";
}

TEST_P(RoomStorePort, KeepsTheLogInOrder) {
    const auto room = create(new_room(), new_user());
    EXPECT_TRUE(append(room.id, 7, {new_update(1, "a"), new_update(2, "b")}));
    EXPECT_TRUE(append(room.id, 3, {new_update(1, "c")}));
    EXPECT_TRUE(append(room.id, 7, {new_update(3, "d")}));
    const auto document = load(room.id)->document;
    EXPECT_EQ(document.updates, (std::vector<std::string>{"starter", "a", "b", "c", "d"}));
    EXPECT_EQ(document.log, (room::LogPosition{{creator, 1}, {3, 1}, {7, 3}}));
    EXPECT_EQ(document.log_count, 5U);
    EXPECT_EQ(document.log_bytes, 11U);
}

TEST_P(RoomStorePort, AddsAnUpdateOnceHoweverOftenItIsAppended) {
    const auto room = create(new_room(), new_user());
    EXPECT_TRUE(append(room.id, 1, {new_update(1, "a"), new_update(2, "b")}));
    EXPECT_TRUE(append(room.id, 1, {new_update(1, "a"), new_update(2, "b"), new_update(3, "c")}));
    EXPECT_EQ(updates_of(room.id), (std::vector<std::string>{"starter", "a", "b", "c"}));
    EXPECT_TRUE(fold(room.id, {{1, 3}}, "whole"));
    EXPECT_TRUE(append(room.id, 1, {new_update(2, "b"), new_update(3, "c"), new_update(4, "d")}));
    EXPECT_EQ(updates_of(room.id), (std::vector<std::string>{"whole", "starter", "d"}));
    EXPECT_EQ(
        history_of(room.id, {.count = 9}),
        (std::vector<std::string>{"starter", "a", "b", "c", "d"}));
}

TEST_P(RoomStorePort, RefusesAnUpdateOfARoomThatIsGoneAlone) {
    const auto gone = create(new_room(), new_user());
    const auto room = create(new_room(), new_user());
    ASSERT_TRUE(call([&](Rooms& rooms, auto done) { rooms.remove(gone.id, std::move(done)); }));
    std::vector<Result<>> answers;
    const auto push = [&](const RoomId& id, std::uint64_t number) {
        room::LogBatch batch{.writer = 1, .updates = {new_update(number, "x")}};
        store().append(id, batch, [&](Result<> done) { answers.push_back(std::move(done)); });
    };
    push(room.id, 1);
    push(gone.id, 1);
    push(room.id, 2);
    loop().run_until([&] { return answers.size() == 3; });
    EXPECT_TRUE(answers[0] && answers[2]);
    ASSERT_FALSE(answers[1]);
    EXPECT_EQ(answers[1].error().code, ErrorCode::room_not_found);
    EXPECT_EQ(load(room.id)->document.log_count, 3U);
    EXPECT_FALSE(load(gone.id));
}

TEST_P(RoomStorePort, FoldsExactlyWhatItIsTold) {
    const auto room = create(new_room(), new_user());
    EXPECT_TRUE(
        append(room.id, 1, {new_update(1, "a1"), new_update(2, "a2"), new_update(3, "a3")}));
    EXPECT_TRUE(append(room.id, 2, {new_update(1, "b1")}));
    EXPECT_TRUE(fold(room.id, {{creator, 1}, {1, 2}}, "whole"));
    auto document = load(room.id)->document;
    EXPECT_EQ(document.updates, (std::vector<std::string>{"whole", "a3", "b1"}));
    EXPECT_EQ(document.log, (room::LogPosition{{1, 3}, {2, 1}}));
    EXPECT_EQ(document.log_count, 2U);
    EXPECT_EQ(document.log_bytes, 4U);
    EXPECT_TRUE(fold(room.id, {{1, 3}, {2, 1}}, "more"));
    document = load(room.id)->document;
    EXPECT_EQ(document.updates, std::vector<std::string>{"more"});
    EXPECT_TRUE(document.log.empty());
    EXPECT_EQ(
        history_of(room.id, {.count = 2}),
        (std::vector<std::string>{"starter", "a1", "a2", "a3", "b1"}));
}

TEST_P(RoomStorePort, KeepsARowThatCommitsAfterAFoldWithHigherOnes) {
    const auto room = create(new_room(), new_user());
    EXPECT_TRUE(append(room.id, 1, {new_update(1, "a1"), new_update(3, "a3")}));
    EXPECT_TRUE(append(room.id, 2, {new_update(5, "b5")}));
    EXPECT_TRUE(fold(room.id, {{creator, 1}, {1, 3}, {2, 5}}, "whole"));
    EXPECT_TRUE(append(room.id, 1, {new_update(2, "a2")}));
    EXPECT_TRUE(append(room.id, 2, {new_update(4, "b4")}));
    EXPECT_EQ(updates_of(room.id), (std::vector<std::string>{"whole", "a2", "b4"}));
    EXPECT_TRUE(fold(room.id, {{1, 3}}, "more"));
    EXPECT_EQ(updates_of(room.id), (std::vector<std::string>{"more", "b4"}));
    EXPECT_EQ(
        history_of(room.id, {.count = 2}),
        (std::vector<std::string>{"starter", "a1", "a3", "b5", "a2", "b4"}));
}

TEST_P(RoomStorePort, FoldsOnceWhenItIsToldTwice) {
    const auto room = create(new_room(), new_user());
    EXPECT_TRUE(append(room.id, 1, {new_update(1, "a")}));
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(fold(room.id, {{creator, 1}, {1, 1}}, "whole"));
        EXPECT_EQ(updates_of(room.id), std::vector<std::string>{"whole"});
        EXPECT_EQ(history_of(room.id, {.count = 9}), (std::vector<std::string>{"starter", "a"}));
    }
    EXPECT_TRUE(fold(room.id, {}, "newer")) << "a snapshot alone";
    EXPECT_EQ(updates_of(room.id), std::vector<std::string>{"newer"});
}

TEST_P(RoomStorePort, UpdatesWhatMayChange) {
    auto room = create(new_room(), new_user(), "text");
    room.title = "Second round";
    room.language = "cpp";
    room.visibility = room::Visibility::link;
    room.default_role = room::Role::editor;
    room.locked = false;
    room.updated_at = at(8);
    EXPECT_TRUE(call([&](Rooms& rooms, auto done) { rooms.update(room, std::move(done)); }));
    const auto loaded = load(room.id);
    EXPECT_EQ(loaded->room.title, "Second round");
    EXPECT_EQ(loaded->room.language, "cpp");
    EXPECT_EQ(loaded->room.visibility, room::Visibility::link);
    EXPECT_EQ(loaded->room.default_role, room::Role::editor);
    EXPECT_FALSE(loaded->room.locked);
    EXPECT_EQ(loaded->room.updated_at, at(8));
    EXPECT_EQ(loaded->document.updates, std::vector<std::string>{"text"});
}

TEST_P(RoomStorePort, AddsChangesAndRemovesMembers) {
    const auto room = create(new_room(), new_user());
    room::MemberRecord ben{.user = new_user("Ben"), .role = room::Role::viewer, .joined_at = at(1)};
    ben.user.is_guest = true;
    const auto put = [&] {
        return call(
            [&](Rooms& rooms, auto done) { rooms.put_member(room.id, ben, std::move(done)); });
    };
    EXPECT_TRUE(put());
    EXPECT_TRUE(load(room.id)->members.at(1).user.is_guest);
    ben.role = room::Role::editor;
    ben.user.name = "Benjamin";
    EXPECT_TRUE(put());
    const auto members = load(room.id)->members;
    ASSERT_EQ(members.size(), 2U);
    EXPECT_EQ(members[1].role, room::Role::editor);
    EXPECT_EQ(members[1].user.name, "Benjamin");
    EXPECT_EQ(members[1].joined_at, at(1));
    EXPECT_TRUE(call([&](Rooms& rooms, auto done) {
        rooms.remove_member(room.id, ben.user.id, std::move(done));
    }));
    EXPECT_EQ(load(room.id)->members.size(), 1U);
}

TEST_P(RoomStorePort, RemovesARoomWithAllThatIsInIt) {
    const auto owner = new_user();
    const auto room = create(new_room(), owner, "text");
    const auto run = new_run();
    EXPECT_TRUE(say(room.id, new_message("hello")));
    EXPECT_TRUE(start_run(room.id, run, "key"));
    EXPECT_TRUE(call([&](Rooms& rooms, auto done) { rooms.remove(room.id, std::move(done)); }));
    EXPECT_FALSE(load(room.id));
    EXPECT_TRUE(list(owner.id, "", 10)->rooms.empty());
    EXPECT_TRUE(recent_runs(room.id, 10).empty());
    EXPECT_FALSE(finish_run(run.id, {}));
}

TEST_P(RoomStorePort, ReplaysTheNewestChatOldestFirst) {
    const auto room = create(new_room(), new_user());
    for (const char* text : {"one", "two", "three"})
        EXPECT_TRUE(say(room.id, new_message(text)));
    const auto chat = load(room.id, 2)->chat;
    ASSERT_EQ(chat.size(), 2U);
    EXPECT_EQ(chat[0].text, "two");
    EXPECT_EQ(chat[1].text, "three");
    EXPECT_EQ(chat[1].sender, "Ben");
    EXPECT_EQ(chat[1].at, at(5));
}

TEST_P(RoomStorePort, KeepsARunAndItsResult) {
    const auto room = create(new_room(), new_user());
    const auto run = new_run();
    ASSERT_TRUE(start_run(room.id, run));
    EXPECT_FALSE(load(room.id)->last_run->result);

    room::RunResult result;
    result.output = "1\n\xff";  // programs print what they like
    result.stdout_text = "1\n";
    result.stderr_text = std::string("a\0b", 3);
    result.compile_output = "warning";
    result.exit_code = 3;
    result.signal = "SIGSEGV";
    result.failure = room::RunFailure::runtime_error;
    result.message = "It failed.";
    result.truncated = true;
    result.wall_time_ms = 12;
    result.cpu_time_ms = 7;
    result.memory_bytes = 9'000'000'000;
    EXPECT_TRUE(finish_run(run.id, result));

    const auto kept = load(room.id)->last_run;
    ASSERT_TRUE(kept && kept->result);
    EXPECT_EQ(kept->id, run.id);
    EXPECT_EQ(kept->user, run.user);
    EXPECT_EQ(kept->version, "3.11.2");
    EXPECT_EQ(kept->finished_at, at(9));
    EXPECT_EQ(kept->result->output, result.output);
    EXPECT_EQ(kept->result->stderr_text, result.stderr_text);
    EXPECT_EQ(kept->result->exit_code, 3);
    EXPECT_EQ(kept->result->signal, "SIGSEGV");
    EXPECT_EQ(kept->result->failure, room::RunFailure::runtime_error);
    EXPECT_TRUE(kept->result->truncated);
    EXPECT_EQ(kept->result->memory_bytes, 9'000'000'000);
}

TEST_P(RoomStorePort, TakesOneResultARun) {
    const auto room = create(new_room(), new_user());
    const auto run = new_run();
    ASSERT_TRUE(start_run(room.id, run));
    room::RunResult first;
    first.output = "first";
    EXPECT_TRUE(finish_run(run.id, first));
    EXPECT_FALSE(finish_run(run.id, {}));
    EXPECT_EQ(load(room.id)->last_run->result->output, "first");
    EXPECT_FALSE(finish_run(RunId::random(random_), {}));
}

TEST_P(RoomStorePort, GivesTheSameRunForTheSameKey) {
    const auto room = create(new_room(), new_user());
    const auto other = create(new_room(), new_user());
    const auto first = new_run();
    const auto second = new_run();
    EXPECT_EQ(start_run(room.id, first, "key")->id, first.id);
    EXPECT_EQ(start_run(room.id, second, "key")->id, first.id);
    EXPECT_EQ(start_run(other.id, second, "key")->id, second.id);
    EXPECT_EQ(recent_runs(room.id, 10).size(), 1U);
}

TEST_P(RoomStorePort, ShowsRecentRunsNewestFirst) {
    const auto room = create(new_room(), new_user());
    std::vector<RunId> started;
    for (int i = 0; i < 3; ++i)
        started.push_back(start_run(room.id, new_run(i))->id);
    const auto runs = recent_runs(room.id, 2);
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0].id, started[2]);
    EXPECT_EQ(runs[1].id, started[1]);
}

TEST_P(RoomStorePort, RefusesToWriteIntoARoomThatIsNotThere) {
    const auto nowhere = new_room();
    const auto code_of = [](const auto& result) {
        return result ? ErrorCode::internal : result.error().code;
    };
    EXPECT_EQ(code_of(save(nowhere.id, "text")), ErrorCode::room_not_found);
    EXPECT_EQ(code_of(append(nowhere.id, 1, {new_update(1, "x")})), ErrorCode::room_not_found);
    EXPECT_EQ(code_of(append(nowhere.id, 1, {})), ErrorCode::room_not_found);
    EXPECT_EQ(code_of(fold(nowhere.id, {{1, 1}}, "x")), ErrorCode::room_not_found);
    EXPECT_EQ(code_of(history(nowhere.id, {.count = 1})), ErrorCode::room_not_found);
    EXPECT_EQ(
        code_of(note(nowhere.id, new_event(room::HistoryEventKind::left, 1))),
        ErrorCode::room_not_found);
    EXPECT_EQ(code_of(say(nowhere.id, new_message("x"))), ErrorCode::room_not_found);
    EXPECT_EQ(code_of(start_run(nowhere.id, new_run())), ErrorCode::room_not_found);
    EXPECT_EQ(
        code_of(call([&](Rooms& rooms, auto done) { rooms.update(nowhere, std::move(done)); })),
        ErrorCode::room_not_found);
}

TEST_P(RoomStorePort, ChangesNothingWhenACallIsDoneAgain) {  // after a commit of unknown outcome
    const auto owner = new_user();
    const auto room = new_room();
    const auto message = new_message("once");
    const auto run = new_run();
    const auto event = new_event(room::HistoryEventKind::title, 1, "Trees");
    room::RunResult result;
    result.output = "1";
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(create(room, owner, "starter").id, room.id);
        EXPECT_TRUE(note(room.id, event));
        EXPECT_TRUE(say(room.id, message));
        EXPECT_TRUE(start_run(room.id, run));
        EXPECT_TRUE(finish_run(run.id, result));
    }
    const auto loaded = load(room.id);
    EXPECT_EQ(loaded->document.updates, std::vector<std::string>{"starter"});
    EXPECT_EQ(history(room.id, {.count = 9})->events.size(), 2U) << "created, title";
    EXPECT_EQ(loaded->members.size(), 1U);
    EXPECT_EQ(loaded->chat.size(), 1U);
    EXPECT_EQ(recent_runs(room.id, 10).size(), 1U);
    EXPECT_EQ(loaded->last_run->result->output, "1");
}

TEST_P(RoomStorePort, AnswersInTheOrderOfTheCallsAndNeverWithinOne) {
    const auto room = create(new_room(), new_user());
    std::vector<int> answered;
    for (int i = 0; i < 50; ++i) {
        const auto note = [&answered, i](const auto&) { answered.push_back(i); };
        if (i % 3 == 0) {
            store().load(room.id, 1, note);
        } else if (i % 3 == 1) {
            store().list(new_user().id, "no cursor", 1, note);
        } else {
            store().save_text(room.id, "text", at(i), note);
        }
        ASSERT_TRUE(answered.empty());
    }
    loop().run_until([&] { return answered.size() == 50; });
    EXPECT_TRUE(std::ranges::is_sorted(answered));
}

TEST_P(RoomStorePort, SeesInALoadWhatWasAppendedBefore) {
    const auto room = create(new_room(), new_user());
    std::vector<std::string> updates;
    room::LogBatch batch{.writer = 1, .updates = {new_update(1, "newest")}};
    store().append(room.id, batch, [](const auto&) {});
    store().load(room.id, 1, [&](auto loaded) { updates = (*loaded)->document.updates; });
    loop().run_until([&] { return !updates.empty(); });
    EXPECT_EQ(updates, (std::vector<std::string>{"starter", "newest"}));
}

TEST_P(RoomStorePort, GivesAnyBytesBack) {
    const auto room = create(new_room(), new_user());
    std::vector<std::string> wanted{"starter"};
    std::uint64_t state = 1;
    for (std::uint64_t number = 1; number <= 300; ++number) {
        std::string bytes;
        for (std::uint64_t left = number % 40; left > 0; --left) {
            state = state * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
            bytes += static_cast<char>(state >> 56);
        }
        EXPECT_TRUE(append(room.id, 1, {new_update(number, bytes)}));
        wanted.push_back(std::move(bytes));
        if (number % 70 == 0) {
            EXPECT_TRUE(fold(room.id, {{creator, 1}, {1, number - 5}}, "whole"));
        }
    }
    EXPECT_EQ(history_of(room.id, {.count = 100}), wanted);
    wanted.erase(wanted.begin(), wanted.begin() + 276);
    wanted.insert(wanted.begin(), "whole");
    EXPECT_EQ(updates_of(room.id), wanted);
}

}  // namespace codencollab
