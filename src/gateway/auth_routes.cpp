#include "gateway/auth_routes.h"

#include "gateway/answers.h"
#include "gateway/auth_body.h"
#include "gateway/auth_failures.h"
#include "gateway/auth_json.h"
#include "gateway/bearer.h"
#include "wire/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace codencollab::gateway {

namespace {

constexpr std::string_view prefix = "/auth/v1";
constexpr std::string_view version_header = "X-Supabase-Api-Version";
constexpr std::string_view api_version = "2024-01-01";

AuthOrigin origin_of(const net::HttpRequest& request) {
    return {request.remote_address, std::string(request.headers.get("user-agent"))};
}

AuthError failure_of(AuthFailure failure) {
    return {.failure = failure, .retry_after_s = 0, .weak_reasons = {}};
}

/// The access token, or how its absence is told here: 401 for none and 403 for a bad one.
AuthResult<std::string> token_of(const net::HttpRequest& request) {
    auto token = bearer_token(request);
    if (token) return *std::move(token);
    const bool is_missing = token.error().code == ErrorCode::missing_token;
    return std::unexpected(
        failure_of(is_missing ? AuthFailure::missing_bearer : AuthFailure::bad_jwt));
}

std::optional<AuthScope> parse_scope(std::string_view text) {
    if (text.empty() || text == "global") return AuthScope::global;
    if (text == "local") return AuthScope::local;
    if (text == "others") return AuthScope::others;
    return std::nullopt;
}

/// "https://host:port" of an absolute http(s) URL; empty for anything else.
std::string_view origin_in(std::string_view url) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!url.starts_with(scheme)) continue;
        // A backslash and an @ are read differently by browsers and by everybody else.
        if (url.find_first_of("\\@\r\n\t ") != std::string_view::npos) return {};
        return url.substr(0, url.find_first_of("/?#", scheme.size()));
    }
    return {};
}

}  // namespace

/// Where the answer to one request goes, in the version that it asked for.
class AuthRoutes::Answer {
  public:
    Answer(const net::HttpRequest& request, net::Respond respond)
        : versioned_(request.headers.get(version_header) >= api_version),
          respond_(std::move(respond)) {}

    void json(int status, std::string text) { send(json_answer(status, std::move(text))); }

    void error(const AuthError& error) {
        const AuthFailureText text = describe(error.failure);
        auto response = json_answer(text.status, auth_error_json(error, versioned_));
        response.headers.set("x-sb-error-code", std::string(text.code));
        if (text.status == 429 || text.status == 503) {
            response.headers.set("Retry-After", fmt::to_string(std::max(error.retry_after_s, 1)));
        }
        send(std::move(response));
    }

    void error(AuthFailure failure) { error(failure_of(failure)); }

    void send(net::HttpResponse response) {
        if (versioned_) {
            response.headers.set(std::string(version_header), std::string(api_version));
        }
        respond_(std::move(response));
    }

  private:
    bool versioned_;
    net::Respond respond_;
};

/// One path and what it does by method; an empty method is any.
struct AuthRoutes::Route {
    std::string_view path;  // behind the prefix; with a last '*' everything that begins so
    std::string_view method;
    Handle handle;
    std::string_view other_method = {};
    Handle other_handle = nullptr;

    bool is_at(std::string_view wanted) const {
        if (!path.ends_with('*')) return wanted == path;
        const std::string_view stem = path.substr(0, path.size() - 1);
        return wanted == stem || wanted.starts_with(std::string(stem) + "/");
    }
};

const AuthRoutes::Route* AuthRoutes::find_route(std::string_view path) {
    static constexpr std::array routes = {
        Route{"/signup", "POST", &AuthRoutes::sign_up},
        Route{"/token", "POST", &AuthRoutes::give_token},
        Route{"/user", "GET", &AuthRoutes::find_user, "PUT", &AuthRoutes::update_user},
        Route{"/logout", "POST", &AuthRoutes::log_out},
        Route{"/settings", "GET", &AuthRoutes::settings},
        Route{"/health", "GET", &AuthRoutes::health},
        Route{"/.well-known/jwks.json", "GET", &AuthRoutes::keys},
        Route{"/.well-known/openid-configuration", "GET", &AuthRoutes::configuration},
        Route{"/authorize", "GET", &AuthRoutes::authorize},
        Route{"/recover", "", &AuthRoutes::mail_disabled},
        Route{"/otp", "", &AuthRoutes::mail_disabled},
        Route{"/magiclink", "", &AuthRoutes::mail_disabled},
        Route{"/resend", "", &AuthRoutes::mail_disabled},
        Route{"/verify", "", &AuthRoutes::mail_disabled},
        Route{"/factors*", "", &AuthRoutes::feature_disabled},
        Route{"/sso*", "", &AuthRoutes::feature_disabled},
        Route{"/passkeys*", "", &AuthRoutes::feature_disabled},
        Route{"/user/identities*", "", &AuthRoutes::feature_disabled},
        Route{"/admin*", "", &AuthRoutes::feature_disabled},
        Route{"/invite", "", &AuthRoutes::feature_disabled},
    };
    const auto* found =
        std::ranges::find_if(routes, [&](const Route& route) { return route.is_at(path); });
    return found == routes.end() ? nullptr : found;
}

AuthRoutes::AuthRoutes(Accounts& accounts, const Cors& cors, std::string version)
    : accounts_(accounts), cors_(cors), version_(std::move(version)) {}

bool AuthRoutes::is_auth_path(std::string_view path) {
    return path == prefix || path.starts_with("/auth/v1/");
}

void AuthRoutes::handle(net::HttpRequest request, net::Respond respond) {
    Answer answer(request, std::move(respond));
    const std::string path = request.path.substr(prefix.size());
    const Route* route = find_route(path);
    if (route == nullptr) return answer.error(AuthFailure::not_found);
    const std::string_view method =
        request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
    if (route->method.empty() || route->method == method) {
        return (this->*route->handle)(std::move(request), std::move(answer));
    }
    if (route->other_handle != nullptr && route->other_method == method) {
        return (this->*route->other_handle)(std::move(request), std::move(answer));
    }
    answer.error(AuthFailure::method_not_allowed);
}

namespace {

/// Answers a session, or why there is none.
auto session_to(auto answer) {
    return [answer = std::move(answer)](AuthResult<AuthSession> session) mutable {
        if (!session) return answer.error(session.error());
        answer.json(200, session_json(*session));
    };
}

auto user_to(auto answer) {
    return [answer = std::move(answer)](AuthResult<AuthUser> user) mutable {
        if (!user) return answer.error(user.error());
        answer.json(200, user_json(*user));
    };
}

}  // namespace

void AuthRoutes::sign_up(net::HttpRequest request, Answer answer) {
    auto body = parse_auth_body(request.body);
    if (!body) return answer.error(AuthFailure::bad_json);
    if (body->phone && !body->phone->empty()) return answer.error(AuthFailure::phone_disabled);
    auto data = std::move(body->data).value_or(boost::json::object());
    Loop& loop = *request.loop;
    // Neither e-mail nor phone: that is what makes a guest, whatever else is there.
    if (!body->email || body->email->empty()) {
        return accounts_.sign_in_as_guest(
            std::move(data), origin_of(request), loop, session_to(std::move(answer)));
    }
    accounts_.sign_up(
        *std::move(body->email),
        std::move(body->password).value_or(""),
        std::move(data),
        origin_of(request),
        loop,
        session_to(std::move(answer)));
}

void AuthRoutes::give_token(net::HttpRequest request, Answer answer) {
    const std::string_view grant = request.parameter("grant_type");
    if (grant == "pkce" || grant == "id_token" || grant == "web3") {
        return answer.error(AuthFailure::feature_disabled);
    }
    if (grant != "password" && grant != "refresh_token") {
        return answer.error(AuthFailure::unsupported_grant);
    }
    auto body = parse_auth_body(request.body);
    if (!body) return answer.error(AuthFailure::bad_json);
    if (grant == "refresh_token") {
        return accounts_.refresh(
            std::move(body->refresh_token).value_or(""),
            origin_of(request),
            *request.loop,
            session_to(std::move(answer)));
    }
    if (body->phone && !body->phone->empty()) return answer.error(AuthFailure::phone_disabled);
    accounts_.sign_in(
        std::move(body->email).value_or(""),
        std::move(body->password).value_or(""),
        origin_of(request),
        *request.loop,
        session_to(std::move(answer)));
}

void AuthRoutes::find_user(net::HttpRequest request, Answer answer) {
    auto token = token_of(request);
    if (!token) return answer.error(token.error());
    accounts_.find_user(*std::move(token), *request.loop, user_to(std::move(answer)));
}

void AuthRoutes::update_user(net::HttpRequest request, Answer answer) {
    auto token = token_of(request);
    if (!token) return answer.error(token.error());
    auto body = parse_auth_body(request.body);
    if (!body) return answer.error(AuthFailure::bad_json);
    if (body->phone && !body->phone->empty()) return answer.error(AuthFailure::phone_disabled);
    AuthUserUpdate update{
        .email = std::move(body->email),
        .password = std::move(body->password),
        .metadata = std::move(body->data)};
    accounts_.update_user(
        *std::move(token), std::move(update), *request.loop, user_to(std::move(answer)));
}

void AuthRoutes::log_out(net::HttpRequest request, Answer answer) {
    auto token = token_of(request);
    if (!token) return answer.error(token.error());
    const auto scope = parse_scope(request.parameter("scope"));
    if (!scope) return answer.error(AuthFailure::unsupported_scope);
    accounts_.sign_out(
        *std::move(token),
        *scope,
        *request.loop,
        [answer = std::move(answer)](AuthResult<> done) mutable {
            if (!done) return answer.error(done.error());
            answer.send(empty_answer());
        });
}

void AuthRoutes::authorize(net::HttpRequest request, Answer answer) {
    const std::string target(request.parameter("redirect_to"));
    const std::string_view origin = origin_in(target);
    if (origin.empty() || !cors_.is_allowed(request, origin)) {
        return answer.error(AuthFailure::provider_disabled);
    }
    const std::string page = target.substr(0, target.find('#'));
    net::HttpResponse response = empty_answer();
    response.status = 302;
    response.headers.set(
        "Location",
        fmt::format(
            "{}{}error=server_error&error_code=validation_failed&error_description="
            "Unsupported+provider%3A+provider+is+not+enabled",
            page,
            page.contains('?') ? '&' : '?'));
    answer.send(std::move(response));
}

void AuthRoutes::settings(net::HttpRequest, Answer answer) {
    answer.json(200, settings_json(accounts_.settings()));
}

void AuthRoutes::health(net::HttpRequest, Answer answer) {
    std::string text = R"({"version":)";
    wire::append_json_string(text, version_);
    text += R"(,"name":"GoTrue","description":"The identity of a CodenCollab server"})";
    answer.json(200, std::move(text));
}

void AuthRoutes::keys(net::HttpRequest, Answer answer) {
    net::HttpResponse response = json_answer(200, accounts_.jwks());
    response.headers.set("Cache-Control", "public, max-age=600");
    answer.send(std::move(response));
}

void AuthRoutes::configuration(net::HttpRequest, Answer answer) {
    const std::string issuer = accounts_.issuer();
    std::string text = R"({"issuer":)";
    wire::append_json_string(text, issuer);
    text += R"(,"jwks_uri":)";
    wire::append_json_string(text, issuer + "/.well-known/jwks.json");
    text += '}';
    answer.json(200, std::move(text));
}

void AuthRoutes::mail_disabled(net::HttpRequest, Answer answer) {
    answer.error(AuthFailure::mail_disabled);
}

void AuthRoutes::feature_disabled(net::HttpRequest, Answer answer) {
    answer.error(AuthFailure::feature_disabled);
}

}  // namespace codencollab::gateway
