#include "gateway/route.h"

#include <algorithm>

namespace codencollab::gateway {

namespace {

struct Pattern {
    std::string_view path;  // {} stands for one segment, whatever it holds
    Route route;
};

constexpr Pattern patterns[] = {
    {"/health", Route::health},
    {"/ready", Route::ready},
    {"/config.json", Route::config},
    {"/runtimes", Route::runtimes},
    {"/rooms", Route::rooms},
    {"/rooms/{}", Route::room},
    {"/rooms/{}/preview", Route::preview},
    {"/rooms/{}/join", Route::join},
    {"/rooms/{}/members/{}", Route::member},
    {"/rooms/{}/run", Route::run},
    {"/rooms/{}/runs", Route::runs},
    {"/rooms/{}/runs/{}", Route::one_run},
    {"/rooms/{}/runs/{}/stdin", Route::run_input},
    {"/rooms/{}/code", Route::code},
    {"/rooms/{}/history", Route::history},
};

std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    return segment;
}

bool matches(const Pattern& pattern, std::string_view path, RouteMatch& match) {
    std::string_view expected = pattern.path;
    match = {pattern.route, {}, {}};
    while (!expected.empty() && !path.empty()) {
        const std::string_view want = take_segment(expected);
        const std::string_view have = take_segment(path);
        if (want == "{}") {
            if (have.empty()) return false;
            (match.room.empty() ? match.room : match.second) = have;
        } else if (want != have) {
            return false;
        }
    }
    return expected.empty() && path.empty();
}

}  // namespace

std::optional<RouteMatch> match_route(std::string_view path) {
    if (!path.starts_with('/')) return std::nullopt;
    RouteMatch match{};
    for (const Pattern& pattern : patterns) {
        if (matches(pattern, path, match)) return match;
    }
    return std::nullopt;
}

bool is_api_path(std::string_view path) {
    for (const std::string_view root : {"/rooms", "/auth", "/yjs", "/api"}) {
        if (!path.starts_with(root)) continue;
        if (path.size() == root.size() || path[root.size()] == '/') return true;
    }
    return path == "/metrics";
}

std::string_view allowed_methods(Route route) {
    switch (route) {
        case Route::health:
        case Route::ready:
        case Route::config:
        case Route::runtimes:
        case Route::preview:
        case Route::runs:
        case Route::code:
        case Route::history:
            return "GET, HEAD";
        case Route::rooms:
            return "GET, HEAD, POST";
        case Route::room:
            return "GET, HEAD, PATCH, DELETE";
        case Route::member:
            return "PUT, DELETE";
        case Route::one_run:
            return "DELETE";
        case Route::join:
        case Route::run:
        case Route::run_input:
            return "POST";
    }
    return "";
}

bool allows(Route route, std::string_view method) {
    std::string_view rest = allowed_methods(route);
    while (!rest.empty()) {
        const auto comma = rest.find(", ");
        if (rest.substr(0, comma) == method) return true;
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 2);
    }
    return false;
}

}  // namespace codencollab::gateway
