#include "identity/embedded.h"

#include "identity/base64url.h"
#include "identity/refresh_token.h"
#include "store/sqlite_database.h"
#include "support/manual_clock.h"
#include "support/temporary_directory.h"
#include "support/waiting_loop.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::identity {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

using gateway::AuthFailure;
using gateway::AuthResult;
using gateway::AuthScope;
using gateway::AuthSession;
using gateway::AuthUser;
using gateway::AuthUserUpdate;

constexpr std::string_view password = "correct horse";

json::object claims_of(const AuthSession& session) {
    const std::string& token = session.access_token;
    const std::size_t first = token.find('.') + 1;
    const auto text = from_base64url(token.substr(first, token.rfind('.') - first));
    return json::parse(*text).as_object();
}

/// The embedded identity over a store on disk.
class Embedded : public testing::Test {
  protected:
    Embedded() { start(); }

    void start() {
        database_ = store::SqliteDatabase::open(directory_.path(), clock_).value();
        accounts_ = database_->make_account_store();
        EmbeddedConfig config{
            .data_directory = directory_.path(),
            .base_url = "http://127.0.0.1:8000",
            .sign_up = sign_up_,
            .guests = guests_,
            .hashing_threads = 2,
            .password_cost = EmbeddedConfig::PasswordCost::minimal_for_tests};
        identity_ =
            EmbeddedIdentity::open(std::move(config), *accounts_, clock_, random_, limits_).value();
    }
    void restart() {
        identity_.reset();
        accounts_.reset();
        database_.reset();
        start();
    }

    template <class T, class Start>
    AuthResult<T> call(Start start) {
        return loop_.await<AuthResult<T>>(
            [&](gateway::AuthCallback<T> done) { start(std::move(done)); });
    }

    AuthResult<AuthSession> sign_up(
        const std::string& email,
        const std::string& word = std::string(password),
        const json::object& data = {}) {
        return call<AuthSession>([&](auto done) {
            identity_->sign_up(email, word, data, from_, loop_, std::move(done));
        });
    }
    AuthResult<AuthSession> guest(const json::object& data = {}) {
        return call<AuthSession>(
            [&](auto done) { identity_->sign_in_as_guest(data, from_, loop_, std::move(done)); });
    }
    AuthResult<AuthSession> sign_in(
        const std::string& email, const std::string& word = std::string(password)) {
        return call<AuthSession>(
            [&](auto done) { identity_->sign_in(email, word, from_, loop_, std::move(done)); });
    }
    AuthResult<AuthSession> refresh(const std::string& token) {
        return call<AuthSession>(
            [&](auto done) { identity_->refresh(token, from_, loop_, std::move(done)); });
    }
    AuthResult<AuthUser> user(const AuthSession& session) {
        return call<AuthUser>(
            [&](auto done) { identity_->find_user(session.access_token, loop_, std::move(done)); });
    }
    AuthResult<AuthUser> update(const AuthSession& session, const AuthUserUpdate& change) {
        return call<AuthUser>([&](auto done) {
            identity_->update_user(session.access_token, change, loop_, std::move(done));
        });
    }
    AuthResult<> sign_out(const AuthSession& session, AuthScope scope) {
        return call<void>([&](auto done) {
            identity_->sign_out(session.access_token, scope, loop_, std::move(done));
        });
    }
    Result<gateway::Caller> verify(const std::string& token) {
        return loop_.await<Result<gateway::Caller>>([&](Callback<gateway::Caller> done) {
            identity_->verify(token, loop_, std::move(done));
        });
    }
    template <class T>
    static void expect_failure(const AuthResult<T>& result, AuthFailure failure) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().failure, failure);
    }

    TemporaryDirectory directory_;
    ManualClock clock_;
    SystemRandom random_;
    Limits limits_;
    bool sign_up_ = true;
    bool guests_ = true;
    WaitingLoop loop_;
    gateway::AuthOrigin from_{.address = "192.0.2.1", .user_agent = "test"};
    std::unique_ptr<store::SqliteDatabase> database_;
    std::unique_ptr<AccountStore> accounts_;
    std::unique_ptr<EmbeddedIdentity> identity_;
};

TEST_F(Embedded, GivesASessionAtSignUp) {
    const auto session = sign_up("Ada@Example.COM", "correct horse", {{"name", "Ada"}});
    ASSERT_TRUE(session);
    EXPECT_EQ(session->user.email, "ada@example.com");
    EXPECT_FALSE(session->user.is_guest);
    EXPECT_EQ(session->user.metadata.at("name"), "Ada");
    EXPECT_EQ(session->user.metadata.at("sub").as_string(), session->user.id.view());
    EXPECT_EQ(session->expires_at, clock_.wall_now() + 1h);

    const json::object claims = claims_of(*session);
    EXPECT_EQ(claims.at("iss"), "http://127.0.0.1:8000/auth/v1");
    EXPECT_EQ(claims.at("aud"), "authenticated");
    EXPECT_EQ(claims.at("role"), "authenticated");
    EXPECT_EQ(claims.at("aal"), "aal1");
    EXPECT_EQ(claims.at("phone"), "");
    EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 3600);
    EXPECT_EQ(claims.at("amr").at(0).at("method"), "password");
    EXPECT_EQ(claims.at("app_metadata").at("provider"), "email");
    EXPECT_FALSE(claims.contains("nbf"));

    const auto caller = verify(session->access_token);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->user.id, session->user.id);
    EXPECT_EQ(caller->user.name, "Ada");
    EXPECT_EQ(caller->expires_at, session->expires_at);
}

TEST_F(Embedded, TakesAGuestWithoutAnything) {
    const auto session = guest();
    ASSERT_TRUE(session);
    EXPECT_EQ(session->user.email, "");
    EXPECT_TRUE(session->user.is_guest);
    EXPECT_TRUE(session->user.metadata.empty());
    EXPECT_TRUE(claims_of(*session).at("app_metadata").as_object().empty());
    const auto caller = verify(session->access_token);
    EXPECT_TRUE(caller->user.is_guest);
    EXPECT_EQ(caller->user.name, "Guest");
}

TEST_F(Embedded, NeverStoresAPassword) {
    ASSERT_TRUE(sign_up("ada@example.com", "a very plain password"));
    database_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(file)), {});
        EXPECT_FALSE(bytes.contains("a very plain password")) << entry.path();
    }
    start();
}

TEST_F(Embedded, RefusesAnEmailThatIsTakenHoweverItIsSpelled) {
    ASSERT_TRUE(sign_up("ada@example.com"));
    expect_failure(sign_up("ADA@example.com"), AuthFailure::user_exists);
}

TEST_F(Embedded, JudgesWhatASignUpSays) {
    for (const std::string& email :
         {std::string("ada"),
          std::string("@b.co"),
          std::string("a b@c.co"),
          std::string("a@b@c.co"),
          std::string("a@-b.co"),
          std::string("a@b..co"),
          std::string("a@"),
          "a@" + std::string(255, 'b')}) {
        expect_failure(sign_up(email), AuthFailure::invalid_email);
    }
    const auto weak = sign_up("ada@example.com", "12345");
    expect_failure(weak, AuthFailure::weak_password);
    EXPECT_EQ(weak.error().weak_reasons, std::vector<std::string>{"length"});
    expect_failure(
        sign_up("ada@example.com", std::string(73, 'x')), AuthFailure::password_too_long);
    expect_failure(sign_up("ada@example.com", ""), AuthFailure::missing_password);
    expect_failure(
        sign_up("ada@example.com", "correct horse", {{"x", std::string(5'000, 'x')}}),
        AuthFailure::invalid_metadata);
    EXPECT_TRUE(sign_up("a.b+c@example.com", std::string(72, 'x')));
}

TEST_F(Embedded, TellsAWrongPasswordAndAnUnknownEmailAlike) {
    ASSERT_TRUE(sign_up("ada@example.com"));
    expect_failure(sign_in("ada@example.com", "wrong horse"), AuthFailure::invalid_credentials);
    expect_failure(sign_in("ben@example.com"), AuthFailure::invalid_credentials);
    expect_failure(sign_in("no address"), AuthFailure::invalid_credentials);
    EXPECT_TRUE(sign_in("Ada@example.com"));
}

TEST_F(Embedded, StopsGuessingOnePassword) {
    limits_.signin_failures_per_15_minutes = 3;
    restart();
    ASSERT_TRUE(sign_up("ada@example.com"));
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(sign_in("ada@example.com")) << "right ones do not count";
    for (int i = 0; i < 3; ++i) {
        expect_failure(sign_in("ada@example.com", "guess"), AuthFailure::invalid_credentials);
    }
    const auto refused = sign_in("ada@example.com");
    expect_failure(refused, AuthFailure::rate_limited);
    EXPECT_GT(refused.error().retry_after_s, 0);
    clock_.advance(6min);
    EXPECT_TRUE(sign_in("ada@example.com"));
}

TEST_F(Embedded, LimitsAnAddress) {
    limits_.guests_per_hour = 1;
    limits_.signups_per_hour = 1;
    limits_.refreshes_per_5_minutes = 1;
    restart();
    const auto session = guest();
    ASSERT_TRUE(session);
    expect_failure(guest(), AuthFailure::rate_limited);
    ASSERT_TRUE(sign_up("ada@example.com"));
    expect_failure(sign_up("ben@example.com"), AuthFailure::rate_limited);
    ASSERT_TRUE(refresh(session->refresh_token));
    expect_failure(refresh(session->refresh_token), AuthFailure::refresh_rate_limited);
    from_.address = "192.0.2.2";
    EXPECT_TRUE(guest());
}

TEST_F(Embedded, ClosesWaysIn) {
    sign_up_ = false;
    guests_ = false;
    restart();
    expect_failure(sign_up("ada@example.com"), AuthFailure::sign_up_disabled);
    expect_failure(guest(), AuthFailure::anonymous_disabled);
    EXPECT_FALSE(identity_->settings().sign_up);
    EXPECT_FALSE(identity_->settings().guests);
}

// Refresh tokens.

TEST_F(Embedded, RotatesTheRefreshTokenAndKeepsTheSession) {
    const auto first = sign_up("ada@example.com");
    clock_.advance(30min);
    const auto second = refresh(first->refresh_token);
    ASSERT_TRUE(second);
    EXPECT_NE(second->refresh_token, first->refresh_token);
    const json::object before = claims_of(*first);
    const json::object after = claims_of(*second);
    EXPECT_EQ(after.at("session_id"), before.at("session_id"));
    EXPECT_EQ(after.at("amr"), before.at("amr"));
    EXPECT_EQ(after.at("exp").as_int64(), before.at("exp").as_int64() + 1800);
}

TEST_F(Embedded, GivesTheCurrentTokenAgainForItsParentAtAnyTime) {
    const auto first = guest();
    const auto second = refresh(first->refresh_token);
    clock_.advance(24h);
    const auto again = refresh(first->refresh_token);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->refresh_token, second->refresh_token);
}

TEST_F(Embedded, ForgivesOlderTokensForTenSeconds) {
    const auto first = guest();
    const auto second = refresh(first->refresh_token);
    const auto third = refresh(second->refresh_token);
    clock_.advance(9'999ms);
    EXPECT_EQ(refresh(first->refresh_token)->refresh_token, third->refresh_token);
}

TEST_F(Embedded, EndsTheSessionWhenAnOldTokenComesBack) {
    const auto first = guest();
    const auto second = refresh(first->refresh_token);
    const auto third = refresh(second->refresh_token);
    clock_.advance(10s);
    expect_failure(refresh(first->refresh_token), AuthFailure::refresh_token_reused);
    expect_failure(refresh(third->refresh_token), AuthFailure::refresh_token_unknown);
    EXPECT_EQ(verify(third->access_token).error().code, ErrorCode::invalid_token);
}

TEST_F(Embedded, AgreesOnOneTokenWhenManyRefreshAtOnce) {
    const auto session = guest();
    std::vector<std::string> tokens;
    for (int i = 0; i < 10; ++i) {
        identity_->refresh(session->refresh_token, from_, loop_, [&](auto refreshed) {
            tokens.push_back(refreshed.value().refresh_token);
        });
    }
    loop_.run_until([&] { return tokens.size() == 10; });
    for (const std::string& token : tokens)
        EXPECT_EQ(token, tokens.front());
}

TEST_F(Embedded, RefusesForgedRefreshTokens) {
    const auto session = guest();
    const auto parsed = parse_refresh_token(session->refresh_token);
    SessionRecord forged{
        .id = parsed->session,
        .user = session->user.id,
        .method = {},
        .key = std::string(32, 'k'),
        .counter = 0,
        .created_at = {},
        .refreshed_at = {},
        .user_agent = {}};
    expect_failure(refresh(make_refresh_token(forged)), AuthFailure::refresh_token_unknown);
    forged.counter = 5;
    expect_failure(refresh(make_refresh_token(forged)), AuthFailure::refresh_token_unknown);
    forged.id = SessionId::random(random_);
    expect_failure(refresh(make_refresh_token(forged)), AuthFailure::refresh_token_unknown);
    expect_failure(refresh("AAAAAAAAAAAA"), AuthFailure::refresh_token_unknown);
    expect_failure(refresh(session->access_token), AuthFailure::refresh_token_unknown);
    expect_failure(refresh(""), AuthFailure::missing_refresh_token);
    EXPECT_TRUE(refresh(session->refresh_token)) << "forgeries must not end it";
    EXPECT_EQ(verify(session->refresh_token).error().code, ErrorCode::invalid_token);
}

// Users.

TEST_F(Embedded, MakesAnAccountOfAGuestWhoKeepsTheId) {
    const auto session = guest({{"name", "Gus"}});
    const auto user = update(
        *session, {.email = "gus@example.com", .password = std::string(password), .metadata = {}});
    ASSERT_TRUE(user);
    EXPECT_EQ(user->id, session->user.id);
    EXPECT_FALSE(user->is_guest);
    EXPECT_EQ(user->metadata.at("name"), "Gus");
    EXPECT_EQ(claims_of(*refresh(session->refresh_token)).at("is_anonymous"), false);
    EXPECT_EQ(sign_in("gus@example.com")->user.id, session->user.id);
}

TEST_F(Embedded, LeavesAGuestAGuestWhenTheEmailIsTaken) {
    ASSERT_TRUE(sign_up("ada@example.com"));
    const auto session = guest();
    expect_failure(
        update(*session, {.email = "Ada@example.com", .password = "another", .metadata = {}}),
        AuthFailure::email_taken);
    EXPECT_TRUE(user(*session)->is_guest);
    expect_failure(
        update(*session, {.email = {}, .password = "another", .metadata = {}}),
        AuthFailure::password_needs_email);
}

TEST_F(Embedded, MergesWhatAUserWritesAboutThemselves) {
    const auto session = sign_up("ada@example.com", "correct horse", {{"name", "Ada"}, {"a", 1}});
    const auto user = update(
        *session,
        {.email = {},
         .password = {},
         .metadata = json::object{
             {"name", "Grace"},
             {"a", nullptr},
             {"sub", "x"},
             {"email", "x@y.z"},
             {"\xed\xa0\xbd", 1}}});
    ASSERT_TRUE(user);
    EXPECT_EQ(user->metadata.at("name"), "Grace");
    EXPECT_FALSE(user->metadata.contains("a"));
    EXPECT_EQ(user->metadata.at("sub").as_string(), session->user.id.view());
    EXPECT_EQ(user->metadata.at("email"), "ada@example.com");
    EXPECT_TRUE(user->metadata.contains("\xef\xbf\xbd"));
    EXPECT_TRUE(verify(refresh(session->refresh_token)->access_token));
}

TEST_F(Embedded, TakesTheLargestMetadataIntoATokenThatVerifies) {
    const std::string email = std::string(60, 'a') + "@" + std::string(60, 'b') + ".example.com";
    const auto session =
        sign_up(email, "correct horse", {{"name", "Ada"}, {"x", std::string(4'070, '"' + 1)}});
    ASSERT_TRUE(session);
    EXPECT_TRUE(verify(session->access_token));
}

TEST_F(Embedded, ChangesAPasswordAndEndsTheOtherSessions) {
    const auto here = sign_up("ada@example.com");
    const auto there = sign_in("ada@example.com");
    expect_failure(
        update(*here, {.email = {}, .password = std::string(password), .metadata = {}}),
        AuthFailure::same_password);
    ASSERT_TRUE(update(*here, {.email = {}, .password = "battery staple", .metadata = {}}));
    EXPECT_TRUE(user(*here));
    expect_failure(user(*there), AuthFailure::session_ended);
    expect_failure(sign_in("ada@example.com"), AuthFailure::invalid_credentials);
    EXPECT_TRUE(sign_in("ada@example.com", "battery staple"));
}

TEST_F(Embedded, WantsAFreshSignInForANewEmailOrPassword) {
    const auto session = sign_up("ada@example.com");
    clock_.advance(10min);
    EXPECT_TRUE(update(*session, {.email = "ada2@example.com", .password = {}, .metadata = {}}));
    clock_.advance(1ms);
    for (const AuthUserUpdate& change :
         {AuthUserUpdate{.email = "ada3@example.com", .password = {}, .metadata = {}},
          AuthUserUpdate{.email = {}, .password = "battery staple", .metadata = {}}}) {
        expect_failure(update(*session, change), AuthFailure::reauthentication_needed);
    }
    EXPECT_TRUE(
        update(*session, {.email = {}, .password = {}, .metadata = json::object{{"name", "A"}}}));
}

// The way out.

TEST_F(Embedded, SignsOutAsFarAsAsked) {
    for (const auto& [scope, mine, theirs] :
         {std::tuple(AuthScope::local, false, true),
          std::tuple(AuthScope::others, true, false),
          std::tuple(AuthScope::global, false, false)}) {
        const std::string email = "user" + std::to_string(static_cast<int>(scope)) + "@example.com";
        const auto here = sign_up(email);
        const auto there = sign_in(email);
        ASSERT_TRUE(sign_out(*here, scope));
        EXPECT_EQ(verify(here->access_token).has_value(), mine);
        EXPECT_EQ(verify(there->access_token).has_value(), theirs);
        EXPECT_EQ(refresh(here->refresh_token).has_value(), mine);
        EXPECT_EQ(refresh(there->refresh_token).has_value(), theirs);
        if (!mine) expect_failure(user(*here), AuthFailure::session_ended);
    }
}

TEST_F(Embedded, RemembersAfterARestartWhoSignedOut) {
    const auto gone = guest();
    const auto stays = guest();
    ASSERT_TRUE(sign_out(*gone, AuthScope::local));
    restart();
    EXPECT_FALSE(verify(gone->access_token));
    EXPECT_TRUE(verify(stays->access_token)) << "the key is kept";
    EXPECT_TRUE(refresh(stays->refresh_token));
}

TEST_F(Embedded, RefusesTokensThatAreMissingOldOrStrange) {
    const auto session = guest();
    EXPECT_EQ(verify("").error().code, ErrorCode::missing_token);
    EXPECT_EQ(verify("a.b.c").error().code, ErrorCode::invalid_token);
    EXPECT_EQ(verify("a.b.c").error().message, "Invalid token");
    clock_.advance(1h);
    EXPECT_EQ(verify(session->access_token).error().code, ErrorCode::token_expired);
    expect_failure(user(*session), AuthFailure::bad_jwt);
}

TEST_F(Embedded, RemovesOldGuestsWhoJoinedNoRoom) {
    const auto idle = guest();
    const auto account = sign_up("ada@example.com");
    clock_.advance(std::chrono::days(29));
    const auto recent = guest();
    clock_.advance(std::chrono::days(2));
    identity_->start_sweeping(loop_);
    const auto fresh = refresh(recent->refresh_token);  // answered after the sweep
    ASSERT_TRUE(fresh);
    expect_failure(refresh(idle->refresh_token), AuthFailure::refresh_token_unknown);
    EXPECT_TRUE(refresh(account->refresh_token));
}

TEST_F(Embedded, AnswersUnavailableWhenTheStoreIsGone) {
    const auto session = guest();
    database_.reset();
    expect_failure(refresh(session->refresh_token), AuthFailure::unavailable);
    expect_failure(sign_in("ada@example.com"), AuthFailure::unavailable);
    expect_failure(sign_up("ada@example.com"), AuthFailure::unavailable);
    expect_failure(guest(), AuthFailure::unavailable);
    expect_failure(user(*session), AuthFailure::unavailable);
    EXPECT_TRUE(verify(session->access_token)) << "who is signed in goes on";
}

TEST_F(Embedded, KeepsItsKeyToItself) {
    const auto file = directory_.path() / "signing-key.json";
    struct stat about{};
    ASSERT_EQ(::stat(file.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    EXPECT_FALSE(identity_->jwks().contains("\"d\""));

    ::chmod(file.c_str(), 0644);
    const auto opened = EmbeddedIdentity::open(
        {.data_directory = directory_.path(), .base_url = "http://x"},
        *accounts_,
        clock_,
        random_,
        limits_);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().message.contains("chmod 600"));
}

TEST_F(Embedded, RefusesAKeyFileThatIsNone) {
    for (const std::string_view text : {"", "{}", R"({"kty":"oct","k":"AAAA"})"}) {
        std::ofstream(directory_.path() / "signing-key.json", std::ios::trunc) << text;
        const auto opened = EmbeddedIdentity::open(
            {.data_directory = directory_.path(), .base_url = "http://x"},
            *accounts_,
            clock_,
            random_,
            limits_);
        ASSERT_FALSE(opened) << text;
        EXPECT_TRUE(opened.error().message.contains("signing-key.json"));
    }
}

}  // namespace
}  // namespace codencollab::identity
