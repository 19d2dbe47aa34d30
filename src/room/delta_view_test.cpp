#include "room/delta_view.h"

#include "support/delta_table.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace codencollab::room {
namespace {

using Table = DeltaTable;
using Client = Table::Client;

TEST(DeltaView, AChangeInStepCostsNoRepair) {
    Table table(u"one\ntwo\n");
    Client& ada = table.seat(true, true);
    Client& ben = table.seat(true, true);
    table.type_at(ada, 3, u"!");
    table.settle_all();
    table.type_at(ben, 0, u"zero\n");
    table.settle_all();
    EXPECT_EQ(table.document.text(), u"zero\none!\ntwo\n");
    EXPECT_EQ(ada.model.text(), table.document.text());
    EXPECT_EQ(ben.model.text(), table.document.text());
    EXPECT_EQ(table.repairs, 0U);
}

TEST(DeltaView, LettersTypedWhileAnUpdateIsOnItsWayLandWhereTheirAuthorSawThem) {
    for (const auto& [sends_rev, sends_code] :
         {std::pair(true, true), {true, false}, {false, true}}) {
        Table table(u"f(x)\ng(y)\n");
        Client& ada = table.seat(sends_rev, sends_code);
        Client& ben = table.seat(sends_rev, sends_code);
        table.type_at(ben, 0, u"# by Ben\n");
        table.server_reads(ben);  // Ada has not seen it when she types
        table.type_at(ada, 8, u"1");
        table.type_at(ada, 9, u"2");
        table.settle_all();
        EXPECT_EQ(table.document.text(), u"# by Ben\nf(x)\ng(y12)\n");
        EXPECT_EQ(ada.model.text(), table.document.text());
        EXPECT_EQ(ben.model.text(), table.document.text());
    }
}

TEST(DeltaView, WhatAnotherTypesInsideARangeThatIsBeingRemovedStays) {
    Table table(u"abcdef");
    Client& ada = table.seat(true, true);
    Client& ben = table.seat(true, true);
    table.type_at(ben, 3, u"KEEP");
    table.server_reads(ben);
    table.erase(ada, 1, 5);
    table.settle_all();
    EXPECT_EQ(table.document.text(), u"aKEEPf");
    EXPECT_EQ(ada.model.text(), u"aKEEPf");
    EXPECT_EQ(ben.model.text(), u"aKEEPf");
}

TEST(DeltaView, ALetterRemovedWhileAnUpdateHitsItByMistakeStaysRemoved) {
    Table table(u"def");
    Client& ben = table.seat(true, true);
    Client& ada = table.seat(true, true);
    table.type(ben, {{0, 1, u"X"}});  // at Ada's it will hit her first letter instead of the d
    table.type_at(ada, 0, u"1");
    table.type_at(ada, 2, u"2");
    table.erase(ada, 0, 1);
    table.settle_all();
    EXPECT_EQ(table.document.text(), u"X2ef");
    EXPECT_EQ(ada.model.text(), u"X2ef");
    EXPECT_EQ(ben.model.text(), u"X2ef");
}

TEST(DeltaView, AClientWhoseTextHasDriftedIsRepairedByAMinimalUpdate) {
    for (const bool sends_rev : {true, false}) {
        Table table(u"alpha\nbeta\ngamma\n");
        Client& ada = table.seat(sends_rev, true);
        ada.model.set_text(u"alpha\nbe-ta\ngamma\n");
        table.type_at(ada, 0, u"x");
        table.server_reads(ada);
        ASSERT_EQ(ada.to_client.size(), 1U);
        EXPECT_EQ(ada.to_client.front().changes->front().length, 1);
        table.settle_all();
        EXPECT_EQ(table.document.text(), u"xalpha\nbeta\ngamma\n");
        EXPECT_EQ(ada.model.text(), table.document.text());
    }
}

TEST(DeltaView, ADriftedClientIsRepairedThoughUpdatesAreOnTheirWayToIt) {
    for (const bool sends_rev : {true, false}) {
        Table table(u"alpha\nbeta\ngamma\n");
        Client& ada = table.seat(sends_rev, true);
        Client& ben = table.seat(true, true);
        table.type_at(ben, 12, u"BEN");
        table.server_reads(ben);
        ada.model.set_text(u"alpha\nbe--ta\ngamma\n");
        table.type_at(ada, 0, u"x");
        table.settle_all();
        EXPECT_EQ(table.document.text(), u"xalpha\nbeta\ngBENamma\n");
        EXPECT_EQ(ada.model.text(), table.document.text());
        EXPECT_EQ(ben.model.text(), table.document.text());
    }
}

struct BadChange {
    const char* name;
    Changes changes;
};
class Malicious : public testing::TestWithParam<BadChange> {};
TEST_P(Malicious, IsRefusedAndOnlyItsSenderGetsTheTrueText) {
    for (const bool sends_code : {true, false}) {
        Table table(u"true\ntext\n");
        Client& eve = table.seat(true, sends_code);
        Client& ben = table.seat(true, true);
        eve.model.set_text(u"whatever she likes");
        CodeChange change;
        change.changes = GetParam().changes;
        table.send(eve, std::move(change));
        table.server_reads(eve);
        EXPECT_EQ(table.last_error, ErrorCode::invalid_change);
        EXPECT_EQ(table.document.text(), u"true\ntext\n");
        EXPECT_TRUE(ben.to_client.empty());
        table.settle_all();
        EXPECT_EQ(eve.model.text(), u"true\ntext\n");
    }
}
INSTANTIATE_TEST_SUITE_P(
    Change,
    Malicious,
    testing::Values(
        BadChange{"OffsetPastTheEnd", {{{{1, 1}, {1, 1}}, 99, 0, u"x"}}},
        BadChange{"NegativeOffset", {{{{1, 1}, {1, 1}}, -1, 0, u"x"}}},
        BadChange{"LengthPastTheEnd", {{{{1, 1}, {9, 9}}, 0, 99, u"x"}}},
        BadChange{"NegativeLength", {{{{1, 3}, {1, 1}}, 2, -2, u"x"}}},
        BadChange{"RangeAndOffsetDisagree", {{{{2, 1}, {2, 1}}, 4, 0, u"x"}}},
        BadChange{"Overlapping", {{{{1, 2}, {1, 4}}, 1, 2, u"x"}, {{{1, 3}, {2, 1}}, 2, 3, u"y"}}}),
    [](const auto& test) { return test.param.name; });

TEST(DeltaView, ARefusedChangeIsTakenBackFromItsSendersText) {
    Table table(u"text");
    Client& ada = table.seat(true, false);
    table.type_at(ada, 4, u"!");
    CodeChange change = ada.to_server.front();
    ada.to_server.clear();
    auto received = ada.view.receive(change, table.document, table.rev, table.clock.steady_now());
    ASSERT_TRUE(received.edits.has_value());
    const auto repair = ada.view.settle(
        std::move(received), false, table.document, ++table.rev, table.clock.steady_now());
    ASSERT_TRUE(repair.has_value());
    ada.model.apply_edits(*repair->changes);
    EXPECT_EQ(ada.model.text(), u"text");
}

TEST(DeltaView, ClientsWithCrlfLineEndsAreReadByTheirLinesAndNeverRepaired) {
    Table table(u"a\nb\nc\n");
    Client& ada = table.seat(true, true);
    CodeChange change;
    change.changes = {{{{3, 1}, {3, 2}}, 6, 1, u"x\r\ny"}};
    change.code = u"a\r\nb\r\nx\r\ny\r\n";
    change.rev = 0;
    ada.to_server.push_back(std::move(change));
    table.server_reads(ada);
    EXPECT_EQ(table.document.text(), u"a\nb\nx\ny\n");
    EXPECT_TRUE(ada.to_client.empty());
}

TEST(DeltaView, ACrInsideTheTextIsDroppedAndTakenBackFromItsSender) {
    Table table(u"a\nb");
    Client& ada = table.seat(true, true);
    table.type_at(ada, 1, u"\rz");
    table.settle_all();
    EXPECT_EQ(table.document.text(), u"az\nb");
    EXPECT_EQ(ada.model.text(), u"az\nb");
}

TEST(DeltaView, UpdatesThatNobodyConfirmsAreForgottenAfterAMinute) {
    Table table(u"");
    Client& ada = table.seat(true, true);
    Client& ben = table.seat(true, true);
    for (int i = 0; i < 10; ++i)
        table.type_at(ada, 0, u"x");
    table.settle_all();
    EXPECT_EQ(ben.view.pending_count(), 10U);
    table.clock.advance(std::chrono::seconds(61));
    table.type_at(ada, 0, u"x");
    table.settle_all();
    EXPECT_EQ(ben.view.pending_count(), 1U);
}

TEST(DeltaView, AFloodOfBadChangesIsAnsweredByOneWholeTextASecond) {
    Table table(u"text");
    Client& eve = table.seat(true, false);
    for (int i = 0; i < 50; ++i) {
        table.send(eve, {{{{{9, 9}, {9, 9}}, 99, 0, u"x"}}, {}, {}, {}});
        table.server_reads(eve);
    }
    EXPECT_EQ(eve.to_client.size(), 1U);
}

/// One random act at the table: who, and what.
struct Act {
    enum Kind { type, erase, replace, many, server_reads, client_reads } kind;
    unsigned who, a, b, c;
};

void showValue(const Act& act, std::ostream& out) {  // found by rapidcheck, which names it so
    out << "{Act::Kind(" << act.kind << "), " << act.who << ", " << act.a << ", " << act.b << ", "
        << act.c << "}";
}

std::u16string filler(unsigned choice) {
    static const std::vector<std::u16string> fillers = {
        u"", u"\n", u"a", u"\U0001F600", u"\n\n", u"xy\n", u"\xD83D", u"\xDE00"};
    return fillers[choice % fillers.size()];
}

/// Every inserted token is one private-use unit, so it cannot be cut, only removed.
class TokenGame {
  public:
    explicit TokenGame(std::u16string text) : table(std::move(text)) {}

    void play(const Act& act) {
        Client& client = *table.clients[act.who % table.clients.size()];
        const std::size_t size = client.model.text().size();
        const std::size_t a = act.a % (size + 1);
        const std::size_t b = act.b % (size + 1);
        switch (act.kind) {
            case Act::type:
                edit(client, {{a, a, token() + filler(act.c)}});
                break;
            case Act::erase:
                edit(client, {{std::min(a, b), std::max(a, b), {}}});
                break;
            case Act::replace:
                edit(client, {{std::min(a, b), std::max(a, b), filler(act.c) + token()}});
                break;
            case Act::many: {
                Edits edits = {{a / 2, a / 2, token()}, {a, a, filler(act.c) + token()}};
                const std::size_t end = std::min(size, a + 1 + b % 3);
                if (end > a + 1) edits.push_back({a + 1, end, filler(act.b)});
                edit(client, normal_form(std::move(edits)));
                break;
            }
            case Act::server_reads:
                table.server_reads(client);
                RC_ASSERT(!table.last_error.has_value());
                break;
            case Act::client_reads:
                table.client_reads(client);
                break;
        }
    }

    void check() {
        table.settle_all();
        const std::u16string& text = table.document.text();
        for (const auto& client : table.clients)
            RC_ASSERT(client->model.text() == text);
        for (char16_t each = first_token; each < next_token_; ++each) {
            const auto count = std::ranges::count(text, each);
            // What a client without revision removed while its text was in doubt may come back.
            // Nothing is ever doubled, and nothing goes that nobody removed.
            RC_ASSERT(count <= 1);
            RC_ASSERT(count == 1 || removed_.contains(each));
            RC_ASSERT(count == 0 || !removed_by_revision_.contains(each));
        }
        // The index agrees with one made afresh.
        const TextDocument fresh(text);
        RC_ASSERT(fresh.line_count() == table.document.line_count());
        for (std::size_t line = 1; line <= fresh.line_count(); ++line) {
            RC_ASSERT(fresh.line_start(line) == table.document.line_start(line));
        }
    }

    Table table;

  private:
    static constexpr char16_t first_token = u'\uE000';

    std::u16string token() { return {next_token_++}; }

    void edit(Client& client, const Edits& edits) {
        const std::u16string before = client.model.text();
        for (const Edit& each : edits) {
            for (std::size_t i = each.begin; i < each.end; ++i) {
                if (before[i] < first_token || before[i] >= next_token_) continue;
                removed_.insert(before[i]);
                if (client.sends_rev) removed_by_revision_.insert(before[i]);
            }
        }
        table.type(client, edits);
    }

    char16_t next_token_ = first_token;
    std::set<char16_t> removed_;
    std::set<char16_t> removed_by_revision_;
};

enum class Edited { anyhow, by_typing_alone };

std::vector<Act> random_acts(Edited edited) {
    const std::size_t removals = edited == Edited::anyhow ? 2 : 0;
    const auto act = rc::gen::construct<Act>(
        rc::gen::weightedElement<Act::Kind>(
            {{4, Act::type},
             {removals, Act::erase},
             {removals, Act::replace},
             {removals, Act::many},
             {5, Act::server_reads},
             {4, Act::client_reads}}),
        rc::gen::inRange(0U, 4U),
        rc::gen::inRange(0U, 60U),
        rc::gen::inRange(0U, 60U),
        rc::gen::inRange(0U, 1'000U));
    return *rc::gen::container<std::vector<Act>>(act);
}

struct Flavour {
    bool sends_rev;
    bool sends_code;
};

void play_with(const std::vector<Flavour>& flavours, Edited edited) {
    TokenGame game(u"def f(x):\n    return \U0001F600x\n");
    const auto clients = *rc::gen::inRange<std::size_t>(2, 5);
    for (std::size_t i = 0; i < clients; ++i) {
        const Flavour& flavour = flavours[i % flavours.size()];
        game.table.seat(flavour.sends_rev, flavour.sends_code);
    }
    for (const Act& act : random_acts(edited))
        game.play(act);
    game.check();
}

RC_GTEST_PROP(NaiveClients, AgreeWhenTheySendRevisionAndText, ()) {
    play_with({{true, true}}, Edited::anyhow);
}
RC_GTEST_PROP(NaiveClients, AgreeWhenTheySendTheRevisionAlone, ()) {
    play_with({{true, false}}, Edited::anyhow);
}
RC_GTEST_PROP(NaiveClients, AgreeWhenTheySendTheTextAlone, ()) {
    play_with({{false, true}}, Edited::anyhow);
}
RC_GTEST_PROP(NaiveClients, AgreeWhenOneOfEachKindIsThere, ()) {
    play_with({{true, true}, {true, false}, {false, true}}, Edited::anyhow);
}
RC_GTEST_PROP(NaiveClients, LoseNoLetterWhenTheyTypeAndSendTheTextAlone, ()) {
    play_with({{false, true}}, Edited::by_typing_alone);
}

}  // namespace
}  // namespace codencollab::room
