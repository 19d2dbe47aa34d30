// What a room costs on the disk and how long it takes to load: an interview of two hours is typed
// into a store, with folds as the server makes them, and measured when all is closed.
//
//     build/release/store_bench [DIRECTORY NAME]…
//
// Without names the interview is made up (bench/crdt_inputs.h); else NAME.updates in DIRECTORY.

#include "base/clock.h"
#include "base/random.h"
#include "bench/crdt_inputs.h"
#include "crdt/document.h"
#include "store/sqlite_database.h"
#include "support/temporary_directory.h"
#include "support/waiting_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::bench {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds interview{2 * 3'600 * 1'000};
constexpr std::size_t updates_a_fold = 500;

double ms_since(steady_clock::time_point start) {
    return duration<double, std::milli>(steady_clock::now() - start).count();
}

class Measured {
  public:
    Measured() { open(); }

    template <class T = void, class Start>
    T call(Start start) {
        auto result = loop_.await<Result<T>>([&](Callback<T> done) { start(std::move(done)); });
        if (!result) give_up(result.error().message);
        if constexpr (!std::is_void_v<T>) return *std::move(result);
    }

    void type(const Trace& trace) {
        const WallTime begin = clock_.wall_now();
        call<room::RoomRecord>([&](auto done) {
            room::RoomRecord record{
                .id = room_,
                .title = "Interview",
                .language = "python",
                .created_at = begin,
                .updated_at = begin};
            room::LogBatch first{.writer = 1, .updates = {{1, {}, begin, trace.updates.at(0)}}};
            store_->create(
                record, {authors_[0], "Ada", false}, std::move(first), "", "", std::move(done));
        });
        crdt::Document document;
        apply(document, trace.updates[0]);
        std::vector<double> commits;
        for (std::size_t i = 1; i < trace.updates.size(); ++i) {
            apply(document, trace.updates[i]);
            const auto at =
                begin + interview * static_cast<long>(i) / static_cast<long>(trace.updates.size());
            room::LogBatch batch{
                .writer = 1, .updates = {{i + 1, authors_[i / 40 % 2], at, trace.updates[i]}}};
            const auto start = steady_clock::now();
            call([&](auto done) { store_->append(room_, std::move(batch), std::move(done)); });
            commits.push_back(ms_since(start));
            if (i % updates_a_fold == 0) fold(document, i + 1);
        }
        fold(document, trace.updates.size());
        std::ranges::sort(commits);
        if (commits.empty()) return;
        fmt::print(
            "  append to answer, one update a commit: p50 {:.2f} ms, p99 {:.2f} ms\n",
            commits[commits.size() / 2],
            commits[commits.size() * 99 / 100]);
    }

    void print_size() {
        close();
        std::uintmax_t bytes = 0;
        for (const auto& file : std::filesystem::directory_iterator(directory_.path() / "data"))
            bytes += file.file_size();
        open();
        fmt::print("  on the disk, all files: {} bytes\n", bytes);
    }

    void print_load(const Trace& trace) {
        std::vector<double> times;
        for (int i = 0; i < 20; ++i) {
            const auto start = steady_clock::now();
            auto loaded = call<std::optional<room::StoredRoom>>(
                [&](auto done) { store_->load(room_, 200, std::move(done)); });
            if (!loaded) give_up("the room is gone");
            crdt::Document document;
            for (const std::string& update : loaded->document.updates)
                apply(document, update);
            times.push_back(ms_since(start));
            if (document.text("t").to_string() != trace.text) give_up("the text differs");
        }
        std::ranges::sort(times);
        fmt::print(
            "  load, document included: p50 {:.2f} ms, slowest {:.2f} ms\n",
            times[times.size() / 2],
            times.back());
        std::size_t count = 0;
        room::HistoryQuery query{.count = 1'000};
        const auto start = steady_clock::now();
        do {
            auto page = call<room::HistoryPage>(
                [&](auto done) { store_->history(room_, query, std::move(done)); });
            count += page.updates.size();
            query.after = page.next.value_or("");
        } while (!query.after.empty());
        fmt::print("  whole history, {} updates: {:.1f} ms\n", count, ms_since(start));
        if (count != trace.updates.size()) give_up("the history is not whole");
    }

  private:
    static void apply(crdt::Document& document, const std::string& update) {
        if (!document.apply(update)) give_up("an update was refused");
    }
    void fold(crdt::Document& document, std::uint64_t through) {
        call([&](auto done) {
            store_->fold(
                room_,
                {{1, through}},
                document.encode(),
                document.text("t").to_string(),
                std::move(done));
        });
    }
    void open() {
        auto opened = store::SqliteDatabase::open(directory_.path() / "data", clock_);
        if (!opened) give_up(opened.error().message);
        database_ = *std::move(opened);
        store_ = database_->make_room_store(loop_);
    }
    void close() {
        store_.reset();
        database_.reset();
    }

    TemporaryDirectory directory_;
    SystemClock clock_;
    SystemRandom random_;
    RoomId room_ = RoomId::random(random_);
    std::vector<UserId> authors_{UserId::random(random_), UserId::random(random_)};
    WaitingLoop loop_;
    std::unique_ptr<store::SqliteDatabase> database_;
    std::unique_ptr<room::RoomStore> store_;
};

void measure(const Trace& trace) {
    std::size_t bytes = 0;
    for (const std::string& update : trace.updates)
        bytes += update.size();
    fmt::print(
        "{}: {} updates, {} bytes of them, {} of text\n",
        trace.name,
        trace.updates.size(),
        bytes,
        trace.text.size());
    Measured measured;
    measured.type(trace);
    measured.print_size();
    measured.print_load(trace);
}

}  // namespace
}  // namespace codencollab::bench

int main(int count, char** arguments) {
    namespace bench = codencollab::bench;
    if (count < 3) {
        bench::measure(bench::make_trace(1, 10'000));
        bench::measure(bench::make_trace(2, 40'000));
        return 0;
    }
    for (int i = 2; i < count; ++i)
        bench::measure(bench::read_trace(arguments[1], arguments[i]));
}
