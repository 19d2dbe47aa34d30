#pragma once

#include "check.h"
#include "crdt/document.h"
#include "vector_file.h"

#include <boost/json/object.hpp>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt::vectors {

/// A `history` vector: what clients sent, in the order in which it came, and what Yjs then held.
struct History {
    explicit History(const boost::json::object& one);

    Document empty_document() const { return Document(DocumentOptions{.gc = gc, .limits = {}}); }

    /// How far Yjs' replicas agree among themselves, and so how far bytes can be compared.
    enum class Canonical { none, normal, exact };

    const boost::json::object& fields;
    bool gc;
    bool stuck;  // Yjs held structs back although everything was there
    Canonical canonical;
    std::vector<DeliveredUpdate> updates;
    std::string state_vector;
    std::string v1;
    std::string v2;
    std::string normal_v1;  // v1, loaded and encoded again
};

/// Applies an update that must be taken; the answer is only of use until the next call.
Applied must_apply(Document& document, std::string_view update, Format format, Check& check);

/// A document that took these updates.
Document holding(
    const History& history, std::initializer_list<DeliveredUpdate> updates, Check& check);

/// Whether the document, which saw everything, is as the history ends.
void check_end(
    const History& history, const Document& document, std::string_view how, Check& check);

/// Documents: in order, in other orders, loaded again, with positions and old states.
void check_replays(const History& history, Check& check);
/// Functions on bytes: merges, diffs and conversions.
void check_bytes(const History& history, Check& check);

}  // namespace codencollab::crdt::vectors
