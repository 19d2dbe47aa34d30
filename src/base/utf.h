#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codencollab {

/// UTF-8 to UTF-16. Accepts a lone surrogate in its three-byte form (WTF-8): JavaScript strings may
/// hold half an emoji, and dropping it would shift every position after it. Other invalid bytes
/// become U+FFFD, one for each maximal invalid sequence (as in WHATWG).
std::u16string to_utf16(std::string_view utf8);

/// UTF-16 to UTF-8; a lone surrogate becomes its three-byte form, so that nothing is lost on the
/// way back. Such bytes must not go onto a wire as they are: JSON writers escape them.
std::string to_utf8(std::u16string_view utf16);

/// Appends one code point; a surrogate becomes its three-byte form.
void append_utf8(std::string& out, char32_t point);

/// Whether the bytes are strictly valid UTF-8 (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view bytes);

/// Units that the text takes in UTF-16.
std::size_t utf16_length(std::string_view utf8);

}  // namespace codencollab
