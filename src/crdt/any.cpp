#include "crdt/any.h"

#include "crdt/any_walk.h"
#include "crdt/value_builder.h"

#include <bit>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace codencollab::crdt {

namespace {

constexpr std::string_view prototype_key = "__proto__";

double to_double(lib0::VarInt value) {
    const auto magnitude = static_cast<double>(value.magnitude);
    return value.negative ? -magnitude : magnitude;
}

/// Finds whether values are in normal form.
class NormalFormCheck {
  public:
    bool is_normal() const { return is_normal_; }

    void undefined() {}
    void null() {}
    void boolean(bool) {}
    void integer(lib0::VarInt value, std::size_t bytes) {
        // The first byte holds six bits.
        const std::size_t needed =
            value.magnitude < 64 ? 1 : 1 + lib0::var_uint_size(value.magnitude >> 6U);
        require(value.magnitude <= std::numeric_limits<std::int32_t>::max() && bytes == needed);
    }
    void float32(std::uint32_t bits) {
        const float value = std::bit_cast<float>(bits);
        require(!std::isnan(value) && !is_integer(static_cast<double>(value)));
    }
    void float64(std::uint64_t bits) {
        const auto value = std::bit_cast<double>(bits);
        if (std::isnan(value)) return require(bits == 0x7FF8000000000000);
        const bool fits_float =
            std::isinf(value) ||
            (std::fabs(value) <= static_cast<double>(std::numeric_limits<float>::max()) &&
             static_cast<double>(static_cast<float>(value)) == value);
        require(!fits_float && !is_integer(value));
    }
    void big_integer(std::uint64_t) {}
    void string(std::string_view text, std::size_t length_bytes) {
        require(length_bytes == lib0::var_uint_size(text.size()));
    }
    void bytes(std::string_view bytes, std::size_t length_bytes) { string(bytes, length_bytes); }
    void begin_array(std::uint64_t count, std::size_t length_bytes) {
        require(length_bytes == lib0::var_uint_size(count));
        first_keys_.push_back(keys_.size());
    }
    void begin_object(std::uint64_t count, std::size_t length_bytes) {
        begin_array(count, length_bytes);
    }
    void key(std::string_view key, std::size_t length_bytes) {
        require(length_bytes == lib0::var_uint_size(key.size()) && key != prototype_key);
        keys_.push_back(key);
    }
    void end() {
        if (is_normal_) require(keys_are_in_order(keys_, first_keys_.back()));
        keys_.resize(first_keys_.back());
        first_keys_.pop_back();
    }

  private:
    static bool is_integer(double value) {
        return std::fabs(value) <= std::numeric_limits<std::int32_t>::max() &&
               std::trunc(value) == value;
    }
    void require(bool condition) { is_normal_ = is_normal_ && condition; }

    bool is_normal_ = true;
    std::vector<std::string_view> keys_;   // of all open containers
    std::vector<std::size_t> first_keys_;  // of each open container
};

/// Hands what is read to a builder, as a JavaScript object would keep it.
class Rebuild {
  public:
    explicit Rebuild(ValueBuilder& builder) : builder_(builder) {}

    void undefined() {
        if (takes()) builder_.undefined();
    }
    void null() {
        if (takes()) builder_.null();
    }
    void boolean(bool value) {
        if (takes()) builder_.boolean(value);
    }
    void integer(lib0::VarInt value, std::size_t) { number(to_double(value)); }
    void float32(std::uint32_t bits) { number(static_cast<double>(std::bit_cast<float>(bits))); }
    void float64(std::uint64_t bits) { number(std::bit_cast<double>(bits)); }
    void big_integer(std::uint64_t bits) {
        if (takes()) builder_.big_integer(bits);
    }
    void string(std::string_view text, std::size_t) {
        if (takes()) builder_.string(text);
    }
    void bytes(std::string_view bytes, std::size_t) {
        if (takes()) builder_.bytes(bytes);
    }
    void begin_array(std::uint64_t, std::size_t) {
        if (enters()) builder_.begin_array();
    }
    void begin_object(std::uint64_t, std::size_t) {
        if (enters()) builder_.begin_object();
    }
    void key(std::string_view key, std::size_t) {
        if (lost_depth_ > 0) return;
        if (key == prototype_key) {
            next_is_lost_ = true;
        } else {
            builder_.key(key);
        }
    }
    void end() {
        if (lost_depth_ > 0) {
            --lost_depth_;
        } else {
            builder_.end();
        }
    }

  private:
    void number(double value) {
        if (takes()) builder_.number(value);
    }
    /// Whether the value that comes is kept: setting `__proto__` makes no member.
    bool takes() { return lost_depth_ == 0 && !std::exchange(next_is_lost_, false); }
    bool enters() {
        if (takes()) return true;
        ++lost_depth_;
        return false;
    }

    ValueBuilder& builder_;
    bool next_is_lost_ = false;
    std::size_t lost_depth_ = 0;  // containers open inside a value that is not kept
};

/// For values that are known to be well formed.
class Ignore {
  public:
    void undefined() {}
    void null() {}
    void boolean(bool) {}
    void integer(lib0::VarInt, std::size_t) {}
    void float32(std::uint32_t) {}
    void float64(std::uint64_t) {}
    void big_integer(std::uint64_t) {}
    void string(std::string_view, std::size_t) {}
    void bytes(std::string_view, std::size_t) {}
    void begin_array(std::uint64_t, std::size_t) {}
    void begin_object(std::uint64_t, std::size_t) {}
    void key(std::string_view, std::size_t) {}
    void end() {}
};

constexpr std::size_t any_depth = std::numeric_limits<std::size_t>::max();

bool is_truthy(std::string_view value) {
    lib0::Reader in(value.substr(1));
    switch (static_cast<AnyType>(value[0])) {
        case AnyType::undefined:
        case AnyType::null:
        case AnyType::false_value:
            return false;
        case AnyType::integer:
            return in.var_int().magnitude != 0;
        case AnyType::float64:
            return !std::isnan(std::bit_cast<double>(in.big_endian<std::uint64_t>()));
        case AnyType::big_integer:
            return in.big_endian<std::uint64_t>() != 0;
        case AnyType::string:
            return in.var_uint() != 0;
        default:
            return true;
    }
}

}  // namespace

std::size_t skip_values(std::string_view values, std::uint32_t count) {
    lib0::Reader in(values);
    Ignore ignore;
    walk_values(in, count, any_depth, ignore);
    return in.offset();
}

std::string_view last_value(std::string_view values, std::uint32_t count) {
    return count <= 1 ? values : values.substr(skip_values(values, count - 1));
}

std::expected<std::string_view, DecodeError::Code> read_values(
    lib0::Reader& in, std::uint64_t count, std::size_t depth_max, Arena& arena) {
    const lib0::Reader start = in;
    NormalFormCheck check;
    if (const auto code = walk_values(in, count, depth_max, check)) return std::unexpected(*code);
    lib0::Reader again = start;
    if (check.is_normal()) return again.bytes(in.offset() - start.offset());

    ValueBuilder builder;
    Rebuild rebuild(builder);
    walk_values(again, count, depth_max, rebuild);
    return arena.store(builder.view());
}

std::optional<std::string> normalise_values(
    std::string_view values, std::uint32_t count, std::size_t depth_max) {
    lib0::Reader in(values);
    Arena arena;
    const auto normal = read_values(in, count, depth_max, arena);
    if (!normal || !in.at_end()) return std::nullopt;
    return std::string(*normal);
}

std::optional<std::string> subdocument_options(std::string_view value) {
    const auto type = static_cast<AnyType>(value[0]);
    if (type == AnyType::null || type == AnyType::undefined) return std::nullopt;
    std::string_view gc;
    std::string_view auto_load;
    std::string_view meta;
    if (type == AnyType::object) {
        lib0::Reader in(value.substr(1));
        for (std::uint64_t left = in.var_uint(); left > 0; --left) {
            const std::string_view key = in.var_string();
            const std::string_view rest = value.substr(1 + in.offset());
            const std::string_view member = in.bytes(skip_values(rest, 1));
            if (key == "gc") gc = member;
            if (key == "autoLoad") auto_load = member;
            if (key == "meta") meta = member;
        }
    }
    ValueBuilder options;
    options.begin_object();
    if (!gc.empty() && gc != any_undefined && !is_truthy(gc)) {
        options.key("gc");
        options.boolean(false);
    }
    if (!auto_load.empty() && is_truthy(auto_load)) {
        options.key("autoLoad");
        options.boolean(true);
    }
    if (!meta.empty() && meta != any_undefined && meta != any_null) {
        options.key("meta");
        options.value(meta);
    }
    options.end();
    return options.take();
}

}  // namespace codencollab::crdt
