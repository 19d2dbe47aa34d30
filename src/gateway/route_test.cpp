#include "gateway/route.h"

#include <gtest/gtest.h>

namespace codencollab::gateway {
namespace {

TEST(Route, FindsItsVariableParts) {
    const auto match = match_route("/rooms/r1/runs/r2/stdin");
    ASSERT_TRUE(match);
    EXPECT_EQ(match->route, Route::run_input);
    EXPECT_EQ(match->room, "r1");
    EXPECT_EQ(match->second, "r2");
}

struct PathCase {
    std::string_view path;
    std::optional<Route> route;
};
class RoutePath : public testing::TestWithParam<PathCase> {};
TEST_P(RoutePath, IsMatchedWhole) {
    const auto match = match_route(GetParam().path);
    ASSERT_EQ(match.has_value(), GetParam().route.has_value()) << GetParam().path;
    if (match) {
        EXPECT_EQ(match->route, *GetParam().route) << GetParam().path;
    }
}
INSTANTIATE_TEST_SUITE_P(
    OfTheContract,
    RoutePath,
    testing::Values(
        PathCase{"/health", Route::health},
        PathCase{"/health/", std::nullopt},
        PathCase{"/healthy", std::nullopt},
        PathCase{"/rooms", Route::rooms},
        PathCase{"/rooms/", std::nullopt},
        PathCase{"/rooms/x", Route::room},
        PathCase{"/rooms/x/", std::nullopt},
        PathCase{"/rooms/x/code", Route::code},
        PathCase{"/rooms/x/history", Route::history},
        PathCase{"/rooms/x/history/y", std::nullopt},
        PathCase{"/rooms//code", std::nullopt},
        PathCase{"/rooms/x/members/y", Route::member},
        PathCase{"/rooms/x/members", std::nullopt},
        PathCase{"/rooms/x/runs/y", Route::one_run},
        PathCase{"/rooms/x/runs/y/stdout", std::nullopt},
        PathCase{"rooms", std::nullopt},
        PathCase{"", std::nullopt}));

TEST(Route, KnowsItsMethods) {
    EXPECT_TRUE(allows(Route::rooms, "POST"));
    EXPECT_TRUE(allows(Route::room, "PATCH"));
    EXPECT_FALSE(allows(Route::rooms, "DELETE"));
    EXPECT_FALSE(allows(Route::rooms, ""));
    EXPECT_FALSE(allows(Route::rooms, "GET, HEAD"));
}

TEST(Route, UnknownPathsUnderRoomsAreNoPagesOfTheClient) {
    EXPECT_TRUE(is_api_path("/rooms/x/future"));
    EXPECT_TRUE(is_api_path("/yjs/x"));
    EXPECT_TRUE(is_api_path("/auth/v2/whatever"));
    EXPECT_FALSE(is_api_path("/roomsy"));
    EXPECT_FALSE(is_api_path("/r/x"));
}

}  // namespace
}  // namespace codencollab::gateway
