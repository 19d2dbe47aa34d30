#include "crdt/state_vector.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;

TEST(StateVector, IsWrittenDescendingByClient) {
    StateVector state;
    state.set(5, 7);
    state.set(300, 1);
    state.set(1, 200);
    EXPECT_EQ(state.encode(), "\x03\xAC\x02\x01\x05\x07\x01\xC8\x01");
    EXPECT_EQ(StateVector{}.encode(), "\0"sv);
}

TEST(StateVector, KnowsNoZeroClocks) {
    StateVector state;
    state.set(5, 7);
    state.set(6, 0);
    EXPECT_EQ(state.entries().size(), 1);
    state.set(5, 0);
    EXPECT_TRUE(state.empty());
    EXPECT_EQ(state.get(5), 0);
    EXPECT_TRUE(StateVector::decode("\x01\x05\x00"sv)->empty());
}

TEST(StateVector, IsReadInAnyOrderAndTheLastOfAClientCounts) {
    const auto state = StateVector::decode("\x04\x05\x07\x02\x01\x05\x09\x08\x03");
    ASSERT_TRUE(state.has_value());
    EXPECT_EQ(state->get(5), 9);
    EXPECT_EQ(state->encode(), "\x03\x08\x03\x05\x09\x02\x01");
    EXPECT_EQ(StateVector::decode("\x03\x05\x07\x05\x09\x02\x01")->get(5), 9);  // descending
    EXPECT_EQ(StateVector::decode("\x03\x02\x07\x05\x09\x05\x01")->get(5), 1);  // ascending
}

struct BadCase {
    std::string_view bytes;
    DecodeError::Code code;
};
class BadStateVector : public testing::TestWithParam<BadCase> {};
TEST_P(BadStateVector, IsRefused) {
    const auto state = StateVector::decode(GetParam().bytes);
    ASSERT_FALSE(state.has_value());
    EXPECT_EQ(to_string(state.error().code), to_string(GetParam().code));
}
INSTANTIATE_TEST_SUITE_P(
    Of,
    BadStateVector,
    testing::Values(
        BadCase{"", DecodeError::Code::truncated},
        BadCase{"\x01\x05", DecodeError::Code::truncated},
        BadCase{"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x0F\x01\x01", DecodeError::Code::truncated},
        BadCase{"\x01\x05\x80\x80\x80\x80\x10", DecodeError::Code::bad_integer}));

TEST(StateVector, HoldsTheLargestClockAndClient) {
    StateVector state;
    state.set((1ULL << 53U) - 1, max_clock);
    const auto again = StateVector::decode(state.encode());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(*again, state);
}

RC_GTEST_PROP(
    StateVectorProperty,
    IsAMapFromClientToClock,
    (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& entries)) {
    std::map<ClientNumber, Clock> expected;
    StateVector state;
    std::vector<StateVector::Entry> together;
    for (const auto& [client, clock] : entries) {
        expected[client] = clock;
        state.set(client, clock);
        together.push_back({.client = client, .clock = clock});
    }
    std::erase_if(expected, [](const auto& entry) { return entry.second == 0; });
    RC_ASSERT(state.entries().size() == expected.size());
    for (const auto& [client, clock] : expected)
        RC_ASSERT(state.get(client) == clock);
    RC_ASSERT(StateVector::of(together) == state);
    RC_ASSERT(*StateVector::decode(state.encode()) == state);
}

}  // namespace
}  // namespace codencollab::crdt
