#include "room/runs.h"

#include "support/house.h"

#include <gtest/gtest.h>

namespace codencollab::room {
namespace {

using namespace std::chrono_literals;

class ARun : public testing::Test {
  protected:
    RunId start(RunOrder order = {}) { return *house.run(id, ada, std::move(order)); }
    void end(RunResult result = {}) {
        house.executor.last().observer.finished(std::move(result));
        house.loop.run_until_idle();
    }
    RunResult result() { return a->outbox.last<RunFinished>().result; }

    House house;
    User ada = house.person("Ada");
    User ben = house.person("Ben");
    RoomId id = house.make_room(ada);
    std::unique_ptr<House::Guest> a = house.enter(id, ada);
    std::unique_ptr<House::Guest> b = house.enter(id, ben);
};

TEST_F(ARun, IsSeenByEveryoneFromStartToResult) {
    const RunId run = start();
    auto& started = house.executor.last();
    EXPECT_EQ(started.request.code, "print(\"hello\")\n");
    EXPECT_EQ(started.request.language, "python");
    started.observer.queued(2);
    started.observer.started("3.11.2");
    started.observer.output(OutputStream::stdout_, "hello\n");
    started.observer.output(OutputStream::stderr_, "oh\n");
    end({.output = "hello\noh\n", .exit_code = 0});
    for (const auto* guest : {a.get(), b.get()}) {
        EXPECT_EQ(guest->outbox.last<RunQueued>().position, 2U);
        EXPECT_EQ(guest->outbox.last<RunStarted>().name, "Ada");
        EXPECT_EQ(guest->outbox.last<RunStarted>().version, "3.11.2");
        const auto output = guest->outbox.all<RunOutput>();
        ASSERT_EQ(output.size(), 2U);
        EXPECT_EQ(output[0].seq, 0U);
        EXPECT_EQ(output[1].seq, 1U);
        ASSERT_EQ(guest->outbox.count<RunFinished>(), 1U);
        EXPECT_EQ(guest->outbox.last<RunFinished>().run, run);
    }
    EXPECT_EQ(house.store.find_run(run)->result->output, "hello\noh\n");
    EXPECT_EQ(house.store.find_run(run)->version, "3.11.2");
}

TEST_F(ARun, TakesTheTextAsItIsNow) {
    ASSERT_TRUE(house.type_at(*b, 0, u"\u00e9 = 1\n").has_value());
    start();
    EXPECT_EQ(house.executor.last().request.code, "\u00e9 = 1\nprint(\"hello\")\n");
}

TEST_F(ARun, StandsAloneInItsRoom) {
    start();
    const auto second = house.run(id, ben);
    EXPECT_EQ(second.error().code, ErrorCode::run_in_progress);
    EXPECT_NE(second.error().message.find("Ada's run is still going"), std::string::npos);
    end();
    EXPECT_TRUE(house.run(id, ben).has_value());
}

TEST_F(ARun, OfADoubleClickIsOne) {
    const RunId first = start({.idempotency_key = "k"});
    EXPECT_EQ(start({.idempotency_key = "k"}), first);
    EXPECT_EQ(house.executor.runs.size(), 1U);
    end();
    EXPECT_EQ(start({.idempotency_key = "k"}), first);
    EXPECT_EQ(house.run(id, ben, {.idempotency_key = "other"}).has_value(), true);
    EXPECT_EQ(house.executor.runs.size(), 2U);
}

TEST_F(ARun, RepeatedAfterTheRoomWasLetGoIsStillTheFirst) {
    const RunId first = start({.idempotency_key = "k"});
    end();
    a.reset();
    b.reset();
    house.wait(6min);
    ASSERT_EQ(house.rooms->open_count(), 0U);
    EXPECT_EQ(start({.idempotency_key = "k"}), first);
    EXPECT_EQ(house.executor.runs.size(), 1U);
    EXPECT_TRUE(house.run(id, ada).has_value());
}

TEST_F(ARun, CountsAgainstTheRateEvenWhenAnotherIsGoingOn) {
    start();
    for (int i = 0; i < 9; ++i) {
        EXPECT_EQ(house.run(id, ada).error().code, ErrorCode::run_in_progress);
    }
    EXPECT_EQ(house.run(id, ada).error().code, ErrorCode::rate_limited);
    EXPECT_EQ(house.run(id, ben).error().code, ErrorCode::run_in_progress);
}

TEST_F(ARun, OfAnUnknownLanguageIsRefused) {
    EXPECT_EQ(
        house.run(id, ada, {.language = "klingon"}).error().code, ErrorCode::unsupported_language);
    start({.language = "js"});
    EXPECT_EQ(house.executor.last().request.language, "javascript");
}

TEST_F(ARun, IsForEditorsAndOwners) {
    ASSERT_TRUE(house.set_role(id, ada, ben, Role::viewer).has_value());
    EXPECT_EQ(house.run(id, ben).error().code, ErrorCode::forbidden);
    EXPECT_EQ(house.run(id, house.person("Eve")).error().code, ErrorCode::room_not_found);
}

TEST_F(ARun, ThatIsStoppedSaysByWhom) {
    const RunId run = start();
    house.executor.last().observer.started("3.11.2");
    const auto stopped =
        house.ask<void>(id, [&](Room& room, auto done) { done(room.stop_run(ben, run)); });
    EXPECT_TRUE(stopped.has_value());
    EXPECT_TRUE(house.executor.last().was_stopped);
    end({.failure = RunFailure::killed});
    EXPECT_EQ(result().failure, RunFailure::killed);
    EXPECT_EQ(result().message, "Stopped by Ben");
}

TEST_F(ARun, ThatIsStoppedEndsThoughTheRunnerSaysNothing) {
    const RunId run = start();
    ASSERT_TRUE(house.ask<void>(id, [&](Room& room, auto done) { done(room.stop_run(ada, run)); })
                    .has_value());
    house.wait(5s);
    EXPECT_EQ(result().failure, RunFailure::killed);
    EXPECT_EQ(result().message, "Stopped by Ada");
}

TEST_F(ARun, ThatDoesNotExistCannotBeStopped) {
    const RunId run = start();
    end();
    const auto stopped =
        house.ask<void>(id, [&](Room& room, auto done) { done(room.stop_run(ada, run)); });
    EXPECT_EQ(stopped.error().code, ErrorCode::run_not_found);
}

TEST_F(ARun, ThatTheRunnerForgetsIsEndedByTheWatchdog) {
    start();
    house.executor.last().observer.started("3.11.2");
    house.wait(24'999ms);
    EXPECT_EQ(a->outbox.count<RunFinished>(), 0U);
    house.wait(1ms);
    EXPECT_EQ(result().failure, RunFailure::internal);
    EXPECT_TRUE(house.executor.last().was_stopped);
    // What the runner says after that changes nothing.
    house.executor.last().observer.output(OutputStream::stdout_, "late");
    end({.exit_code = 0});
    EXPECT_EQ(a->outbox.count<RunFinished>(), 1U);
    EXPECT_EQ(a->outbox.count<RunOutput>(), 0U);
}

TEST_F(ARun, ThatNeverStartedEndsAsSandboxUnavailable) {
    start();
    house.wait(25s);
    EXPECT_EQ(result().failure, RunFailure::sandbox_unavailable);
}

TEST_F(ARun, WithoutARunnerIsAcceptedAndSaysWhy) {
    house.executor.reason = "No runner answers. Start one.";
    start();
    EXPECT_EQ(result().failure, RunFailure::sandbox_unavailable);
    EXPECT_EQ(result().message, "No runner answers. Start one.");
    EXPECT_EQ(a->outbox.count<RunStarted>(), 1U);
    EXPECT_TRUE(house.executor.runs.empty());
}

TEST_F(ARun, ThatCannotBeStoredIsRefusedAndTheNextOneWorks) {
    house.store.is_failing = true;
    EXPECT_EQ(house.run(id, ada).error().code, ErrorCode::store_unavailable);
    house.store.is_failing = false;
    EXPECT_TRUE(house.run(id, ada).has_value());
}

TEST_F(ARun, TellsItsResultOnceThoughTheStoreFails) {
    const RunId run = start();
    house.store.is_failing = true;
    end({.output = "x", .exit_code = 0});
    EXPECT_EQ(a->outbox.count<RunFinished>(), 1U);
    house.store.is_failing = false;
    house.wait(10s);
    EXPECT_EQ(a->outbox.count<RunFinished>(), 1U);
    EXPECT_EQ(house.store.find_run(run)->result->output, "x");
}

TEST_F(ARun, WhoseResultAnotherStoredIsNotToldTwice) {
    const RunId run = start();
    house.store.find_run(run)->result = RunResult{};
    end({.exit_code = 0});
    EXPECT_EQ(a->outbox.count<RunFinished>(), 0U);
    EXPECT_TRUE(house.run(id, ben).has_value());
}

TEST_F(ARun, EchoesWhatIsTypedToEveryoneWithItsTypist) {
    const RunId run = start({.interactive = true});
    house.executor.last().observer.started("3.11.2");
    ASSERT_TRUE(b->seat.write_stdin(run, "45\n", true).has_value());
    const RunOutput echo = a->outbox.last<RunOutput>();
    EXPECT_EQ(echo.stream, OutputStream::stdin_);
    EXPECT_EQ(echo.data, "45\n");
    EXPECT_EQ(echo.user, ben.id);
    EXPECT_EQ(echo.name, "Ben");
    EXPECT_EQ(house.executor.last().input, "45\n");
    EXPECT_TRUE(house.executor.last().input_ended);
    EXPECT_EQ(b->seat.write_stdin(run, "more", false).error().code, ErrorCode::conflict);
}

TEST_F(ARun, ThatIsNotInteractiveTakesNoInput) {
    const RunId run = start({.stdin_text = "prepared"});
    EXPECT_EQ(house.executor.last().request.stdin_text, "prepared");
    EXPECT_EQ(a->seat.write_stdin(run, "x", false).error().code, ErrorCode::conflict);
    EXPECT_EQ(
        a->seat.write_stdin(RunId::random(house.random), "x", false).error().code,
        ErrorCode::run_not_found);
}

TEST_F(ARun, IsShownToThoseWhoComeLater) {
    start();
    auto& observer = house.executor.last().observer;
    observer.queued(1);
    EXPECT_EQ(house.enter(id, ben)->outbox.last<RoomState>().run->position, 1U);
    observer.started("3.11.2");
    observer.output(OutputStream::stdout_, "one ");
    observer.output(OutputStream::stdout_, "two");
    const auto running = house.enter(id, ben)->outbox.last<RoomState>().run;
    EXPECT_EQ(running->phase, RunPhase::running);
    ASSERT_EQ(running->output.size(), 1U);
    EXPECT_EQ(running->output[0].data, "one two");
    EXPECT_EQ(running->output[0].seq, 1U);
    end({.output = "one two", .exit_code = 0});
    const auto finished = house.enter(id, ben)->outbox.last<RoomState>().run;
    EXPECT_EQ(finished->phase, RunPhase::finished);
    EXPECT_EQ(finished->result->output, "one two");
}

TEST_F(ARun, ThatPrintsTooMuchIsEndedWithTheBeginningKept) {
    start();
    auto& observer = house.executor.last().observer;
    observer.started("3.11.2");
    const std::size_t limit = house.limits.run_output_bytes;
    for (std::size_t sent = 0; sent < 2 * limit; sent += limit / 4) {
        observer.output(OutputStream::stdout_, std::string(limit / 4, 'x'));
    }
    EXPECT_TRUE(house.executor.last().was_stopped);
    EXPECT_EQ(a->outbox.count<RunOutput>(), 4U);
    end({.failure = RunFailure::killed});
    EXPECT_EQ(result().failure, RunFailure::output_limit);
    EXPECT_TRUE(result().truncated);
}

TEST_F(ARun, GoesOnWhenNobodyIsLeftAndKeepsTheRoomOpen) {
    const RunId run = start({.interactive = true});
    house.executor.last().observer.started("3.11.2");
    a.reset();
    b.reset();
    house.wait(5min + 1s);
    EXPECT_EQ(house.rooms->open_count(), 1U);
    end({.exit_code = 0});
    EXPECT_EQ(house.store.find_run(run)->result->exit_code, 0);
    house.wait(5min);
    EXPECT_EQ(house.rooms->open_count(), 0U);
}

TEST_F(ARun, OfADeletedRoomIsStoppedAndTellsNobody) {
    start();
    ASSERT_TRUE(
        house.ask<void>(id, [&](Room& room, auto done) { room.remove(ada, std::move(done)); })
            .has_value());
    EXPECT_TRUE(house.executor.last().was_stopped);
    end({.failure = RunFailure::killed});
    EXPECT_EQ(a->outbox.count<RunFinished>(), 0U);
}

TEST_F(ARun, ThatWasGoingOnWhenTheServerStoppedHasAResultAfterwards) {
    const RunId run = start();
    a.reset();
    b.reset();
    house.rooms = std::make_unique<Rooms>(house.ports());
    const auto state = house.enter(id, ada)->outbox.last<RoomState>().run;
    EXPECT_EQ(state->run, run);
    EXPECT_EQ(state->result->failure, RunFailure::internal);
    EXPECT_NE(state->result->message.find("restarted"), std::string::npos);
    EXPECT_EQ(house.store.find_run(run)->result->failure, RunFailure::internal);
}

}  // namespace
}  // namespace codencollab::room
