#pragma once

#include "base/error.h"
#include "room/change.h"
#include "sim/dice.h"
#include "sim/editor.h"
#include "support/monaco_model.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace codencollab::sim {

class Client;
class World;

/// The editor of a `delta` client: a text by Monaco's rules, changes sent as they are made and
/// updates made as they come. What was not acknowledged when the connection broke, and is not in
/// the text that the next one begins with, is typed again.
class DeltaEditor final : public Editor {
  public:
    struct Habits {
        bool sends_rev = true;
        bool sends_code = true;
        bool sends_id = true;
    };

    DeltaEditor(World& world, Client& client, Habits habits, Dice dice)
        : world_(world), client_(client), habits_(habits), dice_(dice) {}

    room::ClientKind kind() const override { return room::ClientKind::delta; }
    void on_event(const room::Event& event) override;
    void on_joined() override { is_open_ = true; }
    void on_cut() override;
    void forget() override { to_type_again_.clear(); }

    void type() override;
    void remove() override;
    void replace() override;
    void paste(std::size_t tokens) override;
    void send_nonsense() override;
    void move_caret() override;

    std::u16string text() const override { return model_.text(); }
    bool is_settled() const override { return unanswered_.empty() && to_type_again_.empty(); }
    Promise promise() const override {
        return habits_.sends_rev ? Promise::nothing_lost : Promise::nothing_doubled;
    }
    bool works_offline() const override { return false; }
    std::string complaint_about_presence(const std::set<std::string>&) override { return {}; }

  private:
    /// A change on its way, by the tokens in it.
    struct Sent {
        std::uint64_t number;
        std::u16string typed;
        std::u16string removed;
        std::size_t life = 0;  // of the node that it was sent to
    };

    std::u16string new_tokens(std::size_t count);
    std::u16string with_filler(std::u16string tokens);
    std::size_t somewhere(const std::u16string& text);
    std::optional<std::size_t> own_token(const std::u16string& text);
    void edit(std::size_t begin, std::size_t end, std::u16string inserted);
    /// Who has sent nonsense does not know its own text until it is answered.
    bool can_edit() const { return is_open_ && nonsense_ == 0; }
    void type_again();
    void forget_other_lives();
    void send(room::Changes changes, Sent sent);
    void on_answer(std::uint64_t number, const Result<std::uint64_t>& result);

    World& world_;
    Client& client_;
    Habits habits_;
    Dice dice_;
    MonacoModel model_;
    std::uint64_t rev_ = 0;
    std::uint64_t last_number_ = 0;
    bool is_open_ = false;
    std::size_t caret_ = 0;
    std::uint64_t nonsense_ = 0;  // of the change that made no sense, until it is answered
    std::deque<Sent> unanswered_;
    std::u16string to_type_again_;
    std::size_t life_ = 0;  // of the node that those were sent to
};

}  // namespace codencollab::sim
