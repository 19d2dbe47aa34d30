#pragma once

#include "net/web_socket.h"
#include "runner/piston_api.h"

#include <memory>

namespace codencollab::runner {

/// Serves one connection to `/api/v2/connect`: one run, its output as it comes, its input, signals
/// and end. Lives until the connection is over, and ends the run with it.
/// Threads: the WebSocket's loop; the ports outlive it.
void serve_connect(const ApiPorts& ports, net::WebSocket socket);

}  // namespace codencollab::runner
