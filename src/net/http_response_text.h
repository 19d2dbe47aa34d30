#pragma once

#include "net/http.h"

#include <string>

namespace codencollab::net {

/// What the server adds to an answer that its handler gave.
struct ResponseContext {
    bool is_head = false;
    bool keep_alive = true;
    bool takes_gzip = false;
};

/// Compresses the body where that is worth it, and gives status line and fields, with their empty
/// line.
std::string finish_response(HttpResponse& response, const ResponseContext& context);

/// Whether an Accept-Encoding takes gzip.
bool takes_gzip(const HttpHeaders& headers);

}  // namespace codencollab::net
