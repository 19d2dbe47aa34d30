#include "wire/web_socket_frame.h"

#include "base/utf.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace codencollab::wire {
namespace {

constexpr std::size_t control_bytes_max = 125;
constexpr std::uint8_t text_opcode = static_cast<std::uint8_t>(Opcode::text);
constexpr std::uint8_t close_opcode = static_cast<std::uint8_t>(Opcode::close);
constexpr std::uint8_t ping_opcode = static_cast<std::uint8_t>(Opcode::ping);
// A message's buffer above this size goes back to the allocator once it was told.
constexpr std::size_t kept_bytes_max = 64 << 10;

bool is_known(std::uint8_t opcode) {
    return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA);
}

// Appends `bytes`, unmasked; `at` is the place in the mask and moves on.
void append_unmasked(
    std::string& out,
    std::string_view bytes,
    const std::array<std::uint8_t, 4>& mask,
    std::size_t& at) {
    const std::size_t start = out.size();
    out.append(bytes);
    char* byte = out.data() + start;
    std::size_t left = bytes.size();

    std::array<std::uint8_t, 8> pattern{};
    for (std::size_t i = 0; i < pattern.size(); ++i)
        pattern[i] = mask[(at + i) % mask.size()];
    std::uint64_t key = 0;
    std::memcpy(&key, pattern.data(), sizeof key);
    for (; left >= sizeof key; left -= sizeof key, byte += sizeof key) {
        std::uint64_t word = 0;
        std::memcpy(&word, byte, sizeof word);
        word ^= key;
        std::memcpy(byte, &word, sizeof word);
    }
    for (std::size_t i = 0; i < left; ++i) {
        byte[i] = static_cast<char>(static_cast<std::uint8_t>(byte[i]) ^ pattern[i]);
    }
    at = (at + bytes.size()) % mask.size();
}

}  // namespace

bool is_valid_close_code(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

void append_frame_header(std::string& out, Opcode opcode, std::uint64_t payload_bytes) {
    out += static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode));
    std::size_t length_bytes = 0;
    if (payload_bytes <= 125) {
        out += static_cast<char>(payload_bytes);
    } else if (payload_bytes <= 0xFFFF) {
        out += static_cast<char>(126);
        length_bytes = 2;
    } else {
        out += static_cast<char>(127);
        length_bytes = 8;
    }
    for (std::size_t i = length_bytes; i > 0; --i) {
        out += static_cast<char>((payload_bytes >> (8 * (i - 1))) & 0xFF);
    }
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
    append_frame_header(out, opcode, payload.size());
    out += payload;
}

void append_close_frame(std::string& out, std::uint16_t code, std::string_view reason) {
    if (code == close_code::none) {
        append_frame_header(out, Opcode::close, 0);
        return;
    }
    std::size_t size = std::min(reason.size(), control_bytes_max - 2);
    while (size < reason.size() && size > 0 &&
           (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) {
        --size;
    }
    append_frame_header(out, Opcode::close, size + 2);
    out += static_cast<char>(code >> 8);
    out += static_cast<char>(code & 0xFF);
    out += reason.substr(0, size);
}

FrameDecoder::Step FrameDecoder::next(std::string_view& input) {
    if (failed_) return Step::failed;
    if (std::exchange(clear_message_, false)) {
        message_.clear();
        if (message_.capacity() > kept_bytes_max) message_.shrink_to_fit();
    }
    while (true) {
        const Step step = in_payload_ ? read_payload(input) : read_header(input);
        // need_more with input left means: a header is whole, go on with its payload (or a fragment
        // is whole, go on with the next header).
        if (step != Step::need_more || (input.empty() && !(in_payload_ && payload_left_ == 0))) {
            return step;
        }
    }
}

FrameDecoder::Step FrameDecoder::read_header(std::string_view& input) {
    while (!input.empty()) {
        header_[header_size_++] = static_cast<std::uint8_t>(input.front());
        input.remove_prefix(1);
        if (header_size_ == 1) {
            // Refused on its first byte, whatever length it may announce.
            if ((header_[0] & 0x70) != 0) return fail(close_code::protocol_error, "RSV bits set");
            if (!is_known(header_[0] & 0x0F)) return fail(close_code::protocol_error, "bad opcode");
            continue;
        }
        if (header_size_ == 2 && (header_[1] & 0x80) == 0) {
            return fail(close_code::protocol_error, "frame is not masked");
        }
        const std::size_t length_code = header_[1] & 0x7F;
        const std::size_t length_bytes = length_code == 127 ? 8 : length_code == 126 ? 2 : 0;
        if (header_size_ < 2 + length_bytes + mask_.size()) continue;

        std::uint64_t length = length_bytes == 0 ? length_code : 0;
        for (std::size_t i = 0; i < length_bytes; ++i)
            length = (length << 8) | header_[2 + i];
        std::copy_n(header_.begin() + 2 + length_bytes, mask_.size(), mask_.begin());
        return begin_frame(length);
    }
    return Step::need_more;
}

FrameDecoder::Step FrameDecoder::begin_frame(std::uint64_t length) {
    header_size_ = 0;
    is_final_ = (header_[0] & 0x80) != 0;
    opcode_ = header_[0] & 0x0F;
    mask_at_ = 0;
    if ((length >> 63) != 0) return fail(close_code::protocol_error, "length over 63 bits");

    if (is_control()) {
        if (!is_final_) return fail(close_code::protocol_error, "control frame in fragments");
        if (length > control_bytes_max)
            return fail(close_code::protocol_error, "long control frame");
        control_.clear();
    } else if (opcode_ == 0) {
        if (message_opcode_ == 0) return fail(close_code::protocol_error, "nothing to continue");
        if (++fragments_ > fragments_max) return fail(close_code::policy, "too many fragments");
    } else {
        if (message_opcode_ != 0) return fail(close_code::protocol_error, "message not finished");
        message_opcode_ = opcode_;
        fragments_ = 1;
        utf8_.reset();
    }
    if (!is_control() &&
        (length > message_bytes_max_ || message_.size() > message_bytes_max_ - length)) {
        return fail(close_code::too_large, "message too large");
    }
    in_payload_ = true;
    payload_left_ = length;
    return Step::need_more;
}

FrameDecoder::Step FrameDecoder::read_payload(std::string_view& input) {
    const auto take =
        static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, input.size()));
    std::string& into = is_control() ? control_ : message_;
    const std::size_t start = into.size();
    append_unmasked(into, input.substr(0, take), mask_, mask_at_);
    input.remove_prefix(take);
    payload_left_ -= take;
    if (!is_control() && message_opcode_ == text_opcode &&
        !utf8_.feed(std::string_view(into).substr(start))) {
        return fail(close_code::invalid_text, "text is not UTF-8");
    }
    if (payload_left_ > 0) return Step::need_more;
    in_payload_ = false;
    return end_frame();
}

FrameDecoder::Step FrameDecoder::end_frame() {
    if (is_control()) {
        told_ = control_;
        if (opcode_ == close_opcode) return end_close();
        return opcode_ == ping_opcode ? Step::ping : Step::pong;
    }
    if (!is_final_) return Step::need_more;
    const bool is_text = message_opcode_ == text_opcode;
    if (is_text && !utf8_.is_complete()) return fail(close_code::invalid_text, "text is not UTF-8");
    message_opcode_ = 0;
    clear_message_ = true;
    told_ = message_;
    return is_text ? Step::text : Step::binary;
}

FrameDecoder::Step FrameDecoder::end_close() {
    if (control_.empty()) {
        close_code_ = close_code::none;
        return Step::close;
    }
    if (control_.size() == 1) return fail(close_code::protocol_error, "close payload of one byte");
    const auto code = static_cast<std::uint16_t>(
        (static_cast<std::uint8_t>(control_[0]) << 8) | static_cast<std::uint8_t>(control_[1]));
    if (!is_valid_close_code(code)) return fail(close_code::protocol_error, "bad close code");
    told_.remove_prefix(2);
    if (!is_valid_utf8(told_)) return fail(close_code::invalid_text, "close reason is not UTF-8");
    close_code_ = code;
    return Step::close;
}

FrameDecoder::Step FrameDecoder::fail(std::uint16_t code, std::string_view why) {
    failed_ = true;
    close_code_ = code;
    told_ = why;
    return Step::failed;
}

}  // namespace codencollab::wire
