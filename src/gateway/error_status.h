#pragma once

#include "base/error.h"

namespace codencollab::gateway {

/// The HTTP status of a failure: the one table (contract, section 1).
int http_status(ErrorCode code);

}  // namespace codencollab::gateway
