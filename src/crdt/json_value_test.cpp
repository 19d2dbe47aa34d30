#include "crdt/json_value.h"

#include "crdt/any.h"
#include "crdt/test_updates.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t depth_max = 100;

/// As JSON.stringify(JSON.parse(text)); "error" if JSON.parse would throw.
std::string round_trip(std::string_view text) {
    Arena arena;
    const auto value = json_to_any(text, depth_max, arena);
    if (!value) return "error";
    std::string out;
    append_json(*value, out);
    return out;
}

std::string number_text(double value) {
    std::string out;
    append_json_number(value, out);
    return out;
}

struct TextCase {
    std::string_view read;
    std::string_view written;
};
class Json : public testing::TestWithParam<TextCase> {};

TEST_P(Json, ReadsAndWritesAsJavaScriptDoes) {
    EXPECT_EQ(round_trip(GetParam().read), GetParam().written);
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    Json,
    testing::ValuesIn(std::vector<TextCase>{
        TextCase{"null", "null"},
        TextCase{" true\n", "true"},
        TextCase{"\t[ 1 , 2 ]\r", "[1,2]"},
        TextCase{"[]", "[]"},
        TextCase{"{ }", "{}"},
        TextCase{"[[],{\"a\":[null]}]", "[[],{\"a\":[null]}]"},
        TextCase{"{\"b\":1,\"a\":2,\"b\":3}", "{\"b\":3,\"a\":2}"},
        TextCase{"{\"b\":1,\"10\":2,\"9\":3}", "{\"9\":3,\"10\":2,\"b\":1}"},
        TextCase{"{\"__proto__\":1}", "{\"__proto__\":1}"},
        TextCase{
            R"("\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00")",
            "\"\\\"\\\\/\\b\\f\\n\\r\\tA\xC3\xA9\xF0\x9F\x98\x80\""},
        TextCase{R"("\u0000\u001f\u007f\u2028")", "\"\\u0000\\u001f\x7F\xE2\x80\xA8\""},
        TextCase{R"("\ud83d!")", "\"\xEF\xBF\xBD!\""},
        TextCase{
            R"("\ude00\ud83d\n\ud83d\u0041")",
            "\"\xEF\xBF\xBD\xEF\xBF\xBD\\n\xEF\xBF\xBD"
            "A\""},
        TextCase{"-0", "0"},
        TextCase{"1e400", "null"},
        TextCase{"1e-400", "0"},
        TextCase{"-1E+2", "-100"},
        TextCase{"0.1e-6", "1e-7"},
        TextCase{"100000000000000000000", "100000000000000000000"},
        TextCase{"1000000000000000000000", "1e+21"},
        TextCase{"0.000001", "0.000001"},
        TextCase{"5e-324", "5e-324"}}));

INSTANTIATE_TEST_SUITE_P(
    Errors,
    Json,
    testing::ValuesIn(std::vector<TextCase>{
        TextCase{"", "error"},
        TextCase{" ", "error"},
        TextCase{"nul", "error"},
        TextCase{"truex", "error"},
        TextCase{"undefined", "error"},
        TextCase{"1 2", "error"},
        TextCase{"[1,]", "error"},
        TextCase{"[,1]", "error"},
        TextCase{"[1", "error"},
        TextCase{"[1}", "error"},
        TextCase{"{\"a\":1]", "error"},
        TextCase{"{\"a\":1,}", "error"},
        TextCase{"{\"a\"}", "error"},
        TextCase{"{a:1}", "error"},
        TextCase{"]", "error"},
        TextCase{"\"a", "error"},
        TextCase{"\"a\\", "error"},
        TextCase{"\"\\x\"", "error"},
        TextCase{"\"\\u12\"", "error"},
        TextCase{"\"\\u12g4\"", "error"},
        TextCase{"\"\\u+123\"", "error"},
        TextCase{"\"\t\"", "error"},
        TextCase{"'a'", "error"},
        TextCase{"01", "error"},
        TextCase{"1.", "error"},
        TextCase{".5", "error"},
        TextCase{"+1", "error"},
        TextCase{"-", "error"},
        TextCase{"1e", "error"},
        TextCase{"0x1", "error"},
        TextCase{"NaN", "error"},
        TextCase{
            "\xEF\xBB\xBF"
            "1",
            "error"},
        TextCase{
            "\xC2\xA0"
            "1",
            "error"}}));

TEST(Json, IsRefusedWhenNestedTooDeep) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_EQ(round_trip(nested(100)), nested(100));
    Arena arena;
    for (const std::size_t depth : {101UL, 100'000UL}) {
        const auto value = json_to_any(nested(depth), depth_max, arena);
        ASSERT_FALSE(value.has_value());
        EXPECT_EQ(value.error().code, DecodeError::Code::too_deep);
    }
}

TEST(Json, FindsWhetherANumberIsTooLargeOrTooSmall) {
    const std::string zeros(400, '0');
    EXPECT_EQ(round_trip("1" + zeros), "null");
    EXPECT_EQ(round_trip("0." + zeros + "1"), "0");
    EXPECT_EQ(round_trip("1" + zeros + "e-400"), "1");
    EXPECT_EQ(round_trip("0." + zeros + "1e401"), "1");
    EXPECT_EQ(round_trip("1e99999999999999999999"), "null");
    EXPECT_EQ(round_trip("1e-99999999999999999999"), "0");
    EXPECT_EQ(round_trip("0e99999999999999999999"), "0");
}

TEST(AppendJson, WritesWhatJsonLacksAsJavaScriptDoes) {
    const auto json = [](std::string_view any) {
        std::string out;
        append_json(any, out);
        return out;
    };
    EXPECT_EQ(
        json("\x76\x03\x01"
             "a\x7F\x01"
             "b\x7E\x01"
             "c\x7F"),
        "{\"b\":null}");
    EXPECT_EQ(json("\x75\x02\x7F\x7E"), "[null,null]");
    EXPECT_EQ(json("\x74\x02\x07\xFF"), "{\"0\":7,\"1\":255}");
    EXPECT_EQ(json("\x7B\x7F\xF8\x00\x00\x00\x00\x00\x00"sv), "null");
    // Here JavaScript writes nothing, or throws.
    EXPECT_EQ(json("\x7F"), "null");
    EXPECT_EQ(json("\x7A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE"), "-2");
}

struct NumberCase {
    double value;
    std::string_view text;
};
class NumberText : public testing::TestWithParam<NumberCase> {};

TEST_P(NumberText, IsJavaScripts) {
    EXPECT_EQ(number_text(GetParam().value), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    AtEachForm,
    NumberText,
    testing::ValuesIn(std::vector<NumberCase>{
        NumberCase{0, "0"},
        NumberCase{-0.0, "0"},
        NumberCase{-1, "-1"},
        NumberCase{120, "120"},
        NumberCase{0.1, "0.1"},
        NumberCase{-12.34, "-12.34"},
        NumberCase{1e20, "100000000000000000000"},
        NumberCase{1.5e20, "150000000000000000000"},
        NumberCase{1e21, "1e+21"},
        NumberCase{1.5e21, "1.5e+21"},
        NumberCase{1e-6, "0.000001"},
        NumberCase{1.5e-7, "1.5e-7"},
        NumberCase{9007199254740991, "9007199254740991"},
        NumberCase{std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
        NumberCase{std::numeric_limits<double>::denorm_min(), "5e-324"},
        NumberCase{std::numeric_limits<double>::infinity(), "null"}}));

RC_GTEST_PROP(
    JsonProperty, WhatIsWrittenReadsAsTheSameValue, (const std::vector<std::uint32_t>& drawn)) {
    test::Choices choices(drawn);
    const std::string value = test::random_value(choices);
    std::string text;
    append_json(value, text);
    Arena arena;
    const auto again = json_to_any(text, depth_max, arena);
    RC_ASSERT(again.has_value());
    std::string text_again;
    append_json(*again, text_again);
    RC_ASSERT(text_again == text);
}

RC_GTEST_PROP(JsonProperty, NumbersReadBackExactly, (std::uint64_t bits)) {
    const auto value = std::bit_cast<double>(bits);
    if (!std::isfinite(value)) RC_DISCARD();
    RC_ASSERT(std::strtod(number_text(value).c_str(), nullptr) == value);
}

}  // namespace
}  // namespace codencollab::crdt
