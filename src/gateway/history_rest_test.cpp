#include "gateway/history_rest.h"

#include "base/time_text.h"
#include "wire/json_text.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>

namespace codencollab::gateway {
namespace {

using testing::HasSubstr;

const UserId ada = *UserId::parse("8d1f4c52-6e0b-4a3f-b7c8-2e915a60d417");
const UserId ben = *UserId::parse("c47b9e03-15fa-4d86-a2be-7f30c81d5a69");
const UserId eve = *UserId::parse("0f6c2d18-93b7-4e5a-8c41-d2a7e06b9f35");

boost::json::value sample_body() {
    std::ifstream file("tests/contract/http/history.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto sample = wire::parse_json(text);
    return sample ? sample->at("body") : boost::json::value("there is no sample");
}

WallTime at(const char* text) {
    return *parse_iso(text);
}

/// Ada made the room, Ben (who was Benjamin then) came, and somebody who is no member now wrote.
room::HistoryPage page() {
    room::HistoryPage page;
    page.updates = {
        {0, std::nullopt, at("2026-11-24T14:00:00.000Z"), "starter"},
        {0, ada, at("2026-11-24T14:03:07.125Z"), std::string("\0\xff", 2)},
        {0, eve, at("2026-11-24T14:03:08.000Z"), "x"}};
    const auto event_id = *MessageId::parse("6e1b9c74-2f58-4d03-a917-c50e8b3d2f46");
    page.events = {
        {event_id,
         room::HistoryEventKind::role,
         at("2026-11-24T14:02:00.000Z"),
         ada,
         "Ada",
         "viewer",
         ben}};
    page.chat = {
        {*MessageId::parse("b2de41f8-70c3-4a95-8e16-94d3c05f7ab1"),
         ben,
         "Benjamin",
         "Hi Ada.",
         at("2026-11-24T14:02:30.000Z")}};
    room::RunResult result;
    result.output = result.stdout_text = "hi\n";
    result.exit_code = 0;
    result.wall_time_ms = 60;
    page.runs = {
        {*RunId::parse("5a90e7d2-3c41-4f18-8b6d-e1c27f04a935"),
         eve,
         "Eve",
         "python",
         "3.12.4",
         at("2026-11-24T14:03:00.000Z"),
         at("2026-11-24T14:03:00.060Z"),
         result}};
    page.next = "bmV4dA";
    return page;
}

std::vector<room::MemberRecord> members() {
    const WallTime joined = at("2026-11-24T14:00:00.000Z");
    return {
        {{ada, "Ada", false}, room::Role::owner, joined},
        {{ben, "Ben", false}, room::Role::viewer, joined}};
}

TEST(HistoryRest, APageIsWrittenAsItsSample) {
    const std::string text = history_json(page(), members());
    const auto written = wire::parse_json(text);
    ASSERT_TRUE(written) << text;
    EXPECT_EQ(*written, sample_body()) << text;
}

TEST(HistoryRest, AnEmptyPageHasAllItsLists) {
    EXPECT_EQ(
        history_json({}, {}),
        R"({"updates":[],"events":[],"chat":[],"runs":[],"users":{},"next":null})");
}

net::HttpRequest request(std::map<std::string, std::string, std::less<>> query) {
    net::HttpRequest request;
    request.query = std::move(query);
    return request;
}

TEST(HistoryRest, AQueryIsRead) {
    const auto query = parse_history_query(request(
        {{"after", "abc"},
         {"limit", "7"},
         {"from", "2026-11-24T14:00:00Z"},
         {"to", "1795528987125"}}));
    ASSERT_TRUE(query) << query.error().message;
    EXPECT_EQ(query->after, "abc");
    EXPECT_EQ(query->count, 7U);
    EXPECT_EQ(query->from, at("2026-11-24T14:00:00.000Z"));
    EXPECT_EQ(query->to, at("2026-11-24T14:03:07.125Z"));
}

TEST(HistoryRest, AnEmptyQueryAsksForTheFirstPageOfAll) {
    const auto query = parse_history_query(request({}));
    ASSERT_TRUE(query);
    EXPECT_EQ(query->after, "");
    EXPECT_EQ(query->count, 500U);
    EXPECT_EQ(query->from, std::nullopt);
    EXPECT_EQ(query->to, std::nullopt);
}

struct BadParameter {
    std::string name, value;
};
void PrintTo(const BadParameter& bad, std::ostream* out) {
    *out << bad.name << '=' << bad.value;
}
class BadQuery : public testing::TestWithParam<BadParameter> {};
TEST_P(BadQuery, IsRefusedByName) {
    const auto query = parse_history_query(request({{GetParam().name, GetParam().value}}));
    ASSERT_FALSE(query);
    EXPECT_EQ(query.error().code, ErrorCode::bad_payload);
    EXPECT_THAT(query.error().message, HasSubstr("'" + GetParam().name + "'"));
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    BadQuery,
    testing::Values(
        BadParameter{"limit", "0"},
        BadParameter{"limit", "1001"},
        BadParameter{"limit", "-1"},
        BadParameter{"limit", "7x"},
        BadParameter{"limit", "99999999999999999999"},
        BadParameter{"from", "yesterday"},
        BadParameter{"from", "-1"},
        BadParameter{"to", "2026-11-24"},
        BadParameter{"to", "99999999999999999"},
        BadParameter{"to", "1795528987125ms"}));

}  // namespace
}  // namespace codencollab::gateway
