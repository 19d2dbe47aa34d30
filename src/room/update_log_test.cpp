#include "room/update_log.h"

#include "support/manual_clock.h"
#include "support/manual_loop.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace codencollab::room {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class ALog : public testing::Test {
  protected:
    void add(std::string bytes) {
        log.add(
            std::nullopt,
            std::make_shared<const std::string>(std::move(bytes)),
            [this, number = ++added](const Result<>& result) {
                if (result) stored.push_back(number);
            });
    }
    void answer(Result<> result) {
        auto done = std::move(asked.front());
        asked.pop_front();
        done(std::move(result));
    }
    static Error full() { return {ErrorCode::store_unavailable, "The disk is full."}; }

    ManualClock clock;
    ManualLoop loop{clock};
    SeededRandom random;
    std::shared_ptr<Unsaved> unsaved = std::make_shared<Unsaved>();
    std::vector<LogBatch> batches;
    std::deque<Callback<>> asked;
    std::vector<int> stored;
    int added = 0;
    UpdateLog log{
        {loop, clock, random, unsaved},
        StoredDocument(),
        {[this](LogBatch batch, Callback<> done) {
             batches.push_back(std::move(batch));
             asked.push_back(std::move(done));
         },
         [] { return std::string("merged"); },
         [](const Result<>&) {}}};
};

TEST_F(ALog, GoesOutOnAGridThatAllRoomsShare) {
    clock.advance(13ms);
    add("a");
    loop.advance(6ms);
    EXPECT_TRUE(batches.empty());
    loop.advance(1ms);
    ASSERT_EQ(batches.size(), 1U);
    EXPECT_EQ(batches[0].updates.at(0).number, 1U);
    EXPECT_EQ(batches[0].updates.at(0).bytes, "a");
}

TEST_F(ALog, HasOneBatchUnderWayAndAnswersInOrder) {
    add("a");
    add("b");
    loop.advance(20ms);
    add("c");
    loop.advance(100ms);
    ASSERT_EQ(batches.size(), 1U);
    EXPECT_EQ(unsaved->bytes, 3U);
    EXPECT_TRUE(stored.empty());
    answer({});
    EXPECT_THAT(stored, ElementsAre(1, 2));
    EXPECT_EQ(unsaved->bytes, 1U);
    loop.advance(20ms);
    ASSERT_EQ(batches.size(), 2U);
    EXPECT_EQ(batches[1].updates.at(0).number, 3U);
    EXPECT_EQ(batches[1].writer, batches[0].writer);
    answer({});
    EXPECT_TRUE(log.is_stored());
    EXPECT_EQ(log.position().at(batches[0].writer), 3U);
    EXPECT_EQ(log.count(), 3U);
}

TEST_F(ALog, TriesABatchThatFailedAgainAsItWas) {
    add("a");
    loop.advance(20ms);
    answer(std::unexpected(full()));
    EXPECT_EQ(batches.size(), 1U);
    add("b");
    loop.advance(50ms);
    ASSERT_EQ(batches.size(), 2U);
    EXPECT_EQ(batches[1].updates.at(0).number, 1U);
    EXPECT_EQ(batches[1].updates.at(0).bytes, "a");
    EXPECT_EQ(batches[1].updates.at(1).number, 2U);
    EXPECT_TRUE(stored.empty());
    answer({});
    EXPECT_THAT(stored, ElementsAre(1, 2));
}

TEST_F(ALog, WaitsAtMostFiveSecondsBetweenTries) {
    add("a");
    loop.advance(20ms);
    for (int i = 0; i < 20; ++i) {
        answer(std::unexpected(full()));
        loop.advance(5s);
        ASSERT_EQ(asked.size(), 1U);
    }
    EXPECT_EQ(log.unsaved_since(), SteadyTime());
}

TEST_F(ALog, WhoAsksForAnOlderNumberIsAnsweredWithIt) {
    add("a");
    const std::uint64_t number = log.newest();
    loop.advance(20ms);
    add("b");
    bool is_stored = false;
    log.when_stored(number, [&](const Result<>& result) { is_stored = result.has_value(); });
    EXPECT_FALSE(is_stored);
    answer({});
    EXPECT_TRUE(is_stored);
    EXPECT_THAT(stored, ElementsAre(1));
    is_stored = false;
    log.when_stored(number, [&](const Result<>& result) { is_stored = result.has_value(); });
    EXPECT_TRUE(is_stored);
}

TEST_F(ALog, ThatGrowsPastItsBoundIsMergedUnderANewWriter) {
    add("first");
    loop.advance(20ms);
    answer(std::unexpected(full()));
    add(std::string(UpdateLog::bytes_max, 'x'));
    EXPECT_EQ(unsaved->bytes, 6U);
    loop.advance(5s);
    ASSERT_EQ(batches.size(), 2U);
    ASSERT_EQ(batches[1].updates.size(), 1U);
    EXPECT_EQ(batches[1].updates[0].bytes, "merged");
    EXPECT_EQ(batches[1].updates[0].number, 1U);
    // The first may be stored though the store said otherwise: its number must not be used again.
    EXPECT_NE(batches[1].writer, batches[0].writer);
    answer({});
    EXPECT_THAT(stored, ElementsAre(1, 2));
    EXPECT_EQ(log.position().size(), 1U);
}

TEST_F(ALog, WhatIsUnderWayIsNotMerged) {
    add("first");
    loop.advance(20ms);
    add(std::string(UpdateLog::bytes_max, 'x'));
    add("last");
    EXPECT_EQ(unsaved->bytes, 5U + 6U);
    answer({});
    EXPECT_THAT(stored, ElementsAre(1));
    loop.advance(20ms);
    ASSERT_EQ(batches.size(), 2U);
    EXPECT_EQ(batches[1].writer, batches[0].writer);
    EXPECT_EQ(batches[1].updates.at(0).number, 2U);
    answer({});
    EXPECT_THAT(stored, ElementsAre(1, 2, 3));
}

TEST_F(ALog, OfADeletedRoomTellsWhoWaits) {
    bool was_told = false;
    log.add({}, std::make_shared<const std::string>("a"), [&](const Result<>& result) {
        was_told = !result;
    });
    log.abandon(full());
    EXPECT_TRUE(was_told);
    loop.advance(1min);
    EXPECT_TRUE(batches.empty());
}

}  // namespace
}  // namespace codencollab::room
