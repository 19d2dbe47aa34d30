#pragma once

#include "base/lib0.h"
#include "crdt/error.h"
#include "crdt/update_records.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

/// Values in lib0's `any` form: one type byte, then the payload. The engine keeps them as these
/// bytes, normalised once on the way in: as Yjs would write them after it has read them, so that
/// equal values are equal bytes (docs/wire-format.md, section 1).
namespace codencollab::crdt {

/// The type bytes.
enum class AnyType : std::uint8_t {
    bytes = 116,
    array = 117,
    object = 118,
    string = 119,
    true_value = 120,
    false_value = 121,
    big_integer = 122,
    float64 = 123,
    float32 = 124,
    integer = 125,
    null = 126,
    undefined = 127,
};

inline constexpr std::string_view any_undefined = "\x7F";
inline constexpr std::string_view any_null = "\x7E";
inline constexpr std::string_view any_true = "\x78";
inline constexpr std::string_view any_false = "\x79";

/// Bytes that the first `count` of `values` take. They are known to be well formed.
std::size_t skip_values(std::string_view values, std::uint32_t count);

/// The last of `count` values, which are all that `values` holds.
std::string_view last_value(std::string_view values, std::uint32_t count);

/// Reads `count` values from a stranger; the answer is a view into what `in` reads if they are in
/// normal form already (nearly always), else into `arena`. Containers nest at most `depth_max`
/// deep; bytes count as one, since JSON makes an object of them.
/// Fails with the code alone: where is in.offset().
std::expected<std::string_view, DecodeError::Code> read_values(
    lib0::Reader& in, std::uint64_t count, std::size_t depth_max, Arena& arena);

/// `count` values from a local caller in normal form; nothing if they are malformed, nested too
/// deep, or followed by more bytes.
std::optional<std::string> normalise_values(
    std::string_view values, std::uint32_t count, std::size_t depth_max);

/// What Yjs keeps of a subdocument's options (one normalised value): an object with `gc` if false,
/// `autoLoad` if true, `meta` if set. Nothing if they are null or undefined, which Yjs cannot read.
std::optional<std::string> subdocument_options(std::string_view value);

}  // namespace codencollab::crdt
