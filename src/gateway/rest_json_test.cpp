#include "gateway/rest_json.h"

#include "wire/json_text.h"

#include <gmock/gmock.h>

namespace codencollab::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

boost::json::value json(std::string_view text) {
    return *wire::parse_json(text);
}

net::HttpRequest request(std::string content_type, std::string body) {
    net::HttpRequest made;
    if (!content_type.empty()) made.headers.add("Content-Type", std::move(content_type));
    made.body = std::move(body);
    return made;
}

TEST(RestBody, MayBeMissing) {
    EXPECT_EQ(*json_body(request("", "")), json("{}"));
}

TEST(RestBody, IsJsonInAnySpellingOfItsType) {
    EXPECT_EQ(
        *json_body(request("Application/JSON; charset=utf-8", "{\"a\":1}")), json("{\"a\":1}"));
}

struct BadBody {
    std::string content_type, body;
    ErrorCode code;
};
class RefusedBody : public testing::TestWithParam<BadBody> {};
TEST_P(RefusedBody, SaysWhy) {
    const auto body = json_body(request(GetParam().content_type, GetParam().body));
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().code, GetParam().code);
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    RefusedBody,
    testing::Values(
        BadBody{"", "{}", ErrorCode::unsupported_media_type},
        BadBody{"text/plain", "{}", ErrorCode::unsupported_media_type},
        BadBody{"application/jsonp", "{}", ErrorCode::unsupported_media_type},
        BadBody{"application/json", "{", ErrorCode::bad_request},
        BadBody{"application/json", "{} {}", ErrorCode::bad_request},
        BadBody{"application/json", "[]", ErrorCode::bad_payload},
        BadBody{"application/json", "\"text\"", ErrorCode::bad_payload}));

TEST(NewRoom, HasDefaultsForWhatIsNotSaid) {
    const auto room = parse_new_room(json("{}"));
    ASSERT_TRUE(room);
    EXPECT_EQ(room->title, "");
    EXPECT_EQ(room->visibility, room::Visibility::link);
}

TEST(SettingsPatch, HoldsOnlyWhatChanges) {
    const auto patch = parse_settings_patch(json(R"({"locked":true,"default_role":"viewer"})"));
    ASSERT_TRUE(patch);
    EXPECT_EQ(patch->locked, true);
    EXPECT_EQ(patch->default_role, room::Role::viewer);
    EXPECT_FALSE(patch->title);
    EXPECT_FALSE(patch->visibility);
}

TEST(RunOrder, TakesArgumentsAndInput) {
    const auto order = parse_run_order(
        json(R"({"language":"c","stdin":"1\n","interactive":true,"args":["a","b"],"code":"x"})"));
    ASSERT_TRUE(order);
    EXPECT_EQ(order->version, "*");
    EXPECT_EQ(order->stdin_text, "1\n");
    EXPECT_TRUE(order->interactive);
    EXPECT_THAT(order->args, ElementsAre("a", "b"));
}

struct BadFields {
    std::string body, named;
};
class RefusedRun : public testing::TestWithParam<BadFields> {};
TEST_P(RefusedRun, NamesTheField) {
    const auto order = parse_run_order(json(GetParam().body));
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().code, ErrorCode::bad_payload);
    EXPECT_THAT(order.error().message, HasSubstr(GetParam().named));
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    RefusedRun,
    testing::Values(
        BadFields{"{}", "'language'"},
        BadFields{R"({"language":""})", "'language'"},
        BadFields{R"({"language":"c","args":"a"})", "'args'"},
        BadFields{R"({"language":"c","args":[1]})", "'args'"},
        BadFields{R"({"language":"c","files":[{}]})", "'files'"},
        BadFields{R"({"language":"c","interactive":"yes"})", "'interactive'"}));

TEST(MemberRole, IsOneOfThree) {
    EXPECT_EQ(*parse_member_role(json(R"({"role":"owner"})")), room::Role::owner);
    for (const char* body : {"{}", R"({"role":"king"})", R"({"role":1})"}) {
        EXPECT_FALSE(parse_member_role(json(body))) << body;
    }
}

TEST(IdempotencyKey, IsBounded) {
    net::HttpRequest made;
    EXPECT_EQ(*idempotency_key(made), "");
    made.headers.add("Idempotency-Key", std::string(201, 'k'));
    EXPECT_EQ(idempotency_key(made).error().code, ErrorCode::bad_request);
}

TEST(RunsJson, SaysWhichRunsHaveEnded) {
    const auto id = *RunId::parse("5a90e7d2-3c41-4f18-8b6d-e1c27f04a935");
    const auto user = *UserId::parse("8d1f4c52-6e0b-4a3f-b7c8-2e915a60d417");
    room::RunRecord going{id, user, "Ada", "c", "12", {}, {}, {}};
    room::RunRecord ended = going;
    ended.finished_at = WallTime{};
    ended.result = room::RunResult{};
    const auto runs = json(runs_json({going, ended})).at("runs");
    EXPECT_EQ(runs.at(0).at("state"), "running");
    EXPECT_TRUE(runs.at(0).at("result").is_null());
    EXPECT_EQ(runs.at(1).at("state"), "finished");
    EXPECT_EQ(runs.at(1).at("result").at("run_id"), boost::json::string(id.view()));
}

}  // namespace
}  // namespace codencollab::gateway
