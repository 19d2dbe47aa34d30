#include "crdt/test_updates.h"
#include "crdt/update_decoder.h"
#include "crdt/update_functions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

// What the decoder refuses, of both forms: each field beyond its bounds, limits, and damage
// anywhere.
namespace codencollab::crdt {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::Columns;
using test::item;
using test::one;
using Code = DecodeError::Code;

struct BadCase {
    std::string_view name;
    Format format;
    std::string bytes;
    Code code;
};
void PrintTo(const BadCase& example, std::ostream* out) {
    *out << example.name;
}

class BadUpdate : public testing::TestWithParam<BadCase> {};

TEST_P(BadUpdate, IsRefused) {
    UpdateRecords records;
    const auto decoded = decode_update(GetParam().bytes, GetParam().format, {}, records);
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(to_string(decoded.error().code), to_string(GetParam().code));
    EXPECT_LE(decoded.error().at, GetParam().bytes.size());
    EXPECT_EQ(
        convert_update(GetParam().bytes, GetParam().format, Format::v1).error().code,
        GetParam().code);
}

const std::string huge = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x0F";  // 2^53-1
const std::string past_clocks = "\x80\x80\x80\x80\x10";       // 2^32
const std::string last_clock = "\xFF\xFF\xFF\xFF\x0F";        // 2^32-1

INSTANTIATE_TEST_SUITE_P(
    OfV1,
    BadUpdate,
    testing::ValuesIn(std::vector<BadCase>{
        BadCase{"empty", Format::v1, "", Code::truncated},
        BadCase{"no delete set", Format::v1, "\0"s, Code::truncated},
        BadCase{"too many clients", Format::v1, huge + "\x01\x05"s, Code::truncated},
        BadCase{"too many structs", Format::v1, "\x01" + huge + "\x05\x00"s, Code::truncated},
        BadCase{
            "a struct is missing", Format::v1, "\x01\x02\x05\x00\x00\x01\x00"s, Code::truncated},
        BadCase{
            "client beyond 2^53-1",
            Format::v1,
            "\x01\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x1F\x00\x00"s,
            Code::bad_integer},
        BadCase{
            "first clock beyond 2^32-1",
            Format::v1,
            "\x01\x01\x05" + past_clocks + "\x00\x01\x00"s,
            Code::bad_integer},
        BadCase{
            "end beyond 2^32-1",
            Format::v1,
            "\x01\x01\x05" + last_clock + "\x00\x01\x00"s,
            Code::bad_integer},
        BadCase{"GC of length 0", Format::v1, one("\0\0"sv), Code::empty_struct},
        BadCase{"Skip of length 0", Format::v1, one("\x0A\0"sv), Code::empty_struct},
        BadCase{"deleted, length 0", Format::v1, item(Kind::deleted, "\0"sv), Code::empty_struct},
        BadCase{"empty string", Format::v1, item(Kind::string, "\0"sv), Code::empty_struct},
        BadCase{"no values", Format::v1, item(Kind::any, "\0"sv), Code::empty_struct},
        BadCase{"no JSON values", Format::v1, item(Kind::json, "\0"sv), Code::empty_struct},
        BadCase{"Skip with an origin", Format::v1, one("\x8A\x05"), Code::bad_content},
        BadCase{"kind 11", Format::v1, item(static_cast<Kind>(11), "\x01"), Code::bad_content},
        BadCase{"kind 31", Format::v1, item(static_cast<Kind>(31), "\x01"), Code::bad_content},
        BadCase{"type 7", Format::v1, item(Kind::type, "\x07"), Code::bad_content},
        BadCase{"type beyond a byte", Format::v1, item(Kind::type, "\x80\x02"), Code::bad_content},
        BadCase{
            "string beyond the input",
            Format::v1,
            item(
                Kind::string,
                "\x7F"
                "a"),
            Code::truncated},
        BadCase{
            "string no UTF-8",
            Format::v1,
            item(
                Kind::string,
                "\x02"
                "a\xFF"),
            Code::bad_utf8},
        BadCase{
            "root name no UTF-8",
            Format::v1,
            one("\x04\x01\x01\xFF\x01"
                "a"),
            Code::bad_utf8},
        BadCase{
            "key no UTF-8",
            Format::v1,
            one("\x24\x01\x01t\x01\xFF\x01"
                "a"),
            Code::bad_utf8},
        BadCase{
            "binary beyond the input",
            Format::v1,
            item(
                Kind::binary,
                "\x7F"
                "a"),
            Code::truncated},
        BadCase{"values beyond the input", Format::v1, item(Kind::any, huge), Code::truncated},
        BadCase{"any type 100", Format::v1, item(Kind::any, "\x01\x64"), Code::bad_content},
        BadCase{"embed no JSON", Format::v1, item(Kind::embed, "\x03tru"), Code::bad_json},
        BadCase{"embed undefined", Format::v1, item(Kind::embed, "\x09undefined"), Code::bad_json},
        BadCase{
            "format value no JSON",
            Format::v1,
            item(
                Kind::format,
                "\x01"
                "b\x01x"),
            Code::bad_json},
        BadCase{
            "format key no UTF-8",
            Format::v1,
            item(Kind::format, "\x01\xFF\x04true"),
            Code::bad_utf8},
        BadCase{
            "legacy JSON no JSON",
            Format::v1,
            item(Kind::json, "\x02\x01\x31\x01x"),
            Code::bad_json},
        BadCase{"node name missing", Format::v1, item(Kind::type, "\x03\x7F"), Code::truncated},
        BadCase{
            "subdocument without options",
            Format::v1,
            item(Kind::subdocument, "\x01g\x7E"),
            Code::bad_content},
        BadCase{
            "JSON too deep",
            Format::v1,
            item(Kind::embed, "\xCA\x01" + std::string(101, '[') + std::string(101, ']')),
            Code::too_deep},
        BadCase{
            "origin is itself",
            Format::v1,
            one("\x84\x05\x00\x01"
                "a"sv),
            Code::bad_reference},
        BadCase{
            "origin is later",
            Format::v1,
            one("\x84\x05\x09\x01"
                "a"),
            Code::bad_reference},
        BadCase{
            "right origin is itself",
            Format::v1,
            one("\x44\x05\x00\x01"
                "a"sv),
            Code::bad_reference},
        BadCase{
            "parent is itself",
            Format::v1,
            one("\x04\x00\x05\x00\x01"
                "a"sv),
            Code::bad_reference},
        BadCase{
            "origin beyond 2^32-1",
            Format::v1,
            one("\x84\x06" + past_clocks +
                "\x01"
                "a"),
            Code::bad_integer},
        BadCase{"delete clients missing", Format::v1, "\0\x05"s, Code::truncated},
        BadCase{"delete ranges missing", Format::v1, "\0\x01\x05"s + huge, Code::truncated},
        BadCase{
            "delete beyond 2^32-1",
            Format::v1,
            "\0\x01\x05\x01"s + last_clock + "\x01",
            Code::bad_integer},
        BadCase{
            "delete clock beyond 2^32-1",
            Format::v1,
            "\0\x01\x05\x01"s + past_clocks + "\0"s,
            Code::bad_integer}}));

INSTANTIATE_TEST_SUITE_P(
    OfV2,
    BadUpdate,
    testing::ValuesIn(std::vector<BadCase>{
        BadCase{"empty", Format::v2, "", Code::truncated},
        BadCase{"columns missing", Format::v2, "\0\0\0\0"s, Code::truncated},
        BadCase{"column beyond the input", Format::v2, "\0"s + huge, Code::truncated},
        BadCase{"no rest", Format::v2, "\0\0\0\0\0\0\x01\0\0\0\0"s, Code::truncated},
        BadCase{
            "no strings column",
            Format::v2,
            Columns{.strings = "", .rest = "\0\0"sv},
            Code::truncated},
        BadCase{
            "strings no UTF-8",
            Format::v2,
            Columns{.strings = "\x01\xFF\x01", .rest = "\0\0"sv},
            Code::bad_utf8},
        BadCase{"string missing", Format::v2, Columns{.infos = "\x04"}, Code::truncated},
        BadCase{
            "string beyond the strings",
            Format::v2,
            Columns{.infos = "\x04", .strings = "\x02tx\x01\x02"},
            Code::truncated},
        BadCase{"info missing", Format::v2, Columns{}, Code::truncated},
        BadCase{"length missing", Format::v2, Columns{.infos = "\0"sv}, Code::truncated},
        BadCase{
            "length 0",
            Format::v2,
            Columns{.infos = "\0"sv, .lengths = "\0"sv},
            Code::empty_struct},
        BadCase{
            "client missing",
            Format::v2,
            Columns{.clients = "", .infos = "\0"sv, .lengths = "\x01"},
            Code::truncated},
        BadCase{
            "origin clock missing",
            Format::v2,
            Columns{.clients = "\x05\x06", .infos = "\x84"},
            Code::truncated},
        BadCase{
            "origin clock below 0",
            Format::v2,
            Columns{.clients = "\x05\x06", .origin_clocks = "\x42", .infos = "\x84"},
            Code::bad_integer},
        BadCase{
            "right clock beyond 2^32-1",
            Format::v2,
            Columns{.clients = "\x05\x06", .right_clocks = "\x80\x80\x80\x80\x40", .infos = "\x44"},
            Code::bad_integer},
        BadCase{
            "own origin is later",
            Format::v2,
            Columns{.clients = "\x45\x00"sv, .origin_clocks = "\x02", .infos = "\x84"},
            Code::bad_reference},
        BadCase{
            "type 7",
            Format::v2,
            Columns{.infos = "\x07", .strings = "\x01t\x01", .types = "\x07"},
            Code::bad_content},
        BadCase{
            "more structs than the limit",
            Format::v2,
            Columns{
                .infos = "\0"sv,
                .lengths = "\x41\x80\x80\x80\x80\x01",
                .rest = "\x01\xFF\xFF\xFF\xFF\x0F\x00\x00"sv},
            Code::too_large},
        BadCase{
            "lengths beyond 2^32-1 together",
            Format::v2,
            Columns{
                .infos = "\0"sv,
                .lengths = "\xFF\xFF\xFF\xFF\x1F\x00"sv,
                .rest = "\x01\x02\x00\x00"sv},
            Code::bad_integer},
        BadCase{
            "values beyond the rest",
            Format::v2,
            Columns{
                .infos = "\x08",
                .strings = "\x01t\x01",
                .lengths = "\x3F",
                .rest = "\x01\x01\x00\x7E"sv},
            Code::truncated},
        BadCase{
            "deletes beyond 2^32-1",
            Format::v2,
            Columns{.rest = "\0\x01\x05\x02\xFF\xFF\xFF\xFF\x0F\0\0\0"sv},
            Code::bad_integer}}));

TEST(DecodeUpdate, HoldsTheLimitsOfOneUpdate) {
    UpdateRecords records;
    const std::string structs = "\x01\x03\x05\x00\x00\x01\x00\x01\x00\x01\x00"s;
    EXPECT_TRUE(decode_update(structs, Format::v1, {.structs = 3}, records));
    EXPECT_EQ(
        decode_update(structs, Format::v1, {.structs = 2}, records).error().code, Code::too_large);

    const std::string deletes = "\0\x01\x05\x03\x00\x01\x05\x01\x09\x01"s;
    EXPECT_TRUE(decode_update(deletes, Format::v1, {.delete_ranges = 3}, records));
    EXPECT_EQ(
        decode_update(deletes, Format::v1, {.delete_ranges = 2}, records).error().code,
        Code::too_large);

    const std::string clients = "\0\x02\x05\x01\x00\x01\x06\x01\x00\x01"s;
    EXPECT_TRUE(decode_update(clients, Format::v1, {.clients = 2}, records));
    EXPECT_EQ(
        decode_update(clients, Format::v1, {.clients = 1}, records).error().code,
        Code::too_many_clients);

    const std::string nested = item(Kind::embed, "\x06[[[]]]");
    EXPECT_TRUE(decode_update(nested, Format::v1, {.value_depth = 3}, records));
    EXPECT_EQ(
        decode_update(nested, Format::v1, {.value_depth = 2}, records).error().code,
        Code::too_deep);
}

TEST(DecodeUpdate, BoundsWhatReferencesToOneKeyStandFor) {
    // Format items without end that all name the one key there is: a few bytes in v2, far more
    // than any memory in v1.
    const std::string key(1'000, 'k');
    lib0::Writer strings;
    strings.var_bytes("t" + key);
    for (const std::uint64_t length : {std::uint64_t{1}, std::uint64_t{1'000}}) {
        strings.var_int({.magnitude = length, .negative = false});
    }
    // The first item has the root for its parent, the others the first for their origin.
    lib0::Writer rest;
    constexpr std::uint64_t count = 20'000;
    rest.var_uint(1);
    rest.var_uint(count);
    rest.var_uint(0);
    for (std::uint64_t i = 0; i < count; ++i)
        rest.bytes(any_true);
    rest.var_uint(0);
    const std::string bytes = Columns{
        .keys = "\x01\x80\x80\x80\x01",
        .clients = "\x45\x80\x80\x80\x01",
        .origin_clocks = "\x01\x80\x80\x80\x01",
        .infos = "\x06\x00\x86"sv,
        .strings = strings.view(),
        .rest = rest.view()};
    UpdateRecords records;
    EXPECT_EQ(decode_update(bytes, Format::v2, {}, records).error().code, Code::too_large);
    ASSERT_TRUE(decode_update(bytes, Format::v2, {.value_bytes = 30'000'000}, records));
    EXPECT_EQ(records.more[records.structs.back().more].name, key);
}

RC_GTEST_PROP(
    UpdateProperty,
    IsRefusedWhenCutAnywhere,
    (const std::vector<std::uint32_t>& drawn, std::size_t at)) {
    for (const Format format : {Format::v1, Format::v2}) {
        const std::string update = test::random_update(drawn, format);
        UpdateRecords records;
        RC_ASSERT(!decode_update(update.substr(0, at % update.size()), format, {}, records));
    }
}

RC_GTEST_PROP(
    UpdateProperty,
    DamagedIsRefusedOrComesOutSound,
    (const std::vector<std::uint32_t>& drawn, std::size_t at, char byte)) {
    for (const Format format : {Format::v1, Format::v2}) {
        std::string update = test::random_update(drawn, format);
        update[at % update.size()] = byte;
        UpdateRecords records;
        if (!decode_update(update, format, {.structs = 1'000}, records)) continue;
        const std::string written = test::encode(records, format);
        UpdateRecords again;
        RC_ASSERT(decode_update(written, format, {}, again).has_value());
        RC_ASSERT(test::encode(again, format) == written);
    }
}

}  // namespace
}  // namespace codencollab::crdt
