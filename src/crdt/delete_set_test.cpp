#include "crdt/delete_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;

TEST(DeleteSet, ExtendsTheLastRange) {
    DeleteSet deletes;
    deletes.add(1, 0, 2);
    deletes.add(1, 2, 3);
    deletes.add(2, 5, 1);
    EXPECT_EQ(deletes.ranges(), (std::vector<DeleteSet::Range>{{1, 0, 5}, {2, 5, 1}}));
}

TEST(DeleteSet, IsNormalisedDescendingByClientWithoutOverlapsOrEmptyRanges) {
    DeleteSet deletes;
    deletes.add(1, 4, 5);
    deletes.add(1, 1, 3);
    deletes.add(7, 9, 0);
    deletes.add(1, 4, 1);
    deletes.add(9, 3, 1);
    deletes.add(1, 20, 1);
    deletes.normalise();
    EXPECT_EQ(deletes.ranges(), (std::vector<DeleteSet::Range>{{9, 3, 1}, {1, 1, 8}, {1, 20, 1}}));
}

TEST(DeleteSet, ReachesToTheLargestClock) {
    DeleteSet deletes;
    deletes.add(1, max_clock - 1, 1);
    deletes.add(1, 0, max_clock);
    deletes.normalise();
    EXPECT_EQ(deletes.ranges(), (std::vector<DeleteSet::Range>{{1, 0, max_clock}}));
}

RC_GTEST_PROP(
    DeleteSetProperty,
    KeepsTheSameUnits,
    (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& drawn)) {
    DeleteSet deletes;
    std::set<std::pair<ClientNumber, Clock>> expected;
    for (const auto& [place, length] : drawn) {
        const ClientNumber client = place % 3;
        const std::uint32_t units = length % 5;
        deletes.add(client, place, units);
        for (Clock clock = place; clock < place + units; ++clock)
            expected.emplace(client, clock);
    }
    deletes.normalise();
    std::set<std::pair<ClientNumber, Clock>> units;
    for (std::size_t i = 0; i < deletes.ranges().size(); ++i) {
        const DeleteSet::Range& range = deletes.ranges()[i];
        RC_ASSERT(range.length > 0);
        for (Clock clock = range.clock; clock < range.end(); ++clock) {
            RC_ASSERT(units.emplace(range.client, clock).second);
        }
        if (i == 0) continue;
        const DeleteSet::Range& before = deletes.ranges()[i - 1];
        RC_ASSERT(
            before.client > range.client ||
            (before.client == range.client && before.end() < range.clock));
    }
    RC_ASSERT(units == expected);
}

Snapshot example() {
    Snapshot snapshot;
    snapshot.deletes.add(9, 3, 1);
    snapshot.deletes.add(1, 1, 8);
    snapshot.deletes.add(1, 20, 2);
    snapshot.state = {{9, 5}, {1, 30}};
    return snapshot;
}

TEST(Snapshot, IsDeletesThenState) {
    const std::string_view state = "\x02\x09\x05\x01\x1E";
    EXPECT_EQ(
        example().encode(Format::v1),
        std::string("\x02\x09\x01\x03\x01\x01\x02\x01\x08\x14\x02") + std::string(state));
    // v2: the distance from the end of the range before, and the length less one.
    EXPECT_EQ(
        example().encode(Format::v2),
        std::string("\x02\x09\x01\x03\x00\x01\x02\x01\x07\x0B\x01"sv) + std::string(state));
}

TEST(Snapshot, SurvivesTheRoundTrip) {
    for (const Format format : {Format::v1, Format::v2}) {
        const auto again = Snapshot::decode(example().encode(format), format);
        ASSERT_TRUE(again.has_value());
        EXPECT_EQ(again->deletes, example().deletes);
        EXPECT_EQ(again->state, example().state);
    }
}

TEST(Snapshot, IsRefusedWhenCutAnywhere) {
    for (const Format format : {Format::v1, Format::v2}) {
        const std::string bytes = example().encode(format);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            const auto snapshot = Snapshot::decode(bytes.substr(0, length), format);
            ASSERT_FALSE(snapshot.has_value()) << length;
            EXPECT_EQ(snapshot.error().code, DecodeError::Code::truncated);
            EXPECT_LE(snapshot.error().at, length);
        }
    }
}

TEST(Snapshot, IsRefusedBeyondTheLargestClock) {
    const std::string_view v1 = "\x01\x05\x01\xFF\xFF\xFF\xFF\x0F\x01\x00"sv;
    const std::string_view v2 = "\x01\x05\x01\xFF\xFF\xFF\xFF\x0F\x00\x00"sv;
    EXPECT_EQ(Snapshot::decode(v1, Format::v1).error().code, DecodeError::Code::bad_integer);
    EXPECT_EQ(Snapshot::decode(v2, Format::v2).error().code, DecodeError::Code::bad_integer);
}

}  // namespace
}  // namespace codencollab::crdt
