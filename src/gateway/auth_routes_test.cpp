#include "gateway/auth_routes.h"

#include "gateway/auth_body.h"
#include "gateway/auth_failures.h"
#include "support/manual_clock.h"
#include "support/manual_loop.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::gateway {
namespace {

namespace json = boost::json;

/// Accounts that note what they are asked and answer what the test wants.
class StandInAccounts final : public Accounts {
  public:
    std::vector<std::string> asked;
    std::optional<AuthError> error;
    AuthSession session{
        .access_token = "access",
        .refresh_token = "refresh",
        .expires_at = WallTime(std::chrono::seconds(1'767'229'200)),
        .lifetime = std::chrono::seconds(3600),
        .user = user()};

    static AuthUser user() {
        return {
            .id = *UserId::parse("3f2c1d5e-7a4b-4c8d-9e0f-112233445566"),
            .email = "ada@example.com",
            .is_guest = false,
            .metadata = {{"name", "Ada"}},
            .created_at = WallTime(std::chrono::seconds(1'767'225'600)),
            .updated_at = WallTime(std::chrono::seconds(1'767'225'600)),
            .email_confirmed_at = WallTime(std::chrono::seconds(1'767'225'600)),
            .last_sign_in_at = WallTime(std::chrono::seconds(1'767'225'600))};
    }

    void sign_up(
        std::string email,
        std::string password,
        json::object metadata,
        AuthOrigin from,
        Loop&,
        AuthCallback<AuthSession> done) override {
        note(
            "sign_up " + email + " " + password + " " + json::serialize(metadata) + " " +
            from.address);
        answer(std::move(done), session);
    }
    void sign_in_as_guest(
        json::object metadata, AuthOrigin, Loop&, AuthCallback<AuthSession> done) override {
        note("guest " + json::serialize(metadata));
        answer(std::move(done), session);
    }
    void sign_in(
        std::string email,
        std::string password,
        AuthOrigin,
        Loop&,
        AuthCallback<AuthSession> done) override {
        note("sign_in " + email + " " + password);
        answer(std::move(done), session);
    }
    void refresh(std::string token, AuthOrigin, Loop&, AuthCallback<AuthSession> done) override {
        note("refresh " + token);
        answer(std::move(done), session);
    }
    void find_user(std::string token, Loop&, AuthCallback<AuthUser> done) override {
        note("user " + token);
        answer(std::move(done), user());
    }
    void update_user(
        std::string token, AuthUserUpdate update, Loop&, AuthCallback<AuthUser> done) override {
        note(
            "update " + token + " " + update.email.value_or("-") + " " +
            update.password.value_or("-") + " " +
            (update.metadata ? json::serialize(*update.metadata) : "-"));
        answer(std::move(done), user());
    }
    void sign_out(std::string token, AuthScope scope, Loop&, AuthCallback<> done) override {
        note("sign_out " + token + " " + std::to_string(static_cast<int>(scope)));
        if (error) return done(std::unexpected(*error));
        done({});
    }
    AuthSettings settings() const override { return {.sign_up = true, .guests = false}; }
    std::string jwks() const override { return R"({"keys":[]})"; }
    std::string issuer() const override { return "http://here/auth/v1"; }

  private:
    void note(std::string call) { asked.push_back(std::move(call)); }
    template <class T>
    void answer(AuthCallback<T> done, T value) {
        if (error) return done(std::unexpected(*error));
        done(std::move(value));
    }
};

class Routes : public testing::Test {
  protected:
    net::HttpResponse send(
        std::string method,
        std::string path,
        std::string body = {},
        std::vector<std::pair<std::string, std::string>> headers = {}) {
        net::HttpRequest request;
        request.method = std::move(method);
        const std::size_t mark = path.find('?');
        request.path = path.substr(0, mark);
        if (mark != std::string::npos) {
            const std::string query = path.substr(mark + 1);
            const std::size_t equals = query.find('=');
            request.query[query.substr(0, equals)] = query.substr(equals + 1);
        }
        request.headers.set("Host", "here");
        if (versioned_) request.headers.set("X-Supabase-Api-Version", "2024-01-01");
        for (auto& [name, value] : headers)
            request.headers.add(name, value);
        request.body = std::move(body);
        request.remote_address = "192.0.2.1";
        request.loop = &loop_;
        std::optional<net::HttpResponse> answered;
        routes_.handle(std::move(request), [&](net::HttpResponse response) {
            EXPECT_FALSE(answered);
            answered = std::move(response);
        });
        EXPECT_TRUE(answered);
        return std::move(answered).value_or(net::HttpResponse{});
    }
    net::HttpResponse send_as(
        std::string token, std::string method, std::string path, std::string body = {}) {
        return send(
            std::move(method),
            std::move(path),
            std::move(body),
            {{"Authorization", "Bearer " + token}});
    }
    static std::string code_of(const net::HttpResponse& response) {
        const json::value body = json::parse(response.body);
        return std::string(std::string_view(body.at("code").as_string()));
    }
    std::string last_asked() const { return accounts_.asked.empty() ? "" : accounts_.asked.back(); }

    ManualClock clock_;
    ManualLoop loop_{clock_};
    StandInAccounts accounts_;
    Cors cors_{{"https://app.example.com"}};
    AuthRoutes routes_{accounts_, cors_, "1.2.3"};
    bool versioned_ = true;
};

TEST_F(Routes, KnowTheirPaths) {
    EXPECT_TRUE(AuthRoutes::is_auth_path("/auth/v1/user"));
    EXPECT_FALSE(AuthRoutes::is_auth_path("/auth/v1x"));
    EXPECT_FALSE(AuthRoutes::is_auth_path("/auth/v2/user"));
}

TEST_F(Routes, AnswerASignUpWithASession) {
    const auto response = send(
        "POST",
        "/auth/v1/signup",
        R"({"email":"a@b.co","password":"secret","data":{"name":"A"},"gotrue_meta_security":{},)"
        R"("code_challenge":null})");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(last_asked(), R"(sign_up a@b.co secret {"name":"A"} 192.0.2.1)");
    EXPECT_EQ(response.headers.get("X-Supabase-Api-Version"), "2024-01-01");
    const json::value body = json::parse(response.body);
    EXPECT_EQ(body.at("access_token"), "access");
    EXPECT_EQ(body.at("token_type"), "bearer");
    EXPECT_EQ(body.at("expires_in"), 3600);
    EXPECT_EQ(body.at("expires_at"), 1'767'229'200);
    EXPECT_EQ(body.at("refresh_token"), "refresh");
    const json::object& user = body.at("user").as_object();
    for (const char* name :
         {"id",
          "aud",
          "role",
          "email",
          "phone",
          "app_metadata",
          "user_metadata",
          "identities",
          "created_at",
          "updated_at",
          "is_anonymous"}) {
        EXPECT_TRUE(user.contains(name)) << name;
    }
    EXPECT_EQ(user.at("identities").at(0).at("provider"), "email");
    EXPECT_EQ(user.at("created_at"), "2026-01-01T00:00:00.000Z");
}

TEST_F(Routes, TakeASignUpWithoutEmailForAGuest) {
    send("POST", "/auth/v1/signup", R"({"data":{},"gotrue_meta_security":{}})");
    EXPECT_EQ(last_asked(), "guest {}");
    send("POST", "/auth/v1/signup", R"({"email":"","password":"x"})");
    EXPECT_EQ(last_asked(), "guest {}");
}

TEST_F(Routes, TakeBothGrants) {
    send("POST", "/auth/v1/token?grant_type=password", R"({"email":"a@b.co","password":"p"})");
    EXPECT_EQ(last_asked(), "sign_in a@b.co p");
    send("POST", "/auth/v1/token?grant_type=refresh_token", R"({"refresh_token":"r"})");
    EXPECT_EQ(last_asked(), "refresh r");
}

TEST_F(Routes, ReadTheTokenOnlyWhereAUserIsMeant) {
    EXPECT_EQ(send_as("anon", "POST", "/auth/v1/signup", "{}").status, 200);
    EXPECT_EQ(send_as("anon", "GET", "/auth/v1/settings").status, 200);
    EXPECT_EQ(send_as("t", "GET", "/auth/v1/user").status, 200);
    EXPECT_EQ(last_asked(), "user t");
    send_as("t", "PUT", "/auth/v1/user", R"({"email":"a@b.co","code_challenge":null})");
    EXPECT_EQ(last_asked(), "update t a@b.co - -");
    send_as("t", "PUT", "/auth/v1/user", R"({"password":"p","data":{"name":null}})");
    EXPECT_EQ(last_asked(), R"(update t - p {"name":null})");
}

TEST_F(Routes, TellNoTokenFromABadOne) {
    const auto none = send("GET", "/auth/v1/user");
    EXPECT_EQ(none.status, 401);
    EXPECT_EQ(code_of(none), "no_authorization");
    const auto twice = send(
        "GET", "/auth/v1/user", "", {{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}});
    EXPECT_EQ(twice.status, 403);
    EXPECT_EQ(code_of(twice), "bad_jwt");
    EXPECT_TRUE(accounts_.asked.empty());
}

TEST_F(Routes, SignOutInThreeScopes) {
    for (const auto& [scope, number] :
         {std::pair("", "0"),
          std::pair("?scope=global", "0"),
          std::pair("?scope=local", "1"),
          std::pair("?scope=others", "2")}) {
        const auto response = send_as("t", "POST", std::string("/auth/v1/logout") + scope);
        EXPECT_EQ(response.status, 204);
        EXPECT_TRUE(response.body.empty());
        EXPECT_EQ(last_asked(), std::string("sign_out t ") + number);
    }
    const auto unknown = send_as("t", "POST", "/auth/v1/logout?scope=world");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(code_of(unknown), "validation_failed");
}

TEST_F(Routes, RefuseBodiesThatAreNoneOfTheirs) {
    for (const char* body :
         {"",
          "{",
          "[]",
          "null",
          "5",
          R"({"email":5})",
          R"({"password":{}})",
          R"({"data":[]})",
          R"({"data":"x"})"}) {
        const auto response = send("POST", "/auth/v1/signup", body);
        EXPECT_EQ(response.status, 400) << body;
        EXPECT_EQ(code_of(response), "bad_json") << body;
    }
    EXPECT_TRUE(accounts_.asked.empty());
}

TEST_F(Routes, SpeakTheErrorVersionThatWasAskedFor) {
    accounts_.error = AuthError{
        .failure = AuthFailure::weak_password, .retry_after_s = 0, .weak_reasons = {"length"}};
    const std::string body = R"({"email":"a@b.co","password":"p"})";
    const auto now = send("POST", "/auth/v1/signup", body);
    EXPECT_EQ(now.status, 422);
    EXPECT_EQ(
        json::parse(now.body),
        json::parse(
            R"({"code":"weak_password","message":"Password should be at least 6 characters.",)"
            R"("weak_password":{"reasons":["length"]}})"));
    EXPECT_EQ(now.headers.get("x-sb-error-code"), "weak_password");
    versioned_ = false;
    const auto before = send("POST", "/auth/v1/signup", body);
    EXPECT_EQ(
        json::parse(before.body),
        json::parse(R"({"code":422,"error_code":"weak_password",)"
                    R"("msg":"Password should be at least 6 characters.",)"
                    R"("weak_password":{"reasons":["length"]}})"));
    EXPECT_FALSE(before.headers.contains("X-Supabase-Api-Version"));
    EXPECT_EQ(before.headers.get("x-sb-error-code"), "weak_password");
}

TEST_F(Routes, KeepOAuthsShapeForAMissingRefreshToken) {
    accounts_.error = AuthError{
        .failure = AuthFailure::missing_refresh_token, .retry_after_s = 0, .weak_reasons = {}};
    const auto response = send("POST", "/auth/v1/token?grant_type=refresh_token", "{}");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(
        json::parse(response.body),
        json::parse(R"({"error":"invalid_request","error_description":"refresh_token required"})"));
}

TEST_F(Routes, SayWhenToTryAgain) {
    for (const auto& [failure, status] :
         {std::pair(AuthFailure::rate_limited, 429),
          std::pair(AuthFailure::refresh_rate_limited, 503),
          std::pair(AuthFailure::unavailable, 503)}) {
        accounts_.error = AuthError{.failure = failure, .retry_after_s = 7, .weak_reasons = {}};
        const auto response = send("POST", "/auth/v1/signup", "{}");
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.headers.get("Retry-After"), "7");
    }
}

struct Absent {
    const char* method;
    const char* path;
    int status;
    const char* code;
};
class NotServed : public Routes, public testing::WithParamInterface<Absent> {};
TEST_P(NotServed, IsRefusedByName) {
    const auto response = send(GetParam().method, GetParam().path, "{}");
    EXPECT_EQ(response.status, GetParam().status);
    EXPECT_EQ(code_of(response), GetParam().code);
    EXPECT_TRUE(accounts_.asked.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Table,
    NotServed,
    testing::Values(
        Absent{"POST", "/auth/v1/recover", 422, "email_provider_disabled"},
        Absent{"POST", "/auth/v1/otp", 422, "email_provider_disabled"},
        Absent{"POST", "/auth/v1/magiclink", 422, "email_provider_disabled"},
        Absent{"POST", "/auth/v1/resend", 422, "email_provider_disabled"},
        Absent{"POST", "/auth/v1/verify", 422, "email_provider_disabled"},
        Absent{"POST", "/auth/v1/token?grant_type=pkce", 404, "feature_disabled"},
        Absent{"POST", "/auth/v1/token?grant_type=id_token", 404, "feature_disabled"},
        Absent{"POST", "/auth/v1/token?grant_type=web3", 404, "feature_disabled"},
        Absent{"POST", "/auth/v1/token?grant_type=device", 400, "invalid_credentials"},
        Absent{"POST", "/auth/v1/token", 400, "invalid_credentials"},
        Absent{"POST", "/auth/v1/factors", 404, "feature_disabled"},
        Absent{"DELETE", "/auth/v1/factors/1", 404, "feature_disabled"},
        Absent{"POST", "/auth/v1/sso", 404, "feature_disabled"},
        Absent{"POST", "/auth/v1/passkeys/authentication/options", 404, "feature_disabled"},
        Absent{"GET", "/auth/v1/user/identities/authorize", 404, "feature_disabled"},
        Absent{"GET", "/auth/v1/admin/users", 404, "feature_disabled"},
        Absent{"POST", "/auth/v1/invite", 404, "feature_disabled"},
        Absent{"GET", "/auth/v1/administrator", 404, "not_found"},
        Absent{"GET", "/auth/v1/", 404, "not_found"},
        Absent{"GET", "/auth/v1", 404, "not_found"},
        Absent{"GET", "/auth/v1/signup", 405, "method_not_allowed"},
        Absent{"DELETE", "/auth/v1/user", 405, "method_not_allowed"},
        Absent{
            "GET",
            "/auth/v1/authorize?redirect_to=https://evil.example/",
            400,
            "validation_failed"},
        Absent{
            "GET",
            "/auth/v1/authorize?redirect_to=https://app.example.com@evil.example/",
            400,
            "validation_failed"},
        Absent{
            "GET",
            "/auth/v1/authorize?redirect_to=https://app.example.com\\.evil.example/",
            400,
            "validation_failed"},
        Absent{
            "GET",
            "/auth/v1/authorize?redirect_to=https://app.example.com.evil.example/",
            400,
            "validation_failed"},
        Absent{
            "GET", "/auth/v1/authorize?redirect_to=javascript:alert(1)", 400, "validation_failed"},
        Absent{"GET", "/auth/v1/authorize?provider=github", 400, "validation_failed"}));

TEST_F(Routes, RefuseAPhone) {
    const auto response = send("POST", "/auth/v1/signup", R"({"phone":"+41","password":"p"})");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(code_of(response), "phone_provider_disabled");
}

TEST_F(Routes, SendAProviderSignInBackToAnAllowedPage) {
    const auto response = send(
        "GET", "/auth/v1/authorize?redirect_to=https://app.example.com/auth/callback?next=/r/1#x");
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(
        response.headers.get("Location"),
        "https://app.example.com/auth/callback?next=/r/1&error=server_error&error_code="
        "validation_failed&error_description=Unsupported+provider%3A+provider+is+not+enabled");
}

TEST_F(Routes, SayHowThisServerIs) {
    const json::value settings = json::parse(send("GET", "/auth/v1/settings").body);
    EXPECT_EQ(settings.at("external").at("email"), true);
    EXPECT_EQ(settings.at("external").at("anonymous_users"), false);
    EXPECT_EQ(settings.at("external").at("github"), false);
    EXPECT_EQ(settings.at("disable_signup"), false);
    EXPECT_EQ(settings.at("mailer_autoconfirm"), true);

    const json::value health = json::parse(send("HEAD", "/auth/v1/health").body);
    EXPECT_EQ(health.at("version"), "1.2.3");
    EXPECT_EQ(health.at("name"), "GoTrue");

    const auto keys = send("GET", "/auth/v1/.well-known/jwks.json");
    EXPECT_EQ(keys.body, R"({"keys":[]})");
    EXPECT_EQ(keys.headers.get("Cache-Control"), "public, max-age=600");

    const json::value known =
        json::parse(send("GET", "/auth/v1/.well-known/openid-configuration").body);
    EXPECT_EQ(known.at("issuer"), "http://here/auth/v1");
    EXPECT_EQ(known.at("jwks_uri"), "http://here/auth/v1/.well-known/jwks.json");
}

TEST(AuthFailures, NeverSignAUserOutForWhatPasses) {
    // 500 to 504 is tried again by supabase-js; any other answer to a refresh ends the session.
    for (const AuthFailure failure :
         {AuthFailure::unavailable, AuthFailure::refresh_rate_limited}) {
        EXPECT_EQ(describe(failure).status, 503);
    }
}

}  // namespace
}  // namespace codencollab::gateway
