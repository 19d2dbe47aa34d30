#pragma once

#include "crdt/document.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

/// What the fuzzers of documents have in common.
namespace codencollab::crdt::fuzz {

inline void must(bool condition) {
    if (!condition) std::abort();
}

/// Far smaller than what a server allows: a run-length column may promise as many structs as the
/// limit in a few bytes, and a fuzzer has other things to do than to integrate them.
inline constexpr Limits limits{
    .structs = 5'000,
    .text_units = 100'000,
    .value_bytes = 1 << 20,
    .value_depth = 100,
    .type_depth = 50,
    .pending_bytes = 64 << 10,
    .pending_clients = 16,
    .delete_ranges = 5'000,
    .clients = 1'000,
};

inline DocumentOptions options(bool gc = true) {
    return {.gc = gc, .limits = limits};
}

/// A byte to choose by, then the rest.
inline std::uint8_t take_byte(std::string_view& input) {
    if (input.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(input.front());
    input.remove_prefix(1);
    return byte;
}

/// A piece of the input: two bytes of length, low one first, then as many as there are.
inline std::string_view take_piece(std::string_view& input) {
    const std::size_t low = take_byte(input);
    const std::size_t length = low | std::size_t{take_byte(input)} << 8;
    const std::string_view piece = input.substr(0, length);
    input.remove_prefix(piece.size());
    return piece;
}

inline Document loaded(std::string_view update, Format format, bool gc) {
    Document document(options(gc));
    must(document.apply(update, format).has_value());
    document.check_invariants();
    return document;
}

/// Whatever a document holds, it can be written, read again, and is then the same; but for what
/// lies about the order of things.
inline void check_whole(const Document& document, bool gc) {
    document.check_invariants();
    const std::string state = document.state_vector().encode();
    const std::string v1 = document.encode({}, Format::v1);
    for (const Format format : {Format::v1, Format::v2}) {
        const Document second = loaded(document.encode({}, format), format, gc);
        must(second.state_vector().encode() == state);
        must(second.has_pending() == document.has_pending());
        if (document.has_crossed_origins() || second.has_crossed_origins()) continue;
        const std::string again = second.encode({}, Format::v1);
        // How pending structs are cut may depend on how they came; not what a load makes of them.
        must(document.has_pending() || again == v1);
        must(loaded(again, Format::v1, gc).encode({}, Format::v1) == again);
    }
}

/// Applies what may be an update: refused, it changes nothing; taken, the document is whole.
inline bool apply(Document& document, std::string_view update, Format format, bool gc) {
    const std::string before = document.encode();
    const bool was_pending = document.has_pending();
    const auto applied = document.apply(update, format);
    if (!applied) {
        must(applied.error().at <= update.size());
        must(document.encode() == before && document.has_pending() == was_pending);
        document.check_invariants();
        return false;
    }
    must(applied->changed == !applied->update.empty());
    must(applied->pending == document.has_pending());
    check_whole(document, gc);
    return true;
}

/// An update on an empty document, and again; and on one that somebody has typed into.
inline void check_update(std::string_view update, Format format) {
    Document empty(options());
    if (apply(empty, update, format, true)) {
        const auto again = empty.apply(update, format);
        must(again && !again->changed);
    }

    Document filled(options(false));
    Transaction transaction(filled, 1);
    must(filled.text("code").insert(transaction, 0, "one\ntwo \xF0\x9F\x98\x80").has_value());
    must(filled.text("code").erase(transaction, 2, 3).has_value());
    must(filled.map("meta").set(transaction, "a", "\x7E").has_value());
    transaction.commit();
    apply(filled, update, format, false);
}

}  // namespace codencollab::crdt::fuzz
