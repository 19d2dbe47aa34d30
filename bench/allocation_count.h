#pragma once

#include <cstddef>

namespace codencollab {

/// How often the process has allocated so far: whoever allocates is counted, the libraries too.
/// Link allocation_count.cpp, which replaces the global operators. Threads: any.
std::size_t allocation_count();

}  // namespace codencollab
