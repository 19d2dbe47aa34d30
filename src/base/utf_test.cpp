#include "base/utf.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace codencollab {
namespace {

TEST(Utf, AnEmojiIsTwoUnits) {
    EXPECT_EQ(to_utf16("a\xf0\x9f\x98\x80z"), u"a\U0001F600z");
    EXPECT_EQ(to_utf8(u"a\U0001F600z"), "a\xf0\x9f\x98\x80z");
    EXPECT_EQ(utf16_length("\xf0\x9f\x98\x80"), 2U);
}

TEST(Utf, HalfAnEmojiSurvivesTheWayThroughUtf8) {
    const std::u16string half = {u'a', char16_t{0xd83d}, u'b'};
    EXPECT_EQ(to_utf16(to_utf8(half)), half);
    EXPECT_FALSE(is_valid_utf8(to_utf8(half)));
}

RC_GTEST_PROP(Utf, EveryUtf16StringComesBack, (const std::vector<std::uint16_t>& units)) {
    const std::u16string text(units.begin(), units.end());
    RC_ASSERT(to_utf16(to_utf8(text)) == text);
}

// Where plain text is taken in blocks, they begin and end anywhere.
RC_GTEST_PROP(Utf, PlainTextMayStandBetweenAnything, (const std::vector<std::uint16_t>& units)) {
    std::u16string text;
    for (const std::uint16_t unit : units) {
        text.append(unit % 50, static_cast<char16_t>(unit % 0x80));
        text += static_cast<char16_t>(unit);
    }
    RC_ASSERT(to_utf16(to_utf8(text)) == text);
}

struct InvalidCase {
    std::string_view bytes;
    std::u16string_view text;
};
class InvalidUtf8 : public testing::TestWithParam<InvalidCase> {};
TEST_P(InvalidUtf8, IsNoticedAndReplaced) {
    EXPECT_FALSE(is_valid_utf8(GetParam().bytes));
    EXPECT_EQ(to_utf16(GetParam().bytes), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(
    OneReplacementForEachMaximalSequence,
    InvalidUtf8,
    testing::Values(
        InvalidCase{"\xff", u"\ufffd"},
        InvalidCase{"\xc0\xaf", u"\ufffd\ufffd"},
        InvalidCase{"a\xe2\x82", u"a\ufffd"},
        InvalidCase{"\xf0\x9f\x98z", u"\ufffdz"},
        InvalidCase{"\xf5\x80\x80\x80", u"\ufffd\ufffd\ufffd\ufffd"}));

}  // namespace
}  // namespace codencollab
