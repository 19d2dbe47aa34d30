#include "crdt/awareness.h"

#include "base/lib0.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr Awareness::ConnectionKey ada = 1;
constexpr Awareness::ConnectionKey ben = 2;

struct Said {
    ClientNumber client = 0;
    std::uint64_t clock = 0;
    std::string state;

    friend bool operator==(const Said&, const Said&) = default;
    friend void PrintTo(const Said& said, std::ostream* out) {
        *out << said.client << " at " << said.clock << ": " << said.state;
    }
};

std::string update_of(const std::vector<Said>& all) {
    lib0::Writer out;
    out.var_uint(all.size());
    for (const Said& said : all) {
        out.var_uint(said.client);
        out.var_uint(said.clock);
        out.var_bytes(said.state);
    }
    return out.take();
}

/// What an update says; nothing of one without bytes.
std::vector<Said> read(std::string_view update) {
    lib0::Reader reader(update);
    std::vector<Said> all(update.empty() ? 0 : reader.var_uint());
    for (Said& said : all) {
        said.client = reader.var_uint();
        said.clock = reader.var_uint();
        said.state = reader.var_string();
    }
    EXPECT_FALSE(reader.failed());
    EXPECT_TRUE(reader.at_end());
    return all;
}

class AwarenessOfAServer : public testing::Test {
  protected:
    /// Applies what is taken.
    Awareness::Change say(Awareness::ConnectionKey connection, const std::vector<Said>& all) {
        auto change = awareness_.apply(update_of(all), connection, now_);
        EXPECT_TRUE(change) << describe(change.error());
        return change.value_or(Awareness::Change{});
    }
    DecodeError::Code refusal(Awareness::ConnectionKey connection, std::string_view update) {
        const std::string before = awareness_.encode();
        const auto change = awareness_.apply(update, connection, now_);
        EXPECT_FALSE(change);
        EXPECT_EQ(awareness_.encode(), before);
        return change ? DecodeError::Code{} : change.error().code;
    }
    void expect_nothing(const Awareness::Change& change) {
        EXPECT_THAT(change.added, IsEmpty());
        EXPECT_THAT(change.updated, IsEmpty());
        EXPECT_THAT(change.removed, IsEmpty());
        EXPECT_EQ(change.relay, "");
    }
    std::vector<Said> everybody() const { return read(awareness_.encode()); }

    Awareness awareness_;
    Awareness::Time now_ = Awareness::Time() + 1h;
};

TEST_F(AwarenessOfAServer, RelaysWhatItAccepts) {
    const auto first = say(ada, {{7, 1, "{}"}});
    EXPECT_THAT(first.added, ElementsAre(7));
    EXPECT_THAT(read(first.relay), ElementsAre(Said{7, 1, "{}"}));
    const auto second = say(ada, {{7, 2, R"({"cursor":4})"}, {9, 1, "[]"}});
    EXPECT_THAT(second.added, ElementsAre(9));
    EXPECT_THAT(second.updated, ElementsAre(7));
    EXPECT_THAT(everybody(), ElementsAre(Said{7, 2, R"({"cursor":4})"}, Said{9, 1, "[]"}));
}

TEST_F(AwarenessOfAServer, DropsWhatItKnowsAndRelaysTheRest) {
    say(ada, {{7, 5, "1"}});
    expect_nothing(say(ada, {{7, 5, "2"}}));
    expect_nothing(say(ada, {{7, 4, "2"}}));
    expect_nothing(say(ada, {{7, 4, "null"}}));
    EXPECT_THAT(read(say(ada, {{7, 5, "2"}, {8, 1, "3"}}).relay), ElementsAre(Said{8, 1, "3"}));
    EXPECT_THAT(awareness_.state(7), Optional(std::string_view("1")));
}

TEST_F(AwarenessOfAServer, HearsAFirstStateOnlyAboveClockZero) {
    expect_nothing(say(ada, {{7, 0, "{}"}}));
    expect_nothing(say(ada, {{7, 0, "null"}}));
    EXPECT_EQ(awareness_.clock(7), std::nullopt);
}

TEST_F(AwarenessOfAServer, RemovesAtAnEqualClockAndKeepsTheClock) {
    say(ada, {{7, 5, "1"}});
    const auto gone = say(ada, {{7, 5, " null\n"}});
    EXPECT_THAT(gone.removed, ElementsAre(7));
    EXPECT_THAT(read(gone.relay), ElementsAre(Said{7, 5, "null"}));
    EXPECT_EQ(awareness_.size(), 0U);
    EXPECT_THAT(awareness_.clock(7), Optional(5));
    expect_nothing(say(ada, {{7, 5, "null"}}));
    expect_nothing(say(ada, {{7, 5, "1"}}));
    EXPECT_THAT(say(ada, {{7, 6, "1"}}).updated, ElementsAre(7));
}

TEST_F(AwarenessOfAServer, TellsOneWhoMissedARemovalOfIt) {
    say(ada, {{7, 5, "1"}});
    awareness_.remove_connection(ada, now_);
    // The same client comes back with the clock it left with: null makes y-protocols raise it.
    const auto back = say(ben, {{7, 5, "1"}});
    expect_nothing(back);
    EXPECT_THAT(read(back.answer), ElementsAre(Said{7, 5, "null"}));
    const auto raised = say(ben, {{7, 6, "1"}});
    EXPECT_EQ(raised.answer, "");
    EXPECT_THAT(read(raised.relay), ElementsAre(Said{7, 6, "1"}));
}

TEST_F(AwarenessOfAServer, KeepsAClockHeardWithoutAState) {
    const auto change = say(ada, {{7, 5, "null"}});
    EXPECT_THAT(change.removed, IsEmpty());
    EXPECT_THAT(read(change.relay), ElementsAre(Said{7, 5, "null"}));
    expect_nothing(say(ada, {{7, 5, "1"}}));
    EXPECT_THAT(
        read(awareness_.encode(std::vector<ClientNumber>{7, 8})), ElementsAre(Said{7, 5, "null"}));
}

TEST_F(AwarenessOfAServer, HearsOfAClientOnlyFromItsConnection) {
    say(ada, {{7, 1, "1"}});
    expect_nothing(say(ben, {{7, 2, "2"}}));
    expect_nothing(say(ben, {{7, 1, "null"}}));
    expect_nothing(say(ben, {{7, 9, "null"}}));
    EXPECT_THAT(say(ada, {{7, 2, "3"}}).updated, ElementsAre(7));
}

TEST_F(AwarenessOfAServer, LetsAnotherConnectionHaveAClientThatWasDropped) {
    say(ada, {{7, 1, "1"}});
    awareness_.remove_connection(ada, now_);
    EXPECT_THAT(say(ben, {{7, 2, "1"}}).updated, ElementsAre(7));
    expect_nothing(say(ada, {{7, 3, "1"}}));
}

TEST_F(AwarenessOfAServer, DoesNotReadWhatAnEchoSays) {
    say(ada, {{7, 5, "1"}});
    const std::string too_long(1 << 20, 'x');
    expect_nothing(say(ben, {{7, 5, "no JSON"}, {7, 6, "\xFF"}, {7, 7, too_long}}));
}

TEST_F(AwarenessOfAServer, TakesAClientTwiceInOneUpdate) {
    const auto change = say(ada, {{7, 1, "1"}, {7, 3, "3"}, {7, 2, "2"}, {7, 3, "null"}});
    EXPECT_THAT(change.added, ElementsAre(7));
    EXPECT_THAT(change.updated, ElementsAre(7));
    EXPECT_THAT(change.removed, ElementsAre(7));
    EXPECT_THAT(
        read(change.relay), ElementsAre(Said{7, 1, "1"}, Said{7, 3, "3"}, Said{7, 3, "null"}));
    EXPECT_EQ(awareness_.size(), 0U);
}

TEST_F(AwarenessOfAServer, DropsAllOfAConnectionWithTheClocksItHas) {
    say(ada, {{7, 5, "1"}, {8, 2, "1"}});
    say(ben, {{9, 1, "1"}});
    const auto change = awareness_.remove_connection(ada, now_);
    EXPECT_THAT(change.removed, ElementsAre(7, 8));
    EXPECT_THAT(read(change.relay), ElementsAre(Said{7, 5, "null"}, Said{8, 2, "null"}));
    EXPECT_THAT(everybody(), ElementsAre(Said{9, 1, "1"}));
    expect_nothing(awareness_.remove_connection(ada, now_));
}

TEST_F(AwarenessOfAServer, DropsAStateThatWasNotRenewedFor30Seconds) {
    say(ada, {{7, 1, "1"}, {8, 1, "1"}});
    now_ += 15s;
    say(ada, {{8, 2, "1"}});
    now_ += 15s - 1ms;
    expect_nothing(awareness_.expire(now_));
    now_ += 1ms;
    const auto change = awareness_.expire(now_);
    EXPECT_THAT(change.removed, ElementsAre(7));
    EXPECT_THAT(read(change.relay), ElementsAre(Said{7, 1, "null"}));
    now_ += 15s;
    EXPECT_THAT(awareness_.expire(now_).removed, ElementsAre(8));
}

TEST_F(AwarenessOfAServer, AnEchoDoesNotRenew) {
    say(ada, {{7, 1, "1"}});
    now_ += 20s;
    say(ada, {{7, 1, "1"}});
    say(ben, {{7, 2, "1"}});
    now_ += 10s;
    EXPECT_THAT(awareness_.expire(now_).removed, ElementsAre(7));
}

TEST_F(AwarenessOfAServer, ForgetsADroppedClockAfterFiveMinutes) {
    say(ada, {{7, 5, "1"}});
    awareness_.remove_connection(ada, now_);
    now_ += 5min - 1ms;
    awareness_.expire(now_);
    EXPECT_THAT(awareness_.clock(7), Optional(5));
    now_ += 1ms;
    awareness_.expire(now_);
    EXPECT_EQ(awareness_.clock(7), std::nullopt);
    EXPECT_THAT(say(ben, {{7, 1, "1"}}).added, ElementsAre(7));
}

TEST_F(AwarenessOfAServer, RemembersSoManyDroppedClocksAndForgetsTheOldest) {
    awareness_ = Awareness(AwarenessLimits{.dropped_clocks = 2});
    say(ada, {{1, 9, "null"}, {2, 9, "null"}, {1, 10, "null"}, {3, 9, "null"}});
    EXPECT_THAT(awareness_.clock(1), Optional(10));
    EXPECT_EQ(awareness_.clock(2), std::nullopt);
    EXPECT_THAT(awareness_.clock(3), Optional(9));
}

TEST_F(AwarenessOfAServer, IgnoresBytesAfterTheEnd) {
    EXPECT_TRUE(awareness_.apply(update_of({{7, 1, "1"}}) + "\xFF", ada, now_));
}

TEST_F(AwarenessOfAServer, RefusesWhatIsCutAnywhere) {
    const std::string whole = update_of({{300, 1, "{}"}, {7, 200, R"("x")"}});
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        EXPECT_EQ(refusal(ada, whole.substr(0, bytes)), DecodeError::Code::truncated) << bytes;
    }
}

TEST_F(AwarenessOfAServer, RefusesWhatIsNoState) {
    for (const char* state : {"", "nul", "{", "{}x", "{'a':1}", "[1,]", "\"a\nb\"", "01", "NaN"}) {
        EXPECT_EQ(
            refusal(ada, update_of({{8, 1, "1"}, {7, 1, state}})), DecodeError::Code::bad_json)
            << state;
    }
    EXPECT_EQ(refusal(ada, update_of({{7, 1, "\"\xED\xA0\x80\""}})), DecodeError::Code::bad_utf8);
    EXPECT_EQ(refusal(ada, update_of({{7, 0, "nonsense"}})), DecodeError::Code::bad_json);
    EXPECT_EQ(
        refusal(ada, "\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), DecodeError::Code::bad_integer);
}

TEST_F(AwarenessOfAServer, RefusesStatesNestedTooDeep) {
    const std::string deepest = std::string(100, '[') + std::string(100, ']');
    say(ada, {{7, 1, deepest}});
    EXPECT_EQ(refusal(ada, update_of({{7, 2, '[' + deepest + ']'}})), DecodeError::Code::too_deep);
}

TEST_F(AwarenessOfAServer, RefusesAStateOverItsLimit) {
    const std::size_t limit = AwarenessLimits{}.state_bytes;
    say(ada, {{7, 1, '"' + std::string(limit - 2, 'x') + '"'}});
    EXPECT_EQ(
        refusal(ada, update_of({{7, 2, '"' + std::string(limit - 1, 'x') + '"'}})),
        DecodeError::Code::too_large);
}

TEST_F(AwarenessOfAServer, RefusesTooManyEntries) {
    EXPECT_EQ(
        refusal(ada, update_of(std::vector<Said>(1'001, Said{7, 1, "1"}))),
        DecodeError::Code::too_many_clients);
    EXPECT_EQ(
        refusal(ada, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x0F"), DecodeError::Code::too_many_clients);
}

TEST_F(AwarenessOfAServer, RefusesMoreClientsThanAConnectionMayHave) {
    awareness_ = Awareness(AwarenessLimits{.entries = 5, .entries_of_a_connection = 3});
    say(ada, {{1, 1, "1"}, {2, 1, "1"}, {3, 1, "1"}});
    EXPECT_EQ(refusal(ada, update_of({{4, 1, "1"}})), DecodeError::Code::too_many_clients);
    say(ada, {{1, 2, "2"}, {2, 2, "null"}});
    say(ada, {{4, 1, "1"}});
    say(ben, {{5, 1, "1"}, {6, 1, "1"}});
    EXPECT_EQ(refusal(ben, update_of({{7, 1, "1"}})), DecodeError::Code::too_many_clients);
}

constexpr std::array<JsonMember, 1> named_ada = {{{"name", R"("name":"Ada")"}}};

TEST_F(AwarenessOfAServer, PutsWhatTheCallerKnowsBetterIntoEveryState) {
    const std::string update =
        update_of({{7, 1, R"({"at":1,"name":"Ben"})"}, {8, 1, R"({"name":"Ada"})"}, {9, 1, "[]"}});
    const auto change = awareness_.apply(update, ada, now_, named_ada);
    ASSERT_TRUE(change);
    const auto as_it_is = ElementsAre(
        Said{7, 1, R"({"name":"Ada","at":1})"}, Said{8, 1, R"({"name":"Ada"})"}, Said{9, 1, "[]"});
    EXPECT_THAT(read(change->relay), as_it_is);
    EXPECT_THAT(everybody(), as_it_is);
    EXPECT_THAT(read(awareness_.encode(std::vector<ClientNumber>{7, 8, 9})), as_it_is);
    EXPECT_THAT(awareness_.state(7), Optional(std::string_view(R"({"name":"Ada","at":1})")));
}

TEST_F(AwarenessOfAServer, RelaysEachOfTwoStatesOfOneClientAsItIs) {
    const std::string update = update_of({{7, 1, "{}"}, {7, 2, R"({"name":1})"}, {7, 3, "null"}});
    const auto change = awareness_.apply(update, ada, now_, named_ada);
    ASSERT_TRUE(change);
    EXPECT_THAT(
        read(change->relay),
        ElementsAre(
            Said{7, 1, R"({"name":"Ada"})"}, Said{7, 2, R"({"name":"Ada"})"}, Said{7, 3, "null"}));
}

TEST_F(AwarenessOfAServer, LimitsAStateAsItsSenderSaysIt) {
    const std::size_t limit = AwarenessLimits{}.state_bytes;
    const std::string longest = R"({"at":")" + std::string(limit - 9, 'x') + R"("})";
    ASSERT_TRUE(awareness_.apply(update_of({{7, 1, longest}}), ada, now_, named_ada));
    EXPECT_THAT(awareness_.state(7), Optional(testing::SizeIs(limit + 13)));
    const std::string longer = R"({"name":")" + std::string(limit - 10, 'x') + R"("})";
    const auto refused = awareness_.apply(update_of({{7, 2, longer}}), ada, now_, named_ada);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, DecodeError::Code::too_large);
}

/// Section 9's rule for one entry, said once more without bindings and times.
void play(std::map<ClientNumber, Said>& known, const Said& said) {
    const auto place = known.find(said.client);
    const bool is_held = place != known.end() && place->second.state != "null";
    const std::uint64_t clock = place == known.end() ? 0 : place->second.clock;
    if (said.clock > clock || (said.clock == clock && said.state == "null" && is_held)) {
        known[said.client] = said;
    }
}

RC_GTEST_PROP(
    AwarenessUpdates,
    LeaveWhatTheRuleLeaves,
    (const std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>& raw)) {
    Awareness awareness;
    std::map<ClientNumber, Said> known;
    for (const auto& [client, clock, state] : raw) {
        const Said said{client % 4U, clock % 8U, state % 3 == 0 ? "null" : std::to_string(state)};
        RC_ASSERT(awareness.apply(update_of({said}), ada, Awareness::Time()).has_value());
        play(known, said);
    }
    std::vector<ClientNumber> clients;
    std::vector<Said> expected;
    for (const auto& [client, said] : known) {
        clients.push_back(client);
        expected.push_back(said);
    }
    RC_ASSERT(read(awareness.encode(clients)) == expected);
}

RC_GTEST_PROP(
    AwarenessUpdates,
    LeadAReplicaThatHearsTheRelaysToTheSameStates,
    (const std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>& raw)) {
    Awareness server;
    Awareness replica;
    const auto deliver = [&](const Awareness::Change& change) {
        if (change.relay.empty()) return;
        RC_ASSERT(replica.apply(change.relay, ada, Awareness::Time()).has_value());
    };
    for (const auto& [client, clock, state] : raw) {
        const Said said{client % 4U, clock % 8U, state % 3 == 0 ? "null" : std::to_string(state)};
        const Awareness::ConnectionKey connection = client % 2U;
        deliver(server.apply(update_of({said}), connection, Awareness::Time()).value());
        if (state % 7 == 0) deliver(server.remove_connection(connection, Awareness::Time()));
    }
    RC_ASSERT(replica.encode() == server.encode());
}

}  // namespace
}  // namespace codencollab::crdt
