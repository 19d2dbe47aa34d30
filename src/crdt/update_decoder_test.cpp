#include "crdt/update_decoder.h"

#include "crdt/test_updates.h"
#include "crdt/update_functions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using Code = DecodeError::Code;

TEST(DecodeUpdate, ReadsAKeystrokeAndItsDelete) {
    const std::string_view bytes =
        "\x01\x02\x05\x00\x04\x01\x04"
        "code\x02"
        "hi\x84\x05\x01\x01!\x01\x05\x01\x00\x01"sv;
    UpdateRecords records;
    ASSERT_TRUE(decode_update(bytes, Format::v1, {}, records));
    ASSERT_EQ(records.structs.size(), 2);
    const StructRecord& first = records.structs[0];
    EXPECT_EQ(first.kind, Kind::string);
    EXPECT_EQ(first.content, "hi");
    EXPECT_TRUE(first.is_ascii);
    EXPECT_EQ(records.more[first.more].parent_name, "code");
    const StructRecord& second = records.structs[1];
    EXPECT_EQ(second.clock, 2);
    EXPECT_TRUE(second.has_origin);
    EXPECT_EQ(second.origin_clock, 1);
    EXPECT_EQ(second.more, none);
    EXPECT_EQ(records.clients, std::vector<ClientNumber>{5});
    ASSERT_EQ(records.deletes.size(), 1);
    EXPECT_EQ(records.deletes[0].length, 1);
    EXPECT_FALSE(records.has_trailing_bytes);
    EXPECT_EQ(test::encode(records, Format::v1), bytes);
}

TEST(DecodeUpdate, ReadsTheEmptyUpdate) {
    UpdateRecords records;
    ASSERT_TRUE(decode_update("\0\0"sv, Format::v1, {}, records));
    EXPECT_TRUE(records.blocks.empty() && records.structs.empty() && records.deletes.empty());
    EXPECT_EQ(test::encode(records, Format::v2), "\0\0\0\0\0\0\x01\0\0\0\0\0\0"sv);
}

TEST(DecodeUpdate, ForgetsWhatItReadBefore) {
    UpdateRecords records;
    ASSERT_TRUE(decode_update(test::text_update(5, 0, "one"), Format::v1, {}, records));
    ASSERT_TRUE(decode_update("\0\0"sv, Format::v1, {}, records));
    EXPECT_TRUE(records.structs.empty() && records.more.empty() && records.clients.empty());
}

TEST(DecodeUpdate, NotesSkipsAndTrailingBytes) {
    const std::string bytes = "\x01\x02\x05\x00\x0A\x02\x00\x03\x00 more"s;
    UpdateRecords records;
    ASSERT_TRUE(decode_update(bytes, Format::v1, {}, records));
    EXPECT_TRUE(records.has_skip);
    EXPECT_TRUE(records.has_trailing_bytes);
    EXPECT_EQ(records.structs[1].clock, 2);
}

TEST(DecodeUpdate, KeepsEachBlockOfARepeatedClient) {
    const std::string_view bytes =
        "\x03\x01\x05\x04\x00\x01\x01\x07\x00\x00\x01\x01\x05\x00\x00\x02\x00"sv;
    UpdateRecords records;
    ASSERT_TRUE(decode_update(bytes, Format::v1, {}, records));
    ASSERT_EQ(records.blocks.size(), 3);
    EXPECT_EQ(records.clients, (std::vector<ClientNumber>{5, 7}));
    EXPECT_EQ(records.blocks[2].client, 0);
}

TEST(DecodeUpdate, AddsToWhatIsThereOnRequest) {
    UpdateRecords records;
    const std::string first = test::text_update(5, 0, "one");
    const std::string second = test::text_update(5, 3, "two");
    ASSERT_TRUE(append_update(first, Format::v1, {}, records));
    ASSERT_TRUE(append_update(second, Format::v1, {}, records));
    ASSERT_EQ(records.structs.size(), 2);
    EXPECT_EQ(records.structs[0].content, "one");
    EXPECT_EQ(records.structs[1].clock, 3);
    EXPECT_EQ(records.blocks[1].first, 1);
}

/// One struct of client 5 from clock 0, in v1.
std::string one(std::string_view structure) {
    return "\x01\x01\x05" + std::string(1, '\0') + std::string(structure) + std::string(1, '\0');
}

/// One item of client 5 in root "t" with a content in v1.
std::string item(Kind kind, std::string_view content) {
    return one(std::string(1, static_cast<char>(kind)) + "\x01\x01t" + std::string(content));
}

/// An update v2 of these columns.
struct Columns {
    std::string_view keys = "";
    std::string_view clients = "\x05";
    std::string_view origin_clocks = "";
    std::string_view right_clocks = "";
    std::string_view infos = "";
    std::string_view strings = "\0"sv;
    std::string_view parents = "\x01";
    std::string_view types = "";
    std::string_view lengths = "";
    std::string_view rest = "\x01\x01\x00\x00"sv;  // a client, a struct, clock 0, no deletes

    operator std::string() const {  // NOLINT(google-explicit-constructor): a table's shorthand
        lib0::Writer out;
        out.byte(0);
        for (const std::string_view column :
             {keys,
              clients,
              origin_clocks,
              right_clocks,
              infos,
              strings,
              parents,
              types,
              lengths}) {
            out.var_bytes(column);
        }
        out.bytes(rest);
        return out.take();
    }
};

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

TEST(DecodeUpdate, ReadsAReferenceToAKeyThatWasThereBefore) {
    const std::string bytes = Columns{
        .keys = "\x01\x00"sv,
        .clients = "\x45\x00"sv,
        .origin_clocks = "\0"sv,
        .infos = "\x06\x00\x86"sv,
        .strings = "\x05tbold\x01\x04",
        .rest = "\x01\x02\x00\x78\x7E\x00"sv};
    const auto converted = convert_update(bytes, Format::v2, Format::v1);
    ASSERT_TRUE(converted.has_value());
    EXPECT_EQ(
        *converted,
        "\x01\x02\x05\x00\x06\x01\x01t\x04"
        "bold\x04true\x86\x05\x00\x04"
        "bold\x04null\x00"sv);
}

TEST(DecodeUpdate, ReadsAKeyOnlyWhereNoOriginIs) {
    // The info byte says "key" for both; the second copies it from its origin.
    const std::string bytes = "\x01\x02\x05\x00\x21\x01\x01t\x01k\x01\xA1\x05\x00\x01\x00"s;
    UpdateRecords records;
    ASSERT_TRUE(decode_update(bytes, Format::v1, {}, records));
    const RecordDetails& first = records.more[records.structs[0].more];
    EXPECT_TRUE(first.has_key && first.key_bit);
    EXPECT_EQ(first.key, "k");
    const RecordDetails& second = records.more[records.structs[1].more];
    EXPECT_TRUE(!second.has_key && second.key_bit);
    EXPECT_EQ(second.parent, RecordDetails::Parent::from_neighbour);
    // Where it is copied, the bit is not written.
    EXPECT_EQ(
        test::encode(records, Format::v1),
        "\x01\x02\x05\x00\x21\x01\x01t\x01k\x01\x81\x05\x00\x01\x00"s);
}

TEST(DecodeUpdate, NormalisesValues) {
    const auto content = [](const std::string& bytes) {
        UpdateRecords records;
        EXPECT_TRUE(decode_update(bytes, Format::v1, {}, records));
        return std::string(records.structs.at(0).content);
    };
    EXPECT_EQ(
        content(item(
            Kind::any,
            "\x02\x7C\x40\x00\x00\x00\x76\x02\x01"
            "b\x7E\x01\x31\x7F"sv)),
        "\x7D\x02\x76\x02\x01\x31\x7F\x01"
        "b\x7E");
    EXPECT_EQ(
        content(item(Kind::embed, "\x0D{\"b\":1,\"0\":2}")),
        "\x76\x02\x01\x30\x7D\x02\x01"
        "b\x7D\x01");
    EXPECT_EQ(
        content(item(
            Kind::format,
            "\x01"
            "b\x04true")),
        "\x78");
    EXPECT_EQ(
        content(item(Kind::json, "\x02\x09undefined\x03\"a\"")),
        "\x7F\x77\x01"
        "a");
    EXPECT_EQ(content(item(Kind::subdocument, "\x01g\x76\x01\x01x\x7E")), "\x76\x00"sv);
}

RC_GTEST_PROP(
    UpdateProperty, SurvivesTheRoundTripInBothForms, (const std::vector<std::uint32_t>& drawn)) {
    const std::string v1 = test::random_update(drawn, Format::v1);
    const std::string v2 = test::random_update(drawn, Format::v2);
    UpdateRecords records;
    RC_ASSERT(decode_update(v1, Format::v1, {}, records).has_value());
    RC_ASSERT(test::encode(records, Format::v1) == v1);
    UpdateRecords from_v2;
    RC_ASSERT(decode_update(v2, Format::v2, {}, from_v2).has_value());
    RC_ASSERT(test::encode(from_v2, Format::v2) == v2);
    RC_ASSERT(test::encode(from_v2, Format::v1) == test::encode(records, Format::v1));
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
