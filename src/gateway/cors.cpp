#include "gateway/cors.h"

#include <algorithm>
#include <utility>

namespace codencollab::gateway {

namespace {

constexpr std::string_view socket_path = "/socket.io";

// What our clients and supabase-js send; other headers that a preflight asks for are left out.
constexpr const char* rest_headers =
    "authorization, apikey, content-type, idempotency-key, x-client-info, x-supabase-api-version";
constexpr const char* rest_methods = "GET, POST, PUT, PATCH, DELETE";
constexpr const char* socket_headers = "content-type, authorization, x-client-info";
constexpr const char* socket_methods = "GET, POST, OPTIONS";

bool is_socket_request(const net::HttpRequest& request) {
    return request.path == socket_path || request.path.starts_with("/socket.io/");
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a,
        b,
        {},
        [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; },
        [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
}

}  // namespace

Cors::Cors(std::vector<std::string> frontend_origins)
    : frontend_origins_(std::move(frontend_origins)) {}

bool Cors::is_allowed(const net::HttpRequest& request, std::string_view origin) const {
    if (std::ranges::find(frontend_origins_, origin) != frontend_origins_.end()) return true;
    const std::string_view host = request.headers.get("host");
    if (host.empty()) return false;
    // Which scheme the browser used is known only to a proxy in front of us: both are our own.
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme) && equal_ignoring_case(origin.substr(scheme.size()), host)) {
            return true;
        }
    }
    return false;
}

bool Cors::is_preflight(const net::HttpRequest& request) {
    return request.method == "OPTIONS" && request.headers.contains("access-control-request-method");
}

net::HttpResponse Cors::preflight(const net::HttpRequest& request) const {
    net::HttpResponse response{204, {}, {}, {}};
    for (auto& [name, value] : headers_for(request))
        response.headers.set(name, value);
    if (!is_allowed(request, request.headers.get("origin"))) return response;

    const bool is_socket = is_socket_request(request);
    response.headers.set("Access-Control-Allow-Methods", is_socket ? socket_methods : rest_methods);
    response.headers.set("Access-Control-Allow-Headers", is_socket ? socket_headers : rest_headers);
    response.headers.set("Access-Control-Max-Age", "600");
    return response;
}

std::vector<std::pair<std::string, std::string>> Cors::headers_for(
    const net::HttpRequest& request) const {
    // Also without an Origin: a cache must not give an answer for one origin to another.
    std::vector<std::pair<std::string, std::string>> headers = {{"Vary", "Origin"}};
    const std::string_view origin = request.headers.get("origin");
    if (origin.empty() || !is_allowed(request, origin)) return headers;

    headers.emplace_back("Access-Control-Allow-Origin", origin);
    if (is_socket_request(request)) {
        // Clients with `withCredentials`: we set no cookie, but a load balancer may.
        headers.emplace_back("Access-Control-Allow-Credentials", "true");
    } else {
        headers.emplace_back(
            "Access-Control-Expose-Headers",
            "x-supabase-api-version, x-sb-error-code, retry-after");
    }
    return headers;
}

}  // namespace codencollab::gateway
