// Random games in one room: delta clients, naive ones among them, and replicas, each behind a line
// of its own that delivers when the game says so.
#include "room/edit.h"
#include "support/house.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace codencollab::room {
namespace {

using namespace std::chrono_literals;

struct Act {
    enum Kind { type, erase, server_reads, client_reads, commit } kind;
    unsigned who, a, b, c;
};

void showValue(const Act& act, std::ostream& out) {  // found by rapidcheck, which names it so
    out << "{Act::Kind(" << act.kind << "), " << act.who << ", " << act.a << ", " << act.b << ", "
        << act.c << "}";
}

std::string filler(unsigned choice) {
    static const std::vector<std::string> fillers = {"", "\n", "a", "\U0001F600", "xy\n", "\r\n"};
    return fillers[choice % fillers.size()];
}

class MixedGame {
  public:
    struct Player {
        std::unique_ptr<House::Guest> guest;
        bool is_replica = false;
        bool sends_rev = true;
        std::deque<CodeChange> changes;  // on their way to the server
        std::deque<std::string> updates;
        std::vector<Answer<std::uint64_t>> change_answers;
        std::vector<Answer<void>> update_answers;
    };

    MixedGame() {
        Limits limits;
        limits.joins_per_second = limits.code_events_per_second = 1'000'000;
        house = std::make_unique<House>(limits);
        ada = house->person("Ada");
        id = house->make_room(*ada);
    }

    void add(bool is_replica, bool sends_rev) {
        Player player;
        player.guest = is_replica ? house->enter_replica(*id, *ada) : house->enter(*id, *ada);
        player.is_replica = is_replica;
        player.sends_rev = sends_rev;
        players.push_back(std::move(player));
    }

    void play(const Act& act) {
        Player& player = players[act.who % players.size()];
        switch (act.kind) {
            case Act::type:
                return type(player, act.a, token() + filler(act.c));
            case Act::erase:
                return erase(player, act.a, act.b);
            case Act::server_reads:
                return server_reads(player);
            case Act::client_reads:
                return client_reads(player, act.c % 4);
            case Act::commit:
                return house->wait(20ms);
        }
    }

    void check() {
        for (int round = 0; round < 3; ++round) {
            for (Player& player : players) {
                while (!player.changes.empty() || !player.updates.empty())
                    server_reads(player);
            }
            house->wait(2s);  // what is owed is given back
            for (Player& player : players)
                client_reads(player, 1'000'000);
        }
        const std::u16string text = house->text(*id, *ada);
        for (Player& player : players) {
            const std::u16string shown = player.is_replica ? to_utf16(player.guest->replica.text())
                                                           : player.guest->editor.text();
            RC_ASSERT(shown == text);
            for (auto& answer : player.change_answers)
                RC_ASSERT(answer.has_come() && answer.get().has_value());
            for (auto& answer : player.update_answers)
                RC_ASSERT(answer.has_come() && answer.get().has_value());
        }
        for (char16_t each = first_token; each < next_token_; ++each) {
            const auto count = std::ranges::count(text, each);
            RC_ASSERT(count == 1 || (count == 0 && removed_.contains(each)));
        }
        // What is stored is what is shown.
        players.clear();
        house->rooms.reset();
        house->rooms = std::make_unique<Rooms>(house->ports());
        RC_ASSERT(house->text(*id, *ada) == text);
    }

  private:
    static constexpr char16_t first_token = u'\uE000';

    std::string token() { return to_utf8(std::u16string(1, next_token_++)); }

    void type(Player& player, unsigned a, const std::string& text) {
        House::Guest& guest = *player.guest;
        if (player.is_replica) {
            const std::size_t at = character_at(to_utf16(guest.replica.text()), a);
            player.updates.push_back(guest.replica.insert(at, text));
            return;
        }
        const std::size_t at = character_at(guest.editor.text(), a);
        change(player, at, at, to_utf16(text));
    }

    void erase(Player& player, unsigned a, unsigned b) {
        House::Guest& guest = *player.guest;
        const std::u16string text =
            player.is_replica ? to_utf16(guest.replica.text()) : guest.editor.text();
        const std::size_t one = character_at(text, a);
        const std::size_t two = character_at(text, std::min<unsigned>(b, a + 4));
        const std::size_t begin = std::min(one, two);
        const std::size_t end = std::max(one, two);
        for (std::size_t i = begin; i < end; ++i) {
            if (text[i] >= first_token && text[i] < u'\uF8FF') removed_.insert(text[i]);
        }
        if (begin == end) return;
        if (player.is_replica) {
            player.updates.push_back(guest.replica.erase(begin, end - begin));
        } else {
            change(player, begin, end, {});
        }
    }

    /// An offset that is not inside an emoji.
    static std::size_t character_at(const std::u16string& text, unsigned wanted) {
        const std::size_t at = wanted % (text.size() + 1);
        return at > 0 && is_high_surrogate(text[at - 1]) ? at - 1 : at;
    }

    void change(Player& player, std::size_t begin, std::size_t end, std::u16string text) {
        House::Guest& guest = *player.guest;
        std::erase(text, u'\r');  // editors' models have one kind of line end
        CodeChange change;
        change.changes = {
            {{guest.editor.position_at(begin), guest.editor.position_at(end)},
             static_cast<std::int64_t>(begin),
             static_cast<std::int64_t>(end - begin),
             std::move(text)}};
        guest.editor.apply_edits(change.changes);
        change.code = guest.editor.text();
        if (player.sends_rev) change.rev = guest.rev;
        player.changes.push_back(std::move(change));
    }

    void server_reads(Player& player) {
        if (!player.changes.empty()) {
            player.change_answers.push_back(
                house->send(*player.guest, std::move(player.changes.front())));
            player.changes.pop_front();
        } else if (!player.updates.empty()) {
            player.update_answers.push_back(
                house->send_update(*player.guest, player.updates.front()));
            player.updates.pop_front();
        }
    }

    void client_reads(Player& player, std::size_t frames) {
        house->follow(*player.guest, frames + 1);
    }

    std::unique_ptr<House> house;
    std::optional<User> ada;
    std::optional<RoomId> id;
    std::vector<Player> players;
    char16_t next_token_ = first_token;
    std::set<char16_t> removed_;
};

void play_with(bool has_removals, bool has_naive) {
    MixedGame game;
    const auto count = *rc::gen::inRange<std::size_t>(2, 5);
    for (std::size_t i = 0; i < count; ++i)
        game.add(i % 2 == 1, !has_naive || i % 4 != 0);
    const std::size_t removals = has_removals ? 2 : 0;
    const auto acts = *rc::gen::container<std::vector<Act>>(rc::gen::construct<Act>(
        rc::gen::weightedElement<Act::Kind>(
            {{4, Act::type},
             {removals, Act::erase},
             {5, Act::server_reads},
             {4, Act::client_reads},
             {1, Act::commit}}),
        rc::gen::inRange(0U, 4U),
        rc::gen::inRange(0U, 60U),
        rc::gen::inRange(0U, 60U),
        rc::gen::inRange(0U, 1'000U)));
    for (const Act& act : acts)
        game.play(act);
    game.check();
}

RC_GTEST_PROP(MixedRooms, LoseAndDoubleNothing, ()) {
    play_with(true, false);
}
RC_GTEST_PROP(MixedRooms, LoseAndDoubleNothingOfClientsThatSendTheTextAlone, ()) {
    play_with(true, true);
}

}  // namespace
}  // namespace codencollab::room
