#pragma once

#include <string>
#include <string_view>

namespace codencollab {

/// Makes valid UTF-8 of bytes that arrive in pieces: a character that is split between two pieces
/// comes out whole, and each maximal invalid sequence becomes one U+FFFD (as in WHATWG).
/// Threads: one.
class Utf8Repair {
  public:
    /// The text that is certain by now; the begin of an unfinished character waits for the rest.
    std::string push(std::string_view bytes);
    /// The stream is over: an unfinished character becomes U+FFFD.
    std::string finish();

  private:
    std::string unfinished_;  // at most three bytes
};

}  // namespace codencollab
