#include "running_server.h"
#include "wire/base64.h"
#include "wire/json_text.h"
#include "y_peer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>

namespace codencollab {
namespace {

using testing::HasSubstr;
using testing::Not;

class YWebSocket : public RunningServer {
  protected:
    void SetUp() override {
        start();
        ada_ = guest("Ada");
        ben_ = guest("Ben");
        room_ = room_of(ada_);
        join_by_link(room_, ben_);
    }

    YPeer open(const Person& who) {
        YPeer peer(port_, "/yjs/" + room_ + "?token=" + who.token);
        EXPECT_EQ(peer.status(), 101) << peer.opened().body;
        return peer;
    }
    YPeer synchronised(const Person& who) {
        YPeer peer = open(who);
        peer.synchronise();
        return peer;
    }

    static std::string error_code(const YPeer& peer) {
        const auto body = wire::parse_json(peer.opened().body);
        return body ? body->at("error").at("code").as_string().c_str() : peer.opened().body;
    }

    Person ada_, ben_;
    std::string room_;
};

TEST_F(YWebSocket, ANewcomerGetsTheRoomsText) {
    YPeer ada = synchronised(ada_);
    EXPECT_EQ(ada.replica().text(), text_of(room_, ada_));
    EXPECT_NE(ada.replica().text(), "");
}

TEST_F(YWebSocket, WhatOneTypesTheOthersGetAndTheServerHas) {
    YPeer ada = synchronised(ada_);
    YPeer ben = synchronised(ben_);
    ada.type(0, "# 👩‍💻 é\n");
    EXPECT_TRUE(ben.hears_text(ada.replica().text()));
    EXPECT_EQ(text_of(room_, ada_), ada.replica().text());
}

TEST_F(YWebSocket, BothKindsOfClientShareOneText) {
    YPeer ada = synchronised(ada_);
    auto ben = enter(room_, ben_);
    const std::string text = ben.hear("initial-code").at("code").as_string().c_str();

    ada.type(0, "# Ada\n");
    const auto update = ben.hear("code-update");
    EXPECT_EQ(update.at("changes").at(0).at("text"), "# Ada\n");
    auto change = insertion("# Ada\n" + text, 0, "# Ben\n");
    change.as_object()["rev"] = update.at("rev");
    EXPECT_TRUE(ben.ask("code_change", change).at("ok").as_bool());
    EXPECT_TRUE(ada.hears_text("# Ben\n# Ada\n" + text));
    EXPECT_EQ(text_of(room_, ada_), "# Ben\n# Ada\n" + text);
}

TEST_F(YWebSocket, ARestartedServerHasWhatWasTyped) {
    YPeer ada = synchronised(ada_);
    ada.type(0, "# kept\n");
    YPeer witness = synchronised(ben_);
    EXPECT_TRUE(witness.hears_text(ada.replica().text()));
    ASSERT_TRUE(stop());
    EXPECT_EQ(ada.hears_close(), 1012);
    start();
    EXPECT_EQ(text_of(room_, ada_), ada.replica().text());
    YPeer again = open(ada_);
    again.synchronise();
    EXPECT_EQ(again.replica().text(), ada.replica().text());
}

TEST_F(YWebSocket, AViewerReadsAndItsEditsAreRefusedWithMessage2) {
    ASSERT_EQ(
        send("PUT", "/rooms/" + room_ + "/members/" + ben_.id, &ada_, R"({"role":"viewer"})")
            .status,
        204);
    YPeer ben = synchronised(ben_);
    const std::string before = text_of(room_, ada_);
    EXPECT_EQ(ben.replica().text(), before);
    ben.type(0, "vandal");
    EXPECT_NE(ben.hears_denial(), "");
    EXPECT_EQ(text_of(room_, ada_), before);
    ben.say(wire::QueryAwareness{});
    EXPECT_TRUE(ben.hears_awareness("")) << "the connection has stayed";
}

TEST_F(YWebSocket, AConnectionThatIsKilledTakesItsAwarenessAlong) {
    YPeer ada = synchronised(ada_);
    YPeer ben = synchronised(ben_);
    ada.say_state(1, R"({"at":"the station"})");
    EXPECT_TRUE(ben.hears_awareness("the station"));
    ada.vanish();
    EXPECT_TRUE(ben.hears_awareness("null"));
}

TEST_F(YWebSocket, AStateSaysWhoItsConnectionIsWhateverItClaims) {
    YPeer ada = synchronised(ada_);
    YPeer ben = synchronised(ben_);
    ben.say_state(1, R"({"\u0075ser":{"name":"Ada","color":"#000000"},"at":"the station"})");
    constexpr std::string_view truth =
        R"("user":{"name":"Ben","color":"#b45309","colorLight":"#b4530933"},"at":"the station"})";
    EXPECT_TRUE(ada.hears_awareness(truth));
    YPeer newcomer = synchronised(ada_);
    EXPECT_TRUE(newcomer.hears_awareness(truth));
    ada.say(wire::QueryAwareness{});
    EXPECT_TRUE(ada.hears_awareness(truth));
}

TEST_F(YWebSocket, ADeltaClientsCaretIsSeenInAwareness) {
    YPeer ada = synchronised(ada_);
    auto ben = enter(room_, ben_);
    ben.emit("cursor", {{"userId", ben_.id}, {"lineNumber", 1}, {"column", 2}});
    EXPECT_TRUE(ada.hears_awareness(R"("name":"Ben")"));
}

struct Entrance {
    const char* what;
    bool has_token;
    const char* token;  // instead of a good one
    const char* room;   // instead of the room
    const char* fields;
    int status;
    const char* code;
};
void PrintTo(const Entrance& entrance, std::ostream* out) {
    *out << entrance.what;
}
class YRefusal : public YWebSocket, public testing::WithParamInterface<Entrance> {};
TEST_P(YRefusal, ComesBeforeTheUpgradeInTheContractsShape) {
    const Entrance& entrance = GetParam();
    std::string target = "/yjs/" + (*entrance.room ? entrance.room : room_);
    if (entrance.has_token) target += "?token=" + (*entrance.token ? entrance.token : ada_.token);
    YPeer peer(port_, target, entrance.fields);
    EXPECT_EQ(peer.status(), entrance.status) << peer.opened().body;
    EXPECT_EQ(error_code(peer), entrance.code);
}
constexpr const char* nowhere = "00000000-0000-4000-8000-000000000000";
INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    YRefusal,
    testing::Values(
        Entrance{"no token", false, "", "", "", 401, "missing_token"},
        Entrance{"an empty query", true, "&x=", "", "", 401, "missing_token"},
        Entrance{"a bad token", true, "a.b.c", "", "", 401, "invalid_token"},
        Entrance{
            "a bad header", false, "", "", "Authorization: Bearer x y\r\n", 401, "invalid_token"},
        Entrance{"an unknown room", true, "", nowhere, "", 404, "room_not_found"},
        Entrance{"a malformed id", true, "", "x", "", 404, "room_not_found"},
        Entrance{"a path below", true, "", "x/y", "", 404, "not_found"},
        Entrance{
            "a foreign origin", true, "", "", "Origin: https://evil.example\r\n", 403, "forbidden"},
        Entrance{"no origin at all", true, "", "", "Origin: null\r\n", 403, "forbidden"}));

TEST_F(YWebSocket, AStrangerFindsNoRoom) {
    const Person eve = guest("Eve");
    YPeer peer(port_, "/yjs/" + room_ + "?token=" + eve.token);
    EXPECT_EQ(peer.status(), 404);
    EXPECT_EQ(error_code(peer), "room_not_found");
}

TEST_F(YWebSocket, TheTokenMayStandInTheHeaderAndTheQueryMayBeEmpty) {
    for (const char* query : {"", "?"}) {
        YPeer peer(port_, "/yjs/" + room_ + query, "Authorization: Bearer " + ada_.token + "\r\n");
        ASSERT_EQ(peer.status(), 101) << peer.opened().body;
        peer.synchronise();
        EXPECT_EQ(peer.replica().text(), text_of(room_, ada_));
    }
}

TEST_F(YWebSocket, ItsOwnOriginIsLetIn) {
    YPeer peer(port_, "/yjs/" + room_ + "?token=" + ada_.token, "Origin: http://localhost\r\n");
    EXPECT_EQ(peer.status(), 101);
}

TEST_F(YWebSocket, NoCompressionIsAgreedOn) {
    YPeer peer(
        port_,
        "/yjs/" + room_ + "?token=" + ada_.token,
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
    EXPECT_EQ(peer.status(), 101);
    EXPECT_THAT(peer.opened().head, Not(HasSubstr("Extensions")));
}

TEST_F(YWebSocket, APageIsNotFoundThere) {
    EXPECT_EQ(get("/yjs/" + room_, &ada_).status, 400);
}

TEST_F(YWebSocket, GarbageEndsItsConnectionAndNotTheRoom) {
    YPeer ada = synchronised(ada_);
    for (const std::string& bytes :
         {std::string(),
          std::string("\0\2\xff\xff\xff", 5),
          std::string("\0\x09", 2),
          std::string("\1\xc8\1", 3),
          std::string("\0\2\3\1\xff\0", 6)}) {
        YPeer ben = open(ben_);
        ben.say_bytes(bytes);
        EXPECT_EQ(ben.hears_close(), 1007);
    }
    YPeer ben = synchronised(ben_);
    ada.type(0, "alive ");
    EXPECT_TRUE(ben.hears_text(ada.replica().text()));
}

TEST_F(YWebSocket, AFrameThatIsTooLargeIsNotEvenRead) {
    YPeer ben = open(ben_);
    std::string header = "\x82\xff";
    for (const char c : {'\0', '\0', '\0', '\0', '\0', '\x80', '\0', '\1'})  // 8 MiB and one
        header += c;
    ben.send_raw(header + "mask");
    EXPECT_EQ(ben.hears_close(), 1009);
}

TEST_F(YWebSocket, ASignOutARemovalAndADeletionEndIt) {
    const Person eve = guest("Eve");
    join_by_link(room_, eve);
    YPeer out = synchronised(eve);
    ASSERT_EQ(send("POST", "/auth/v1/logout", &eve).status, 204);
    EXPECT_EQ(out.hears_close(), 4401);

    YPeer removed = synchronised(ben_);
    ASSERT_EQ(send("DELETE", "/rooms/" + room_ + "/members/" + ben_.id, &ada_).status, 204);
    EXPECT_EQ(removed.hears_close(), 4403);

    YPeer last = synchronised(ada_);
    ASSERT_EQ(send("DELETE", "/rooms/" + room_, &ada_).status, 204);
    EXPECT_EQ(last.hears_close(), 4404);
}

TEST_F(YWebSocket, TheHistorySaysWhoTypedWhatAndWhen) {
    {
        YPeer ben = synchronised(ben_);
        ben.type(0, "# Ben\n");
        YPeer witness = synchronised(ada_);
        EXPECT_TRUE(witness.hears_text(ben.replica().text()));
    }
    // What was relayed is in the history once it is committed.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    auto answer = get("/rooms/" + room_ + "/history", &ada_);
    while (answer.status == 200 && answer.json().at("updates").as_array().size() < 2 &&
           std::chrono::steady_clock::now() < deadline) {
        answer = get("/rooms/" + room_ + "/history", &ada_);
    }
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto page = answer.json();
    ASSERT_GE(page.at("updates").as_array().size(), 2U) << answer.body;
    EXPECT_EQ(page.at("updates").as_array().back().at("userId"), boost::json::string(ben_.id));
    EXPECT_EQ(page.at("users").at(ben_.id), "Ben");
    EXPECT_EQ(page.at("events").at(0).at("kind"), "created");
    EXPECT_TRUE(page.at("next").is_null());

    // Played back, the updates are the text.
    Replica replica(1);
    for (const auto& update : page.at("updates").as_array()) {
        const auto& data = update.at("data").as_string();
        EXPECT_TRUE(replica.apply(*wire::base64_decoded({data.data(), data.size()})));
    }
    EXPECT_EQ(replica.text(), text_of(room_, ada_));

    const std::string first = page.at("updates").at(0).at("at").as_string().c_str();
    const auto past = get("/rooms/" + room_ + "/code?at=" + first, &ada_);
    EXPECT_EQ(past.status, 200);
    EXPECT_THAT(past.body, Not(HasSubstr("# Ben")));
    EXPECT_EQ(get("/rooms/" + room_ + "/code?at=4102444800000", &ada_).body, replica.text());

    const Person eve = guest("Eve");
    EXPECT_EQ(get("/rooms/" + room_ + "/history", &eve).error_code(), "room_not_found");
    EXPECT_EQ(get("/rooms/" + room_ + "/history").status, 401);
    EXPECT_EQ(get("/rooms/" + room_ + "/history?limit=0", &ada_).status, 422);
    EXPECT_EQ(get("/rooms/" + room_ + "/code?at=then", &ada_).status, 422);
    EXPECT_EQ(get("/rooms/" + room_ + "/history?after=nonsense", &ada_).status, 400);
}

}  // namespace
}  // namespace codencollab
