#pragma once

#include "net/http.h"
#include "runner/run_board.h"
#include "runner/runtimes.h"

#include <memory>
#include <string>

namespace codencollab::runner {

struct ApiSettings {
    std::string token;      // empty: nothing is asked
    std::string isolation;  // for /health
    std::chrono::milliseconds interactive_wall{300'000};
    std::chrono::milliseconds init_timeout{1'000};
    std::size_t body_bytes = 2 << 20;
};

/// What the API's parts share. The board belongs to `loop`; all else never changes.
struct ApiPorts {
    PollLoop& loop;
    RunBoard& board;
    const Runtimes& runtimes;
    ApiSettings settings;
};

/// The Piston v2 API over HTTP: `/api/v2/runtimes`, `execute`, `packages`, the upgrade of
/// `connect`, and `/health`.
///
/// Ownership: the ports outlive it, and it outlives the server that calls it.
/// Threads: called on the server's loops; the board is reached by posting alone.
class PistonApi final : public net::HttpHandler {
  public:
    explicit PistonApi(ApiPorts ports) : ports_(std::move(ports)) {}

    std::size_t body_limit(const net::HttpRequest& head) const override;
    net::HttpResponse on_body_too_large(const net::HttpRequest& head) override;
    void on_request(net::HttpRequest request, net::Respond respond) override;
    void on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) override;

  private:
    bool is_authorised(const net::HttpRequest& request) const;
    void execute(const net::HttpRequest& request, net::Respond respond);
    /// To who wants to install or remove one: nobody can.
    net::HttpResponse package_answer(const net::HttpRequest& request) const;
    void health(net::Respond respond);

    ApiPorts ports_;
};

}  // namespace codencollab::runner
