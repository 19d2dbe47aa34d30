#include "wire/base64.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace codencollab::wire {
namespace {

using testing::Eq;
using testing::Optional;

struct Pair {
    std::string bytes;
    std::string text;
};
class Base64 : public testing::TestWithParam<Pair> {};
TEST_P(Base64, EncodesAndDecodes) {  // RFC 4648, 10
    EXPECT_EQ(base64_encoded(GetParam().bytes), GetParam().text);
    EXPECT_THAT(base64_decoded(GetParam().text), Optional(Eq(GetParam().bytes)));
}
INSTANTIATE_TEST_SUITE_P(
    OfTheRfc,
    Base64,
    testing::Values(
        Pair{"", ""},
        Pair{"f", "Zg=="},
        Pair{"fo", "Zm8="},
        Pair{"foo", "Zm9v"},
        Pair{"foob", "Zm9vYg=="},
        Pair{std::string("\0\0\1\0", 4), "AAABAA=="}));

TEST(Base64Decoded, RefusesWhatIsNone) {
    for (const char* text :
         {"A", "AAAAA", "A===", "AA=A", "AA-_", "AA A", "====", "AA=", "AAA==", "="}) {
        EXPECT_EQ(base64_decoded(text), std::nullopt) << text;
    }
    EXPECT_THAT(base64_decoded("Zg"), Optional(Eq("f"))) << "without padding";
}

TEST(Base64Url, UsesItsOwnAlphabetAndNoPadding) {
    EXPECT_EQ(base64url_encoded("\xfb\xff\xfe\xff"), "-__-_w");
}

RC_GTEST_PROP(Base64, AnyBytesSurviveTheRoundTrip, (const std::string& bytes)) {
    RC_ASSERT(base64_decoded(base64_encoded(bytes)) == bytes);
}

}  // namespace
}  // namespace codencollab::wire
