#pragma once

#include "base/limits.h"
#include "room/rooms.h"
#include "sim/disk.h"
#include "sim/node_loop.h"
#include "sim/session.h"
#include "sim/sim_executor.h"
#include "sim/sim_store.h"
#include "support/recording_outbox.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codencollab::sim {

/// A server process: loop, rooms, sessions, and its ways to disk and runner. May die at any event,
/// and everything of it is gone but the disk; then it starts again.
class Node {
  public:
    struct Ports {
        Scheduler& scheduler;
        Trace& trace;
        Disk& disk;
        const StoreTroubles& store_troubles;
        const RunnerTroubles& runner_troubles;
        const Limits& limits;
        std::size_t frames_max;  // in a session's queue
        std::function<void(std::string)> fault;
        std::function<void()> died;
    };

    Node(Ports ports, Dice dice) : ports_(std::move(ports)), dice_(dice) {}
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    bool is_up() const { return life_ != nullptr && !is_draining_; }
    bool is_alive() const { return life_ != nullptr; }
    void start();
    void crash();
    /// Takes nobody in, saves everything if that can be done within `drain_max`, and ends.
    void drain();
    void freeze(std::chrono::milliseconds time);
    void jump_wall(std::chrono::seconds by) {
        wall_offset_ += by;
        if (life_) life_->clock.jump(by);
    }

    /// Runs on the node's loop; dropped when the node is down by then.
    void post(std::move_only_function<void(Node&)> work);
    /// A new connection; none while the node is down.
    std::shared_ptr<Session> accept(Session::Downlink down);

    // For a node that is alive.
    room::Rooms& rooms() { return *life_->rooms; }
    SimStore& store() { return *life_->store; }
    NodeLoop& loop() { return *life_->loop; }
    std::size_t session_count() const { return life_ ? life_->sessions.size() : 0; }
    std::size_t lives() const { return lives_; }

    static constexpr std::chrono::milliseconds drain_max{10'000};

  private:
    /// Everything that a crash takes. Members die in reverse order; `crash` empties the queues
    /// before that, while all whom they touch are there.
    struct Life {
        Life(const Ports& ports, Dice dice);
        std::shared_ptr<NodeLoop> loop;
        NodeClock clock;
        Dice random;
        std::shared_ptr<SimStore> store;
        std::shared_ptr<SimExecutor> executor;
        EventEncoder encoder;
        room::Limiters limiters;
        std::unique_ptr<room::Rooms> rooms;
        std::vector<std::shared_ptr<Session>> sessions;
    };

    void let_go(const Session* session);

    Ports ports_;
    Dice dice_;
    std::chrono::seconds wall_offset_{0};
    std::size_t lives_ = 0;
    std::size_t sessions_made_ = 0;
    bool is_draining_ = false;
    Timer drain_timer_;
    std::unique_ptr<Life> life_;
};

}  // namespace codencollab::sim
