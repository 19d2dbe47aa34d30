#include "wire/json_text.h"

#include "base/utf.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace codencollab::wire {
namespace {

using testing::Eq;

std::u16string parsed_text(std::string_view json) {
    const auto value = parse_json(json);
    if (!value || !value->is_string()) return u"<not a string>";
    const auto& text = value->get_string();
    return to_utf16(std::string_view(text.data(), text.size()));
}

struct TextCase {
    std::string json;
    std::u16string text;
};
class ParseJsonString : public testing::TestWithParam<TextCase> {};
TEST_P(ParseJsonString, GivesTheSendersUnits) {
    EXPECT_THAT(parsed_text(GetParam().json), Eq(GetParam().text));
}
INSTANTIATE_TEST_SUITE_P(
    Escapes,
    ParseJsonString,
    testing::Values(
        TextCase{R"("plain")", u"plain"},
        TextCase{R"("\ud83d\ude00")", u"😀"},
        TextCase{R"("\uD83D\uDE00")", u"😀"},
        TextCase{R"("\ud83d")", {0xD83D}},
        TextCase{R"("\ude00")", {0xDE00}},
        TextCase{R"("a\ud83d\ud83d\ude00b")", {u'a', 0xD83D, 0xD83D, 0xDE00, u'b'}},
        TextCase{R"("\ude00\ud83d")", {0xDE00, 0xD83D}},
        TextCase{R"("\\ud83d")", u"\\ud83d"},
        TextCase{R"("\\\ud83d")", {u'\\', 0xD83D}},
        TextCase{R"("\ud83dx")", {0xD83D, u'x'}},
        TextCase{R"("\ud83d\n")", {0xD83D, u'\n'}},
        TextCase{R"("ü\ud83d€")", {u'ü', 0xD83D, u'€'}}));

class MalformedJson : public testing::TestWithParam<std::string> {};
TEST_P(MalformedJson, IsRefusedAsBadRequest) {
    const auto value = parse_json(GetParam());
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, ErrorCode::bad_request);
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    MalformedJson,
    testing::Values(
        "",
        " ",
        "{",
        "[1,]",
        "{}{}",
        "nul",
        "'a'",
        "\"\\ud83\"",
        "\"\\u12g4\"",
        "\"\\",
        "\\ud83d",
        "\"\xff\"",
        "\"\\ud83d\xff\"",
        "\"\xED\xA0\xBD\"",
        "\"\n\""));

TEST(ParseJson, TakesTheDeepestNestingAndNoDeeper) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(parse_json(nested(json_depth_max)));
    EXPECT_FALSE(parse_json(nested(json_depth_max + 1)));
    EXPECT_FALSE(parse_json(std::string(100'000, '[')));
}

TEST(AppendJsonString, EscapesWhatJsonAsksForAndLoneSurrogates) {
    std::string out;
    append_json_string(out, std::u16string_view(u"\"\\\n\r\t\b\f\x01 ü€😀"));
    EXPECT_EQ(out, "\"\\\"\\\\\\n\\r\\t\\b\\f\\u0001 ü€😀\"");

    const std::u16string lone{0xD83D, u'x', 0xDE00};
    out.clear();
    append_json_string(out, std::u16string_view(lone));
    EXPECT_EQ(out, R"("\ud83dx\ude00")");
    out.clear();
    append_json_string(out, std::string_view("\xED\xA0\xBDx\xED\xB8\x80"));
    EXPECT_EQ(out, R"("\ud83dx\ude00")");
}

TEST(AppendJsonString, ReplacesBytesThatAreNoUtf8) {
    std::string out;
    append_json_string(out, std::string_view("a\xff\xc0\x80\xe2\x82"));
    EXPECT_EQ(out, "\"a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\"");
}

TEST(AppendJson, WritesEveryKind) {
    const auto value =
        parse_json(R"({"a":[null,true,false,-1,18446744073709551615,1.5,"x"],"b":{}})");
    ASSERT_TRUE(value);
    std::string out;
    append_json(out, *value);
    EXPECT_EQ(out, R"({"a":[null,true,false,-1,18446744073709551615,1.5,"x"],"b":{}})");
}

RC_GTEST_PROP(JsonText, AnyUnitsSurviveTheRoundTrip, (const std::vector<std::uint16_t>& units)) {
    const std::u16string text(units.begin(), units.end());
    std::string json;
    append_json_string(json, std::u16string_view(text));
    RC_ASSERT(is_valid_utf8(json));
    RC_ASSERT(parsed_text(json) == text);

    std::string from_wtf8;
    append_json_string(from_wtf8, std::string_view(to_utf8(text)));
    RC_ASSERT(parsed_text(from_wtf8) == text);
}

}  // namespace
}  // namespace codencollab::wire
