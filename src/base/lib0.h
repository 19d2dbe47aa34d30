#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// The primitive encodings of lib0, the byte format under Yjs and its protocols: variable-length
/// integers (7 bits a byte, low bits first), strings and byte arrays with their length before them.
/// Source: docs/wire-format.md, section 1.
namespace codencollab::lib0 {

/// The largest integer that lib0 may carry: JavaScript's Number.MAX_SAFE_INTEGER.
inline constexpr std::uint64_t max_integer = (std::uint64_t{1} << 53) - 1;

/// The most bytes that put_var_uint() touches; what it writes may be shorter.
inline constexpr std::size_t var_uint_room = 8;

/// Writes `value` (at most 2^53-1) at `at`, where there is room for `var_uint_room` bytes; answers
/// the end of what it wrote. Without a branch on the length: which of 1 to 8 bytes an integer takes
/// cannot be foreseen, and a wrong guess costs more than all the shifting.
inline char* put_var_uint(char* at, std::uint64_t value) {
    if constexpr (std::endian::native == std::endian::little) {
        const auto extra = static_cast<unsigned>(std::bit_width(value | 1) - 1) / 7;
        std::uint64_t spread = (value & 0xFFFFFFF0000000) << 4 | (value & 0xFFFFFFF);
        spread = (spread & 0x0FFFC0000FFFC000) << 2 | (spread & 0x00003FFF00003FFF);
        spread = (spread & 0x3F803F803F803F80) << 1 | (spread & 0x007F007F007F007F);
        spread |= 0x8080808080808080 & ((std::uint64_t{1} << (extra * 8)) - 1);
        std::memcpy(at, &spread, sizeof(spread));
        return at + extra + 1;
    } else {
        for (; value > 0x7F; value >>= 7)
            *at++ = static_cast<char>(value | 0x80);
        *at++ = static_cast<char>(value);
        return at;
    }
}

/// Bytes that a value takes as a var_uint.
inline std::size_t var_uint_size(std::uint64_t value) {
    return static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7;
}

/// Sign and magnitude, as on the wire: -0 exists there, and the columns of update v2 use it.
struct VarInt {
    std::uint64_t magnitude = 0;
    bool negative = false;
};

/// Reads lib0 values from bytes that a stranger may have sent. A failure sticks: every later read
/// answers nothing (zero, an empty view), so a caller may ask `failed()` once a struct instead of
/// after each field.
///
/// Ownership: views into the bytes; they must outlive the reader and what it returned.
/// Threads:   a value; one thread at a time.
class Reader {
  public:
    enum class Failure : std::uint8_t { none, truncated, bad_integer, bad_utf8 };

    explicit Reader(std::string_view bytes)
        : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    std::uint8_t byte() {
        if (at_ == end_) {
            fail(Failure::truncated);
            return 0;
        }
        return static_cast<std::uint8_t>(*at_++);
    }

    /// At most 2^53-1; longer forms than needed are read.
    std::uint64_t var_uint() {
        if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) {  // almost always
            return static_cast<std::uint8_t>(*at_++);
        }
        return long_var_uint();
    }

    VarInt var_int();

    /// The next `count` bytes.
    std::string_view bytes(std::uint64_t count) {
        if (count > left()) {
            fail(Failure::truncated);
            return {};
        }
        const std::string_view view(at_, static_cast<std::size_t>(count));
        at_ += count;
        return view;
    }

    std::string_view var_bytes() { return bytes(var_uint()); }

    /// Fails unless the bytes are strictly valid UTF-8.
    std::string_view var_string();

    /// A number in big-endian order; `T` is an unsigned integer.
    template <class T>
    T big_endian() {
        const std::string_view raw = bytes(sizeof(T));
        T value = 0;
        for (const char c : raw)
            value = static_cast<T>(value << 8 | static_cast<std::uint8_t>(c));
        return value;
    }

    /// Where the reader stands, or where it failed: bytes from the start.
    std::size_t offset() const {
        return failed() ? failed_at_ : static_cast<std::size_t>(at_ - begin_);
    }
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    bool at_end() const { return at_ == end_; }

    bool failed() const { return failure_ != Failure::none; }
    Failure failure() const { return failure_; }

    /// Makes the reader fail here; the first failure is kept.
    void fail(Failure failure) {
        if (failed()) return;
        failure_ = failure;
        failed_at_ = static_cast<std::size_t>(at_ - begin_);
        at_ = end_;
    }

  private:
    std::uint64_t long_var_uint();

    const char* begin_;
    const char* at_;
    const char* end_;
    std::size_t failed_at_ = 0;
    Failure failure_ = Failure::none;
};

/// Appends lib0 values to a buffer of its own, which grows and can be used again.
///
/// Ownership: owns its bytes; a view is valid until the next call that writes, clears or takes.
/// Threads:   a value; one thread at a time.
class Writer {
  public:
    void byte(std::uint8_t value) {
        ensure(1);
        buffer_[size_++] = static_cast<char>(value);
    }

    /// At most 2^53-1.
    void var_uint(std::uint64_t value) { advance_to(put_var_uint(room(var_uint_room), value)); }

    void var_int(VarInt value);

    void bytes(std::string_view value) {
        if (value.empty()) return;
        ensure(value.size());
        std::memcpy(buffer_.data() + size_, value.data(), value.size());
        size_ += value.size();
    }

    void var_bytes(std::string_view value) {
        char* at = put_var_uint(room(var_uint_room + value.size()), value.size());
        if (!value.empty()) std::memcpy(at, value.data(), value.size());
        advance_to(at + value.size());
    }

    /// `T` is an unsigned integer.
    template <class T>
    void big_endian(T value) {
        for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
            byte(static_cast<std::uint8_t>(value >> shift));
        }
    }

    /// Makes room for `count` more bytes at once.
    void reserve(std::size_t count) { ensure(count); }

    /// For writing several fields with one check: where the next `count` bytes go. They count once
    /// advance_to() has said where they end.
    char* room(std::size_t count) {
        ensure(count);
        return buffer_.data() + size_;
    }
    void advance_to(const char* end) { size_ = static_cast<std::size_t>(end - buffer_.data()); }

    void clear() { size_ = 0; }
    std::size_t size() const { return size_; }
    std::string_view view() const { return {buffer_.data(), size_}; }

    /// The bytes, moved out; the writer is empty afterwards.
    std::string take();

    /// Bytes of memory that it holds.
    std::size_t capacity() const { return buffer_.capacity(); }

  private:
    void ensure(std::size_t count) {
        if (buffer_.size() - size_ < count) grow(count);
    }
    void grow(std::size_t count);

    // Its size is what has been made writable; size_ is what has been written.
    std::string buffer_;
    std::size_t size_ = 0;
};

}  // namespace codencollab::lib0
