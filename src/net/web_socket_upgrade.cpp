#include "net/web_socket_upgrade.h"

#include "wire/base64.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>

namespace codencollab::net {

bool is_web_socket_handshake(const HttpRequest& request) {
    return request.method == "GET" && request.headers.has_token("Upgrade", "websocket") &&
           request.headers.has_token("Connection", "upgrade");
}

std::optional<std::string> web_socket_accept_key(std::string_view key) {
    constexpr std::string_view magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3
    const auto nonce = wire::base64_decoded(key);
    if (!nonce || nonce->size() != 16) return std::nullopt;
    std::string text(key);
    text += magic;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
        return std::nullopt;
    }
    return wire::base64_encoded(std::string(digest.data(), digest.data() + size));
}

std::expected<std::string, HttpResponse> web_socket_answer(const HttpRequest& request) {
    if (request.headers.get("Sec-WebSocket-Version") != "13") {
        HttpResponse refusal = error_response(
            426, "bad_request", "Only version 13 of the WebSocket protocol is spoken.");
        refusal.headers.add("Sec-WebSocket-Version", "13");
        refusal.headers.add("Upgrade", "websocket");
        return std::unexpected(std::move(refusal));
    }
    const auto accept = web_socket_accept_key(request.headers.get("Sec-WebSocket-Key"));
    if (!accept) {
        return std::unexpected(
            error_response(400, "bad_request", "Sec-WebSocket-Key is not 16 bytes in base64."));
    }
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           *accept + "\r\n\r\n";
}

}  // namespace codencollab::net
