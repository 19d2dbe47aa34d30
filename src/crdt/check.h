#pragma once

#include <string_view>

namespace codencollab::crdt {

/// Aborts with `what` on stderr unless it holds: for check_invariants(), in every build.
void ensure(bool holds, std::string_view what);

}  // namespace codencollab::crdt
