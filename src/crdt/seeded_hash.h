#pragma once

#include <cstddef>
#include <cstdint>

namespace codencollab::crdt {

/// Hashes integers that strangers choose. The seed is an address, which they do not know, so they
/// cannot choose numbers that fall together; nothing but the time of a search depends on it.
class SeededHash {
  public:
    explicit SeededHash(const void* seed)
        : seed_(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(seed))) {}

    std::size_t operator()(std::uint64_t value) const {
        std::uint64_t hash = value ^ seed_;
        hash = (hash ^ hash >> 32U) * 0x9E3779B97F4A7C15U;
        hash = (hash ^ hash >> 29U) * 0xBF58476D1CE4E5B9U;
        return hash ^ hash >> 32U;
    }

  private:
    std::uint64_t seed_;
};

}  // namespace codencollab::crdt
