#include "wire/json_text.h"

#include "base/utf.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// Whatever parses is written as valid UTF-8, and what was written parses again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace wire = codencollab::wire;
    const std::string text(data, data + size);
    const auto value = wire::parse_json(text);
    if (!value) return 0;
    std::string written;
    wire::append_json(written, *value);
    if (!codencollab::is_valid_utf8(written)) std::abort();
    if (!wire::parse_json(written)) std::abort();
    return 0;
}
