#pragma once

#include "base/unique_fd.h"

#include <cstddef>

namespace codencollab::runner {

/// The body of the spawner: serves requests from `socket` until its other end is gone, then ends
/// every sandbox, removes its control groups and exits. Called in a fresh fork.
[[noreturn]] void serve_as_spawner(UniqueFd socket, std::size_t slots);

}  // namespace codencollab::runner
