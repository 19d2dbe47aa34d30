#include "crdt/text_buffer.h"

#include "base/utf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace codencollab::crdt {
namespace {

/// As a reader has it: half a character is U+FFFD.
std::string read(std::u16string units) {
    const auto is_half = [&](std::size_t at) {
        const char16_t unit = units[at];
        if (unit >= 0xD800 && unit < 0xDC00) {
            return at + 1 == units.size() || (units[at + 1] & 0xFC00U) != 0xDC00;
        }
        return unit >= 0xDC00 && unit < 0xE000 && (at == 0 || (units[at - 1] & 0xFC00U) != 0xD800);
    };
    std::u16string whole = units;
    for (std::size_t at = 0; at < units.size(); ++at) {
        if (is_half(at)) whole[at] = 0xFFFD;
    }
    return to_utf8(whole);
}

TEST(TextBuffer, GivesEverySliceOfWideTextAsUtf8) {
    std::string text = "\xC3\xA9";
    // Runs of ASCII around what is copied at once, and characters of every length between them.
    for (const std::size_t run :
         {0U, 1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 251U, 255U, 256U, 257U, 600U}) {
        for (const char* other : {"\xC3\xA9", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80"}) {
            text.append(run, static_cast<char>('a' + run % 26)).append(other);
        }
    }
    TextBuffer buffer;
    ASSERT_EQ(buffer.append(text, false), 0U);
    const std::u16string units = to_utf16(text);
    ASSERT_EQ(buffer.size(), units.size());
    for (std::uint32_t from = 0; from <= units.size(); ++from) {
        for (const std::size_t wanted : {0U, 1U, 2U, 5U, 258U, 700U}) {
            const auto count =
                static_cast<std::uint32_t>(std::min<std::size_t>(wanted, units.size() - from));
            std::string slice = "kept ";
            buffer.append_to(slice, from, count);
            ASSERT_EQ(slice, "kept " + read(units.substr(from, count))) << from << ' ' << count;
        }
    }
}

TEST(TextBuffer, WidensWithTheFirstCharacterThatIsNotAscii) {
    TextBuffer buffer;
    EXPECT_EQ(buffer.append("abc", true), 0U);
    EXPECT_FALSE(buffer.is_wide());
    EXPECT_EQ(buffer.narrow(1, 2), "bc");
    EXPECT_EQ(buffer.append("\xC3\xA9", false), 3U);
    EXPECT_TRUE(buffer.is_wide());
    std::string all;
    buffer.append_to(all, 0, 4);
    EXPECT_EQ(all, "abc\xC3\xA9");
}

}  // namespace
}  // namespace codencollab::crdt
