#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::wire {

/// What an Engine.IO packet is; the value is its first byte.
enum class EngineType : char {
    open = '0',
    close = '1',
    ping = '2',
    pong = '3',
    message = '4',
    upgrade = '5',
    noop = '6',
};

/// One Engine.IO packet (revision 4). `data` points into what it was parsed from, or at `binary`.
struct EnginePacket {
    EngineType type = EngineType::noop;
    std::string_view data;              // without the type byte; of a text packet
    std::optional<std::string> binary;  // the bytes of a binary message
};

/// Takes one packet out of a WebSocket text frame. None when it is empty or of no known type.
std::optional<EnginePacket> parse_engine_packet(std::string_view text);

/// Takes a polling payload apart, in one pass: packets between 0x1E bytes, `b` and base64 for
/// binary messages. None when any of it is malformed, empty or not UTF-8, or when there are more
/// than `packets_max` packets. `body` must outlive the answer.
std::optional<std::vector<EnginePacket>> parse_payload(
    std::string_view body, std::size_t packets_max);

inline constexpr char payload_separator = '\x1e';

}  // namespace codencollab::wire
