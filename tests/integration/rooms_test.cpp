#include "running_server.h"

#include <gmock/gmock.h>

namespace codencollab {
namespace {

using testing::HasSubstr;

class TwoPeople : public RunningServer {
  protected:
    void SetUp() override {
        start();
        ada_ = guest("Ada");
        ben_ = guest("Ben");
        room_ = room_of(ada_);
        join_by_link(room_, ben_);
    }
    Person ada_, ben_;
    std::string room_;
};

TEST_F(TwoPeople, WhatOneTypesTheOtherSeesAndTheServerHas) {
    auto ada = enter(room_, ada_);
    auto ben = enter(room_, ben_);
    const std::string text = ada.hear("initial-code").at("code").as_string().c_str();

    const auto ack = ada.ask("code_change", insertion(text, 0, "# by Ada\n"));
    EXPECT_TRUE(ack.at("ok").as_bool());
    const auto update = ben.hear("code-update");
    EXPECT_EQ(update.at("changes").at(0).at("text"), "# by Ada\n");
    EXPECT_EQ(text_of(room_, ada_), "# by Ada\n" + text);
}

TEST_F(TwoPeople, ARestartedServerHasTheText) {
    auto ada = enter(room_, ada_);
    const std::string text = ada.hear("initial-code").at("code").as_string().c_str();
    ada.ask("code_change", insertion(text, 0, "# kept\n"));

    ASSERT_TRUE(stop());  // as on SIGTERM: seconds before the next auto-save
    start();
    EXPECT_EQ(text_of(room_, ada_), "# kept\n" + text);
}

TEST_F(TwoPeople, AViewerReadsAndCannotWrite) {
    ASSERT_EQ(
        send("PUT", "/rooms/" + room_ + "/members/" + ben_.id, &ada_, R"({"role":"viewer"})")
            .status,
        204);
    auto ben = enter(room_, ben_);
    const std::string text = ben.hear("initial-code").at("code").as_string().c_str();
    const auto ack = ben.ask("code_change", insertion(text, 0, "x"));
    EXPECT_FALSE(ack.at("ok").as_bool());
    EXPECT_EQ(ack.at("error").at("code"), "forbidden");
    EXPECT_EQ(text_of(room_, ben_), text);
    EXPECT_EQ(
        send("POST", "/rooms/" + room_ + "/run", &ben_, R"({"language":"python"})").status, 403);
}

TEST_F(TwoPeople, ARemovedMemberIsToldAndEnded) {
    auto ben = enter(room_, ben_);
    ASSERT_EQ(send("DELETE", "/rooms/" + room_ + "/members/" + ben_.id, &ada_).status, 204);
    EXPECT_EQ(ben.hear("room-closed").at("reason"), "removed");
    EXPECT_TRUE(ben.hears_goodbye());
    EXPECT_EQ(get("/rooms/" + room_, &ben_).status, 404);
}

TEST_F(TwoPeople, ARunIsSeenByBothAndItsResultOnce) {
    auto ada = enter(room_, ada_);
    auto ben = enter(room_, ben_);
    const auto run = send("POST", "/rooms/" + room_ + "/run", &ben_, R"({"language":"python"})");
    ASSERT_EQ(run.status, 202) << run.body;
    EXPECT_THAT(run.body, testing::Not(HasSubstr("stdout")));
    for (PollingClient* client : {&ada, &ben}) {
        const auto result = client->hear("execution-result");
        EXPECT_EQ(result.at("run_id"), run.json().at("run_id"));
        EXPECT_TRUE(result.at("failure").is_null()) << result.at("message");
    }
    const auto runs = get("/rooms/" + room_ + "/runs", &ada_);
    EXPECT_EQ(runs.json().at("runs").at(0).at("run_id"), run.json().at("run_id"));
}

TEST_F(TwoPeople, ASignedOutUsersSocketEnds) {
    auto ben = enter(room_, ben_);
    ASSERT_EQ(send("POST", "/auth/v1/logout", &ben_).status, 204);
    EXPECT_EQ(ben.hear("error-message").at("code"), "invalid_token");
    EXPECT_TRUE(ben.hears_goodbye());
}

TEST_F(TwoPeople, JoiningAnotherRoomLeavesTheFirst) {
    const std::string second = room_of(ada_);
    auto ada = enter(room_, ada_);
    auto ben = enter(room_, ben_);
    EXPECT_TRUE(ada.ask("join", {{"room_id", second}}).at("ok").as_bool());
    EXPECT_EQ(ben.hear("user-disconnected").at("userId"), boost::json::string(ada_.id));
    EXPECT_TRUE(ada.ask("leave", boost::json::object()).at("ok").as_bool());
    EXPECT_EQ(ada.ask("chat_message", {{"text", "x"}}).at("error").at("code"), "not_joined");
}

TEST_F(TwoPeople, APrivateRoomLooksLikeNone) {
    const std::string hidden = room_of(ada_, R"("visibility":"private")");
    for (const std::string& room :
         {hidden, std::string("00000000-0000-4000-8000-000000000000"), std::string("x")}) {
        const auto answer = get("/rooms/" + room, &ben_);
        EXPECT_EQ(answer.status, 404);
        EXPECT_EQ(answer.error_code(), "room_not_found");
        EXPECT_EQ(send("POST", "/rooms/" + room + "/join", &ben_, "{}").status, 404);
        EXPECT_EQ(get("/rooms/" + room + "/preview").status, 404);
    }
    PollingClient ben(port_, ben_.token);
    EXPECT_EQ(ben.ask("join", {{"room_id", hidden}}).at("error").at("code"), "room_not_found");
}

}  // namespace
}  // namespace codencollab
