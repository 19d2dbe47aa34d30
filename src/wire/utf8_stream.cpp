#include "wire/utf8_stream.h"

#include <cstring>

namespace codencollab::wire {

bool Utf8Stream::feed(std::string_view bytes) {
    std::size_t i = 0;
    while (i < bytes.size() && !failed_) {
        // Eight ASCII bytes at a time: almost all text that people type.
        if (needed_ == 0) {
            std::uint64_t word = 0;
            while (bytes.size() - i >= sizeof word) {
                std::memcpy(&word, bytes.data() + i, sizeof word);
                if ((word & 0x8080808080808080U) != 0) break;
                i += sizeof word;
            }
            if (i == bytes.size()) break;
        }
        failed_ = !take(static_cast<std::uint8_t>(bytes[i]));
        ++i;
    }
    return !failed_;
}

bool Utf8Stream::take(std::uint8_t byte) {
    if (needed_ > 0) {
        if (byte < low_ || byte > high_) return false;
        low_ = 0x80;
        high_ = 0xBF;
        --needed_;
        return true;
    }
    if (byte < 0x80) return true;
    if (byte < 0xC2 || byte > 0xF4) return false;
    needed_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    if (byte == 0xE0) low_ = 0xA0;   // overlong otherwise
    if (byte == 0xED) high_ = 0x9F;  // surrogates otherwise
    if (byte == 0xF0) low_ = 0x90;   // overlong otherwise
    if (byte == 0xF4) high_ = 0x8F;  // past U+10FFFF otherwise
    return true;
}

}  // namespace codencollab::wire
