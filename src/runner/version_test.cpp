#include "runner/version.h"

#include <gtest/gtest.h>

#include <ostream>

namespace codencollab::runner {
namespace {

struct RangeCase {
    const char* range;
    const char* version;
    bool matches;
    friend std::ostream& operator<<(std::ostream& out, const RangeCase& c) {
        return out << c.version << " in '" << c.range << "'";
    }
};

class Range : public testing::TestWithParam<RangeCase> {};

TEST_P(Range, IsSatisfiedAsNpmSays) {
    const auto version = find_version(GetParam().version);
    ASSERT_TRUE(version);
    EXPECT_EQ(satisfies(*version, GetParam().range), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    Forms,
    Range,
    testing::Values(
        RangeCase{"12.2.0", "12.2.0", true},
        RangeCase{"12.2.0", "12.2.1", false},
        RangeCase{"=12.2.0", "12.2.0", true},
        RangeCase{"v12.2.0", "12.2.0", true},
        RangeCase{"*", "0.0.1", true},
        RangeCase{"x", "3.11.2", true},
        RangeCase{"12", "12.9.9", true},
        RangeCase{"12", "13.0.0", false},
        RangeCase{"12.x", "12.2.0", true},
        RangeCase{"12.2.*", "12.2.7", true},
        RangeCase{"12.2.*", "12.3.0", false},
        RangeCase{"^12.1.0", "12.9.0", true},
        RangeCase{"^12.1.0", "12.0.9", false},
        RangeCase{"^12.1.0", "13.0.0", false},
        RangeCase{"^0.2.3", "0.2.9", true},
        RangeCase{"^0.2.3", "0.3.0", false},
        RangeCase{"^0.0.3", "0.0.3", true},
        RangeCase{"^0.0.3", "0.0.4", false},
        RangeCase{"~12.2.0", "12.2.5", true},
        RangeCase{"~12.2.0", "12.3.0", false},
        RangeCase{"~12", "12.9.0", true},
        RangeCase{">=11 <13", "12.2.0", true},
        RangeCase{">=11 <13", "13.0.0", false},
        RangeCase{">11.0.0", "11.0.0", false},
        RangeCase{">11", "11.5.0", false},
        RangeCase{">11", "12.0.0", true},
        RangeCase{"<=12", "12.9.9", true},
        RangeCase{"<=12", "13.0.0", false},
        RangeCase{"<12", "12.0.0", false},
        RangeCase{">= 11", "11.0.0", true},
        RangeCase{"10.x || >=12", "10.4.0", true},
        RangeCase{"10.x || >=12", "11.0.0", false},
        RangeCase{"12.0.0 - 13", "13.9.0", true},
        RangeCase{"12.0.0 - 13", "14.0.0", false},
        RangeCase{"  12.2.0  ", "12.2.0", true},
        RangeCase{"latest", "12.2.0", false},
        RangeCase{"1.2.3.4", "1.2.3", false},
        RangeCase{"012.2.0", "12.2.0", false},
        RangeCase{"12.2.0 || nonsense", "12.2.0", false}));

TEST(Version, APreReleaseNeedsAComparatorThatNamesOne) {
    const Version candidate{3, 12, 0, "rc.1"};
    EXPECT_FALSE(satisfies(candidate, "*"));
    EXPECT_FALSE(satisfies(candidate, ">=3.11.0"));
    EXPECT_TRUE(satisfies(candidate, ">=3.12.0-beta.2"));
    EXPECT_FALSE(satisfies(candidate, ">=3.12.0-rc.2"));
    EXPECT_LT(candidate, (Version{3, 12, 0, ""}));
    EXPECT_LT((Version{3, 12, 0, "rc.2"}), (Version{3, 12, 0, "rc.10"}));
}

TEST(Version, IsFoundInWhatToolsPrint) {
    EXPECT_EQ(find_version("Python 3.11.2")->str(), "3.11.2");
    EXPECT_EQ(find_version("v20.20.2\n")->str(), "20.20.2");
    EXPECT_EQ(find_version("1.19.8-2")->str(), "1.19.8");
    EXPECT_EQ(find_version("Lua 5.4.4+ds")->str(), "5.4.4");
    EXPECT_EQ(find_version("GNU bash, version 5.2.15(1)-release")->str(), "5.2.15");
    EXPECT_EQ(find_version("javac 17.0.15")->str(), "17.0.15");
    EXPECT_EQ(find_version("clang 14")->str(), "14.0.0");
    EXPECT_FALSE(find_version("no digits"));
}

}  // namespace
}  // namespace codencollab::runner
