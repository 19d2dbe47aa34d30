#pragma once

#include "base/error.h"
#include "sim/dice.h"
#include "sim/editor.h"
#include "sim/replica_presence.h"
#include "support/replica.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace codencollab::sim {

class Client;
class World;

/// The editor of a client that holds a replica: of a `yjs` client, which is told that its updates
/// are stored, or of a `y_websocket` one, which is told nothing. Works offline; on a reconnection
/// both ends say what they have. A page that is loaded anew finds its copy, or begins from nothing.
class ReplicaEditor final : public Editor {
  public:
    ReplicaEditor(World& world, Client& client, room::ClientKind kind, Dice dice);

    room::ClientKind kind() const override { return kind_; }
    void on_event(const room::Event& event) override;
    void on_joined() override;
    void on_cut() override;
    void forget() override;

    void type() override;
    void remove() override;
    void replace() override;
    void paste(std::size_t tokens) override;
    void send_nonsense() override;
    void move_caret() override;

    std::u16string text() const override;
    bool is_settled() const override;
    Promise promise() const override { return Promise::nothing_comes_back; }
    bool works_offline() const override { return true; }
    std::string complaint_about_presence(const std::set<std::string>& here) override;

  private:
    /// What an update says, by the tokens in it.
    struct Said {
        std::u16string typed;
        std::u16string removed;
    };
    struct Sent {
        std::uint64_t number;
        Said said;
    };

    std::u16string new_tokens(std::size_t count);
    std::size_t somewhere(const std::u16string& text);
    std::optional<std::size_t> own_token(const std::u16string& text);
    void edit(std::size_t begin, std::size_t end, const std::u16string& inserted);
    void send(std::string update, Said said);
    void on_answer(std::uint64_t number, const Result<>& result);
    void answer_sync(std::string_view state_vector);
    void keep_for_later(Said said);
    /// The replica has what the room refuses: begins anew from the room's.
    void discard();
    void start_replica();
    void tell_presence();
    void renew_presence();

    World& world_;
    Client& client_;
    room::ClientKind kind_;
    Dice dice_;
    std::unique_ptr<Replica> replica_;
    bool is_open_ = false;
    std::uint64_t last_number_ = 0;
    std::deque<Sent> unanswered_;
    Said unsent_;  // in the replica, and not on its way
    ReplicaPresence presence_;
    Timer presence_timer_;
};

}  // namespace codencollab::sim
