#include "base/id.h"

#include <gtest/gtest.h>

namespace codencollab {
namespace {

TEST(Id, ARandomOneIsAVersion4Uuid) {
    SystemRandom random;
    const RoomId id = RoomId::random(random);
    EXPECT_EQ(id.view().size(), 36U);
    EXPECT_EQ(id.view()[14], '4');
    EXPECT_TRUE(std::string_view("89ab").contains(id.view()[19]));
    EXPECT_EQ(RoomId::parse(id.view()), id);
    EXPECT_NE(RoomId::random(random), id);
}

class NotAnId : public testing::TestWithParam<std::string_view> {};
TEST_P(NotAnId, IsRefused) {
    EXPECT_FALSE(RoomId::parse(GetParam()).has_value());
}
INSTANTIATE_TEST_SUITE_P(
    WhatStrangersSend,
    NotAnId,
    testing::Values(
        "",
        "x",
        "00000000-0000-4000-8000-0000000000000",
        "00000000-0000-4000-8000-00000000000",
        "00000000-0000-4000-8000-00000000000G",
        "00000000-0000-4000-8000-00000000000A",
        "00000000_0000-4000-8000-000000000000",
        "../../../../../etc/passwd00000000000"));

}  // namespace
}  // namespace codencollab
