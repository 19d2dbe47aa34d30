#include "crdt/json_value.h"

#include "crdt/any.h"
#include "crdt/any_walk.h"
#include "crdt/json_parser.h"
#include "crdt/value_builder.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace codencollab::crdt {

namespace {

/// Of a number that no double comes near: whether it is too large, not too small.
bool is_huge(std::string_view number) {
    constexpr std::int64_t enough = std::int64_t{1} << 40;  // past any length of text
    const std::size_t e = number.find_first_of("eE");
    std::int64_t exponent = 0;
    if (e != std::string_view::npos) {
        bool negative = false;
        for (const char c : number.substr(e + 1)) {
            if (c == '-') negative = true;
            const bool is_digit = c != '-' && c != '+';
            if (is_digit && exponent < enough) exponent = exponent * 10 + (c - '0');
        }
        if (negative) exponent = -exponent;
    }
    const std::string_view digits = number.substr(0, e);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    const std::size_t first = digits.find_first_of("123456789");
    return exponent + static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) > 0;
}

double value_of(std::string_view number) {
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error == std::errc::result_out_of_range) {
        value = is_huge(number) ? std::numeric_limits<double>::infinity() : 0;
        if (number[0] == '-') value = -value;
    }
    return value;
}

/// What a parser tells, as calls of a builder, which knows neither digits nor places.
class Building {
  public:
    explicit Building(ValueBuilder& builder) : builder_(builder) {}

    void null() { builder_.null(); }
    void boolean(bool value) { builder_.boolean(value); }
    void number(std::string_view digits) { builder_.number(value_of(digits)); }
    void string(std::string_view text) { builder_.string(text); }
    void begin_array() { builder_.begin_array(); }
    void begin_object() { builder_.begin_object(); }
    void key(std::string_view key, std::size_t) { builder_.key(key); }
    void end() { builder_.end(); }
    void value_ended(std::size_t) {}
    std::size_t depth() const { return builder_.depth(); }
    bool in_object() const { return builder_.in_object(); }

  private:
    ValueBuilder& builder_;
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
    Building building(out);
    return JsonParser(text, depth_max, building).parse();
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
