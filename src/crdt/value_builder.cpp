#include "crdt/value_builder.h"

#include "base/lib0.h"
#include "crdt/any.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace codencollab::crdt {

namespace {

constexpr std::uint32_t integer_max = std::numeric_limits<std::int32_t>::max();

/// The number that a key is if JavaScript takes it for an array index: canonical decimal digits,
/// below 2^32-1.
std::optional<std::uint32_t> array_index(std::string_view key) {
    if (key.empty() || key.size() > 10 || key[0] < '0' || key[0] > '9') return std::nullopt;
    if (key[0] == '0' && key.size() > 1) return std::nullopt;
    std::uint32_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (error != std::errc{} || end != key.data() + key.size()) return std::nullopt;
    if (index == std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return index;
}

}  // namespace

bool keys_are_in_order(const std::vector<std::string_view>& keys, std::size_t first) {
    constexpr std::size_t compare_each_max = 8;
    std::optional<std::uint32_t> last_index;
    std::size_t names = first;  // where the keys that are no indices begin
    for (std::size_t i = first; i < keys.size(); ++i) {
        const auto index = array_index(keys[i]);
        if (!index) continue;
        if (names < i || (last_index && *last_index >= *index)) return false;
        last_index = index;
        names = i + 1;
    }
    const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(names);
    if (keys.size() - names <= compare_each_max) {
        for (auto key = begin; key != keys.end(); ++key) {
            if (std::find(key + 1, keys.end(), *key) != keys.end()) return false;
        }
        return true;
    }
    std::vector<std::string_view> sorted(begin, keys.end());
    std::ranges::sort(sorted);
    return std::ranges::adjacent_find(sorted) == sorted.end();
}

void ValueBuilder::clear() {
    out_.clear();
    open_.clear();
    entries_.clear();
}

void ValueBuilder::element() {
    // The elements of an object are counted by their keys.
    if (!open_.empty() && !open_.back().is_object) ++open_.back().count;
}

void ValueBuilder::put_type(std::uint8_t type) {
    element();
    out_.push_back(static_cast<char>(type));
}

void ValueBuilder::put_var_uint(std::uint64_t value) {
    std::array<char, lib0::var_uint_room> bytes{};
    out_.append(bytes.data(), lib0::put_var_uint(bytes.data(), value));
}

void ValueBuilder::put_var_bytes(std::string_view value) {
    put_var_uint(value.size());
    out_.append(value);
}

void ValueBuilder::undefined() {
    put_type(static_cast<std::uint8_t>(AnyType::undefined));
}

void ValueBuilder::null() {
    put_type(static_cast<std::uint8_t>(AnyType::null));
}

void ValueBuilder::boolean(bool value) {
    put_type(static_cast<std::uint8_t>(value ? AnyType::true_value : AnyType::false_value));
}

void ValueBuilder::number(double value) {
    const double magnitude = std::fabs(value);
    if (magnitude <= integer_max && std::trunc(value) == value) {
        put_type(static_cast<std::uint8_t>(AnyType::integer));
        lib0::Writer integer;
        integer.var_int(
            {.magnitude = static_cast<std::uint64_t>(magnitude), .negative = std::signbit(value)});
        out_.append(integer.view());
        return;
    }
    const auto put_bits = [this]<class T>(T bits) {
        for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
            out_.push_back(static_cast<char>(bits >> shift));
        }
    };
    // A double beyond float's range must not be converted: that is undefined, infinity is not.
    const bool may_be_float = magnitude <= std::numeric_limits<float>::max() || std::isinf(value);
    if (may_be_float && static_cast<double>(static_cast<float>(value)) == value) {
        put_type(static_cast<std::uint8_t>(AnyType::float32));
        put_bits(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
        return;
    }
    put_type(static_cast<std::uint8_t>(AnyType::float64));
    constexpr std::uint64_t not_a_number = 0x7FF8000000000000;
    put_bits(std::isnan(value) ? not_a_number : std::bit_cast<std::uint64_t>(value));
}

void ValueBuilder::big_integer(std::uint64_t bits) {
    put_type(static_cast<std::uint8_t>(AnyType::big_integer));
    for (int shift = 56; shift >= 0; shift -= 8)
        out_.push_back(static_cast<char>(bits >> shift));
}

void ValueBuilder::string(std::string_view utf8) {
    put_type(static_cast<std::uint8_t>(AnyType::string));
    put_var_bytes(utf8);
}

void ValueBuilder::bytes(std::string_view value) {
    put_type(static_cast<std::uint8_t>(AnyType::bytes));
    put_var_bytes(value);
}

void ValueBuilder::value(std::string_view any) {
    element();
    out_.append(any);
}

void ValueBuilder::begin_array() {
    open(false);
}

void ValueBuilder::begin_object() {
    open(true);
}

void ValueBuilder::open(bool is_object) {
    element();
    open_.push_back(
        {.is_object = is_object, .begin = out_.size(), .count = 0, .first_entry = entries_.size()});
}

void ValueBuilder::key(std::string_view utf8) {
    ++open_.back().count;
    const std::size_t begin = out_.size();
    put_var_uint(utf8.size());
    const std::size_t at = out_.size();
    out_.append(utf8);
    entries_.push_back({.begin = begin, .key = at, .value = out_.size()});
}

void ValueBuilder::end() {
    const Open closed = open_.back();
    open_.pop_back();
    const std::size_t count = closed.is_object ? put_entries_in_order(closed) : closed.count;
    entries_.resize(closed.first_entry);
    // The count is known only now; most containers are small, so the bytes behind it move cheaply.
    std::array<char, lib0::var_uint_room + 1> head{};
    head[0] = static_cast<char>(closed.is_object ? AnyType::object : AnyType::array);
    const char* const end = lib0::put_var_uint(head.data() + 1, count);
    out_.insert(closed.begin, head.data(), static_cast<std::size_t>(end - head.data()));
}

/// Puts the entries of the object that is being closed in order; answers how many remain.
std::size_t ValueBuilder::put_entries_in_order(const Open& object) {
    const std::size_t count = entries_.size() - object.first_entry;
    const auto key_of = [&](std::size_t i) {
        const Entry& entry = entries_[object.first_entry + i];
        return std::string_view(out_).substr(entry.key, entry.value - entry.key);
    };
    std::vector<std::string_view> keys;
    keys.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        keys.push_back(key_of(i));
    if (keys_are_in_order(keys, 0)) return count;

    // By place of the key's first entry: which entry's value counts (the last one's).
    std::vector<std::size_t> by_key(count);
    for (std::size_t i = 0; i < count; ++i)
        by_key[i] = i;
    std::ranges::stable_sort(by_key, {}, [&](std::size_t i) { return keys[i]; });
    struct Member {
        std::size_t place;
        std::size_t value;
        std::optional<std::uint32_t> index;
    };
    std::vector<Member> members;
    for (std::size_t i = 0; i < count;) {
        std::size_t last = i;
        while (last + 1 < count && keys[by_key[last + 1]] == keys[by_key[i]])
            ++last;
        members.push_back({by_key[i], by_key[last], array_index(keys[by_key[i]])});
        i = last + 1;
    }
    std::ranges::sort(members, [](const Member& left, const Member& right) {
        if (left.index && right.index) return *left.index < *right.index;
        if (left.index.has_value() != right.index.has_value()) return left.index.has_value();
        return left.place < right.place;
    });

    std::string ordered;
    ordered.reserve(out_.size() - object.begin);
    for (const Member& member : members) {
        const std::size_t at = object.first_entry + member.value;
        const std::size_t end = at + 1 < entries_.size() ? entries_[at + 1].begin : out_.size();
        ordered.append(out_, entries_[at].begin, end - entries_[at].begin);
    }
    out_.replace(object.begin, std::string::npos, ordered);
    return members.size();
}

}  // namespace codencollab::crdt
