#include "bench/allocation_count.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t>& allocations() {
    static constinit std::atomic<std::size_t> count{0};
    return count;
}

}  // namespace

std::size_t codencollab::allocation_count() {
    return allocations().load(std::memory_order_relaxed);
}

// In a file of their own: inlined into their callers, GCC takes them for a mismatched pair.
// NOLINTBEGIN(cppcoreguidelines-no-malloc): what replaces `new` has nothing else to stand on.
void* operator new(std::size_t size) {
    allocations().fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
// NOLINTEND(cppcoreguidelines-no-malloc)
