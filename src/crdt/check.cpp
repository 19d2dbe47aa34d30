#include "crdt/check.h"

#include <cstdio>
#include <cstdlib>

namespace codencollab::crdt {

void ensure(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(
        stderr, "document invariant broken: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

}  // namespace codencollab::crdt
