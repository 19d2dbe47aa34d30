#pragma once

#include "base/utf.h"
#include "crdt/error.h"
#include "crdt/json_value.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace codencollab::crdt {

/// Goes through one JSON text (valid UTF-8) as JSON.parse does and tells `out` each part in order.
/// Half a surrogate pair, which only an escape can say, becomes U+FFFD.
///
///     null() boolean(bool) number(string_view digits) string(string_view)
///     begin_array() begin_object() key(string_view, size_t begin) end()
///     value_ended(size_t at): after each value, a container too
///     depth() in_object(): of the containers that are open, the innermost last
///
/// Offsets count from the start of the text; a key's is that of its quote.
/// Cost: linear; no recursion. `depth_max` bounds the containers inside each other.
template <class Out>
class JsonParser {
  public:
    JsonParser(std::string_view text, std::size_t depth_max, Out& out)
        : text_(text), depth_max_(depth_max), out_(out) {}

    std::expected<void, JsonError> parse() {
        if (!read_all()) return std::unexpected(JsonError{.code = code_, .at = at_});
        return {};
    }

  private:
    /// What the text read so far calls for.
    enum class State : std::uint8_t { value_due, value_complete, failed };

    /// One value and white space around it. The containers open in `out` are the stack.
    bool read_all() {
        const std::size_t base = out_.depth();
        State state = State::value_due;
        while (state == State::value_due) {
            state = begin_value(base);
            if (state == State::value_complete) state = end_value(base);
        }
        return state == State::value_complete && at_ == text_.size();
    }

    /// A scalar or an empty container is complete; of another container the first value is due.
    State begin_value(std::size_t base) {
        skip_space();
        if (!take('[') && !take('{')) {
            return read_scalar() ? State::value_complete : State::failed;
        }
        if (out_.depth() - base >= depth_max_) {
            code_ = DecodeError::Code::too_deep;
            return State::failed;
        }
        const bool is_object = text_[at_ - 1] == '{';
        is_object ? out_.begin_object() : out_.begin_array();
        skip_space();
        if (!take(is_object ? '}' : ']')) return begin_element(is_object);
        out_.end();
        return State::value_complete;
    }

    /// Closes all containers that end after a value, or goes on to the next one.
    State end_value(std::size_t base) {
        for (;;) {
            out_.value_ended(at_);
            skip_space();
            if (out_.depth() == base) return State::value_complete;
            const bool is_object = out_.in_object();
            if (take(',')) {
                skip_space();
                return begin_element(is_object);
            }
            if (!take(is_object ? '}' : ']')) return State::failed;
            out_.end();
        }
    }

    State begin_element(bool of_object) {
        return !of_object || read_key() ? State::value_due : State::failed;
    }

    bool read_key() {
        const std::size_t begin = at_;
        std::string_view key;
        if (!read_string(key)) return false;
        out_.key(key, begin);
        skip_space();
        return take(':');
    }

    bool read_scalar() {
        if (at_ == text_.size()) return false;
        switch (text_[at_]) {
            case '"': {
                std::string_view text;
                if (!read_string(text)) return false;
                out_.string(text);
                return true;
            }
            case 't':
                if (!take_word("true")) return false;
                out_.boolean(true);
                return true;
            case 'f':
                if (!take_word("false")) return false;
                out_.boolean(false);
                return true;
            case 'n':
                if (!take_word("null")) return false;
                out_.null();
                return true;
            default:
                return read_number();
        }
    }

    bool read_number() {
        const std::size_t begin = at_;
        take('-');
        const std::size_t whole = at_;
        if (!skip_digits()) return false;
        if (text_[whole] == '0' && at_ > whole + 1) return false;
        if (take('.') && !skip_digits()) return false;
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            if (!skip_digits()) return false;
        }
        out_.number(text_.substr(begin, at_ - begin));
        return true;
    }

    /// The content is in text_ if nothing is escaped, else in scratch_.
    bool read_string(std::string_view& out) {
        if (!take('"')) return false;
        const std::size_t begin = at_;
        skip_plain();
        if (take('"')) {
            out = text_.substr(begin, at_ - 1 - begin);
            return true;
        }
        scratch_.assign(text_, begin, at_ - begin);
        while (take('\\')) {
            if (!read_escape()) return false;
            const std::size_t plain = at_;
            skip_plain();
            scratch_.append(text_, plain, at_ - plain);
        }
        out = scratch_;
        return take('"');
    }

    /// To the next quote, backslash or control character.
    void skip_plain() {
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
               static_cast<unsigned char>(text_[at_]) >= 0x20) {
            ++at_;
        }
    }

    bool read_escape() {
        if (at_ == text_.size()) return false;
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char letter = text_[at_];
        if (const std::size_t i = letters.find(letter); i != std::string_view::npos) {
            ++at_;
            scratch_.push_back(meanings[i]);
            return true;
        }
        std::uint32_t unit = 0;
        if (!read_unit(unit)) return false;
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            const std::size_t after = at_;
            std::uint32_t second = 0;
            if (take('\\') && read_unit(second) && second >= 0xDC00 && second <= 0xDFFF) {
                append_utf8(scratch_, 0x10000 + ((unit - 0xD800) << 10U) + (second - 0xDC00));
                return true;
            }
            at_ = after;  // what follows is something of its own
        }
        constexpr std::uint32_t replacement = 0xFFFD;
        append_utf8(scratch_, unit >= 0xD800 && unit <= 0xDFFF ? replacement : unit);
        return true;
    }

    /// What stands after the backslash of `\u00e9`.
    bool read_unit(std::uint32_t& unit) {
        if (!take('u') || text_.size() - at_ < 4) return false;
        const char* const begin = text_.data() + at_;
        const auto [end, error] = std::from_chars(begin, begin + 4, unit, 16);
        if (error != std::errc{} || end != begin + 4) return false;
        at_ += 4;
        return true;
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    bool skip_digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_digit(text_[at_]))
            ++at_;
        return at_ > begin;
    }

    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\n' || text_[at_] == '\r')) {
            ++at_;
        }
    }

    bool take(char c) {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    bool take_word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    std::string_view text_;
    std::size_t depth_max_;
    Out& out_;
    std::size_t at_ = 0;
    DecodeError::Code code_ = DecodeError::Code::bad_json;
    std::string scratch_;
};

}  // namespace codencollab::crdt
