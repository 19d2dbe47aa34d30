// Random games of clients that send several changes in one turn, all on the text that they have
// then, while others do the same.
#include "support/delta_table.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <vector>

namespace codencollab::room {
namespace {

using Client = DeltaTable::Client;

struct Act {
    enum Kind { turn, server_reads, client_reads } kind;
    unsigned who;
    std::vector<unsigned> choices;  // of a turn: a change each, four at most
};

void showValue(const Act& act, std::ostream& out) {  // found by rapidcheck, which names it so
    out << "{Act::Kind(" << act.kind << "), " << act.who << ", {";
    for (const unsigned choice : act.choices)
        out << choice << ", ";
    out << "}}";
}

/// What is typed: a unit that nobody else types, between brackets. Nobody types inside one, and who
/// removes one removes the whole of it.
struct Token {
    std::u16string text;
    bool is_removed = false;
};

/// Text that is seen in a place, as tokens and what is between them.
struct Seen {
    std::size_t token;
    std::size_t begin;
    std::size_t end;
};

class BurstGame {
  public:
    static constexpr std::u16string_view starter = u"ab\ncd\nef\n";

    BurstGame() : table(std::u16string(starter)) {}

    void play(const Act& act) {
        Client& client = *table.clients[act.who % table.clients.size()];
        switch (act.kind) {
            case Act::turn:
                // Before it is answered a client cannot tell which updates stand in the right
                // place.
                if (client.waits()) return;
                RC_ASSERT(without_tokens(client.model.text()) == starter);
                for (const unsigned choice : act.choices)
                    change(client, choice);
                return;
            case Act::server_reads:
                table.server_reads(client);
                RC_ASSERT(!table.last_error.has_value());
                RC_ASSERT(without_tokens(table.document.text()) == starter);
                return;
            case Act::client_reads:
                table.client_reads(client);
                return;
        }
    }

    void check() {
        table.settle_all();
        const std::u16string& text = table.document.text();
        for (const auto& client : table.clients)
            RC_ASSERT(client->model.text() == text);
        RC_ASSERT(without_tokens(text) == starter);
        std::vector<std::size_t> count(tokens_.size());
        for (const Seen& seen : seen_in(text))
            ++count[seen.token];
        for (std::size_t i = 0; i < tokens_.size(); ++i)
            RC_ASSERT(count[i] == (tokens_[i].is_removed ? 0U : 1U));
    }

    DeltaTable table;

  private:
    static constexpr char16_t first_name = u'\uE000';

    std::u16string new_token(unsigned choice) {
        static const std::array<std::u16string_view, 6> fillers = {
            u"", u"\n", u"x", u"\U0001F600", u"a\n\nb", u"\U0001F600\n\U0001F601"};
        std::u16string text = u"[";
        text += static_cast<char16_t>(first_name + tokens_.size());
        text += fillers[choice % fillers.size()];
        text += u']';
        tokens_.push_back({text});
        return text;
    }

    std::vector<Seen> seen_in(std::u16string_view text) const {
        std::vector<Seen> seen;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] < first_name || text[at] >= first_name + tokens_.size()) continue;
            const std::size_t token = text[at] - first_name;
            const std::u16string& whole = tokens_[token].text;
            if (at == 0 || text.substr(at - 1, whole.size()) != whole) continue;
            seen.push_back({token, at - 1, at - 1 + whole.size()});
        }
        return seen;
    }

    std::u16string without_tokens(std::u16string_view text) const {
        std::u16string rest;
        std::size_t kept = 0;
        for (const Seen& seen : seen_in(text)) {
            rest += text.substr(kept, seen.begin - kept);
            kept = seen.end;
        }
        return rest += text.substr(kept);
    }

    /// A place between two tokens, or in the starter; half of the time where everybody types.
    static std::size_t place(
        const std::vector<Seen>& seen, std::u16string_view text, unsigned choice) {
        if (choice % 2 == 0 && !seen.empty()) return seen.front().end;
        const std::size_t at = choice / 2 % (text.size() + 1);
        for (const Seen& each : seen) {
            if (each.begin < at && at < each.end) return each.end;
        }
        return at;
    }

    void change(Client& client, unsigned choice) {
        const std::u16string text = client.model.text();
        const std::vector<Seen> seen = seen_in(text);
        const unsigned kind = choice % 8;
        choice /= 8;
        if (kind < 4 || seen.empty()) {
            const std::size_t at = place(seen, text, choice);
            table.type(client, {{at, at, new_token(choice / 7)}});
            return;
        }
        const Seen& one = seen[choice % seen.size()];
        choice /= 5;
        tokens_[one.token].is_removed = true;
        Edits edits = {{one.begin, one.end, {}}};
        if (kind == 6) edits.front().text = new_token(choice);  // in its place
        if (kind == 7) {                                        // and one elsewhere
            const std::size_t at = place(seen, text, choice);
            const Edit other{at, at, new_token(choice / 3)};
            edits.insert(at <= one.begin ? edits.begin() : edits.end(), other);
            edits = normal_form(std::move(edits));
        }
        table.type(client, edits);
    }

    std::vector<Token> tokens_;
};

std::vector<Act> random_acts() {
    const auto choices = rc::gen::resize(
        4, rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 10'000U)));
    const auto act = rc::gen::construct<Act>(
        rc::gen::weightedElement<Act::Kind>(
            {{4, Act::turn}, {5, Act::server_reads}, {4, Act::client_reads}}),
        rc::gen::inRange(0U, 12U),
        choices);
    return *rc::gen::container<std::vector<Act>>(act);
}

struct Flavour {
    bool sends_rev;
    bool sends_code;
};

void play_with(const std::vector<Flavour>& flavours) {
    BurstGame game;
    const auto clients = *rc::gen::inRange<std::size_t>(2, 5);
    for (std::size_t i = 0; i < clients; ++i) {
        const Flavour& flavour = flavours[i % flavours.size()];
        game.table.seat(flavour.sends_rev, flavour.sends_code);
    }
    for (const Act& act : random_acts())
        game.play(act);
    game.check();
}

// Found by the games below: the second of two changes of one turn was lost in the repair of the
// first.
TEST(Bursts, ARemovalIsWholeThoughTheChangesBeforeItWereRepaired) {
    BurstGame game;
    game.table.seat(true, false);
    game.table.seat(true, false);
    const std::vector<Act> acts = {
        {Act::turn, 1, {0, 0, 4}},
        {Act::server_reads, 1, {}},
        {Act::client_reads, 0, {}},
        {Act::server_reads, 1, {}},
        {Act::client_reads, 0, {}},
        {Act::turn, 0, {0}},
        {Act::server_reads, 0, {}},
        {Act::server_reads, 1, {}}};
    for (const Act& act : acts)
        game.play(act);
    game.check();
}

RC_GTEST_PROP(Bursts, RemoveAndKeepWhatTheirAuthorsSawWithTheRevisionAlone, ()) {
    play_with({{true, false}});
}
RC_GTEST_PROP(Bursts, RemoveAndKeepWhatTheirAuthorsSawWithRevisionAndText, ()) {
    play_with({{true, true}, {true, false}});
}

}  // namespace
}  // namespace codencollab::room
