#include "identity/display_name.h"

#include "base/utf.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace codencollab::identity {
namespace {

struct NameCase {
    std::string written;
    std::string shown;
};
class Name : public testing::TestWithParam<NameCase> {};
TEST_P(Name, IsCleaned) {
    EXPECT_EQ(clean_name(GetParam().written), GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(
    Table,
    Name,
    testing::Values(
        NameCase{"Ada", "Ada"},
        NameCase{"  Ada Lovelace\t", "Ada Lovelace"},
        NameCase{"Zo\u00eb \U0001f469\u200d\U0001f4bb", "Zo\u00eb \U0001f469\u200d\U0001f4bb"},
        NameCase{"A\nd\ra\x1b[31m", "Ada[31m"},
        NameCase{"ad\u202eA\u2066", "adA"},
        NameCase{"\u200b\u200f \u00a0", ""},
        NameCase{"\u200d\u200c", ""},
        NameCase{"", ""},
        NameCase{"\xff\xfe", ""},
        NameCase{"a\xed\xa0\xbd", "a"},
        NameCase{std::string(100, 'x'), std::string(64, 'x')},
        NameCase{std::string(63, 'x') + " y", std::string(63, 'x')}));

TEST(DisplayName, FallsBackToTheEmailAndThenToGuest) {
    EXPECT_EQ(display_name("Ada", "a@b.co"), "Ada");
    EXPECT_EQ(display_name(" ", "a.b@c.co"), "a.b");
    EXPECT_EQ(display_name("", ""), "Guest");
}

RC_GTEST_PROP(
    DisplayName, IsShortVisibleAndCleanAlready, (const std::vector<std::uint16_t>& units)) {
    const std::u16string text(units.begin(), units.end());
    const std::string name = display_name(to_utf8(text), "");
    RC_ASSERT(!name.empty());
    RC_ASSERT(is_valid_utf8(name));
    RC_ASSERT(utf16_length(name) <= 128);
    RC_ASSERT(clean_name(name) == name);
}

}  // namespace
}  // namespace codencollab::identity
