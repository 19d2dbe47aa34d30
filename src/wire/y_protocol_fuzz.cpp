#include "wire/y_protocol.h"

#include "base/utf.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

// Whatever is read is written as a frame no longer than it came, and is read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace wire = codencollab::wire;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto message = wire::decode_y_message(bytes);
    if (!message) {
        if (message.error().at > size) std::abort();
        return 0;
    }
    if (const auto* denied = std::get_if<wire::PermissionDenied>(&*message)) {
        if (!codencollab::is_valid_utf8(denied->reason)) std::abort();
    }
    if (std::holds_alternative<wire::UnknownMessage>(*message)) return 0;
    const std::string frame = wire::encode_y_message(*message);
    if (frame.size() > size) std::abort();
    if (wire::decode_y_message(frame) != *message) std::abort();
    return 0;
}
