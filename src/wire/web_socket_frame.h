#pragma once

#include "wire/utf8_stream.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace codencollab::wire {

enum class Opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xA,
};

/// Close codes (RFC 6455, 7.4) that we send or look at.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t none = 1005;      // never on the wire: the close frame was empty
inline constexpr std::uint16_t abnormal = 1006;  // never on the wire: there was no close frame
inline constexpr std::uint16_t invalid_text = 1007;
inline constexpr std::uint16_t policy = 1008;
inline constexpr std::uint16_t too_large = 1009;
inline constexpr std::uint16_t internal = 1011;
inline constexpr std::uint16_t service_restart = 1012;
inline constexpr std::uint16_t try_again_later = 1013;
}  // namespace close_code

/// Whether a peer may send this code (1000–1003, 1007–1014, 3000–4999).
bool is_valid_close_code(std::uint16_t code);

/// Appends a server's frame: final, unmasked, the shortest length form.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
/// The header alone, for who writes the payload behind it.
void append_frame_header(std::string& out, Opcode opcode, std::uint64_t payload_bytes);
/// A close frame; code 1005 makes an empty one. The reason is cut to the 123 bytes that fit,
/// between two characters.
void append_close_frame(std::string& out, std::uint16_t code, std::string_view reason);

/// Takes a client's bytes apart into messages and control frames (RFC 6455, 5), as they come.
/// Every rule is checked before the bytes it forbids are kept: a message over the limit fails on
/// its announced length. Buffers at most one message and one control frame.
/// One thread at a time.
class FrameDecoder {
  public:
    enum class Step {
        need_more,  // the input is used up
        text,       // payload() is a whole message
        binary,
        ping,  // payload() is the application data
        pong,
        close,   // close_code() and payload(), the reason; anything after it is not looked at
        failed,  // close_code() says how to close, payload() why; for good
    };

    explicit FrameDecoder(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

    /// Takes bytes off the front of `input` until something is whole.
    Step next(std::string_view& input);

    /// What the last step told; valid until the next call.
    std::string_view payload() const { return told_; }
    std::uint16_t close_code() const { return close_code_; }

    /// Holds from the next frame header on.
    void set_message_bytes_max(std::size_t bytes) { message_bytes_max_ = bytes; }

    /// Frames that one message may be cut into.
    static constexpr std::size_t fragments_max = 128;

  private:
    Step read_header(std::string_view& input);
    Step begin_frame(std::uint64_t length);
    Step read_payload(std::string_view& input);
    Step end_frame();
    Step end_close();
    Step fail(std::uint16_t code, std::string_view why);
    bool is_control() const { return (opcode_ & 0x8) != 0; }

    std::size_t message_bytes_max_;
    bool failed_ = false;

    // The frame that is being read.
    std::array<std::uint8_t, 14> header_{};
    std::size_t header_size_ = 0;
    bool in_payload_ = false;
    bool is_final_ = false;
    std::uint8_t opcode_ = 0;
    std::uint64_t payload_left_ = 0;
    std::array<std::uint8_t, 4> mask_{};
    std::size_t mask_at_ = 0;

    // The message that is being put together; its opcode is 0 between messages.
    std::uint8_t message_opcode_ = 0;
    std::size_t fragments_ = 0;
    std::string message_;
    Utf8Stream utf8_;
    std::string control_;

    bool clear_message_ = false;  // it was told: empty it at the next step
    std::string_view told_;
    std::uint16_t close_code_ = 0;
};

}  // namespace codencollab::wire
