#include "sim/client.h"

#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace codencollab::sim {

using std::chrono::milliseconds;

namespace {
constexpr milliseconds join_patience{12'000};
constexpr milliseconds first_pause{500};
constexpr milliseconds last_pause{10'000};
constexpr std::size_t ping_timeout_ms = 40'000;
}  // namespace

Client::Client(World& world, std::size_t place, room::User user, Habits habits, Dice dice)
    : world_(world), place_(place), user_(std::move(user)), habits_(habits), dice_(dice) {}

Client::~Client() = default;

void Client::connect() {
    if (state_ == State::connecting || state_ == State::here || state_ == State::barred) return;
    timer_.cancel();
    const std::uint64_t number = ++connection_;
    auto down = std::make_shared<Pipe>(
        world_.scheduler(), dice_.stream("down", number), habits_.link_delay);
    const auto session = world_.node().accept(
        {down, [this, number]() -> Receiver* {
             const bool reads = connection_ == number && world_.scheduler().now() >= asleep_until_;
             return reads ? this : nullptr;
         }});
    world_.trace().note("client.connect", place_, session ? 1 : 0);
    if (!session) return retry();
    up_ =
        std::make_shared<Pipe>(world_.scheduler(), dice_.stream("up", number), habits_.link_delay);
    down_ = std::move(down);
    session_ = session;
    state_ = State::connecting;
    join_timer_ = world_.scheduler().timer(join_patience, [this] { cut(false); });
    at_node([this](Session& joining) {
        joining.join(
            world_.room(),
            user_,
            editor_->kind(),
            [this, way_back = way_back(joining), sid = joining.sid()](const Result<>& result) {
                way_back([this, result, sid] {
                    sid_ = sid;
                    on_join_answer(result);
                });
            });
    });
}

void Client::on_join_answer(const Result<>& result) {
    join_timer_.cancel();
    if (result) {
        world_.trace().note("client.here", place_);
        state_ = State::here;
        failures_ = 0;
        editor_->on_joined();
        return;
    }
    const bool is_stranger = result.error().code == ErrorCode::room_not_found;
    cut(false);
    if (!is_stranger) return;
    timer_.cancel();
    state_ = State::barred;
    if (world_.deletion_was_asked) return;
    // Removed meanwhile, or never got in: asks to be let in again.
    timer_ = world_.scheduler().timer(dice_.between(500, 3'000), [this] {
        world_.join_over_http(*this, [this](bool) {
            if (state_ != State::barred) return;
            state_ = State::away;
            retry();
        });
    });
}

void Client::retry() {
    state_ = State::waiting;
    const auto longest =
        std::min(last_pause, first_pause * (1U << std::min<std::size_t>(failures_, 6)));
    ++failures_;
    const auto pause = dice_.between(50, static_cast<std::size_t>(longest.count()));
    timer_ = world_.scheduler().timer(pause, [this] { connect(); });
}

void Client::lose_connection() {
    ++connection_;
    join_timer_.cancel();
    timer_.cancel();
    if (up_) up_->cut();
    if (down_) down_->cut();
    editor_->on_cut();
    present_.clear();
    ended_runs_.clear();
    sid_.clear();
    asleep_until_ = {};
    is_slow_ = false;
    state_ = State::away;
}

void Client::cut(bool half_open) {
    if (state_ != State::connecting && state_ != State::here) return;
    world_.trace().note("client.cut", place_, half_open ? 1 : 0);
    up_->cut();
    down_->cut();
    const auto drop = [&world = world_, session = session_] {
        world.node().post([session](Node&) {
            if (const auto alive = session.lock()) alive->drop();
        });
    };
    if (!half_open) {
        drop();
        lose_connection();
        return retry();
    }
    world_.scheduler().after(dice_.between(1'000, ping_timeout_ms), drop);
    // Until then it types on, into nothing.
    timer_ = world_.scheduler().timer(dice_.between(100, ping_timeout_ms), [this] {
        lose_connection();
        retry();
    });
}

void Client::leave_for_good() {
    if (state_ == State::barred) return;  // its timer lets it ask again
    cut(false);
    timer_.cancel();
    state_ = State::away;
}

void Client::come_back(milliseconds after) {
    if (state_ != State::away) return;
    state_ = State::waiting;
    timer_ = world_.scheduler().timer(after, [this] { connect(); });
}

void Client::reload() {
    cut(false);
    editor_->forget();
}

void Client::sleep(milliseconds time) {
    if (state_ != State::here) return;
    world_.trace().note("client.sleep", place_, static_cast<std::uint64_t>(time.count()));
    asleep_until_ = world_.scheduler().now() + time;
    up_->stall(asleep_until_);
    down_->stall(asleep_until_);
    // The server's ping is not answered meanwhile.
    world_.scheduler().after(milliseconds(ping_timeout_ms), [this, session = session_] {
        if (world_.scheduler().now() >= asleep_until_) return;
        world_.node().post([session](Node&) {
            if (const auto alive = session.lock()) alive->hang_up();
        });
    });
    world_.scheduler().at(asleep_until_, [this, number = connection_] {
        if (connection_ != number || world_.scheduler().now() < asleep_until_) return;
        const auto session = session_.lock();
        if (!session || session->has_ended()) on_closed(std::nullopt);
    });
}

void Client::wake() {
    if (world_.scheduler().now() < asleep_until_) asleep_until_ = world_.scheduler().now();
    if (state_ != State::here) return;
    up_->stall_no_longer();
    down_->stall_no_longer();
    const auto session = session_.lock();
    if (!session || session->has_ended()) on_closed(std::nullopt);
}

Client::WayBack::WayBack(Client& client, Session& session)
    : client_(&client), connection_(client.connection_), session_(session.weak_from_this()) {}

void Client::WayBack::operator()(Task at_client) const {
    const auto session = session_.lock();
    if (!session) return;
    session->reply([client = client_, number = connection_, task = std::move(at_client)]() mutable {
        if (client->connection_ == number) task();
    });
}

void Client::at_node(std::move_only_function<void(Session&)> work) {
    if (!up_) return;
    up_->send([&world = world_, session = session_, work = std::move(work)]() mutable {
        world.node().post([session, work = std::move(work)](Node&) mutable {
            const auto alive = session.lock();
            if (alive && !alive->has_ended()) work(*alive);
        });
    });
}

void Client::act() {
    if (world_.scheduler().now() < asleep_until_) return;
    std::size_t choice = dice_.below(100);
    if (!is_here()) {
        if (!editor_->works_offline() || state_ == State::barred) return;
        choice = choice * 88 / 100;
    }
    ++world_.acts;
    // A viewer may not type, and sends it all the same; a replica has to be loaded anew after that.
    if (habits_.is_viewer && editor_->works_offline() && choice > 5) choice = 90;
    if (habits_.is_viewer && choice < 80) return editor_->type();
    if (choice < 55) return editor_->type();
    if (choice < 75) return editor_->remove();
    if (choice < 83) return editor_->replace();
    if (choice < 88) return editor_->paste(2 + dice_.below(12));
    if (choice < 93) return editor_->move_caret();
    if (choice < 96) {
        return at_node(
            [](Session& session) { static_cast<void>(session.seat().send_chat("hello")); });
    }
    if (choice < 98) {
        return at_node([is_python = dice_.one_in(2)](Session& session) {
            static_cast<void>(session.seat().set_language(is_python ? "python" : "javascript"));
        });
    }
    world_.start_run(*this);
}

void Client::on_closed(std::optional<room::CloseReason> reason) {
    world_.trace().note("client.closed", place_, reason ? static_cast<std::uint64_t>(*reason) : 9);
    cut(false);
    const bool is_barred =
        reason == room::CloseReason::removed || reason == room::CloseReason::room_deleted;
    if (!is_barred) {
        if (state_ == State::away) retry();
        return;
    }
    if (reason == room::CloseReason::room_deleted && !world_.deletion_was_asked) {
        world_.violation("somebody was told that the room is deleted, which nobody asked for");
    }
    timer_.cancel();
    state_ = State::barred;
    if (reason == room::CloseReason::room_deleted) return;
    timer_ = world_.scheduler().timer(dice_.between(500, 3'000), [this] {
        state_ = State::away;
        retry();  // is refused, and then joins over HTTP
    });
}

void Client::on_event(const room::Event& event) {
    if (is_slow_) down_->stall(world_.scheduler().now() + milliseconds(400));
    if (const auto* state = std::get_if<room::RoomState>(&event)) {
        sid_ = state->you.sid;
        present_.clear();
        for (const room::Presence& who : state->users)
            present_.insert(who.sid);
        was_told_saved_ = state->saved;
        if (state->run && state->run->phase == room::RunPhase::finished) {
            ended_runs_.insert(state->run->run);
        }
    } else if (const auto* joined = std::get_if<room::UserJoined>(&event)) {
        if (!present_.insert(joined->who.sid).second) {
            world_.violation(fmt::format("{} joined twice", joined->who.sid));
        }
    } else if (const auto* left = std::get_if<room::UserLeft>(&event)) {
        if (present_.erase(left->sid) == 0) {
            world_.violation(fmt::format("{} left without being there", left->sid));
        }
    } else if (const auto* updated = std::get_if<room::RoomUpdated>(&event)) {
        if (updated->saved) was_told_saved_ = *updated->saved;
    } else {
        on_run_event(event);
    }
    editor_->on_event(event);
}

void Client::on_run_event(const room::Event& event) {
    const RunId* run = nullptr;
    if (const auto* started = std::get_if<room::RunStarted>(&event)) run = &started->run;
    if (const auto* queued = std::get_if<room::RunQueued>(&event)) run = &queued->run;
    if (const auto* output = std::get_if<room::RunOutput>(&event)) run = &output->run;
    const auto* finished = std::get_if<room::RunFinished>(&event);
    if (run != nullptr && ended_runs_.contains(*run)) {
        world_.violation("a run says something after its result");
    }
    if (finished == nullptr) return;
    if (!ended_runs_.insert(finished->run).second) {
        world_.violation("a run has two results");
    }
    world_.note_result(finished->run, finished->result);
}

}  // namespace codencollab::sim
