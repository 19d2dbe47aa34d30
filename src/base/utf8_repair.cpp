#include "base/utf8_repair.h"

#include <cstddef>
#include <utility>

namespace codencollab {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Step {
    enum class Kind { character, invalid, unfinished };
    Kind kind;
    std::size_t bytes;  // of the input that it covers
};

unsigned char byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// What stands at the begin of `text`, which is not empty (Unicode 15, table 3-7).
Step next_step(std::string_view text) {
    const unsigned char lead = byte_at(text, 0);
    if (lead < 0x80) return {Step::Kind::character, 1};
    std::size_t length = 0;
    // The second byte's range is narrower after four leads: no overlong forms, no surrogates,
    // nothing above U+10FFFF.
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) length = 2;
    if (lead >= 0xE0 && lead <= 0xEF) length = 3;
    if (lead >= 0xF0 && lead <= 0xF4) length = 4;
    if (length == 0) return {Step::Kind::invalid, 1};
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    for (std::size_t at = 1; at < length; ++at) {
        if (at == text.size()) return {Step::Kind::unfinished, at};
        if (byte_at(text, at) < low || byte_at(text, at) > high) return {Step::Kind::invalid, at};
        low = 0x80;
        high = 0xBF;
    }
    return {Step::Kind::character, length};
}

}  // namespace

std::string Utf8Repair::push(std::string_view bytes) {
    const std::string joined = std::exchange(unfinished_, {}) + std::string(bytes);
    std::string_view rest = joined;
    std::string text;
    text.reserve(joined.size());
    while (!rest.empty()) {
        const Step step = next_step(rest);
        switch (step.kind) {
            case Step::Kind::character:
                text.append(rest.substr(0, step.bytes));
                break;
            case Step::Kind::invalid:
                text.append(replacement);
                break;
            case Step::Kind::unfinished:
                unfinished_ = rest;
                break;
        }
        rest.remove_prefix(step.bytes);
    }
    return text;
}

std::string Utf8Repair::finish() {
    return std::exchange(unfinished_, {}).empty() ? std::string() : std::string(replacement);
}

}  // namespace codencollab
