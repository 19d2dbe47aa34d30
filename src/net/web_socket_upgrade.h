#pragma once

#include "net/http_text.h"
#include "net/web_socket.h"

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::net {

/// The HTTP connection's side of a WebSocketUpgrade.
class WebSocketUpgrade::Waiting {
  public:
    /// Answers 500 when it was not answered.
    virtual ~Waiting() = default;
    virtual WebSocket accept(WebSocketOptions options) = 0;
    virtual void refuse(HttpResponse response) = 0;
};

/// Whether a request asks for a WebSocket at all.
bool is_web_socket_handshake(const HttpRequest& request);

/// Checks such a request after RFC 6455, 4.2.1, and gives the answer to it, whole with its empty
/// line; or the refusal.
std::expected<std::string, HttpResponse> web_socket_answer(const HttpRequest& request);

/// `Sec-WebSocket-Accept` of a key; none when the key is not 16 bytes in base64.
std::optional<std::string> web_socket_accept_key(std::string_view key);

}  // namespace codencollab::net
