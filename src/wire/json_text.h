#pragma once

#include "base/error.h"

#include <boost/json/value.hpp>  // IWYU pragma: export

#include <string>
#include <string_view>

namespace codencollab::wire {

/// Deepest nesting of arrays and objects that parse_json takes.
inline constexpr std::size_t json_depth_max = 32;

/// Parses JSON that a stranger sent. Takes escapes of lone surrogates ("\ud83d", which JavaScript
/// sends for half an emoji) and keeps them in the three-byte form of base/utf.h, so that
/// `to_utf16` gives the sender's text back, unit for unit. Raw bytes of the input must be UTF-8.
/// Fails with `bad_request`: malformed, nested deeper than json_depth_max, or more than one value.
/// Threads: any. Cost: one parse; one copy of the input when it holds a lone surrogate.
Result<boost::json::value> parse_json(std::string_view text);

/// Appends `text` as a JSON string, quotes included. Lone surrogates are written as escapes, so the
/// output is valid UTF-8 always.
void append_json_string(std::string& out, std::u16string_view text);

/// The same for UTF-8 that may hold lone surrogates in their three-byte form; other invalid bytes
/// become U+FFFD.
void append_json_string(std::string& out, std::string_view wtf8);

/// Appends a whole value. Unlike boost::json::serialize it escapes lone surrogates, as above.
void append_json(std::string& out, const boost::json::value& value);

}  // namespace codencollab::wire
