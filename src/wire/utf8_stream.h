#pragma once

#include <cstdint>
#include <string_view>

namespace codencollab::wire {

/// Checks UTF-8 that arrives in pieces, such as the fragments of a WebSocket message: strict, so
/// no surrogates, no overlong forms, nothing past U+10FFFF. One thread at a time.
class Utf8Stream {
  public:
    /// False as soon as no continuation can make the text valid; stays false.
    bool feed(std::string_view bytes);
    /// Whether what was fed ends at the end of a character.
    bool is_complete() const { return needed_ == 0; }
    void reset() { *this = Utf8Stream(); }

  private:
    bool take(std::uint8_t byte);

    std::uint8_t needed_ = 0;  // continuation bytes still to come
    // What the next continuation byte may be: narrower after E0, ED, F0 and F4.
    std::uint8_t low_ = 0x80;
    std::uint8_t high_ = 0xBF;
    bool failed_ = false;
};

}  // namespace codencollab::wire
