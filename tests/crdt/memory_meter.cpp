#include "memory_meter.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

std::size_t allocation_count = 0;
std::ptrdiff_t bytes = 0;
std::ptrdiff_t peak = 0;

}  // namespace

namespace codencollab::crdt {

MemoryMeter::MemoryMeter() {
    allocation_count = 0;
    bytes = 0;
    peak = 0;
}

std::size_t MemoryMeter::allocations() const {
    return allocation_count;
}

std::size_t MemoryMeter::peak_bytes() const {
    return static_cast<std::size_t>(peak);
}

std::size_t MemoryMeter::bytes_now() const {
    return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace codencollab::crdt

// In a file of their own: inlined into their callers, GCC takes them for a mismatched pair.
void* operator new(std::size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    ++allocation_count;
    bytes += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
    if (bytes > peak) peak = bytes;
    return memory;
}
void operator delete(void* memory) noexcept {
    if (memory != nullptr) bytes -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}
