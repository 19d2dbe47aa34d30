#include "crdt/any.h"

#include "crdt/test_updates.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t depth_max = 100;

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (; times > 0; --times)
        all += text;
    return all;
}

struct NormalCase {
    std::string_view name;
    std::string_view read;
    std::string_view written;
};
void PrintTo(const NormalCase& example, std::ostream* out) {
    *out << example.name;
}

class NormalForm : public testing::TestWithParam<NormalCase> {};

TEST_P(NormalForm, IsWhatYjsWritesOfWhatItHasRead) {
    EXPECT_EQ(normalise_values(GetParam().read, 1, depth_max), GetParam().written);
}

TEST_P(NormalForm, IsAFixedPoint) {
    EXPECT_EQ(normalise_values(GetParam().written, 1, depth_max), GetParam().written);
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    NormalForm,
    testing::ValuesIn(std::vector<NormalCase>{
        NormalCase{"undefined", "\x7F", "\x7F"},
        NormalCase{"true", "\x78", "\x78"},
        NormalCase{"minus zero", "\x7D\x40", "\x7D\x40"},
        NormalCase{"integer, over-long", "\x7D\x85\x00"sv, "\x7D\x05"},
        NormalCase{"2^31-1", "\x7D\xBF\xFF\xFF\xFF\x0F", "\x7D\xBF\xFF\xFF\xFF\x0F"},
        NormalCase{"2^31 as integer", "\x7D\x80\x80\x80\x80\x10", "\x7C\x4F\x00\x00\x00"sv},
        NormalCase{
            "2^31+1 as integer",
            "\x7D\x81\x80\x80\x80\x10",
            "\x7B\x41\xE0\x00\x00\x00\x20\x00\x00"sv},
        NormalCase{"float32 1.5", "\x7C\x3F\xC0\x00\x00"sv, "\x7C\x3F\xC0\x00\x00"sv},
        NormalCase{"float32 2", "\x7C\x40\x00\x00\x00"sv, "\x7D\x02"},
        NormalCase{
            "float64 1.5", "\x7B\x3F\xF8\x00\x00\x00\x00\x00\x00"sv, "\x7C\x3F\xC0\x00\x00"sv},
        NormalCase{"float64 minus zero", "\x7B\x80\x00\x00\x00\x00\x00\x00\x00"sv, "\x7D\x40"},
        NormalCase{
            "float64 0.1",
            "\x7B\x3F\xB9\x99\x99\x99\x99\x99\x9A",
            "\x7B\x3F\xB9\x99\x99\x99\x99\x99\x9A"},
        NormalCase{
            "float64 1e300",
            "\x7B\x7E\x37\xE4\x3C\x88\x00\x75\x9C"sv,
            "\x7B\x7E\x37\xE4\x3C\x88\x00\x75\x9C"sv},
        NormalCase{"infinity", "\x7B\xFF\xF0\x00\x00\x00\x00\x00\x00"sv, "\x7C\xFF\x80\x00\x00"sv},
        NormalCase{
            "float32 NaN", "\x7C\xFF\xC0\x00\x01"sv, "\x7B\x7F\xF8\x00\x00\x00\x00\x00\x00"sv},
        NormalCase{
            "float64 NaN",
            "\x7B\xFF\xF8\x00\x00\x00\x00\x00\x07"sv,
            "\x7B\x7F\xF8\x00\x00\x00\x00\x00\x00"sv},
        NormalCase{
            "big integer",
            "\x7A\x80\x00\x00\x00\x00\x00\x00\x00"sv,
            "\x7A\x80\x00\x00\x00\x00\x00\x00\x00"sv},
        NormalCase{
            "string, over-long size",
            "\x77\x81\x00"
            "a"sv,
            "\x77\x01"
            "a"},
        NormalCase{"bytes, over-long size", "\x74\x81\x00\xFF"sv, "\x74\x01\xFF"},
        NormalCase{"array, over-long count", "\x75\x81\x80\x00\x7E"sv, "\x75\x01\x7E"},
        NormalCase{"empty object", "\x76\x00"sv, "\x76\x00"sv},
        NormalCase{
            "keys in order",
            "\x76\x02\x01"
            "b\x7E\x01"
            "a\x7F",
            "\x76\x02\x01"
            "b\x7E\x01"
            "a\x7F"},
        NormalCase{
            "repeated key keeps place, takes last value",
            "\x76\x03\x01"
            "a\x7E\x01"
            "b\x7F\x01"
            "a\x78",
            "\x76\x02\x01"
            "a\x78\x01"
            "b\x7F"},
        NormalCase{
            "array indices to the front, ascending",
            "\x76\x04\x01"
            "b\x7E\x02"
            "17\x7E\x01"
            "a\x7E\x01"
            "2\x7E",
            "\x76\x04\x01"
            "2\x7E\x02"
            "17\x7E\x01"
            "b\x7E\x01"
            "a\x7E"},
        NormalCase{
            "no indices: leading zero, minus, 2^32-1",
            "\x76\x04\x01"
            "b\x7E\x02"
            "01\x7E\x02"
            "-1\x7E\x0A"
            "4294967295\x7E",
            "\x76\x04\x01"
            "b\x7E\x02"
            "01\x7E\x02"
            "-1\x7E\x0A"
            "4294967295\x7E"},
        NormalCase{
            "the largest index",
            "\x76\x02\x01"
            "b\x7E\x0A"
            "4294967294\x7E",
            "\x76\x02\x0A"
            "4294967294\x7E\x01"
            "b\x7E"},
        NormalCase{
            "the prototype is lost",
            "\x76\x03\x01"
            "a\x7E\x09"
            "__proto__\x76\x01\x01"
            "b\x75\x01\x7E\x01"
            "c\x7F",
            "\x76\x02\x01"
            "a\x7E\x01"
            "c\x7F"},
        NormalCase{
            "disorder deep inside",
            "\x75\x01\x76\x01\x01"
            "k\x76\x02\x01"
            "b\x7E\x01"
            "0\x7F",
            "\x75\x01\x76\x01\x01"
            "k\x76\x02\x01"
            "0\x7F\x01"
            "b\x7E"}}));

TEST(NormaliseValues, FindsRepeatsAmongManyKeys) {
    std::string read = "\x76\x0C";
    std::string written = "\x76\x0B";
    for (char key = 'a'; key < 'l'; ++key) {
        read += "\x01" + std::string(1, key) + "\x7E";
        written += "\x01" + std::string(1, key) + (key == 'd' ? "\x78" : "\x7E");
    }
    read +=
        "\x01"
        "d\x78";
    EXPECT_EQ(normalise_values(read, 1, depth_max), written);
    EXPECT_EQ(normalise_values(written, 1, depth_max), written);
}

struct BadCase {
    std::string_view name;
    std::string bytes;
    DecodeError::Code code;
};
void PrintTo(const BadCase& example, std::ostream* out) {
    *out << example.name;
}

class BadValue : public testing::TestWithParam<BadCase> {};

TEST_P(BadValue, IsRefused) {
    lib0::Reader in(GetParam().bytes);
    Arena arena;
    const auto values = read_values(in, 1, depth_max, arena);
    ASSERT_FALSE(values.has_value());
    EXPECT_EQ(to_string(values.error()), to_string(GetParam().code));
    EXPECT_EQ(normalise_values(GetParam().bytes, 1, depth_max), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    BadValue,
    testing::ValuesIn(std::vector<BadCase>{
        BadCase{"nothing", "", DecodeError::Code::truncated},
        BadCase{"type 115", "\x73", DecodeError::Code::bad_content},
        BadCase{"type 128", "\x80", DecodeError::Code::bad_content},
        BadCase{"cut integer", "\x7D\x80", DecodeError::Code::truncated},
        BadCase{"long integer", "\x7D" + repeated("\xFF", 9), DecodeError::Code::bad_integer},
        BadCase{"cut float", "\x7C\x01\x02\x03", DecodeError::Code::truncated},
        BadCase{"cut double", "\x7B\x01\x02\x03", DecodeError::Code::truncated},
        BadCase{"cut big integer", "\x7A\x01", DecodeError::Code::truncated},
        BadCase{
            "cut string",
            "\x77\x02"
            "a",
            DecodeError::Code::truncated},
        BadCase{"string no UTF-8", "\x77\x01\xFF", DecodeError::Code::bad_utf8},
        BadCase{
            "cut bytes",
            "\x74\x02"
            "a",
            DecodeError::Code::truncated},
        BadCase{"array beyond the input", "\x75\x03\x7E\x7E", DecodeError::Code::truncated},
        BadCase{
            "array of 2^49", "\x75\x80\x80\x80\x80\x80\x80\x80\x01", DecodeError::Code::truncated},
        BadCase{
            "object beyond the input",
            "\x76\x02\x01"
            "a\x7E",
            DecodeError::Code::truncated},
        BadCase{"key no UTF-8", "\x76\x01\x01\xFF\x7E", DecodeError::Code::bad_utf8},
        BadCase{"array too deep", repeated("\x75\x01", 101) + "\x7E", DecodeError::Code::too_deep},
        BadCase{
            "array far too deep",
            repeated("\x75\x01", 99'999) + "\x7E",
            DecodeError::Code::too_deep},
        BadCase{
            "bytes too deep",
            repeated("\x75\x01", 100) + std::string("\x74\x00", 2),
            DecodeError::Code::too_deep}}));

TEST(NormaliseValues, TakesWhatIsJustDeepEnough) {
    const std::string value = repeated("\x75\x01", 100) + "\x7E";
    EXPECT_EQ(normalise_values(value, 1, depth_max), value);
}

TEST(NormaliseValues, WantsExactlyAsManyAsItWasTold) {
    EXPECT_EQ(normalise_values("\x7E\x7F", 2, depth_max), "\x7E\x7F");
    EXPECT_EQ(normalise_values("\x7E\x7F", 1, depth_max), std::nullopt);
    EXPECT_EQ(normalise_values("\x7E\x7F", 3, depth_max), std::nullopt);
}

TEST(ReadValues, GivesAViewOfTheInputWhereThatIsNormal) {
    const std::string bytes = "\x7E\x75\x01\x78\x05";
    lib0::Reader in(bytes);
    Arena arena;
    const auto values = read_values(in, 2, depth_max, arena);
    ASSERT_TRUE(values.has_value());
    EXPECT_EQ(values->data(), bytes.data());
    EXPECT_EQ(*values, "\x7E\x75\x01\x78");
    EXPECT_EQ(in.left(), 1);
}

TEST(SkipValues, CutsARunOfValues) {
    const std::string_view values =
        "\x7E\x75\x02\x78\x79\x77\x03"
        "abc\x7D\x05";
    EXPECT_EQ(skip_values(values, 0), 0);
    EXPECT_EQ(skip_values(values, 1), 1);
    EXPECT_EQ(skip_values(values, 2), 5);
    EXPECT_EQ(skip_values(values, 3), 10);
    EXPECT_EQ(skip_values(values, 4), values.size());
    EXPECT_EQ(last_value(values, 4), "\x7D\x05");
    EXPECT_EQ(last_value("\x7E", 1), "\x7E");
}

TEST(SubdocumentOptions, KeepsWhatYjsKeeps) {
    const std::string_view nothing = "\x76\x00"sv;
    EXPECT_EQ(subdocument_options(nothing), nothing);
    EXPECT_EQ(subdocument_options("\x78"), nothing);
    EXPECT_EQ(subdocument_options("\x7E"), std::nullopt);
    EXPECT_EQ(subdocument_options("\x7F"), std::nullopt);
    EXPECT_EQ(subdocument_options("\x76\x01\x02gc\x78"), nothing);
    EXPECT_EQ(subdocument_options("\x76\x01\x02gc\x7F"), nothing);
    // Any value that JavaScript takes for false switches garbage collection off.
    for (const std::string_view off :
         {"\x79"sv, "\x7E"sv, "\x7D\x00"sv, "\x7D\x40"sv, "\x77\x00"sv}) {
        EXPECT_EQ(subdocument_options("\x76\x01\x02gc" + std::string(off)), "\x76\x01\x02gc\x79");
    }
    EXPECT_EQ(
        subdocument_options("\x76\x03\x04meta\x77\x01x\x05other\x7E\x08"
                            "autoLoad\x7D\x01"),
        "\x76\x02\x08"
        "autoLoad\x78\x04meta\x77\x01x");
    EXPECT_EQ(
        subdocument_options("\x76\x02\x04meta\x7E\x08"
                            "autoLoad\x79"),
        nothing);
}

RC_GTEST_PROP(AnyProperty, WhatIsBuiltIsInNormalForm, (const std::vector<std::uint32_t>& drawn)) {
    test::Choices choices(drawn);
    const std::string value = test::random_value(choices);
    RC_ASSERT(normalise_values(value, 1, depth_max) == value);
    RC_ASSERT(skip_values(value + "\x7E", 1) == value.size());
}

RC_GTEST_PROP(
    AnyProperty,
    DamagedValuesAreRefusedOrComeOutNormal,
    (const std::vector<std::uint32_t>& drawn, std::size_t at, char byte)) {
    test::Choices choices(drawn);
    std::string value = test::random_value(choices);
    value[at % value.size()] = byte;
    const auto normal = normalise_values(value, 1, depth_max);
    if (normal) RC_ASSERT(normalise_values(*normal, 1, depth_max) == normal);
}

}  // namespace
}  // namespace codencollab::crdt
