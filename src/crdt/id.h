#pragma once

#include <cstdint>
#include <limits>

namespace codencollab::crdt {

/// One replica's number: at most 2^53-1.
using ClientNumber = std::uint64_t;

/// Counts a client's units (UTF-16 code units, values, types) from 0. Yjs allows 53 bits; a client
/// would have to type for a century to pass 32, so the engine refuses what does.
using Clock = std::uint32_t;

inline constexpr Clock max_clock = std::numeric_limits<Clock>::max();

/// One unit of one client.
struct Id {
    ClientNumber client = 0;
    Clock clock = 0;

    friend bool operator==(const Id&, const Id&) = default;
};

/// The two byte forms of an update: Yjs' v1 (fields in a row) and v2 (fields in columns).
enum class Format : std::uint8_t { v1 = 1, v2 = 2 };

}  // namespace codencollab::crdt
