#include "base/lib0.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace codencollab::lib0 {
namespace {

using namespace std::string_view_literals;

std::string var_uint_bytes(std::uint64_t value) {
    Writer out;
    out.var_uint(value);
    return out.take();
}

struct UintCase {
    std::uint64_t value;
    std::string_view bytes;
};
class VarUint : public testing::TestWithParam<UintCase> {};

TEST_P(VarUint, IsWrittenInTheShortestForm) {
    EXPECT_EQ(var_uint_bytes(GetParam().value), GetParam().bytes);
    EXPECT_EQ(var_uint_size(GetParam().value), GetParam().bytes.size());
}

TEST_P(VarUint, IsReadBack) {
    Reader in(GetParam().bytes);
    EXPECT_EQ(in.var_uint(), GetParam().value);
    EXPECT_TRUE(in.at_end());
    EXPECT_FALSE(in.failed());
}

TEST_P(VarUint, IsReadTheSameWithMoreBytesBehindIt) {
    const std::string bytes = std::string(GetParam().bytes) + "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
    Reader in(bytes);
    EXPECT_EQ(in.var_uint(), GetParam().value);
    EXPECT_EQ(in.offset(), GetParam().bytes.size());
    EXPECT_FALSE(in.failed());
}

TEST_P(VarUint, IsRefusedWhenCut) {
    Reader in(GetParam().bytes.substr(0, GetParam().bytes.size() - 1));
    EXPECT_EQ(in.var_uint(), 0);
    EXPECT_EQ(in.failure(), Reader::Failure::truncated);
}

INSTANTIATE_TEST_SUITE_P(
    AtEachLength,
    VarUint,
    testing::Values(
        UintCase{0, "\0"sv},
        UintCase{1, "\x01"},
        UintCase{127, "\x7F"},
        UintCase{128, "\x80\x01"},
        UintCase{16'383, "\xFF\x7F"},
        UintCase{16'384, "\x80\x80\x01"},
        UintCase{(1U << 21) - 1, "\xFF\xFF\x7F"},
        UintCase{1U << 21, "\x80\x80\x80\x01"},
        UintCase{0xFFFF'FFFF, "\xFF\xFF\xFF\xFF\x0F"},
        UintCase{1ULL << 42, "\x80\x80\x80\x80\x80\x80\x01"},
        UintCase{(1ULL << 49) - 1, "\xFF\xFF\xFF\xFF\xFF\xFF\x7F"},
        UintCase{1ULL << 49, "\x80\x80\x80\x80\x80\x80\x80\x01"},
        UintCase{max_integer, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x0F"}));

TEST(Reader, TakesIntegersThatAreLongerThanNeeded) {
    for (const std::string_view bytes : {"\x85\x80\x00"sv, "\x85\x80\x80\x80\x80\x80\x80\x00"sv}) {
        Reader in(bytes);
        EXPECT_EQ(in.var_uint(), 5);
        EXPECT_FALSE(in.failed());
    }
}

TEST(Reader, RefusesIntegersAbove53Bits) {
    const std::string_view above = "\x80\x80\x80\x80\x80\x80\x80\x10";
    const std::string_view endless = "\x80\x80\x80\x80\x80\x80\x80\x80\x00"sv;
    for (const std::string_view bytes : {above, endless}) {
        Reader in(bytes);
        EXPECT_EQ(in.var_uint(), 0);
        EXPECT_EQ(in.failure(), Reader::Failure::bad_integer);
        Reader in_short(bytes.substr(0, 8));
        EXPECT_EQ(in_short.var_uint(), 0);
        EXPECT_TRUE(in_short.failed());
    }
}

struct IntCase {
    VarInt value;
    std::string_view bytes;
};
class SignedVarInt : public testing::TestWithParam<IntCase> {};

TEST_P(SignedVarInt, SurvivesTheRoundTrip) {
    Writer out;
    out.var_int(GetParam().value);
    EXPECT_EQ(out.view(), GetParam().bytes);
    Reader in(GetParam().bytes);
    const VarInt read = in.var_int();
    EXPECT_EQ(read.magnitude, GetParam().value.magnitude);
    EXPECT_EQ(read.negative, GetParam().value.negative);
    EXPECT_TRUE(in.at_end() && !in.failed());
}

INSTANTIATE_TEST_SUITE_P(
    AtEachBoundary,
    SignedVarInt,
    testing::Values(
        IntCase{{0, false}, "\0"sv},
        IntCase{{0, true}, "\x40"},  // minus zero
        IntCase{{63, false}, "\x3F"},
        IntCase{{63, true}, "\x7F"},
        IntCase{{64, false}, "\x80\x01"},
        IntCase{{64, true}, "\xC0\x01"},
        IntCase{{0x7FFF'FFFF, false}, "\xBF\xFF\xFF\xFF\x0F"},
        IntCase{{max_integer, true}, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x1F"}));

TEST(Reader, RefusesSignedIntegersAbove53Bits) {
    Reader in("\xBF\xFF\xFF\xFF\xFF\xFF\xFF\x20");
    in.var_int();
    EXPECT_EQ(in.failure(), Reader::Failure::bad_integer);
}

TEST(Reader, KeepsItsFirstFailureAndAnswersNothingAfterIt) {
    Reader in(
        "\x05"
        "ab");
    EXPECT_EQ(in.var_string(), "");
    EXPECT_EQ(in.failure(), Reader::Failure::truncated);
    EXPECT_EQ(in.offset(), 1);
    EXPECT_EQ(in.byte(), 0);
    EXPECT_EQ(in.var_uint(), 0);
    EXPECT_EQ(in.big_endian<std::uint32_t>(), 0);
    in.fail(Reader::Failure::bad_utf8);
    EXPECT_EQ(in.failure(), Reader::Failure::truncated);
    EXPECT_EQ(in.offset(), 1);
}

TEST(Reader, RefusesStringsThatAreNotUtf8) {
    for (const std::string_view text : {"\xFF"sv, "\xC0\x80"sv, "\xED\xA0\x80"sv, "\xE2\x82"sv}) {
        Writer out;
        out.var_bytes(text);
        Reader in(out.view());
        EXPECT_EQ(in.var_string(), "");
        EXPECT_EQ(in.failure(), Reader::Failure::bad_utf8);
        EXPECT_EQ(in.offset(), 1);
    }
}

TEST(Writer, WritesNumbersInBigEndianOrder) {
    Writer out;
    out.big_endian(std::uint32_t{0x01020304});
    EXPECT_EQ(out.view(), "\x01\x02\x03\x04");
    Reader in(out.view());
    EXPECT_EQ(in.big_endian<std::uint32_t>(), 0x01020304);
}

TEST(Writer, IsEmptyAfterItsBytesWereTaken) {
    Writer out;
    out.var_bytes("hello");
    EXPECT_EQ(out.take(), "\x05hello");
    EXPECT_EQ(out.size(), 0);
    out.byte(7);
    EXPECT_EQ(out.view(), "\x07");
}

RC_GTEST_PROP(VarUintProperty, AnyValueSurvivesTheRoundTrip, (std::uint64_t random)) {
    const std::uint64_t value = (random & max_integer) >> (random >> 58U);
    const std::string bytes = var_uint_bytes(value);
    RC_ASSERT(bytes.size() == var_uint_size(value));
    Reader in(bytes);
    RC_ASSERT(in.var_uint() == value);
    RC_ASSERT(in.at_end());
}

}  // namespace
}  // namespace codencollab::lib0
