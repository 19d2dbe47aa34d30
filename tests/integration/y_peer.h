#pragma once

#include "support/raw_client.h"
#include "support/replica.h"
#include "wire/y_protocol.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab {

/// A client of `GET /yjs/{room}` with a replica of the room's document, as y-websocket is one.
/// Blocks; a test's own thread alone.
class YPeer {
  public:
    /// Opens `target`; `refusal` says how that failed. Does not say anything yet.
    YPeer(std::uint16_t port, const std::string& target, std::string_view more_fields = {});

    /// 101 when it is connected.
    int status() const { return opened_.status; }
    const RawClient::Response& opened() const { return opened_; }
    Replica& replica() { return replica_; }

    void say(const wire::YMessage& message);
    void say_bytes(std::string_view bytes) { client_.send(RawClient::frame(2, bytes)); }
    void send_raw(std::string_view bytes) { client_.send(bytes); }
    /// Asks for what the replica lacks, and waits until it is here.
    void synchronise();
    void type(std::size_t offset, std::string_view text);
    /// A state of awareness under the replica's own number.
    void say_state(std::uint64_t clock, std::string_view json);

    /// Takes in what the server says until the replica's text is that one. False when the
    /// connection ended instead.
    bool hears_text(std::string_view text);
    /// The reason of the first message 2 that is heard; empty when the connection ended instead.
    std::string hears_denial();
    /// Whether an awareness message that holds `part` is heard, now or later.
    bool hears_awareness(std::string_view part);
    /// The code of the server's close frame; 0 when it went without one.
    int hears_close();

    /// The connection goes without a goodbye.
    void vanish() { client_.close(); }

  private:
    /// Takes in one frame; false when it was the last.
    bool listen();

    RawClient client_;
    RawClient::Response opened_;
    Replica replica_;
    bool is_synchronised_ = false;
    std::vector<std::string> denials_;
    std::vector<std::string> awareness_;
    int close_code_ = 0;
};

}  // namespace codencollab
