#include "memory_meter.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

struct Count {
    std::size_t allocations = 0;
    std::ptrdiff_t bytes = 0;
    std::ptrdiff_t peak = 0;
};

Count& count() {
    static constinit Count of_process;
    return of_process;
}

}  // namespace

namespace codencollab::crdt {

MemoryMeter::MemoryMeter() {
    count() = {};
}

std::size_t MemoryMeter::allocations() const {
    return count().allocations;
}

std::size_t MemoryMeter::peak_bytes() const {
    return static_cast<std::size_t>(count().peak);
}

std::size_t MemoryMeter::bytes_now() const {
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(count().bytes, 0));
}

}  // namespace codencollab::crdt

// In a file of their own: inlined into their callers, GCC takes them for a mismatched pair.
// NOLINTBEGIN(cppcoreguidelines-no-malloc): what replaces `new` has nothing else to stand on.
void* operator new(std::size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    Count& here = count();
    ++here.allocations;
    here.bytes += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
    here.peak = std::max(here.peak, here.bytes);
    return memory;
}
void operator delete(void* memory) noexcept {
    if (memory != nullptr) count().bytes -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}
// NOLINTEND(cppcoreguidelines-no-malloc)
