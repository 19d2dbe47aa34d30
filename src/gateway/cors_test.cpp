#include "gateway/cors.h"

#include <gtest/gtest.h>

namespace codencollab::gateway {
namespace {

net::HttpRequest request(std::string method, std::string path, std::string_view origin) {
    net::HttpRequest made;
    made.method = std::move(method);
    made.path = std::move(path);
    made.headers.add("Host", "code.example:8000");
    if (!origin.empty()) made.headers.add("Origin", std::string(origin));
    return made;
}

net::HttpRequest preflight(std::string path, std::string_view origin) {
    auto made = request("OPTIONS", std::move(path), origin);
    made.headers.add("Access-Control-Request-Method", "POST");
    return made;
}

std::string header(
    const std::vector<std::pair<std::string, std::string>>& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (key == name) return value;
    }
    return {};
}

struct OriginCase {
    std::string_view origin;
    bool is_allowed;
};
class CorsOrigin : public testing::TestWithParam<OriginCase> {};
TEST_P(CorsOrigin, IsJudgedByItsWholeText) {
    const Cors cors({"https://app.example"});
    const auto [origin, is_allowed] = GetParam();
    EXPECT_EQ(cors.is_allowed(request("GET", "/rooms", origin), origin), is_allowed) << origin;
    const auto answer = cors.preflight(preflight("/rooms", origin));
    EXPECT_EQ(answer.headers.get("Access-Control-Allow-Origin"), is_allowed ? origin : "");
    EXPECT_EQ(answer.headers.contains("Access-Control-Allow-Methods"), is_allowed);
    EXPECT_EQ(answer.headers.get("Vary"), "Origin");
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    CorsOrigin,
    testing::Values(
        OriginCase{"https://app.example", true},
        OriginCase{"http://code.example:8000", true},
        OriginCase{"https://CODE.example:8000", true},
        OriginCase{"http://code.example", false},
        OriginCase{"https://app.example.evil.example", false},
        OriginCase{"https://evil.example", false},
        OriginCase{"http://app.example", false},
        OriginCase{"null", false}));

TEST(Cors, AnswersToAllowedOriginsSayWhichHeadersTheyMayRead) {
    const Cors cors({"https://app.example"});
    const auto headers = cors.headers_for(request("GET", "/auth/v1/user", "https://app.example"));
    EXPECT_EQ(header(headers, "Access-Control-Allow-Origin"), "https://app.example");
    EXPECT_NE(
        header(headers, "Access-Control-Expose-Headers").find("x-sb-error-code"),
        std::string::npos);
    EXPECT_EQ(header(headers, "Access-Control-Allow-Credentials"), "");
}

TEST(Cors, SocketsAllowCredentialsAndFewerHeaders) {
    const Cors cors({"https://app.example"});
    const auto answer = cors.preflight(preflight("/socket.io/", "https://app.example"));
    EXPECT_EQ(answer.headers.get("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(answer.headers.get("Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
}

TEST(Cors, ARequestWithoutOriginGetsNoPermission) {
    const auto headers = Cors({}).headers_for(request("GET", "/rooms", ""));
    EXPECT_EQ(headers.size(), 1U);
}

TEST(Cors, OptionsAloneIsNoPreflight) {
    EXPECT_FALSE(Cors::is_preflight(request("OPTIONS", "/rooms", "https://app.example")));
    EXPECT_TRUE(Cors::is_preflight(preflight("/rooms", "https://app.example")));
}

}  // namespace
}  // namespace codencollab::gateway
