#pragma once

#include "base/limits.h"
#include "sim/client.h"
#include "sim/dice.h"
#include "sim/disk.h"
#include "sim/node.h"
#include "sim/options.h"
#include "sim/rights.h"
#include "sim/scheduler.h"
#include "sim/tokens.h"
#include "sim/trace.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::sim {

/// One room with everything around it: a node, its disk and runner, clients and their links, on one
/// thread and from one seed.
class World {
  public:
    explicit World(const Options& options);
    ~World();

    const Options& options() const { return options_; }
    Trace& trace() { return trace_; }
    Scheduler& scheduler() { return scheduler_; }
    Disk& disk() { return disk_; }
    Node& node() { return node_; }
    Tokens& tokens() { return tokens_; }
    Rights& rights() { return rights_; }
    StoreTroubles& store_troubles() { return store_troubles_; }
    RunnerTroubles& runner_troubles() { return runner_troubles_; }
    const Limits& limits() const { return limits_; }
    const RoomId& room() const { return *room_; }
    Dice dice(std::string_view name, std::uint64_t number = 0) const {
        return dice_.stream(name, number);
    }
    std::vector<std::unique_ptr<Client>>& clients() { return clients_; }
    Client& client_at(std::size_t place) {
        return **std::ranges::find(
            clients_, place, [](const auto& client) { return client->place(); });
    }
    Client& owner() { return *clients_.front(); }

    /// Makes the room, and everybody enters it. False when even that fails.
    void set_up();
    /// Lets time pass until `is_done`, at most for `most`; whether it was done.
    bool pass(std::chrono::milliseconds most, const std::function<bool()>& is_done);

    /// A property does not hold. The first one counts.
    void violation(std::string what);
    const std::optional<std::string>& complaint() const { return complaint_; }

    /// A request over HTTP: `act` at the node with the opened room, the answer back here, once; a
    /// failure when the node dies or nobody answers in ten seconds.
    template <class T>
    void request(std::move_only_function<void(room::Room&, Callback<T>)> act, Callback<T> answer);
    void join_over_http(Client& client, std::function<void(bool)> done);
    void set_role(const room::User& user, room::Role role);
    void remove_member(const room::User& user);
    void set_lock(bool locked, std::function<void(bool)> done = {});
    void delete_room();
    void start_run(Client& client);

    /// These are not to be in the text.
    void refuse(std::u16string_view typed);
    bool has_replicas() const { return has_replicas_; }
    void note_result(const RunId& run, const room::RunResult& result);
    void node_died();

    // What became known on the way.
    bool room_is_deleted = false;  // answered
    bool deletion_was_asked = false;
    std::map<RunId, std::string> runs;  // accepted, with the result as somebody saw it
    bool node_has_died = false;
    std::size_t acts = 0;

  private:
    Options options_;
    Dice dice_;
    Trace trace_;
    Scheduler scheduler_;
    Limits limits_;
    StoreTroubles store_troubles_;
    RunnerTroubles runner_troubles_;
    Disk disk_;
    Tokens tokens_;
    Rights rights_;
    std::optional<std::string> complaint_;
    std::optional<RoomId> room_;
    Node node_;
    bool has_replicas_ = false;
    std::map<std::string, RunId> run_of_key_;
    std::vector<std::unique_ptr<Client>> clients_;
};

template <class T>
void World::request(
    std::move_only_function<void(room::Room&, Callback<T>)> act, Callback<T> answer) {
    const auto pending = std::make_shared<Callback<T>>(std::move(answer));
    const auto reply = [pending](Result<T> result) {
        if (Callback<T> once = std::exchange(*pending, {})) once(std::move(result));
    };
    scheduler_.after(std::chrono::seconds(10), [reply] {
        reply(fail(ErrorCode::store_unavailable, "Nobody answers."));
    });
    node_.post([this, act = std::move(act), reply](Node& node) mutable {
        node.rooms().with_room(
            *room_, [act = std::move(act), reply](Result<room::Room*> opened) mutable {
                if (!opened) return reply(std::unexpected(std::move(opened).error()));
                act(**opened, reply);
            });
    });
}

}  // namespace codencollab::sim
