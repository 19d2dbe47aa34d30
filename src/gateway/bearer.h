#pragma once

#include "base/error.h"
#include "net/http.h"

#include <string>

namespace codencollab::gateway {

/// The token of `Authorization: Bearer …`. Fails with `missing_token` when there is none, and with
/// `invalid_token` for anything else than exactly one such header with exactly one token.
Result<std::string> bearer_token(const net::HttpRequest& request);

}  // namespace codencollab::gateway
