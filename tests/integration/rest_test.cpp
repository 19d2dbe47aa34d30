#include "running_server.h"

#include <gmock/gmock.h>

namespace codencollab {
namespace {

class Rest : public RunningServer {
  protected:
    void SetUp() override {
        start();
        ada_ = guest("Ada");
    }
    Person ada_;
};

TEST_F(Rest, TellsHowItIs) {
    EXPECT_EQ(get("/health").json().at("status"), "running");
    const auto ready = get("/ready");
    EXPECT_EQ(ready.status, 200) << ready.body;
    for (const char* part : {"store", "runner", "bus"})
        EXPECT_EQ(ready.json().at(part), "ok");
    EXPECT_EQ(get("/config.json").json().at("identity"), "embedded");
    EXPECT_FALSE(get("/runtimes").json().as_array().empty());
}

TEST_F(Rest, RefusesWhatItCannotTakeWithAStatusThatSaysWhy) {
    struct Refusal {
        std::string method, path, body;
        int status;
        std::string code;
    };
    const std::string room = room_of(ada_);
    const std::vector<Refusal> refusals = {
        {"POST", "/rooms", "{\"title\":", 400, "bad_request"},
        {"POST", "/rooms", "[]", 422, "bad_payload"},
        {"POST", "/rooms", R"({"title":5})", 422, "bad_payload"},
        {"POST", "/rooms", R"({"language":"klingon"})", 422, "unsupported_language"},
        {"POST", "/rooms", R"({"visibility":"sideways"})", 422, "bad_payload"},
        {"PATCH", "/rooms/" + room, R"({"default_role":"owner"})", 422, "bad_payload"},
        {"PATCH", "/rooms/" + room, R"({"locked":"yes"})", 422, "bad_payload"},
        {"POST", "/rooms/" + room + "/run", "{}", 422, "bad_payload"},
        {"POST",
         "/rooms/" + room + "/run",
         R"({"language":"klingon"})",
         422,
         "unsupported_language"},
        {"POST",
         "/rooms/" + room + "/run",
         R"({"language":"python","files":[{}]})",
         422,
         "bad_payload"},
        {"DELETE", "/rooms/" + room + "/runs/x", "", 404, "run_not_found"},
        {"DELETE", "/rooms/" + room + "/members/x", "", 404, "not_found"},
        {"GET", "/rooms?limit=0", "", 422, "bad_payload"},
        {"GET", "/rooms/" + room + "/elsewhere", "", 404, "not_found"},
        {"DELETE", "/rooms", "", 405, "method_not_allowed"},
        {"GET", "/metrics", "", 404, "not_found"},
    };
    for (const Refusal& refusal : refusals) {
        const auto answer = send(refusal.method, refusal.path, &ada_, refusal.body);
        EXPECT_EQ(answer.status, refusal.status) << refusal.path << refusal.body;
        EXPECT_EQ(answer.error_code(), refusal.code) << refusal.path << refusal.body << answer.body;
    }
}

TEST_F(Rest, AnswersWhatIsWrongInOneOrder) {
    // An unknown route before the method, that before the token, that before the body.
    EXPECT_EQ(send("DELETE", "/rooms/x/y", nullptr).status, 404);
    EXPECT_EQ(send("DELETE", "/rooms", nullptr).status, 405);
    EXPECT_EQ(send("POST", "/rooms", nullptr, "{").status, 401);
    EXPECT_EQ(send("PATCH", "/rooms/x", &ada_, "{").status, 400);
}

TEST_F(Rest, TwoTokensAreNone) {
    const std::string bearer = "Bearer " + ada_.token;
    const auto answer =
        http(port_, "GET", "/rooms", {{"Authorization", bearer}, {"Authorization", bearer}});
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.error_code(), "invalid_token");
}

TEST_F(Rest, OneKeyMakesOneRoom) {
    const HttpFields fields = {
        {"Authorization", "Bearer " + ada_.token},
        {"Content-Type", "application/json"},
        {"Idempotency-Key", "once"}};
    const auto first = http(port_, "POST", "/rooms", fields, "{}");
    const auto second = http(port_, "POST", "/rooms", fields, "{}");
    ASSERT_EQ(first.status, 201) << first.body;
    ASSERT_EQ(second.status, 201) << second.body;
    EXPECT_EQ(first.json().at("room_id"), second.json().at("room_id"));
}

TEST_F(Rest, ListsWhoIsInARoom) {
    const std::string room = room_of(ada_, R"("title":"Interview")");
    auto ada = enter(room, ada_);
    const auto rooms = get("/rooms", &ada_).json().at("rooms");
    EXPECT_EQ(rooms.at(0).at("title"), "Interview");
    EXPECT_EQ(rooms.at(0).at("online").at(0).at("name"), "Ada");
    EXPECT_EQ(get("/rooms/" + room + "/preview").json().at("present").at(0), "Ada");
}

TEST_F(Rest, EveryAnswerForbidsGuessingItsType) {
    for (const char* path : {"/health", "/rooms", "/some/page", "/missing.js"}) {
        EXPECT_EQ(get(path).header("x-content-type-options"), "nosniff") << path;
    }
}

}  // namespace
}  // namespace codencollab
