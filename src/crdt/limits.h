#pragma once

#include <cstddef>

namespace codencollab::crdt {

/// Bounds on what a document, or a function on bytes, takes from strangers.
struct Limits {
    std::size_t structs = 1 << 20;        // in one update, and in a document
    std::size_t text_units = 1 << 20;     // visible UTF-16 units of all texts of a document
    std::size_t value_bytes = 8 << 20;    // of all values, embeds and formats of a document
    std::size_t value_depth = 100;        // nesting inside one value (any, JSON)
    std::size_t type_depth = 256;         // shared types inside shared types
    std::size_t pending_bytes = 4 << 20;  // updates that wait for what has not arrived
    std::size_t pending_clients = 64;     // clients that they are from
    std::size_t delete_ranges = 1 << 20;  // in one update
    std::size_t clients = (1 << 20) - 2;  // of a document
};

}  // namespace codencollab::crdt
