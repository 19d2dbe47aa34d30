#include "base/time_text.h"

#include <gtest/gtest.h>

namespace codencollab {
namespace {

TEST(TimeText, IsIso8601InUtcWithMilliseconds) {
    EXPECT_EQ(to_iso(from_unix_ms(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_iso(from_unix_ms(1'732'466'330'264)), "2024-11-24T16:38:50.264Z");
    EXPECT_EQ(to_unix_ms(from_unix_ms(1'732'466'330'264)), 1'732'466'330'264);
}

TEST(TimeText, ReadsWhatItWrites) {
    EXPECT_EQ(parse_iso("2024-11-24T16:38:50.264Z"), from_unix_ms(1'732'466'330'264));
    EXPECT_EQ(parse_iso("2024-11-24T16:38:50Z"), from_unix_ms(1'732'466'330'000));
    EXPECT_EQ(parse_iso("2024-11-24T16:38:50.264999999Z"), from_unix_ms(1'732'466'330'264));
    EXPECT_EQ(parse_iso("2024-11-24T18:38:50.2+02:00"), from_unix_ms(1'732'466'330'200));
    EXPECT_EQ(parse_iso("2024-02-29T23:30:00-05:30"), parse_iso("2024-03-01T05:00:00Z"));
}

class NoTime : public testing::TestWithParam<const char*> {};
TEST_P(NoTime, IsNotRead) {
    EXPECT_EQ(parse_iso(GetParam()), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    NoTime,
    testing::Values(
        "",
        "yesterday",
        "2024-11-24",
        "2024-11-24T16:38Z",
        "2024-11-24T16:38:50",
        "2024-11-24 16:38:50Z",
        "2024-11-24T16:38:50.Z",
        "2024-11-24T16:38:50.1234567890Z",
        "2024-11-24T16:38:50Zx",
        "2024-11-24T16:38:50+0200",
        "2024-11-24T16:38:50+24:00",
        "2024-11-24T24:00:00Z",
        "2024-11-24T16:60:00Z",
        "2024-11-24T16:38:60Z",
        "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "-024-11-24T16:38:50Z"));

}  // namespace
}  // namespace codencollab
