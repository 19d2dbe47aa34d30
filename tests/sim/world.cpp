#include "sim/world.h"

#include "sim/delta_editor.h"
#include "sim/replica_editor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace codencollab::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Small bounds, so that worlds of a few seconds meet them.
Limits draw_limits(Dice dice) {
    Limits limits;
    limits.document_units = 400 + dice.below(3'000);
    limits.chat_history = 5 + dice.below(10);
    limits.autosave = dice.between(1'000, 30'000);
    limits.room_idle = dice.between(500, 4'000);
    limits.code_events_per_second = 50 + dice.below(150);
    limits.runs_per_minute = 1'000;
    limits.compile_wall = milliseconds(500);
    limits.run_wall = milliseconds(1'000);
    limits.run_wall_interactive = milliseconds(2'000);
    limits.run_output_bytes = 2'000;
    return limits;
}

}  // namespace

World::World(const Options& options)
    : options_(options),
      dice_(Dice(options.seed).stream("world")),
      scheduler_(dice_.stream("scheduler"), trace_),
      limits_(draw_limits(dice_.stream("limits"))),
      node_(
          {scheduler_,
           trace_,
           disk_,
           store_troubles_,
           runner_troubles_,
           limits_,
           24 + dice_.stream("outbox").below(200),
           [this](std::string what) { violation(std::move(what)); },
           [this] { node_died(); }},
          dice_.stream("node")) {
    Dice ids = dice_.stream("ids");
    const bool everybody_tells_rev = dice_.stream("kinds").percent(85);
    // Worlds of one kind of client, and worlds of both.
    constexpr std::array<std::size_t, 5> replica_percents = {0, 50, 50, 70, 100};
    const std::size_t replica_percent =
        replica_percents[dice_.stream("replicas").below(replica_percents.size())];
    for (std::size_t place = 0; place < Options::clients_max; ++place) {
        Dice dice = dice_.stream("client", place);
        const UserId id = UserId::random(ids);
        const bool is_second_tab = dice.one_in(4) && place >= 2;
        room::User user{id, fmt::format("Person {}", place), dice.one_in(3)};
        Client::Habits habits;
        habits.is_viewer = place > 0 && dice.one_in(5);
        habits.types_fast = dice.one_in(4);
        habits.link_delay = dice.between(1, dice.one_in(3) ? 300 : 30);
        DeltaEditor::Habits typing;
        typing.sends_rev = everybody_tells_rev || dice.one_in(2);
        typing.sends_code = !typing.sends_rev || dice.one_in(2);
        typing.sends_id = !dice.one_in(3);
        std::optional<room::ClientKind> replica_kind;
        if (dice.percent(replica_percent)) {
            replica_kind = dice.one_in(3) ? room::ClientKind::y_websocket : room::ClientKind::yjs;
        }
        if (!options_.has_client(place)) continue;
        if (is_second_tab && clients_.size() > 1) {
            user = clients_.back()->user();
            habits.is_viewer = clients_.back()->habits().is_viewer;
        }
        auto client =
            std::make_unique<Client>(*this, place, std::move(user), habits, dice.stream("client"));
        if (replica_kind) {
            client->set_editor(std::make_unique<ReplicaEditor>(
                *this, *client, *replica_kind, dice.stream("editor")));
            has_replicas_ = true;
        } else {
            client->set_editor(
                std::make_unique<DeltaEditor>(*this, *client, typing, dice.stream("editor")));
        }
        clients_.push_back(std::move(client));
    }
}

World::~World() = default;

void World::violation(std::string what) {
    if (!complaint_) complaint_ = std::move(what);
}

bool World::pass(milliseconds most, const std::function<bool()>& is_done) {
    constexpr milliseconds step(100);
    const SteadyTime end = scheduler_.now() + most;
    while (!complaint_) {
        if (is_done()) return true;
        if (scheduler_.now() >= end) return false;
        const SteadyTime until = scheduler_.now() + step;
        while (!complaint_ && scheduler_.next_time() <= until)
            scheduler_.run_next();
        scheduler_.pass_until(until);
    }
    return false;
}

void World::set_up() {
    node_.start();
    node_.rooms().create(
        owner().user(),
        {.title = "Interview", .language = "python", .idempotency_key = "key"},
        [this](const Result<room::RoomRecord>& made) {
            if (made) room_ = made->id;
        });
    if (!pass(seconds(5), [this] { return room_.has_value(); })) {
        return violation("the room could not be made");
    }
    rights_.set_owner(owner().user().id);
    for (const auto& client : clients_) {
        bool has_joined = false;
        join_over_http(*client, [&](bool joined) { has_joined = joined; });
        if (!pass(seconds(5), [&] { return has_joined; })) {
            return violation("nobody can join a new room");
        }
        if (client->habits().is_viewer) set_role(client->user(), room::Role::viewer);
        client->connect();
    }
    const auto all_here = [this] {
        return std::ranges::all_of(clients_, [](const auto& client) { return client->is_here(); });
    };
    if (!pass(seconds(10), all_here)) violation("not everybody can enter a new room");
}

void World::join_over_http(Client& client, std::function<void(bool)> done) {
    struct Asked {
        std::optional<std::size_t> begun;
        bool is_certain = false;
    };
    const auto asked = std::make_shared<Asked>();
    request<room::Role>(
        [this, user = client.user(), asked](room::Room& room, Callback<room::Role> answer) {
            asked->is_certain = rights_.join_will_be_certain(user.id);
            asked->begun = rights_.begin(user.id);
            room.join(user, std::move(answer));
        },
        [this, user = client.user().id, asked, done = std::move(done)](
            const Result<room::Role>& role) {
            const bool is_known = role && asked->is_certain;
            if (asked->begun) {
                rights_.end(*asked->begun, user, is_known ? std::optional(*role) : std::nullopt);
            }
            done(role.has_value());
        });
}

void World::set_role(const room::User& user, room::Role role) {
    const auto begun = std::make_shared<std::optional<std::size_t>>();
    request<void>(
        [this, user, role, begun](room::Room& room, Callback<> answer) {
            trace_.note("owner.set_role", static_cast<std::uint64_t>(role));
            *begun = rights_.begin(user.id);
            room.set_role(owner().user(), user.id, role, std::move(answer));
        },
        [this, user, role, begun](const Result<>& done) {
            if (!*begun) return;
            rights_.end(**begun, user.id, done ? std::optional(role) : std::nullopt);
        });
}

void World::remove_member(const room::User& user) {
    const auto begun = std::make_shared<std::optional<std::size_t>>();
    request<void>(
        [this, user, begun](room::Room& room, Callback<> answer) {
            trace_.note("owner.remove_member");
            *begun = rights_.begin(user.id);
            room.remove_member(owner().user(), user.id, std::move(answer));
        },
        [this, user, begun](const Result<>& done) {
            if (*begun) rights_.end(**begun, user.id, std::nullopt, !done.has_value());
        });
}

void World::set_lock(bool locked, std::function<void(bool)> done) {
    const auto begun = std::make_shared<std::optional<std::size_t>>();
    request<room::RoomView>(
        [this, locked, begun](room::Room& room, Callback<room::RoomView> answer) {
            trace_.note("owner.set_lock", locked ? 1 : 0);
            *begun = rights_.begin_lock();
            room.change_settings(owner().user(), {.locked = locked}, std::move(answer));
        },
        [this, locked, begun, done = std::move(done)](const Result<room::RoomView>& view) {
            if (*begun) {
                std::optional<Rights::Standing> editing;
                if (view) {
                    editing = view->room.locked ? Rights::Standing::may_not : Rights::Standing::may;
                }
                rights_.end_lock(**begun, editing);
            }
            if (done) done(view.has_value() && view->room.locked == locked);
        });
}

void World::delete_room() {
    deletion_was_asked = true;
    request<void>(
        [this](room::Room& room, Callback<> answer) {
            trace_.note("owner.delete_room");
            room.remove(owner().user(), std::move(answer));
        },
        [this](const Result<>& done) {
            // An owner who gets no answer asks again, until there is no room.
            const bool is_gone = done || done.error().code == ErrorCode::room_not_found;
            if (!is_gone) return scheduler_.after(seconds(1), [this] { delete_room(); });
            room_is_deleted = true;
            disk_.forbidden.insert(*room_);
        });
}

void World::start_run(Client& client) {
    const std::string key = fmt::format("run-{}", acts);
    const std::size_t clicks = 1 + acts % 2;
    for (std::size_t click = 0; click < clicks; ++click) {
        request<RunId>(
            [user = client.user(), key](room::Room& room, Callback<RunId> answer) {
                room.start_run(user, {.idempotency_key = key}, std::move(answer));
            },
            [this, key](const Result<RunId>& run) {
                if (!run) return;
                runs.try_emplace(*run);
                const auto [same, is_new] = run_of_key_.try_emplace(key, *run);
                if (!is_new && same->second != *run) {
                    violation("a double click on Run made two runs");
                }
            });
    }
}

void World::refuse(std::u16string_view typed) {
    for (const char16_t unit : typed)
        tokens_.set(unit, Fate::refused);
}

void World::note_result(const RunId& run, const room::RunResult& result) {
    const std::string digest = fmt::format(
        "{} {} {}",
        result.failure ? room::to_string(*result.failure) : "",
        result.message,
        result.wall_time_ms);
    std::string& known = runs[run];
    if (known.empty()) known = digest;
    if (known != digest && !node_has_died) violation("a run has two different results");
}

void World::node_died() {
    node_has_died = true;
    rights_.node_died();
}

}  // namespace codencollab::sim
