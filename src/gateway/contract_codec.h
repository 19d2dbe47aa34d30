#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "gateway/socket_io/packet.h"
#include "net/web_socket.h"
#include "room/change.h"
#include "room/outbox.h"

#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace codencollab::gateway {

/// A server event as a Socket.IO packet: the frame that rooms pass around.
class PacketFrame final : public room::Frame {
  public:
    explicit PacketFrame(SharedPacket packet) : packet_(std::move(packet)) {}
    std::size_t size_bytes() const override { return packet_->size_bytes(); }
    const SharedPacket& packet() const { return packet_; }

  private:
    SharedPacket packet_;
};

/// A message of y-protocols as a WebSocket frame: what rooms pass around for y-websocket.
class YFrame final : public room::Frame {
  public:
    explicit YFrame(net::SharedBytes bytes) : bytes_(std::move(bytes)) {}
    std::size_t size_bytes() const override { return bytes_->size(); }
    const net::SharedBytes& bytes() const { return bytes_; }

  private:
    net::SharedBytes bytes_;
};

/// Server events as clients get them, encoded once, whoever gets them and over whatever transport:
/// a PacketFrame for the kinds that speak Socket.IO, a YFrame for y-websocket.
/// Threads: any; immutable. `limits` outlives it.
class ContractCodec final : public room::FrameEncoder {
  public:
    explicit ContractCodec(const Limits& limits) : limits_(limits) {}
    room::SharedFrame encode(const room::Event& event, room::ClientKind kind) override;

  private:
    const Limits& limits_;
};

// Client events, from the JSON of their first argument. Each fails with `bad_payload` and says
// which field is wrong; keys that the contract does not have are ignored.

struct JoinRequest {
    std::string room_id;  // as sent: what is no id is no room
    room::ClientKind kind = room::ClientKind::delta;
};
Result<JoinRequest> parse_join(const boost::json::value& payload);

/// How much it may hold is the room's to judge: a client whose change is refused there gets its
/// text mended.
Result<room::CodeChange> parse_code_change(const boost::json::value& payload);

Result<room::Cursor> parse_cursor(const boost::json::value& payload);

/// The text of a message, as sent.
Result<std::string> parse_chat_message(const boost::json::value& payload);

Result<std::string> parse_language_change(const boost::json::value& payload);

struct ExecutionInput {
    std::string run_id;  // as sent: what is no id is no run
    std::string data;
    bool eof = false;
};
Result<ExecutionInput> parse_execution_input(const boost::json::value& payload);

/// The new token.
Result<std::string> parse_refresh(const boost::json::value& payload);

}  // namespace codencollab::gateway
