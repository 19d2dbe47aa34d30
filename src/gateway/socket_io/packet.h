#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::gateway {

/// One Engine.IO message, with the attachments that must follow it, encoded once for every client
/// that gets it: as WebSocket frames and, on first use, as packets of a polling payload.
/// Immutable after construction. Threads: any.
class Packet {
  public:
    /// `text` is a whole Engine.IO packet ("42[…]"); attachments are raw bytes.
    explicit Packet(std::string_view text, const std::vector<std::string>& attachments = {});

    /// An Engine.IO message, and a binary one.
    static std::shared_ptr<const Packet> message(std::string_view data);
    static std::shared_ptr<const Packet> binary_message(std::string_view bytes);

    /// An event. `arguments_json`: the arguments after the name, comma-separated JSON; placeholders
    /// in it refer to `attachments`. The namespace is "/" or begins with '/'.
    static std::shared_ptr<const Packet> event(
        std::string_view name,
        std::string_view arguments_json,
        const std::vector<std::string>& attachments = {},
        std::string_view socket_namespace = "/");

    /// Every frame, header and attachments back to back.
    const std::string& frames() const { return frames_; }
    std::size_t size_bytes() const { return frames_.size(); }

    /// 1 + the number of attachments; 1 for a binary message.
    std::size_t part_count() const { return parts_.size(); }
    /// One part as a packet of a polling payload: text as it is, attachments as `b` and base64.
    std::string_view polling_part(std::size_t i) const;
    /// The bytes of one part, as it was given.
    std::string_view part_bytes(std::size_t i) const;

  private:
    struct Part {
        std::size_t offset;  // of the payload in frames_
        std::size_t size;
        bool is_binary;
    };
    Packet() = default;
    void append(std::string_view payload, bool is_binary);
    std::string frames_;
    std::vector<Part> parts_;
    mutable std::once_flag base64_made_;
    mutable std::vector<std::string> base64_;  // of each part; made on first use
};

using SharedPacket = std::shared_ptr<const Packet>;

}  // namespace codencollab::gateway
