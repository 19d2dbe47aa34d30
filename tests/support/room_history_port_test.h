#pragma once

#include "support/room_store_port_test.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace codencollab {

// The part of the suite that is about what happened in a room.

TEST_P(RoomStorePort, TellsWhoTypedWhatAndWhen) {
    const auto room = create(new_room(), new_user());
    const UserId ada = UserId::random(random_);
    const UserId ben = UserId::random(random_);
    auto first = new_update(1, "a", 5);
    first.author = ada;
    auto second = new_update(2, "b", 4);  // its clock was set back
    second.author = ben;
    auto third = new_update(3, "c", 6);
    third.at += std::chrono::milliseconds(7);
    EXPECT_TRUE(append(room.id, 1, {first, second}));
    for (int i = 0; i < 2; ++i) {  // from the log, then from what was folded
        EXPECT_TRUE(append(room.id, 1, {third}));
        const auto page = history(room.id, {.count = 9});
        ASSERT_TRUE(page);
        ASSERT_EQ(page->updates.size(), 4U);
        EXPECT_FALSE(page->updates[0].author);
        EXPECT_EQ(page->updates[1].author, ada);
        EXPECT_EQ(page->updates[1].at, at(5));
        EXPECT_EQ(page->updates[2].author, ben);
        EXPECT_EQ(page->updates[2].at, at(4));
        EXPECT_FALSE(page->updates[3].author);
        EXPECT_EQ(page->updates[3].at, third.at);
        EXPECT_FALSE(page->next);
        EXPECT_TRUE(fold(room.id, {{creator, 1}, {1, 3}}, "whole"));
    }
}

TEST_P(RoomStorePort, TellsWhatElseHappened) {
    const auto owner = new_user();
    const auto room = create(new_room(), owner);
    auto role = new_event(room::HistoryEventKind::role, 2, "viewer");
    role.subject = UserId::random(random_);
    EXPECT_TRUE(note(room.id, role));
    const auto joined = new_event(room::HistoryEventKind::joined, 1);
    EXPECT_TRUE(note(room.id, joined));
    EXPECT_TRUE(say(room.id, new_message("hello")));
    const auto run = new_run(3);
    ASSERT_TRUE(start_run(room.id, run));
    const auto page = history(room.id, {.count = 9});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->events.size(), 3U);
    EXPECT_EQ(page->events[0].kind, room::HistoryEventKind::created);
    EXPECT_EQ(page->events[0].user, owner.id);
    EXPECT_EQ(page->events[0].name, "Ada");
    EXPECT_EQ(page->events[0].value, "python");
    EXPECT_EQ(page->events[0].at, room.created_at);
    EXPECT_EQ(page->events[1].id, joined.id);
    EXPECT_EQ(page->events[1].kind, room::HistoryEventKind::joined);
    EXPECT_FALSE(page->events[1].subject);
    EXPECT_EQ(page->events[2].kind, room::HistoryEventKind::role);
    EXPECT_EQ(page->events[2].value, "viewer");
    EXPECT_EQ(page->events[2].subject, role.subject);
    EXPECT_EQ(page->events[2].user, role.user);
    ASSERT_EQ(page->chat.size(), 1U);
    EXPECT_EQ(page->chat[0].text, "hello");
    ASSERT_EQ(page->runs.size(), 1U);
    EXPECT_EQ(page->runs[0].id, run.id);
}

TEST_P(RoomStorePort, PagesThroughTheHistoryWithEachEventOnce) {
    const auto room = create(new_room(), new_user());
    std::vector<std::string> wanted{"starter"};
    std::uint64_t number = 0;
    // Times go forward and back, and more than once stand still.
    for (const int seconds : {1, 2, 2, 5, 3, 4, 4, 4, 9, 8, 12, 13}) {
        wanted.push_back("u" + std::to_string(++number));
        EXPECT_TRUE(append(room.id, 1, {new_update(number, wanted.back(), seconds)}));
        if (number == 4) {
            EXPECT_TRUE(fold(room.id, {{creator, 1}, {1, 4}}, "one"));
        }
        if (number == 9) {
            EXPECT_TRUE(fold(room.id, {{1, 9}}, "two"));
        }
    }
    for (int seconds = -1; seconds < 16; ++seconds)
        EXPECT_TRUE(note(room.id, new_event(room::HistoryEventKind::joined, seconds)));
    for (const std::size_t count : {1, 2, 3, 5, 13, 14}) {
        std::vector<std::string> updates;
        std::vector<MessageId> events;
        std::vector<WallTime> times;
        for (const auto& page : pages_of(room.id, {.count = count})) {
            EXPECT_LE(page.updates.size(), count);
            for (const auto& update : page.updates)
                updates.push_back(update.bytes);
            for (const auto& event : page.events) {
                events.push_back(event.id);
                times.push_back(event.at);
            }
        }
        EXPECT_EQ(updates, wanted);
        EXPECT_EQ(events.size(), 18U) << count;
        EXPECT_TRUE(std::ranges::is_sorted(times)) << count;
        std::ranges::sort(events);
        EXPECT_EQ(std::ranges::unique(events).begin(), events.end()) << "each once";
    }
}

TEST_P(RoomStorePort, ShowsAPartOfTheHistory) {
    const auto room = create(new_room(), new_user());
    for (int i = 1; i <= 6; ++i) {
        EXPECT_TRUE(append(
            room.id, 1, {new_update(static_cast<std::uint64_t>(i), std::to_string(i), 10 * i)}));
        EXPECT_TRUE(note(room.id, new_event(room::HistoryEventKind::left, 10 * i)));
    }
    for (int i = 0; i < 2; ++i) {  // from the log, then from what was folded
        const room::HistoryQuery query{.count = 2, .from = at(20), .to = at(50)};
        EXPECT_EQ(history_of(room.id, query), (std::vector<std::string>{"2", "3", "4", "5"}));
        std::size_t events = 0;
        for (const auto& page : pages_of(room.id, query))
            events += page.events.size();
        EXPECT_EQ(events, 4U);
        EXPECT_EQ(history_of(room.id, {.count = 9, .from = at(55)}), std::vector<std::string>{"6"});
        EXPECT_EQ(
            history_of(room.id, {.count = 9, .to = at(10)}),
            (std::vector<std::string>{"starter", "1"}));
        EXPECT_TRUE(history_of(room.id, {.count = 9, .from = at(70)}).empty());
        EXPECT_TRUE(fold(room.id, {{creator, 1}, {1, 6}}, "whole"));
    }
}

TEST_P(RoomStorePort, ShowsWhatHappenedWhileNobodyTyped) {
    const auto room = create(new_room(), new_user());
    EXPECT_TRUE(note(room.id, new_event(room::HistoryEventKind::joined, 100)));
    const auto page = history(room.id, {.count = 5, .from = at(50)});
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->updates.empty());
    EXPECT_EQ(page->events.size(), 1U);
    EXPECT_FALSE(page->next);
}

TEST_P(RoomStorePort, KeepsAPageOfHistorySmall) {
    const auto room = create(new_room(), new_user());
    const std::string large(3 << 20, 'x');
    EXPECT_TRUE(append(room.id, 1, {new_update(1, large), new_update(2, large)}));
    EXPECT_TRUE(fold(room.id, {{1, 1}}, "whole"));
    const auto pages = pages_of(room.id, {.count = 100});
    ASSERT_EQ(pages.size(), 2U);
    EXPECT_EQ(pages[0].updates.size(), 2U);
    EXPECT_EQ(pages[1].updates.size(), 1U);
}

TEST_P(RoomStorePort, RefusesAPlaceInTheHistoryThatIsNone) {
    const auto room = create(new_room(), new_user());
    for (const char* cursor : {"x", "1", "1.", ".1", "-1.0", "1.0x", "99999999999999999999.0"}) {
        const auto page = history(room.id, {.after = cursor, .count = 5});
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().code, ErrorCode::bad_request);
    }
}

}  // namespace codencollab
