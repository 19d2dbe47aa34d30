#include "wire/socket_io.h"

#include "wire/engine_io.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using codencollab::wire::ack_id_max;
using codencollab::wire::EnginePacket;
using codencollab::wire::EngineType;
using codencollab::wire::parse_payload;
using codencollab::wire::SocketDecoder;
using codencollab::wire::SocketDecoderLimits;
using codencollab::wire::SocketPacket;
using codencollab::wire::SocketType;

}  // namespace

// A POST of a polling client, from its body to Socket.IO packets: whatever comes out is whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(data, data + size);
    auto packets = parse_payload(body, 128);
    if (!packets) return 0;
    if (packets->empty() || packets->size() > 128) std::abort();
    SocketDecoder decoder(SocketDecoderLimits{200, 400, 4, {"code_change"}});
    for (EnginePacket& packet : *packets) {
        if (packet.type != EngineType::message) continue;
        const auto step = packet.binary ? decoder.feed_binary(std::move(*packet.binary))
                                        : decoder.feed_text(packet.data);
        if (step == SocketDecoder::Step::failed) return 0;
        if (step != SocketDecoder::Step::packet) continue;
        const SocketPacket whole = decoder.take();
        const bool is_event =
            whole.type == SocketType::event || whole.type == SocketType::binary_event;
        if (is_event && !whole.payload.is_array()) std::abort();
        if (whole.id.value_or(0) > ack_id_max || whole.attachments.size() > 4) std::abort();
    }
    return 0;
}
