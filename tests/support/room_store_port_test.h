#pragma once

#include "base/utf.h"
#include "room/store.h"
#include "support/waiting_loop.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
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
        std::u16string text = u"",
        std::string key = "") {
        auto made = call<room::RoomRecord>([&](Rooms& rooms, auto done) {
            rooms.create(room, owner, text, key, std::move(done));
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

    Result<> save(const RoomId& room, std::u16string text, int seconds = 1) {
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
    create(room, owner, u"print('h\u00e9')\n");
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
    EXPECT_EQ(loaded->text, u"print('h\u00e9')\n");
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
    create(first, owner, u"one", "key");
    EXPECT_EQ(create(second, owner, u"two", "key").id, first.id);
    EXPECT_FALSE(load(second.id));
    EXPECT_EQ(load(first.id)->text, u"one");
}

TEST_P(RoomStorePort, KeepsTheKeysOfOwnersApart) {
    const auto room = new_room();
    create(new_room(), new_user(), u"", "key");
    EXPECT_EQ(create(room, new_user("Ben"), u"", "key").id, room.id);
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
    create(first, owner, u"", "key");
    EXPECT_TRUE(call([&](Rooms& rooms, auto done) { rooms.remove(first.id, std::move(done)); }));
    EXPECT_EQ(create(second, owner, u"", "key").id, second.id);
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
    const auto older = create(new_room(0), owner, u"old");
    const auto newer = create(new_room(1), owner);
    EXPECT_TRUE(save(older.id, u"new", 2));
    EXPECT_EQ(load(older.id)->text, u"new");
    EXPECT_EQ(load(older.id)->room.updated_at, at(2));
    EXPECT_EQ(list(owner.id, "", 10)->rooms.front().room.id, older.id);
    EXPECT_EQ(load(newer.id)->text, u"");
}

TEST_P(RoomStorePort, KeepsEveryUnitOfAText) {
    const auto room = create(new_room(), new_user());
    // Half an emoji, the other half, a whole one, NUL, the ends of the surrogate range.
    const std::u16string text = {0xd83d, u'a', 0xde00, 0xd83d, 0xde00, 0, 0xd7ff, 0xe000, 0xffff};
    EXPECT_TRUE(save(room.id, text));
    EXPECT_EQ(load(room.id)->text, text);
}

TEST_P(RoomStorePort, UpdatesWhatMayChange) {
    auto room = create(new_room(), new_user(), u"text");
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
    EXPECT_EQ(loaded->text, u"text");
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
    const auto room = create(new_room(), owner, u"text");
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
    EXPECT_EQ(code_of(save(nowhere.id, u"text")), ErrorCode::room_not_found);
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
    room::RunResult result;
    result.output = "1";
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(create(room, owner, u"starter").id, room.id);
        EXPECT_TRUE(say(room.id, message));
        EXPECT_TRUE(start_run(room.id, run));
        EXPECT_TRUE(finish_run(run.id, result));
    }
    const auto loaded = load(room.id);
    EXPECT_EQ(loaded->text, u"starter");
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
            store().save_text(room.id, u"text", at(i), note);
        }
        ASSERT_TRUE(answered.empty());
    }
    loop().run_until([&] { return answered.size() == 50; });
    EXPECT_TRUE(std::ranges::is_sorted(answered));
}

TEST_P(RoomStorePort, SeesInALoadWhatWasSavedBefore) {
    const auto room = create(new_room(), new_user());
    std::optional<std::u16string> text;
    store().save_text(room.id, u"newest", at(1), [](const auto&) {});
    store().load(room.id, 1, [&](auto loaded) { text = (*loaded)->text; });
    loop().run_until([&] { return text.has_value(); });
    EXPECT_EQ(text, u"newest");
}

TEST_P(RoomStorePort, GivesAnyTextBack) {
    const auto room = create(new_room(), new_user());
    const bool holds = rc::check([&](const std::vector<std::uint16_t>& units) {
        const std::u16string text(units.begin(), units.end());
        RC_ASSERT(save(room.id, text).has_value());
        RC_ASSERT(load(room.id)->text == text);
    });
    EXPECT_TRUE(holds);
}

}  // namespace codencollab
