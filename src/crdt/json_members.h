#pragma once

#include "crdt/json_value.h"

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace codencollab::crdt {

/// A member of a JSON object: its key, and the whole of it as JSON.stringify writes it, `"id":7`.
struct JsonMember {
    std::string_view key;
    std::string_view text;
};

/// `text` (valid UTF-8), checked as parse_json does, with `members` (at most 32) in place of
/// whatever it says under their keys, however it spells them and how often. Empty where nothing
/// has to change: the object says just that already, or it is no object.
/// Cost: linear; one allocation where something changes, nearly always none where not.
std::expected<std::string, JsonError> with_members(
    std::string_view text, std::size_t depth_max, std::span<const JsonMember> members);

}  // namespace codencollab::crdt
