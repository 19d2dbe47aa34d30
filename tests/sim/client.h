#pragma once

#include "room/room.h"
#include "sim/dice.h"
#include "sim/editor.h"
#include "sim/node.h"
#include "sim/pipe.h"
#include "sim/session.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace codencollab::sim {

class World;

/// A person at a browser: a link that breaks and comes back as the web client does it, an editor,
/// the list of who is here, the panel of runs.
class Client final : public Receiver {
  public:
    enum class State {
        away,        // not there, and not trying
        waiting,     // a timer runs, then it connects
        connecting,  // the node has not let it in yet
        here,
        barred,  // told not to come back
    };
    struct Habits {
        bool is_viewer = false;
        bool types_fast = false;
        std::chrono::milliseconds link_delay{5};
    };

    Client(World& world, std::size_t place, room::User user, Habits habits, Dice dice);
    ~Client() override;

    void set_editor(std::unique_ptr<Editor> editor) { editor_ = std::move(editor); }
    Editor& editor() { return *editor_; }
    const Editor& editor() const { return *editor_; }
    const room::User& user() const { return user_; }
    std::size_t place() const { return place_; }
    const Habits& habits() const { return habits_; }
    State state() const { return state_; }
    bool is_here() const { return state_ == State::here; }
    const std::string& sid() const { return sid_; }
    const std::set<std::string>& present() const { return present_; }
    bool was_told_saved() const { return was_told_saved_; }

    void connect();
    /// Both ends know at once (`half_open` false), or the node learns it later.
    void cut(bool half_open);
    void leave_for_good();
    void come_back(std::chrono::milliseconds after);
    void reload();
    void sleep(std::chrono::milliseconds time);
    /// Reads one thing each that long.
    void read_slowly(bool is_slow) { is_slow_ = is_slow; }
    /// Ends a sleep.
    void wake();

    /// Runs at the node, on the session of this connection; not at all once that is gone.
    void at_node(std::move_only_function<void(Session&)> work);
    /// From the node back to here: runs `at_client` behind what was pushed before, if this
    /// connection still lives then.
    class WayBack {
      public:
        WayBack(Client& client, Session& session);
        void operator()(Task at_client) const;

      private:
        Client* client_;
        std::uint64_t connection_;
        std::weak_ptr<Session> session_;
    };
    /// To be called at the node, with the session of this connection.
    WayBack way_back(Session& session) { return {*this, session}; }

    /// One act of somebody at work: types, removes, moves the caret, says something…
    void act();

    void on_event(const room::Event& event) override;
    void on_closed(std::optional<room::CloseReason> reason) override;

  private:
    void retry();
    void on_join_answer(const Result<>& result);
    void lose_connection();
    void on_run_event(const room::Event& event);

    World& world_;
    std::size_t place_;
    room::User user_;
    Habits habits_;
    Dice dice_;
    std::unique_ptr<Editor> editor_;
    State state_ = State::away;
    std::string sid_;
    std::uint64_t connection_ = 0;  // the number of the newest
    std::shared_ptr<Pipe> up_;
    std::shared_ptr<Pipe> down_;
    std::weak_ptr<Session> session_;
    std::size_t failures_ = 0;
    bool is_slow_ = false;
    SteadyTime asleep_until_{};
    Timer timer_;
    Timer join_timer_;
    std::set<std::string> present_;
    bool was_told_saved_ = true;
    std::set<RunId> ended_runs_;  // seen on this connection
};

}  // namespace codencollab::sim
