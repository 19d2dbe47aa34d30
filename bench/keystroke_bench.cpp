// What a keystroke costs between the parsed event and the outboxes: check, apply, encode once, push
// to everybody else. The floor does what no server can leave out: one frame made, one pointer
// pushed for each of the others. Prints allocations for each keystroke beside the time.

#include "bench/allocation_count.h"
#include "gateway/contract_codec.h"
#include "support/house.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

namespace codencollab {
namespace {

/// Holds the newest frames, as a connection does whose client keeps up.
class ShortOutbox final : public room::Outbox {
  public:
    room::Push push(room::SharedFrame frame) override {
        frames_[next_++ % frames_.size()] = std::move(frame);
        return room::Push::queued;
    }
    void close(room::CloseReason) override {}

  private:
    std::vector<room::SharedFrame> frames_ = std::vector<room::SharedFrame>(64);
    std::size_t next_ = 0;
};

Limits generous() {
    Limits limits;
    limits.joins_per_second = limits.code_events_per_second = 1'000'000'000;
    return limits;
}

/// A room with a text of some size, one typist in the middle of it and some who watch.
class TypingRoom {
  public:
    TypingRoom(std::size_t participants, std::size_t text_units) : outboxes_(participants) {
        const room::User ada = world_.person("Ada");
        const RoomId id = world_.make_room(ada);
        for (ShortOutbox& outbox : outboxes_) {
            Answer<room::Entered> entered;
            rooms_.enter(
                id,
                room::Entry{ada, std::to_string(seats_.size()), room::ClientKind::delta, outbox},
                entered.callback());
            world_.loop.run_until_idle();
            seats_.push_back(std::move(entered.get()->seat));
        }
        const std::u16string line(79, u'x');
        std::u16string text;
        while (text.size() < text_units)
            text += line + u'\n';
        middle_line_ = static_cast<std::int64_t>(text.size() / 80 / 2 + 1);
        middle_ = (middle_line_ - 1) * 80;
        insert(1, 1, 0, text);
    }

    /// One letter at the start of the middle line, and its removal every other time: the text stays
    /// as long as it is.
    void type() {
        if (is_typed_) {
            change(middle_line_, 1, middle_, 1, {});
        } else {
            insert(middle_line_, 1, middle_, u"a");
        }
        is_typed_ = !is_typed_;
    }

  private:
    void insert(std::int64_t line, std::int64_t column, std::int64_t offset, std::u16string text) {
        change(line, column, offset, 0, std::move(text));
    }

    void change(
        std::int64_t line,
        std::int64_t column,
        std::int64_t offset,
        std::int64_t length,
        std::u16string text) {
        room::CodeChange change;
        change.changes.push_back(
            {{{line, column}, {line, column + length}}, offset, length, std::move(text)});
        seats_.front().change(std::move(change), [](const Result<std::uint64_t>& done) {
            if (!done) std::abort();
        });
    }

    House world_{generous()};
    gateway::ContractCodec codec_{world_.limits};
    room::Rooms rooms_{room::RoomsPorts{
        world_.loop,
        world_.clock,
        world_.random,
        world_.store,
        world_.executor,
        codec_,
        world_.limits,
        world_.limiters}};
    std::deque<ShortOutbox> outboxes_;
    std::vector<room::Seat> seats_;
    std::int64_t middle_line_ = 1;
    std::int64_t middle_ = 0;
    bool is_typed_ = false;
};

void count_allocations(benchmark::State& state, std::size_t before) {
    state.counters["allocations"] = benchmark::Counter(
        static_cast<double>(allocation_count() - before), benchmark::Counter::kAvgIterations);
}

void keystroke(benchmark::State& state) {
    TypingRoom room(
        static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    const std::size_t before = allocation_count();
    for ([[maybe_unused]] auto _ : state)
        room.type();
    count_allocations(state, before);
}

struct FloorFrame final : room::Frame {
    std::size_t size_bytes() const override { return bytes.size(); }
    std::string bytes;
};

void floor_of_a_keystroke(benchmark::State& state) {
    std::deque<ShortOutbox> others(static_cast<std::size_t>(state.range(0) - 1));
    const std::string event(160, 'x');
    const std::size_t before = allocation_count();
    for ([[maybe_unused]] auto _ : state) {
        auto frame = std::make_shared<FloorFrame>();
        frame->bytes = event;
        for (ShortOutbox& other : others)
            benchmark::DoNotOptimize(other.push(frame));
    }
    count_allocations(state, before);
}

constexpr std::int64_t small_text = 10'000;
constexpr std::int64_t large_text = 500'000;

BENCHMARK(floor_of_a_keystroke)->ArgNames({"people"})->Arg(2)->Arg(20)->Arg(200);
BENCHMARK(keystroke)
    ->ArgNames({"people", "units"})
    ->Args({2, small_text})
    ->Args({20, small_text})
    ->Args({200, small_text})
    ->Args({2, large_text});

}  // namespace
}  // namespace codencollab

BENCHMARK_MAIN();
