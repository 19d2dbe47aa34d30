#include "crdt/json_value.h"

#include "base/utf.h"
#include "crdt/any.h"
#include "crdt/any_walk.h"
#include "crdt/value_builder.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace codencollab::crdt {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class JsonParser {
  public:
    JsonParser(std::string_view text, std::size_t depth_max, ValueBuilder& out)
        : text_(text), depth_max_(depth_max), out_(out) {}

    std::expected<void, JsonError> parse() {
        if (!read_all()) return std::unexpected(JsonError{.code = code_, .at = at_});
        return {};
    }

  private:
    /// What the text read so far calls for.
    enum class State : std::uint8_t { value_due, value_complete, failed };

    /// One value and white space around it. The builder's open containers are the stack.
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
        std::string_view key;
        if (!read_string(key)) return false;
        out_.key(key);
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
        const std::string_view number = text_.substr(begin, at_ - begin);
        double value = 0;
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), value);
        if (error == std::errc::result_out_of_range) {
            value = is_huge(number) ? std::numeric_limits<double>::infinity() : 0;
            if (number[0] == '-') value = -value;
        }
        out_.number(value);
        return true;
    }

    /// Of a number that no double comes near: whether it is too large, not too small.
    static bool is_huge(std::string_view number) {
        constexpr std::int64_t enough = std::int64_t{1} << 40;  // past any length of text
        const std::size_t e = number.find_first_of("eE");
        std::int64_t exponent = 0;
        if (e != std::string_view::npos) {
            bool negative = false;
            for (const char c : number.substr(e + 1)) {
                if (c == '-') negative = true;
                if (is_digit(c) && exponent < enough) exponent = exponent * 10 + (c - '0');
            }
            if (negative) exponent = -exponent;
        }
        const std::string_view digits = number.substr(0, e);
        const std::size_t point = std::min(digits.find('.'), digits.size());
        const std::size_t first = digits.find_first_of("123456789");
        return exponent + static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) > 0;
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
    ValueBuilder& out_;
    std::size_t at_ = 0;
    DecodeError::Code code_ = DecodeError::Code::bad_json;
    std::string scratch_;
};

void append_json_string(std::string_view text, std::string& out) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.push_back('"');
    std::size_t plain = 0;  // where what needs no escape begins
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, plain, at - plain);
        plain = at + 1;
        out.push_back('\\');
        constexpr std::string_view meanings = "\"\\\b\f\n\r\t";
        constexpr std::string_view letters = "\"\\bfnrt";
        if (const std::size_t i = meanings.find(text[at]); i != std::string_view::npos) {
            out.push_back(letters[i]);
        } else {
            out += "u00";
            out.push_back(digits[c >> 4U]);
            out.push_back(digits[c & 0xFU]);
        }
    }
    out.append(text, plain);
    out.push_back('"');
}

class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    void undefined() {
        // A member that is undefined is left out, key and all.
        if (!open_.empty() && open_.back().is_object) return;
        null();
    }
    void null() { begin_value() += "null"; }
    void boolean(bool value) { begin_value() += value ? "true" : "false"; }
    void integer(lib0::VarInt value, std::size_t) {
        const auto magnitude = static_cast<double>(value.magnitude);
        append_json_number(value.negative ? -magnitude : magnitude, begin_value());
    }
    void float32(std::uint32_t bits) {
        append_json_number(static_cast<double>(std::bit_cast<float>(bits)), begin_value());
    }
    void float64(std::uint64_t bits) {
        append_json_number(std::bit_cast<double>(bits), begin_value());
    }
    void big_integer(std::uint64_t bits) {
        begin_value() += std::to_string(static_cast<std::int64_t>(bits));
    }
    void string(std::string_view text, std::size_t) { append_json_string(text, begin_value()); }
    void bytes(std::string_view bytes, std::size_t) {
        begin_value().push_back('{');
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (i > 0) out_.push_back(',');
            out_.push_back('"');
            out_ += std::to_string(i);
            out_ += "\":";
            out_ += std::to_string(static_cast<unsigned char>(bytes[i]));
        }
        out_.push_back('}');
    }
    void begin_array(std::uint64_t, std::size_t) { open('[', false); }
    void begin_object(std::uint64_t, std::size_t) { open('{', true); }
    void key(std::string_view key, std::size_t) { key_ = key; }
    void end() {
        out_.push_back(open_.back().is_object ? '}' : ']');
        open_.pop_back();
    }

  private:
    struct Open {
        bool is_object;
        bool is_empty;
    };

    std::string& begin_value() {
        if (open_.empty()) return out_;
        if (!open_.back().is_empty) out_.push_back(',');
        open_.back().is_empty = false;
        if (open_.back().is_object) {
            append_json_string(key_, out_);
            out_.push_back(':');
        }
        return out_;
    }

    void open(char bracket, bool is_object) {
        begin_value().push_back(bracket);
        open_.push_back({.is_object = is_object, .is_empty = true});
    }

    std::string& out_;
    std::vector<Open> open_;
    std::string_view key_;
};

}  // namespace

std::expected<void, JsonError> parse_json(
    std::string_view text, std::size_t depth_max, ValueBuilder& out) {
    return JsonParser(text, depth_max, out).parse();
}

std::expected<std::string_view, JsonError> json_to_any(
    std::string_view text, std::size_t depth_max, Arena& arena) {
    // What nearly all formats are: switched on, switched off.
    if (text == "true") return any_true;
    if (text == "null") return any_null;
    ValueBuilder value;
    if (auto parsed = parse_json(text, depth_max, value); !parsed) {
        return std::unexpected(parsed.error());
    }
    return arena.store(value.view());
}

void append_json(std::string_view any, std::string& out) {
    lib0::Reader in(any);
    JsonWriter writer(out);
    walk_values(in, 1, std::numeric_limits<std::size_t>::max(), writer);
}

void append_json_number(double value, std::string& out) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    if (value == 0) {  // minus zero too
        out.push_back('0');
        return;
    }
    // The shortest digits that read back as this number, d.ddde±xx; JavaScript only places the
    // point otherwise (ECMA-262, Number::toString).
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(
        text.data(), text.data() + text.size(), std::fabs(value), std::chars_format::scientific);
    const std::string_view all(text.data(), static_cast<std::size_t>(end - text.data()));
    const std::size_t e = all.find('e');
    int exponent = 0;
    const char* const exponent_at = all.data() + e + (all[e + 1] == '+' ? 2 : 1);
    std::from_chars(exponent_at, end, exponent);
    std::string digits(1, all[0]);
    if (e > 2) digits += all.substr(2, e - 2);

    const int count = static_cast<int>(digits.size());
    const int point = exponent + 1;  // digits before the point
    constexpr int plain_max = 21;
    constexpr int zeros_max = 6;
    if (value < 0) out.push_back('-');
    if (point >= count && point <= plain_max) {
        out += digits;
        out.append(static_cast<std::size_t>(point - count), '0');
    } else if (point > 0 && point <= plain_max) {
        out.append(digits, 0, static_cast<std::size_t>(point));
        out.push_back('.');
        out.append(digits, static_cast<std::size_t>(point));
    } else if (point > -zeros_max && point <= 0) {
        out += "0.";
        out.append(static_cast<std::size_t>(-point), '0');
        out += digits;
    } else {
        out.push_back(digits[0]);
        if (count > 1) {
            out.push_back('.');
            out.append(digits, 1);
        }
        out.push_back('e');
        out.push_back(exponent < 0 ? '-' : '+');
        out += std::to_string(std::abs(exponent));
    }
}

}  // namespace codencollab::crdt
