#include "gateway/socket_io/engine_http.h"

#include "wire/json_text.h"

#include <fmt/format.h>

namespace codencollab::gateway {
namespace {

std::string_view message_of(EngineError error) {
    switch (error) {
        case EngineError::unknown_transport:
            return "Transport unknown";
        case EngineError::unknown_sid:
            return "Session ID unknown";
        case EngineError::bad_handshake_method:
            return "Bad handshake method";
        case EngineError::bad_request:
            return "Bad request";
        case EngineError::forbidden:
            return "Forbidden";
        case EngineError::unsupported_version:
            return "Unsupported protocol version";
    }
    return "Bad request";
}

}  // namespace

net::HttpResponse engine_error(EngineError error, std::string_view message) {
    net::HttpResponse response;
    response.status = error == EngineError::forbidden ? 403 : 400;
    response.headers.add("Content-Type", "application/json");
    response.body = fmt::format(R"({{"code":{},"message":)", static_cast<int>(error));
    wire::append_json_string(response.body, message.empty() ? message_of(error) : message);
    response.body += '}';
    return response;
}

}  // namespace codencollab::gateway
