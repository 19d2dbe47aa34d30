#include "wire/engine_io.h"

#include "base/utf.h"
#include "wire/base64.h"

#include <algorithm>
#include <utility>

namespace codencollab::wire {

std::optional<EnginePacket> parse_engine_packet(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '6') return std::nullopt;
    return EnginePacket{static_cast<EngineType>(text.front()), text.substr(1), std::nullopt};
}

std::optional<std::vector<EnginePacket>> parse_payload(
    std::string_view body, std::size_t packets_max) {
    if (!is_valid_utf8(body)) return std::nullopt;
    std::vector<EnginePacket> packets;
    while (true) {
        if (packets.size() == packets_max) return std::nullopt;
        const auto end = std::min(body.find(payload_separator), body.size());
        const std::string_view text = body.substr(0, end);
        if (text.starts_with('b')) {
            EnginePacket packet;
            packet.type = EngineType::message;
            packet.binary = base64_decoded(text.substr(1));
            if (!packet.binary) return std::nullopt;
            packets.push_back(std::move(packet));
        } else {
            auto packet = parse_engine_packet(text);
            if (!packet) return std::nullopt;
            packets.push_back(std::move(*packet));
        }
        if (end == body.size()) return packets;
        body.remove_prefix(end + 1);
    }
}

}  // namespace codencollab::wire
