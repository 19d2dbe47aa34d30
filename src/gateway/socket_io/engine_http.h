#pragma once

#include "net/http.h"

#include <string>
#include <string_view>

namespace codencollab::gateway {

/// What Engine.IO answers to a request that it refuses; the value is its `code`.
enum class EngineError {
    unknown_transport = 0,
    unknown_sid = 1,
    bad_handshake_method = 2,
    bad_request = 3,
    forbidden = 4,
    unsupported_version = 5,
};

/// `{"code":N,"message":"…"}`; `message` only for `forbidden`, the others have their own.
net::HttpResponse engine_error(EngineError error, std::string_view message = {});

}  // namespace codencollab::gateway
