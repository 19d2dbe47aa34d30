#pragma once

#include <cstddef>

namespace codencollab::crdt {

/// What happens to the process' heap while it lives: a bound on memory is a bound for a stranger's
/// bytes too. Link memory_meter.cpp, which replaces the global operators. One at a time, one
/// thread.
class MemoryMeter {
  public:
    MemoryMeter();

    std::size_t allocations() const;
    /// The most bytes that were held at once, beyond those at the beginning.
    std::size_t peak_bytes() const;
    /// Bytes held now, beyond those at the beginning.
    std::size_t bytes_now() const;
};

}  // namespace codencollab::crdt
