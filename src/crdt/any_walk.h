#pragma once

#include "base/lib0.h"
#include "crdt/any.h"
#include "crdt/error.h"
#include "crdt/read_error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::crdt {

/// Goes through `count` values and tells `visitor` each part in order; without recursion, since
/// strangers choose the depth. `length_bytes` is what the part's varUint count took.
///
///     undefined() null() boolean(bool) integer(VarInt, size_t bytes) float32(uint32_t bits)
///     float64(uint64_t bits) big_integer(uint64_t bits) string(string_view, size_t length_bytes)
///     bytes(string_view, size_t length_bytes) begin_array(uint64_t count, size_t length_bytes)
///     begin_object(same) key(string_view, size_t length_bytes) end()
///
/// Answers why the values are malformed, if they are; `in` then stands where.
template <class Visitor>
std::optional<DecodeError::Code> walk_values(
    lib0::Reader& in, std::uint64_t count, std::size_t depth_max, Visitor& visitor) {
    struct Container {
        std::uint64_t left;
        bool is_object;
    };
    std::vector<Container> around;  // what the current one stands in
    Container current{.left = count, .is_object = false};

    const auto prefixed = [&in](auto read) {
        const std::size_t before = in.offset();
        const std::string_view text = read();
        return std::pair(text, in.offset() - before - text.size());
    };
    const auto open = [&](bool is_object) -> std::optional<DecodeError::Code> {
        if (around.size() >= depth_max) return DecodeError::Code::too_deep;
        const std::size_t before = in.offset();
        const std::uint64_t inside = in.var_uint();
        if (inside > in.left() / (is_object ? 2 : 1)) in.fail(lib0::Reader::Failure::truncated);
        if (in.failed()) return code_of(in.failure());
        around.push_back(current);
        current = {.left = inside, .is_object = is_object};
        if (is_object) {
            visitor.begin_object(inside, in.offset() - before);
        } else {
            visitor.begin_array(inside, in.offset() - before);
        }
        return std::nullopt;
    };

    for (;;) {
        while (current.left == 0) {
            if (around.empty()) return std::nullopt;
            visitor.end();
            current = around.back();
            around.pop_back();
        }
        --current.left;
        if (current.is_object) {
            const auto [key, length_bytes] = prefixed([&] { return in.var_string(); });
            if (!in.failed()) visitor.key(key, length_bytes);
        }
        const std::uint8_t type = in.byte();
        if (in.failed()) return code_of(in.failure());
        switch (static_cast<AnyType>(type)) {
            case AnyType::undefined:
                visitor.undefined();
                break;
            case AnyType::null:
                visitor.null();
                break;
            case AnyType::true_value:
                visitor.boolean(true);
                break;
            case AnyType::false_value:
                visitor.boolean(false);
                break;
            case AnyType::integer: {
                const std::size_t before = in.offset();
                const lib0::VarInt value = in.var_int();
                if (!in.failed()) visitor.integer(value, in.offset() - before);
                break;
            }
            case AnyType::float32: {
                const auto bits = in.big_endian<std::uint32_t>();
                if (!in.failed()) visitor.float32(bits);
                break;
            }
            case AnyType::float64: {
                const auto bits = in.big_endian<std::uint64_t>();
                if (!in.failed()) visitor.float64(bits);
                break;
            }
            case AnyType::big_integer: {
                const auto bits = in.big_endian<std::uint64_t>();
                if (!in.failed()) visitor.big_integer(bits);
                break;
            }
            case AnyType::string: {
                const auto [text, length_bytes] = prefixed([&] { return in.var_string(); });
                if (!in.failed()) visitor.string(text, length_bytes);
                break;
            }
            case AnyType::bytes: {
                if (around.size() >= depth_max) return DecodeError::Code::too_deep;
                const auto [bytes, length_bytes] = prefixed([&] { return in.var_bytes(); });
                if (!in.failed()) visitor.bytes(bytes, length_bytes);
                break;
            }
            case AnyType::array:
            case AnyType::object:
                if (const auto code = open(static_cast<AnyType>(type) == AnyType::object)) {
                    return code;
                }
                break;
            default:
                return DecodeError::Code::bad_content;
        }
        if (in.failed()) return code_of(in.failure());
    }
}

}  // namespace codencollab::crdt
