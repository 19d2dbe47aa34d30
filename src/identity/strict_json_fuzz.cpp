#include "identity/strict_json.h"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// The payload of a token behind its base64url: what is taken says the same when it is written and
/// read once more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using codencollab::identity::parse_strict_object;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto object = parse_strict_object(text, 16);
    if (object && !parse_strict_object(boost::json::serialize(*object), 16)) std::abort();
    return 0;
}
