#include "identity/refresh_token.h"

#include "base/random.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <string>

namespace codencollab::identity {
namespace {

using namespace std::chrono_literals;

SessionRecord session_at(std::uint64_t counter) {
    SystemRandom random;
    return {
        .id = SessionId::random(random),
        .user = UserId::random(random),
        .method = "password",
        .key = std::string(32, 'k'),
        .counter = counter,
        .created_at = {},
        .refreshed_at = WallTime(100s),
        .user_agent = {}};
}

RC_GTEST_PROP(RefreshToken, IsWhatItsSessionMade, (std::uint64_t counter)) {
    const SessionRecord session = session_at(counter);
    const auto token = parse_refresh_token(make_refresh_token(session));
    RC_ASSERT(token.has_value());
    RC_ASSERT(token->session == session.id);
    RC_ASSERT(token->counter == counter);
    RC_ASSERT(is_genuine(*token, session));
}

TEST(RefreshToken, IsGenuineAtNoOtherCounterSessionOrKey) {
    const SessionRecord session = session_at(7);
    auto token = *parse_refresh_token(make_refresh_token(session));
    token.counter = 8;
    EXPECT_FALSE(is_genuine(token, session));
    token.counter = 7;
    SessionRecord other = session;
    other.key.back() = 'x';
    EXPECT_FALSE(is_genuine(token, other));
    EXPECT_FALSE(is_genuine(token, session_at(7)));
}

TEST(RefreshToken, HasOneFormOnly) {
    const std::string text = make_refresh_token(session_at(0));
    EXPECT_TRUE(parse_refresh_token(text));
    EXPECT_FALSE(parse_refresh_token(text + "A"));
    EXPECT_FALSE(parse_refresh_token(text + "="));
    EXPECT_FALSE(parse_refresh_token(text.substr(1)));
    EXPECT_FALSE(parse_refresh_token(""));
}

struct VerdictCase {
    std::uint64_t token;
    std::uint64_t session;
    std::chrono::milliseconds since_refresh;
    RefreshVerdict verdict;
};
class Verdict : public testing::TestWithParam<VerdictCase> {};
TEST_P(Verdict, FollowsFromTheCounters) {
    const auto& [token_counter, session_counter, since, verdict] = GetParam();
    const SessionRecord session = session_at(session_counter);
    const RefreshToken token{.session = session.id, .counter = token_counter, .mac = {}};
    EXPECT_EQ(judge(token, session, session.refreshed_at + since), verdict);
}
INSTANTIATE_TEST_SUITE_P(
    Table,
    Verdict,
    testing::Values(
        VerdictCase{0, 0, 0ms, RefreshVerdict::rotate},
        VerdictCase{9, 9, 1h, RefreshVerdict::rotate},
        VerdictCase{8, 9, 1h, RefreshVerdict::repeat},
        VerdictCase{7, 9, 9'999ms, RefreshVerdict::repeat},
        VerdictCase{7, 9, 10s, RefreshVerdict::reused},
        VerdictCase{0, ~0ULL, 1h, RefreshVerdict::reused},
        VerdictCase{10, 9, 0ms, RefreshVerdict::never_made}));

}  // namespace
}  // namespace codencollab::identity
