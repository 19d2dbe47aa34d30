#include "room/runs.h"

#include "base/log.h"
#include "room/languages.h"
#include "room/room.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace codencollab::room {

namespace {

constexpr std::size_t keys_max = 50;
// Neighbouring pieces of one stream are kept as one up to this size.
constexpr std::size_t kept_piece_bytes = 16 << 10;

RunResult failed_result(RunFailure failure, std::string message) {
    RunResult result;
    result.failure = failure;
    result.message = std::move(message);
    return result;
}

constexpr const char* restarted =
    "The server restarted during this run; its result is lost. Run again.";

RunState finished_state(const RunRecord& run) {
    return {
        run.id,
        run.user,
        run.user_name,
        run.language,
        run.version,
        RunPhase::finished,
        std::nullopt,
        {},
        run.result};
}

}  // namespace

struct Runs::Active {
    enum class Phase { storing, queued, running, ending };

    Active(const RunId& run, const User& user, std::string language)
        : state{run, user.id, user.name, std::move(language), {}, RunPhase::queued, {}, {}, {}} {}

    RunState state;
    Phase phase = Phase::storing;
    bool interactive = false;
    bool input_is_open = false;
    bool started_was_told = false;
    bool passed_output_limit = false;
    std::string stopped_by;  // a name; empty while nobody has stopped it
    std::uint64_t next_seq = 0;
    std::size_t output_bytes = 0;
    std::size_t stdin_bytes = 0;
    Timer watchdog;
    std::vector<Callback<RunId>> also_asked;  // while it is being stored, with the same key
};

Runs::Runs(Ports ports, RoomId id, std::optional<RunRecord> last, Room room)
    : ports_(ports), id_(id), room_(std::move(room)), self_(std::make_shared<Runs*>(this)) {
    if (!last) return;
    if (!last->result) {
        last->result = failed_result(RunFailure::internal, restarted);
        room_.enqueue([&store = ports_.store, run = *last, at = ports_.clock.wall_now()](
                          Callback<> done) {
            store.finish_run(
                run.id, run.version, *run.result, at, [done = std::move(done)](auto ended) mutable {
                    done(ended ? Result<>() : Result<>(std::unexpected(std::move(ended).error())));
                });
        });
    }
    last_ = finished_state(*last);
}

Runs::~Runs() = default;

void Runs::start(
    const User& user,
    RunOrder order,
    const std::string& room_language,
    std::string text,
    Callback<RunId> done) {
    // Two users' keys never meet.
    const std::string key = order.idempotency_key.empty()
                                ? std::string()
                                : fmt::format("{}:{}", user.id.view(), order.idempotency_key);
    if (!key.empty()) {
        const auto same = std::ranges::find(keys_, key, &std::pair<std::string, RunId>::first);
        if (same != keys_.end()) {
            const bool is_storing = active_ && active_->state.run == same->second &&
                                    active_->phase == Active::Phase::storing;
            // It is accepted when it is stored, and so for whoever asks again.
            if (is_storing) return active_->also_asked.push_back(std::move(done));
            return done(same->second);
        }
    }
    const auto runtimes = ports_.executor.runtimes();
    auto language =
        canonical_language(*runtimes, order.language.empty() ? room_language : order.language);
    if (!language) return done(std::unexpected(std::move(language).error()));
    if (active_) {
        return done(fail(
            ErrorCode::run_in_progress,
            fmt::format(
                "{}'s run is still going. Stop it, or wait until it ends.", active_->state.name)));
    }

    const RunId id = RunId::random(ports_.random);
    active_ = std::make_unique<Active>(id, user, *language);
    active_->interactive = order.interactive;
    if (!key.empty()) {
        keys_.emplace_back(key, id);
        if (keys_.size() > keys_max) keys_.pop_front();
    }
    RunRecord record{id, user.id, user.name, *language, {}, ports_.clock.wall_now(), {}, {}};
    RunRequest request{
        id,
        *language,
        order.version.empty() ? "*" : std::move(order.version),
        std::move(text),
        std::move(order.stdin_text),
        order.interactive,
        std::move(order.args)};
    ports_.store.start_run(
        id_,
        std::move(record),
        key,
        [self = weak(), id, done = std::move(done), request = std::move(request)](
            Result<RunRecord> stored) mutable {
            const auto alive = self.lock();
            if (!alive) return done(std::unexpected(room_not_found()));
            Runs& runs = **alive;
            if (!runs.active_ || runs.active_->state.run != id) {
                return done(std::unexpected(room_not_found()));  // deleted meanwhile
            }
            auto also_asked = std::exchange(runs.active_->also_asked, {});
            const auto answer = [&](const Result<RunId>& with) {
                done(with);
                for (Callback<RunId>& also : also_asked)
                    also(with);
            };
            if (stored && stored->id == id) {
                answer(id);
                if (self.lock() && runs.active_) runs.begin(std::move(request));
                return;
            }
            // Not stored, or made before with the same key: no new run comes of it.
            std::erase_if(runs.keys_, [&](const auto& entry) { return entry.second == id; });
            runs.active_.reset();
            if (stored) {
                answer(stored->id);
            } else {
                // It may be stored all the same; then it needs an end.
                runs.end_unstarted(id);
                answer(std::unexpected(std::move(stored).error()));
            }
            if (self.lock()) runs.room_.ended();
        });
}

void Runs::end_unstarted(const RunId& id) {
    room_.enqueue([&store = ports_.store, id, at = ports_.clock.wall_now()](Callback<> done) {
        RunResult result = failed_result(RunFailure::internal, "The run could not be stored.");
        store.finish_run(
            id, {}, std::move(result), at, [done = std::move(done)](auto ended) mutable {
                done(ended ? Result<>() : Result<>(std::unexpected(std::move(ended).error())));
            });
    });
}

void Runs::begin(RunRequest request) {
    Active& run = *active_;
    run.phase = Active::Phase::queued;
    run.input_is_open = run.interactive;
    if (!run.stopped_by.empty()) return finish(failed_result(RunFailure::killed, {}));
    if (std::string why = ports_.executor.unavailable_reason(); !why.empty()) {
        return finish(failed_result(RunFailure::sandbox_unavailable, std::move(why)));
    }
    const Limits& limits = ports_.limits;
    watch(
        limits.compile_wall + (run.interactive ? limits.run_wall_interactive : limits.run_wall),
        RunFailure::sandbox_unavailable,
        "No runner took this run in time. Nothing is wrong with your code. Run again.");
    const RunId id = run.state.run;
    ports_.executor.start(std::move(request), observer(id));
}

RunObserver Runs::observer(const RunId& id) {
    const auto with = [self = weak(), id](auto act) {
        return [self, id, act]<class... Args>(Args&&... args) {
            const auto alive = self.lock();
            if (alive && (*alive)->living(id)) act(**alive, std::forward<Args>(args)...);
        };
    };
    RunObserver observer;
    observer.queued = with([](Runs& runs, std::size_t position) { runs.on_queued(position); });
    observer.started =
        with([](Runs& runs, std::string version) { runs.on_started(std::move(version)); });
    observer.output = with([](Runs& runs, OutputStream stream, std::string data) {
        runs.on_output(stream, std::move(data), nullptr);
    });
    observer.finished = with([](Runs& runs, RunResult result) { runs.finish(std::move(result)); });
    return observer;
}

Runs::Active* Runs::living(const RunId& run) {
    const bool lives =
        active_ && active_->state.run == run && active_->phase != Active::Phase::ending;
    return lives ? active_.get() : nullptr;
}

void Runs::watch(std::chrono::milliseconds limit, RunFailure failure, std::string message) {
    active_->watchdog = ports_.loop.after(
        limit + grace, [this, id = active_->state.run, failure, message = std::move(message)] {
            if (!living(id)) return;
            ports_.executor.stop(id);
            if (living(id)) finish(failed_result(failure, message));
        });
}

void Runs::on_queued(std::size_t position) {
    Active& run = *active_;
    if (run.phase != Active::Phase::queued) return;
    run.state.position = position;
    const Limits& limits = ports_.limits;
    watch(
        limits.compile_wall + limits.run_wall_interactive,
        RunFailure::sandbox_unavailable,
        "No runner became free in time. Nothing is wrong with your code. Run again.");
    room_.tell(RunQueued{run.state.run, position});
}

void Runs::on_started(std::string version) {
    Active& run = *active_;
    if (run.phase != Active::Phase::queued) return;
    run.phase = Active::Phase::running;
    run.state.phase = RunPhase::running;
    run.state.position.reset();
    run.state.version = std::move(version);
    run.started_was_told = true;
    const Limits& limits = ports_.limits;
    watch(
        limits.compile_wall + (run.interactive ? limits.run_wall_interactive : limits.run_wall),
        RunFailure::internal,
        "The runner failed, not your code. Run again.");
    const RunState& state = run.state;
    room_.tell(RunStarted{state.run, state.user, state.name, state.language, state.version});
}

void Runs::on_output(OutputStream stream, std::string data, const User* typist) {
    if (active_->phase == Active::Phase::queued) on_started({});
    Active& run = *active_;
    if (typist == nullptr) {
        const std::size_t room_left = ports_.limits.run_output_bytes - run.output_bytes;
        if (data.size() > room_left) {
            // Our runner ends such a run itself; a foreign one may not.
            data.resize(room_left);
            if (!std::exchange(run.passed_output_limit, true)) ports_.executor.stop(run.state.run);
        }
        run.output_bytes += data.size();
    }
    if (data.empty()) return;
    RunOutput piece{run.state.run, run.next_seq++, stream, std::move(data), {}, {}};
    if (typist != nullptr) {
        piece.user = typist->id;
        piece.name = typist->name;
    }
    auto& kept = run.state.output;
    const bool joins = !kept.empty() && kept.back().stream == stream &&
                       kept.back().user == piece.user &&
                       kept.back().data.size() + piece.data.size() <= kept_piece_bytes;
    if (joins) {
        kept.back().data += piece.data;
        kept.back().seq = piece.seq;
    } else {
        kept.push_back(piece);
    }
    room_.tell(std::move(piece));
}

Result<> Runs::stop(const User& user, const RunId& id) {
    if (!living(id)) return fail(ErrorCode::run_not_found, "This run is over, or there is none.");
    Active& run = *active_;
    if (!run.stopped_by.empty()) return {};
    run.stopped_by = user.name;
    if (run.phase == Active::Phase::storing) return {};  // it will not begin
    watch(std::chrono::milliseconds(0), RunFailure::killed, {});
    ports_.executor.stop(id);
    return {};
}

Result<> Runs::write_stdin(const User& user, const RunId& id, std::string data, bool eof) {
    if (!living(id) || active_->phase == Active::Phase::storing) {
        return fail(ErrorCode::run_not_found, "This run is over, or there is none.");
    }
    Active& run = *active_;
    if (!run.input_is_open) {
        return fail(ErrorCode::conflict, "The input of this run is closed.");
    }
    if (run.stdin_bytes + data.size() > ports_.limits.run_stdin_bytes) {
        return fail(ErrorCode::too_large, "That is more input than a run may get.");
    }
    run.stdin_bytes += data.size();
    if (eof) run.input_is_open = false;
    // The echo first: what the program answers comes after what was typed.
    if (!data.empty()) on_output(OutputStream::stdin_, data, &user);
    ports_.executor.write_stdin(id, std::move(data), eof);
    return {};
}

void Runs::finish(RunResult result) {
    Active& run = *active_;
    if (!run.started_was_told) on_started({});
    run.phase = Active::Phase::ending;
    run.watchdog.cancel();
    if (run.passed_output_limit) {
        result.failure = RunFailure::output_limit;
        result.truncated = true;
    } else if (result.failure == RunFailure::killed && !run.stopped_by.empty()) {
        result.message = fmt::format("Stopped by {}", run.stopped_by);
    }
    run.state.phase = RunPhase::finished;
    run.state.result = std::move(result);

    const RunId id = run.state.run;
    const WallTime at = ports_.clock.wall_now();
    ports_.store.finish_run(
        id,
        run.state.version,
        *run.state.result,
        at,
        [self = weak(), id, at](Result<bool> changed) {
            const auto alive = self.lock();
            if (!alive) return;
            Runs& runs = **alive;
            if (!runs.active_ || runs.active_->state.run != id) return;
            if (!changed) {
                // The room learns it all the same, and the store later.
                const RunState& state = runs.active_->state;
                runs.room_.enqueue([&store = runs.ports_.store,
                                    id,
                                    version = state.version,
                                    ended = *state.result,
                                    at](Callback<> done) {
                    store.finish_run(
                        id, version, ended, at, [done = std::move(done)](auto written) mutable {
                            done(
                                written ? Result<>()
                                        : Result<>(std::unexpected(std::move(written).error())));
                        });
                });
            }
            runs.last_ = std::move(runs.active_->state);
            runs.active_.reset();
            if (!changed || *changed) {
                runs.room_.tell(RunFinished{id, *runs.last_->result});
            } else {
                spdlog::warn("Run {} had a result already; the second one is dropped.", id.view());
            }
            runs.room_.ended();
        });
}

std::optional<RunState> Runs::state() const {
    if (!active_) return last_;
    if (active_->phase != Active::Phase::ending) return active_->state;
    // The result is told when it is stored.
    RunState state = active_->state;
    state.phase = RunPhase::running;
    state.result.reset();
    return state;
}

void Runs::abandon() {
    if (!active_) return;
    const RunId id = active_->state.run;
    const bool runs = active_->phase != Active::Phase::storing;
    auto also_asked = std::exchange(active_->also_asked, {});
    active_.reset();
    if (runs) ports_.executor.stop(id);
    for (Callback<RunId>& also : also_asked)
        also(std::unexpected(room_not_found()));
}

}  // namespace codencollab::room
