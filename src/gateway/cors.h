#pragma once

#include "net/http.h"

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::gateway {

/// Which web origins may use this server, and the headers that tell browsers so: one place for
/// REST, /auth/v1 and Socket.IO. Immutable. Threads: any.
class Cors {
  public:
    /// `frontend_origins` as browsers send them: "https://app.example.com".
    explicit Cors(std::vector<std::string> frontend_origins);

    /// The server's own host (as the request names it) and the configured ones.
    bool is_allowed(const net::HttpRequest& request, std::string_view origin) const;

    /// Whether the request is a browser's question before the request proper.
    static bool is_preflight(const net::HttpRequest& request);
    net::HttpResponse preflight(const net::HttpRequest& request) const;

    /// The headers for the answer to this request, errors included; taken before the request is
    /// handed on, because the answer may come later.
    std::vector<std::pair<std::string, std::string>> headers_for(
        const net::HttpRequest& request) const;

  private:
    std::vector<std::string> frontend_origins_;
};

}  // namespace codencollab::gateway
