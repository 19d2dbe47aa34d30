#include "base/time_text.h"

#include <gtest/gtest.h>

namespace codencollab {
namespace {

TEST(TimeText, IsIso8601InUtcWithMilliseconds) {
    EXPECT_EQ(to_iso(from_unix_ms(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_iso(from_unix_ms(1'732'466'330'264)), "2024-11-24T16:38:50.264Z");
    EXPECT_EQ(to_unix_ms(from_unix_ms(1'732'466'330'264)), 1'732'466'330'264);
}

}  // namespace
}  // namespace codencollab
