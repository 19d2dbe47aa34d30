#pragma once

#include "crdt/error.h"
#include "crdt/update_records.h"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

/// JSON text, as which update v1 carries formats and embeds, and values in lib0's any form, as
/// which the engine keeps them.
namespace codencollab::crdt {

/// Why JSON text was refused: bad_json or too_deep; `at` counts from the start of the text.
struct JsonError {
    DecodeError::Code code;
    std::size_t at;
};

class ValueBuilder;

/// Parses one JSON text (valid UTF-8) as JSON.parse does and writes its value to `out`. Half a
/// surrogate pair, which only an escape can say, becomes U+FFFD.
/// Cost: linear; no recursion. `depth_max` bounds the containers inside each other.
std::expected<void, JsonError> parse_json(
    std::string_view text, std::size_t depth_max, ValueBuilder& out);

/// The same, as a view into `arena` or into static text.
std::expected<std::string_view, JsonError> json_to_any(
    std::string_view text, std::size_t depth_max, Arena& arena);

/// Appends one well-formed value as JSON.stringify would write it, bytes as the object of numbers
/// that they are to it. Where JavaScript writes nothing or throws: undefined alone becomes null,
/// a big integer its digits.
void append_json(std::string_view any, std::string& out);

/// Appends a number as JavaScript's Number::toString writes it; what is not finite as null.
void append_json_number(double value, std::string& out);

}  // namespace codencollab::crdt
