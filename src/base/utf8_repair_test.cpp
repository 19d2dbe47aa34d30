#include "base/utf8_repair.h"

#include <gtest/gtest.h>

namespace codencollab {
namespace {

std::string whole(std::string_view bytes) {
    Utf8Repair stream;
    const std::string text = stream.push(bytes);
    return text + stream.finish();
}

TEST(Utf8Repair, JoinsACharacterThatWasSplitAnywhere) {
    const std::string text = "a\xF0\x9F\x98\x80z";
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            Utf8Repair stream;
            std::string out = stream.push(std::string_view(text).substr(0, first));
            out += stream.push(std::string_view(text).substr(first, second - first));
            out += stream.push(std::string_view(text).substr(second));
            EXPECT_EQ(out + stream.finish(), text) << first << ' ' << second;
        }
    }
}

TEST(Utf8Repair, ReplacesEachMaximalInvalidSequenceOnce) {
    EXPECT_EQ(whole("a\xFFz"), "a\uFFFDz");
    EXPECT_EQ(whole("\xF0\x9F\x98z"), "\uFFFDz");
    EXPECT_EQ(whole("\xE2\x82"), "\uFFFD");
    EXPECT_EQ(whole("\xC0\xAF"), "\uFFFD\uFFFD");            // overlong
    EXPECT_EQ(whole("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
    EXPECT_EQ(whole("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Utf8Repair, KeepsNulBytes) {
    EXPECT_EQ(whole(std::string_view("a\0b", 3)).size(), 3U);
}

}  // namespace
}  // namespace codencollab
