#pragma once

#include "base/limits.h"
#include "gateway/room_homes.h"
#include "gateway/route.h"
#include "net/http.h"

#include <atomic>
#include <functional>
#include <string>

namespace codencollab::gateway {

/// What `GET /config.json` tells the web client, beside the limits.
struct ClientConfig {
    std::string version;
    std::string supabase_url;  // empty: this server is the issuer
    std::string supabase_anon_key;
};

/// The routes that say how the server is: /health, /ready, /config.json, /runtimes.
///
/// Ownership: everything handed in outlives it. Threads: any; `handle` on the request's loop.
class ServiceRoutes {
  public:
    /// `store_problem` answers empty while the store works, else why not; called on any thread.
    ServiceRoutes(
        const RoomHomes& homes,
        const Limits& limits,
        ClientConfig config,
        std::function<std::string()> store_problem);

    net::HttpResponse handle(Route route, const net::HttpRequest& request) const;

    /// From now on `/ready` says no: nothing new shall be sent here.
    void start_draining() { is_draining_.store(true, std::memory_order_relaxed); }

  private:
    net::HttpResponse health() const;
    net::HttpResponse ready(const room::Executor& executor) const;
    net::HttpResponse runtimes(const room::Executor& executor) const;

    const RoomHomes& homes_;
    std::string version_;
    std::string config_json_;
    std::function<std::string()> store_problem_;
    // A flag and nothing else: no other memory depends on when a loop sees it.
    std::atomic<bool> is_draining_ = false;
};

}  // namespace codencollab::gateway
