#include "crdt/text_scan.h"

#include "base/utf.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;

struct ScanCase {
    std::string_view text;
    bool is_ascii;
    std::size_t units;
};
class ScanText : public testing::TestWithParam<ScanCase> {};

TEST_P(ScanText, FindsAllInOnePass) {
    // In front of, behind and between more than a word of ASCII.
    for (const std::string_view around :
         {""sv, "x"sv, "1234567"sv, "12345678"sv, "123456789abc"sv}) {
        const std::string text =
            std::string(around) + std::string(GetParam().text) + std::string(around);
        const TextFacts facts = scan_text(text);
        EXPECT_TRUE(facts.is_valid);
        EXPECT_EQ(facts.is_ascii, GetParam().is_ascii);
        EXPECT_EQ(facts.units, GetParam().units + 2 * around.size());
        EXPECT_EQ(count_units(text), facts.units);
    }
}

INSTANTIATE_TEST_SUITE_P(
    AtEachLength,
    ScanText,
    testing::Values(
        ScanCase{"", true, 0},
        ScanCase{"\0\x7F"sv, true, 2},
        ScanCase{"\xC2\x80", false, 1},
        ScanCase{"\xDF\xBF", false, 1},
        ScanCase{"\xE0\xA0\x80", false, 1},
        ScanCase{"\xED\x9F\xBF\xEE\x80\x80", false, 2},
        ScanCase{"\xEF\xBF\xBF", false, 1},
        ScanCase{"\xEF\xBB\xBF", false, 1},
        ScanCase{"\xF0\x90\x80\x80", false, 2},
        ScanCase{"\xF4\x8F\xBF\xBF", false, 2}));

class InvalidText : public testing::TestWithParam<std::string_view> {};

TEST_P(InvalidText, IsFound) {
    for (const std::string_view around : {""sv, "x"sv, "123456789abc"sv, "\xC3\xA9"sv}) {
        EXPECT_FALSE(scan_text(std::string(around) + std::string(GetParam())).is_valid);
        EXPECT_FALSE(scan_text(std::string(around) + std::string(GetParam()) + std::string(around))
                         .is_valid);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    InvalidText,
    testing::Values(
        "\x80"sv,
        "\xBF"sv,
        "\xC0\x80"sv,
        "\xC1\xBF"sv,
        "\xC3"sv,
        "\xE0\x9F\xBF"sv,
        "\xE2\x82"sv,
        "\xE2\x28\xA1"sv,
        "\xED\xA0\x80"sv,
        "\xED\xBF\xBF"sv,
        "\xF0\x8F\xBF\xBF"sv,
        "\xF0\x9F\x98"sv,
        "\xF4\x90\x80\x80"sv,
        "\xF5\x80\x80\x80"sv,
        "\xFF"sv));

struct SliceCase {
    std::size_t from;
    std::size_t to;
    std::string_view slice;
};
class SliceText : public testing::TestWithParam<SliceCase> {};

TEST_P(SliceText, CountsUnitsAndHalvesPairs) {
    std::string scratch;
    const TextSlice slice =
        slice_text("a\xC3\xA9\xF0\x9F\x98\x80z", GetParam().from, GetParam().to);
    EXPECT_EQ(slice.joined(scratch), GetParam().slice);
}

INSTANTIATE_TEST_SUITE_P(
    Between,
    SliceText,
    testing::Values(
        SliceCase{0, 5, "a\xC3\xA9\xF0\x9F\x98\x80z"},
        SliceCase{0, 0, ""},
        SliceCase{0, 1, "a"},
        SliceCase{1, 2, "\xC3\xA9"},
        SliceCase{2, 4, "\xF0\x9F\x98\x80"},
        SliceCase{2, 3, "\xEF\xBF\xBD"},
        SliceCase{3, 4, "\xEF\xBF\xBD"},
        SliceCase{3, 3, ""},
        SliceCase{3, 5, "\xEF\xBF\xBDz"},
        SliceCase{1, 3, "\xC3\xA9\xEF\xBF\xBD"},
        SliceCase{5, 5, ""}));

TEST(SliceTextHalves, StandBetweenWholeCharacters) {
    std::string scratch;
    const TextSlice slice = slice_text(
        "\xF0\x9F\x98\x80"
        "b\xF0\x9F\x98\x80",
        1,
        4);
    EXPECT_EQ(
        slice.joined(scratch),
        "\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
}

RC_GTEST_PROP(TextScanProperty, AgreesWithTheCarefulFunctions, (const std::string& bytes)) {
    const TextFacts facts = scan_text(bytes);
    RC_ASSERT(facts.is_valid == is_valid_utf8(bytes));
    if (facts.is_valid) {
        RC_ASSERT(facts.units == utf16_length(bytes));
        RC_ASSERT(facts.is_ascii == (facts.units == bytes.size()));
    }
}

RC_GTEST_PROP(
    TextScanProperty,
    SlicesAreThoseOfUtf16,
    (const std::vector<std::uint8_t>& drawn, std::size_t a, std::size_t b)) {
    constexpr std::u16string_view alphabet = u"ab\u00e9\u4e2d";
    std::u16string text;
    for (const std::uint8_t c : drawn) {
        if (c % 5 == 4) {
            text += u"\U0001F600";
        } else {
            text += alphabet[c % 5];
        }
    }
    a %= text.size() + 1;
    b %= text.size() + 1;
    std::u16string expected = text.substr(std::min(a, b), std::max(a, b) - std::min(a, b));
    if (!expected.empty() && (expected.front() & 0xFC00U) == 0xDC00) expected.front() = u'\uFFFD';
    if (!expected.empty() && (expected.back() & 0xFC00U) == 0xD800) expected.back() = u'\uFFFD';
    std::string scratch;
    const std::string utf8 = to_utf8(text);
    const TextSlice slice = slice_text(utf8, std::min(a, b), std::max(a, b));
    RC_ASSERT(slice.joined(scratch) == to_utf8(expected));
}

}  // namespace
}  // namespace codencollab::crdt
