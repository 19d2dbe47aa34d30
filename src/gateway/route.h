#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace codencollab::gateway {

/// The routes of the contract's section 1 that this server answers itself.
enum class Route {
    health,
    ready,
    config,
    runtimes,
    rooms,
    room,
    preview,
    join,
    member,
    run,
    runs,
    one_run,
    run_input,
    code,
    history,
};

/// A path that is a route of ours, with what stood in its variable places. Views into the path.
struct RouteMatch {
    Route route;
    std::string_view room;    // "{id}"; empty where the route has none
    std::string_view second;  // "{user}" or "{run}"
};

/// None for a path that is no route: then it is a file of the web client, or nothing.
std::optional<RouteMatch> match_route(std::string_view path);

/// Whether the path lies where only routes are: unknown ones there get 404 and not the web client.
bool is_api_path(std::string_view path);

/// The methods of a route, as they stand in `Allow`.
std::string_view allowed_methods(Route route);
bool allows(Route route, std::string_view method);

}  // namespace codencollab::gateway
