#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/loop.h"
#include "base/random.h"
#include "gateway/accounts.h"
#include "gateway/identity.h"
#include "identity/account_store.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace codencollab::identity {

struct EmbeddedConfig {
    /// Holds the signing key; made and locked before by the store.
    std::filesystem::path data_directory;
    /// How clients reach this server, without a trailing slash: "http://127.0.0.1:8000". Tokens
    /// name
    /// `<base_url>/auth/v1` as their issuer; another base makes older tokens invalid.
    std::string base_url;
    bool sign_up = true;
    bool guests = true;
    /// Threads that hash passwords; 0: one for each core.
    std::size_t hashing_threads = 0;
    /// Cost of a password hash; the default is libsodium's "interactive" (64 MiB, about 0.1 s).
    enum class PasswordCost {
        interactive,
        minimal_for_tests
    } password_cost = PasswordCost::interactive;
};

/// The identity that this server is itself: users in its own store, access tokens signed with its
/// own ES256 key, refresh tokens that rotate.
///
/// Ownership: the store, clock, random source and limits must outlive it. Loops that were handed in
///            must be stopped before it goes, and destroyed after it.
/// Threads:   any. Passwords are hashed on its own threads, behind a bounded queue.
class EmbeddedIdentity final : public gateway::Identity, public gateway::Accounts {
  public:
    /// Loads the signing key (makes it at the first start, mode 0600) and the sessions that ended
    /// lately. Fails with one clear line. Waits for the store: for the start, before loops turn.
    static Result<std::unique_ptr<EmbeddedIdentity>> open(
        EmbeddedConfig config,
        AccountStore& store,
        const Clock& clock,
        Random& random,
        const Limits& limits);
    ~EmbeddedIdentity() override;

    /// Removes guests that came 30 days ago and joined no room, now and once a day. Called on
    /// `loop`.
    void start_sweeping(Loop& loop);

    void verify(std::string token, Loop& loop, Callback<gateway::Caller> done) override;

    void sign_up(
        std::string email,
        std::string password,
        boost::json::object metadata,
        gateway::AuthOrigin from,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthSession> done) override;
    void sign_in_as_guest(
        boost::json::object metadata,
        gateway::AuthOrigin from,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthSession> done) override;
    void sign_in(
        std::string email,
        std::string password,
        gateway::AuthOrigin from,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthSession> done) override;
    void refresh(
        std::string refresh_token,
        gateway::AuthOrigin from,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthSession> done) override;
    void find_user(
        std::string access_token,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthUser> done) override;
    void update_user(
        std::string access_token,
        gateway::AuthUserUpdate update,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthUser> done) override;
    void sign_out(
        std::string access_token,
        gateway::AuthScope scope,
        Loop& loop,
        gateway::AuthCallback<> done) override;
    gateway::AuthSettings settings() const override;
    std::string jwks() const override;
    std::string issuer() const override;

  private:
    class Parts;
    explicit EmbeddedIdentity(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace codencollab::identity
