#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::wire {

enum class SocketType {
    connect = 0,
    disconnect = 1,
    event = 2,
    ack = 3,
    connect_error = 4,
    binary_event = 5,
    binary_ack = 6,
};

/// The largest ack id: what a JavaScript number holds exactly.
inline constexpr std::uint64_t ack_id_max = (std::uint64_t{1} << 53) - 1;

/// A Socket.IO packet (revision 5) taken apart but for its JSON; points into its text.
struct SocketPacketText {
    SocketType type = SocketType::connect;
    std::size_t attachments = 0;  // 1 or more for the binary types, else 0
    std::string_view socket_namespace = "/";
    std::optional<std::uint64_t> id;
    std::string_view payload;  // JSON or empty
};

/// `<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]`. None when it is no packet.
std::optional<SocketPacketText> parse_socket_packet(std::string_view text);

/// The name in the payload of an event, without reading the rest; empty when there is none.
std::string event_name_of(std::string_view payload);

/// A packet from a client, whole and checked.
struct SocketPacket {
    SocketType type = SocketType::connect;
    std::string socket_namespace;
    std::optional<std::uint64_t> id;
    std::string name;  // of an event; a number as its digits
    boost::json::value
        payload;  // CONNECT: object or null; EVENT: array without the name; ACK: array
    std::vector<std::string> attachments;
};

struct SocketDecoderLimits {
    std::size_t message_bytes = 1 << 20;       // header and attachments; past it: too_large
    std::size_t message_bytes_hard = 8 << 20;  // past it: failed
    std::size_t attachments_max = 4;
    std::vector<std::string> large_events{};  // events that message_bytes does not bound
};

/// Puts the packets of one session together: text, then its attachments. Keeps to every rule of the
/// protocol; after `failed` the session has to be closed. One thread at a time.
class SocketDecoder {
  public:
    enum class Step {
        incomplete,  // attachments are still to come
        packet,      // take() has it
        too_large,   // take() has type, namespace, id and name of an event over message_bytes
        failed,
    };

    explicit SocketDecoder(SocketDecoderLimits limits);

    Step feed_text(std::string_view text);
    Step feed_binary(std::string bytes);
    SocketPacket take();

  private:
    Step finish() const;

    SocketDecoderLimits limits_;
    SocketPacket packet_;
    std::size_t attachments_left_ = 0;
    std::size_t size_bytes_ = 0;
    bool is_too_large_ = false;
};

}  // namespace codencollab::wire
