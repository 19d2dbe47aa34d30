#include "crdt/relative_position.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;

struct PositionCase {
    RelativePosition position;
    std::string_view bytes;
};
class RelativePositions : public testing::TestWithParam<PositionCase> {};

TEST_P(RelativePositions, AreWrittenAndRead) {
    EXPECT_EQ(GetParam().position.encode(), GetParam().bytes);
    const auto read = RelativePosition::decode(GetParam().bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, GetParam().position);
}

TEST_P(RelativePositions, AreReadWithoutAssoc) {
    const auto read =
        RelativePosition::decode(GetParam().bytes.substr(0, GetParam().bytes.size() - 1));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->anchor, GetParam().position.anchor);
    EXPECT_EQ(read->assoc, 0);
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    RelativePositions,
    testing::Values(
        PositionCase{{Id{300, 5}, 0}, "\x00\xAC\x02\x05\x00"sv},
        PositionCase{{Id{1, 0}, -1}, "\x00\x01\x00\x41"sv},
        PositionCase{
            {RelativePosition::RootName{"code"}, 1},
            "\x01\x04"
            "code\x01"},
        PositionCase{{RelativePosition::RootName{""}, -63}, "\x01\x00\x7F"sv},
        PositionCase{{RelativePosition::TypeItem{{7, 9}}, -1}, "\x02\x07\x09\x41"}));

struct BadCase {
    std::string_view bytes;
    DecodeError::Code code;
};
class BadPosition : public testing::TestWithParam<BadCase> {};
TEST_P(BadPosition, IsRefused) {
    const auto position = RelativePosition::decode(GetParam().bytes);
    ASSERT_FALSE(position.has_value());
    EXPECT_EQ(to_string(position.error().code), to_string(GetParam().code));
}
INSTANTIATE_TEST_SUITE_P(
    Of,
    BadPosition,
    testing::Values(
        BadCase{"", DecodeError::Code::truncated},
        BadCase{"\x03", DecodeError::Code::bad_content},
        BadCase{"\x00\x05"sv, DecodeError::Code::truncated},
        BadCase{"\x00\x05\x80\x80\x80\x80\x10"sv, DecodeError::Code::bad_integer},
        BadCase{
            "\x01\x04"
            "co",
            DecodeError::Code::truncated},
        BadCase{"\x01\x01\xFF", DecodeError::Code::bad_utf8},
        BadCase{"\x00\x05\x01\x80"sv, DecodeError::Code::truncated}));

}  // namespace
}  // namespace codencollab::crdt
