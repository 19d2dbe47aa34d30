#include "crdt/json_members.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::crdt {
namespace {

constexpr std::size_t depth_max = 100;
constexpr std::array<JsonMember, 2> truth = {
    {{"sid", R"("sid":"s1")"}, {"user", R"("user":{"name":"Ada"})"}}};

/// What remains to be said; the text itself where nothing changes; "error" for what is no JSON.
std::string put_right(std::string_view text) {
    const auto mended = with_members(text, depth_max, truth);
    if (!mended) return "error";
    return mended->empty() ? std::string(text) : *mended;
}

struct TextCase {
    std::string_view says;
    std::string_view is;
};
void PrintTo(const TextCase& text, std::ostream* out) {
    *out << text.says;
}
class JsonMembers : public testing::TestWithParam<TextCase> {};

TEST_P(JsonMembers, ArePutInPlaceOfWhatIsClaimed) {
    EXPECT_EQ(put_right(GetParam().says), GetParam().is);
}

INSTANTIATE_TEST_SUITE_P(
    Lacking,
    JsonMembers,
    testing::Values(
        TextCase{"{}", R"({"sid":"s1","user":{"name":"Ada"}})"},
        TextCase{" {\n} ", R"({"sid":"s1","user":{"name":"Ada"}})"},
        TextCase{R"({"at":7})", R"({"sid":"s1","user":{"name":"Ada"},"at":7})"},
        TextCase{R"({"sid":"s1"})", R"({"user":{"name":"Ada"},"sid":"s1"})"},
        TextCase{
            R"({"at":[{"sid":"s1"}],"user":{"name":"Ada"}})",
            R"({"sid":"s1","at":[{"sid":"s1"}],"user":{"name":"Ada"}})"},
        TextCase{
            R"({"in":{"sid":"s9","user":{}}})",
            R"({"sid":"s1","user":{"name":"Ada"},"in":{"sid":"s9","user":{}}})"}));

INSTANTIATE_TEST_SUITE_P(
    False,
    JsonMembers,
    testing::Values(
        TextCase{
            R"({"sid":"s9","user":{"name":"Ben","more":[1]}})",
            R"({"sid":"s1","user":{"name":"Ada"}})"},
        TextCase{
            R"({"user":{"name":"Ben"},"at":7,"sid":9})",
            R"({"sid":"s1","user":{"name":"Ada"},"at":7})"},
        TextCase{
            R"({"a":1,"sid":"s9","b":2,"user":null,"c":3})",
            R"({"sid":"s1","user":{"name":"Ada"},"a":1,"b":2,"c":3})"},
        TextCase{
            R"({ "user" : {"name":"Ada"} , "at" : 7 , "sid" : [ ] } )",
            R"({"sid":"s1","user":{"name":"Ada"}, "at" : 7})"},
        TextCase{
            R"({"user":{"name":"Ada","name":"Ben"},"sid":"s1"})",
            R"({"user":{"name":"Ada"},"sid":"s1"})"}));

INSTANTIATE_TEST_SUITE_P(
    SpeltOtherwise,
    JsonMembers,
    testing::Values(
        TextCase{R"({"\u0073id":"s9"})", R"({"sid":"s1","user":{"name":"Ada"}})"},
        TextCase{R"({"\u0073\u0069d":"s1"})", R"({"sid":"s1","user":{"name":"Ada"}})"},
        TextCase{
            R"({"sid":"s1","us\u0065r":{"name":"Ben"}})", R"({"user":{"name":"Ada"},"sid":"s1"})"},
        TextCase{
            R"({"Sid":1,"sid ":2,"\u0000sid":3,"sid\ud800":4})",
            R"({"sid":"s1","user":{"name":"Ada"},"Sid":1,"sid ":2,"\u0000sid":3,"sid\ud800":4})"},
        TextCase{
            R"({"__proto__":{"sid":"s9"}})",
            R"({"sid":"s1","user":{"name":"Ada"},"__proto__":{"sid":"s9"}})"}));

INSTANTIATE_TEST_SUITE_P(
    SaidAgain,
    JsonMembers,
    testing::Values(
        TextCase{
            R"({"sid":"s1","user":{"name":"Ada"},"sid":"s9"})",
            R"({"sid":"s1","user":{"name":"Ada"}})"},
        TextCase{
            R"({"sid":"s9","user":{"name":"Ada"},"sid":"s1"})",
            R"({"user":{"name":"Ada"},"sid":"s1"})"},
        TextCase{
            R"({"sid":"s1","sid":"s1","at":7,"user":{"name":"Ada"}})",
            R"({"sid":"s1","at":7,"user":{"name":"Ada"}})"},
        TextCase{
            R"({"sid":1,"sid":2,"user":3,"user":4,"\u0075ser":5})",
            R"({"sid":"s1","user":{"name":"Ada"}})"}));

INSTANTIATE_TEST_SUITE_P(
    True,
    JsonMembers,
    testing::Values(
        TextCase{R"({"sid":"s1","user":{"name":"Ada"}})", R"({"sid":"s1","user":{"name":"Ada"}})"},
        TextCase{
            R"( { "at" : "," , "user":{"name":"Ada"} , "sid":"s1" } )",
            R"( { "at" : "," , "user":{"name":"Ada"} , "sid":"s1" } )"}));

INSTANTIATE_TEST_SUITE_P(
    NoObject,
    JsonMembers,
    testing::Values(
        TextCase{"[]", "[]"},
        TextCase{R"([{"sid":"s9"}])", R"([{"sid":"s9"}])"},
        TextCase{R"("sid")", R"("sid")"},
        TextCase{" 7 ", " 7 "},
        TextCase{"true", "true"},
        TextCase{R"({"sid":"s9")", "error"},
        TextCase{R"({"sid":"s9",})", "error"},
        TextCase{R"({"sid"})", "error"},
        TextCase{R"({"sid":"s9"} {})", "error"},
        TextCase{R"({"sid":1e})", "error"},
        TextCase{"", "error"}));

TEST(JsonMembersOfADeepText, AreNotLookedForPastTheLimit) {
    const std::string deepest =
        R"({"at":)" + std::string(depth_max - 1, '[') + std::string(depth_max - 1, ']') + "}";
    EXPECT_EQ(put_right(deepest), R"({"sid":"s1","user":{"name":"Ada"},)" + deepest.substr(1));
    EXPECT_EQ(
        with_members('[' + deepest + ']', depth_max, truth).error().code,
        DecodeError::Code::too_deep);
}

TEST(JsonMembersOfNobody, ChangeNothing) {
    EXPECT_EQ(with_members(R"({"sid":1,"sid":2})", depth_max, {}), "");
}

// Members of any names, as often as they like: of ours there is one each, the rest is as it was.
RC_GTEST_PROP(
    JsonMembersOfAnyText,
    AreThereOnceBesideWhatElseWasSaid,
    (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& raw)) {
    constexpr std::array keys = {"sid", "user", "\\u0073id", "use\\u0072", "a", "b"};
    constexpr std::array values = {
        R"("s1")", R"({"name":"Ada"})", "[1,{\"sid\":2}]", "null", "\"},{,\"", "-1.5e3"};
    constexpr std::array spaces = {"", " ", "\n\t"};
    std::string said = "{";
    std::map<std::string, std::size_t> others;
    for (const auto& [key, value] : raw) {
        const std::string space = spaces[value / 6U % 3];
        const std::string member = std::string("\"") + keys[key % 6U] + "\":" + values[value % 6U];
        if (said.size() > 1) said += ',' + space;
        said += member + space;
        if (key % 6U >= 4) ++others[member];
    }
    said += '}';
    const std::string is = put_right(said);
    RC_ASSERT(put_right(is) == is);
    const auto times = [&](std::string_view part) {
        std::size_t count = 0;
        for (std::size_t at = is.find(part); at != std::string::npos; at = is.find(part, at + 1))
            ++count;
        return count;
    };
    for (const auto& [key, text] : truth)
        RC_ASSERT(times(text) == 1U);
    RC_ASSERT(times("\\u00") == 0U);
    for (const auto& [member, count] : others)
        RC_ASSERT(times(member) == count);
}

}  // namespace
}  // namespace codencollab::crdt
