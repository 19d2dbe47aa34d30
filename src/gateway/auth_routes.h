#pragma once

#include "gateway/accounts.h"
#include "gateway/cors.h"
#include "net/http.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace codencollab::gateway {

/// Everything below /auth/v1, as Supabase Auth answers it: HTTP into calls on Accounts and back.
/// CORS headers are the caller's to add.
///
/// Ownership: everything handed in outlives it. Threads: any; `handle` on the request's loop.
class AuthRoutes {
  public:
    /// `cors` says to which origins `/authorize` may send a browser back.
    AuthRoutes(Accounts& accounts, const Cors& cors, std::string version);

    static bool is_auth_path(std::string_view path);
    /// A request whose path is one of ours.
    void handle(net::HttpRequest request, net::Respond respond);

  private:
    class Answer;  // where the answer to one request goes
    using Handle = void (AuthRoutes::*)(net::HttpRequest request, Answer answer);
    struct Route;
    static const Route* find_route(std::string_view path);

    void sign_up(net::HttpRequest request, Answer answer);
    void give_token(net::HttpRequest request, Answer answer);
    void find_user(net::HttpRequest request, Answer answer);
    void update_user(net::HttpRequest request, Answer answer);
    void log_out(net::HttpRequest request, Answer answer);
    void authorize(net::HttpRequest request, Answer answer);
    void settings(net::HttpRequest request, Answer answer);
    void health(net::HttpRequest request, Answer answer);
    void keys(net::HttpRequest request, Answer answer);
    void configuration(net::HttpRequest request, Answer answer);
    void mail_disabled(net::HttpRequest request, Answer answer);
    void feature_disabled(net::HttpRequest request, Answer answer);

    Accounts& accounts_;
    const Cors& cors_;
    std::string version_;
};

}  // namespace codencollab::gateway
