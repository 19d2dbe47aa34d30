#include "gateway/bearer.h"

#include <gtest/gtest.h>

namespace codencollab::gateway {
namespace {

Result<std::string> token_of(std::vector<std::string> values) {
    net::HttpRequest request;
    for (std::string& value : values)
        request.headers.add("Authorization", std::move(value));
    return bearer_token(request);
}

TEST(Bearer, IsTakenInAnyCaseOfItsScheme) {
    EXPECT_EQ(*token_of({"Bearer a.b.c"}), "a.b.c");
    EXPECT_EQ(*token_of({"bearer a.b.c"}), "a.b.c");
}

TEST(Bearer, MayBeMissing) {
    EXPECT_EQ(token_of({}).error().code, ErrorCode::missing_token);
}

class AmbiguousBearer : public testing::TestWithParam<std::vector<std::string>> {};
TEST_P(AmbiguousBearer, IsRefused) {
    const auto token = token_of(GetParam());
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, ErrorCode::invalid_token);
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    AmbiguousBearer,
    testing::Values(
        std::vector<std::string>{"Bearer a", "Bearer b"},
        std::vector<std::string>{"Bearer"},
        std::vector<std::string>{"Bearer "},
        std::vector<std::string>{"Basic a"},
        std::vector<std::string>{"Bearer a b"},
        std::vector<std::string>{"Bearer a, Bearer b"},
        std::vector<std::string>{"Bearer Bearer a"}));

}  // namespace
}  // namespace codencollab::gateway
