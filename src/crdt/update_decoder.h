#pragma once

#include "crdt/error.h"
#include "crdt/limits.h"
#include "crdt/update_records.h"

#include <expected>
#include <string_view>

namespace codencollab::crdt {

/// Decodes a whole update and checks all that needs no document: lengths against the bytes that
/// are left, UTF-8, values, depth, references to the own client's future, limits. `out` is cleared
/// first; after a refusal its content means nothing. Values are normalised as a round trip through
/// JavaScript would (docs/wire-format.md, section 1).
/// Cost: linear in the bytes; no allocation once `out` has grown to what such updates need.
std::expected<void, DecodeError> decode_update(
    std::string_view bytes, Format format, const Limits& limits, UpdateRecords& out);

/// The same, but adds to what `out` holds: for many small updates at once. The limits hold for each
/// update by itself.
std::expected<void, DecodeError> append_update(
    std::string_view bytes, Format format, const Limits& limits, UpdateRecords& out);

}  // namespace codencollab::crdt
