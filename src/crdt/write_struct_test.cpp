#include "crdt/write_struct.h"

#include "crdt/test_updates.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;

/// A part of the first struct of an update v1, alone.
std::string part(std::string_view update, Cut cut) {
    UpdateRecords records;
    EXPECT_TRUE(decode_update(update, Format::v1, {}, records));
    const StructRecord& record = records.structs[0];
    EncoderV1 encoder;
    write_struct(
        encoder,
        record,
        record.more == none ? nullptr : &records.more[record.more],
        records.clients.data(),
        cut);
    return encoder.finish();
}

struct CutCase {
    std::string_view name;
    std::string_view update;
    Cut cut;
    std::string_view part;
};
void PrintTo(const CutCase& example, std::ostream* out) {
    *out << example.name;
}

class WriteStruct : public testing::TestWithParam<CutCase> {};

TEST_P(WriteStruct, WritesAPart) {
    EXPECT_EQ(part(GetParam().update, GetParam().cut), GetParam().part);
}

constexpr std::string_view gc = "\x01\x01\x05\x02\x00\x07\x00"sv;
constexpr std::string_view skip = "\x01\x01\x05\x02\x0A\x07\x00"sv;
constexpr std::string_view deleted = "\x01\x01\x05\x02\xC1\x06\x01\x06\x09\x07\x00"sv;
constexpr std::string_view ascii =
    "\x01\x01\x05\x02\x44\x06\x09\x04"
    "abcd\x00"sv;
constexpr std::string_view wide =
    "\x01\x01\x05\x02\x84\x06\x09\x06"
    "a\xF0\x9F\x98\x80z\x00"sv;
constexpr std::string_view root =
    "\x01\x01\x05\x02\x04\x01\x01t\x02"
    "ab\x00"sv;
constexpr std::string_view keyed =
    "\x01\x01\x05\x02\x28\x00\x06\x01\x01k\x03\x7E\x77\x01x\x7D\x05\x00"sv;
constexpr std::string_view json =
    "\x01\x01\x05\x02\x82\x06\x09\x03\x01\x31\x09undefined\x01\x33\x00"sv;

INSTANTIATE_TEST_SUITE_P(
    Of,
    WriteStruct,
    testing::ValuesIn(std::vector<CutCase>{
        CutCase{"gc, tail", gc, {3, 7}, "\x00\x04"sv},
        CutCase{"skip, head", skip, {0, 2}, "\x0A\x02"},
        CutCase{"deleted, whole", deleted, {0, 7}, "\xC1\x06\x01\x06\x09\x07"},
        CutCase{"deleted, tail", deleted, {3, 7}, "\xC1\x05\x04\x06\x09\x04"},
        CutCase{"deleted, head", deleted, {0, 3}, "\xC1\x06\x01\x06\x09\x03"},
        CutCase{
            "ascii, whole",
            ascii,
            {0, 4},
            "\x44\x06\x09\x04"
            "abcd"},
        CutCase{
            "ascii, middle",
            ascii,
            {1, 3},
            "\xC4\x05\x02\x06\x09\x02"
            "bc"},
        CutCase{"wide, after the pair", wide, {3, 4}, "\x84\x05\x04\x01z"},
        CutCase{"wide, inside the pair", wide, {2, 4}, "\x84\x05\x03\x04\xEF\xBF\xBDz"},
        CutCase{
            "wide, up to inside the pair",
            wide,
            {0, 2},
            "\x84\x06\x09\x04"
            "a\xEF\xBF\xBD"},
        CutCase{
            "root, head",
            root,
            {0, 1},
            "\x04\x01\x01t\x01"
            "a"},
        CutCase{
            "root, tail without parent",
            root,
            {1, 2},
            "\x84\x05\x02\x01"
            "b"},
        CutCase{"keyed, whole", keyed, {0, 3}, "\x28\x00\x06\x01\x01k\x03\x7E\x77\x01x\x7D\x05"sv},
        CutCase{"keyed, tail without", keyed, {1, 3}, "\x88\x05\x02\x02\x77\x01x\x7D\x05"},
        CutCase{"json, middle", json, {1, 2}, "\x82\x05\x02\x01\x09undefined"}}));

TEST(Encoders, CanBeUsedAgain) {
    EncoderV1 v1;
    EncoderV2 v2;
    const auto write = [](auto& encoder) {
        encoder.begin_structs(1);
        encoder.begin_client(1, 5, 0);
        encoder.item_info(static_cast<std::uint8_t>(Kind::format));
        encoder.root_parent("t");
        encoder.format_content("bold", any_true);
        DeleteSet deletes;
        deletes.add(5, 0, 1);
        write_delete_set(encoder, deletes);
    };
    write(v1);
    const std::string first = v1.finish();
    write(v1);
    EXPECT_EQ(v1.finish_view(), first);
    write(v1);
    EXPECT_EQ(v1.finish(), first);
    write(v2);
    const std::string columns = v2.finish();
    write(v2);
    EXPECT_EQ(v2.finish_view(), columns);
    write(v2);
    EXPECT_EQ(v2.finish_view(), columns);
}

TEST(EncoderV2, PutsEachFieldInItsColumn) {
    EncoderV2 encoder;
    encoder.begin_structs(1);
    encoder.begin_client(2, 5, 0);
    encoder.item_info(static_cast<std::uint8_t>(Kind::string));
    encoder.root_parent("t");
    encoder.string("ab", 2);
    encoder.item_info(static_cast<std::uint8_t>(Kind::deleted) | info_origin | info_right_origin);
    encoder.origin({.client = 5, .clock = 1});
    encoder.right_origin({.client = 9, .clock = 4});
    encoder.deleted(3);
    encoder.begin_deletes(1);
    encoder.begin_client_deletes(5, 2);
    encoder.delete_range(1, 2);
    encoder.delete_range(7, 1);
    EXPECT_EQ(
        encoder.finish(),
        "\x00"                              // flag
        "\x00"                              // keys
        "\x03\x45\x00\x09"                  // clients: 5 twice, 9
        "\x01\x02"                          // origin clocks: 1
        "\x01\x08"                          // right clocks: 4
        "\x03\x04\x00\xC1"                  // infos
        "\x06\x03tab\x01\x02"               // strings
        "\x01\x01"                          // parents: a root
        "\x00"                              // types
        "\x01\x03"                          // lengths
        "\x01\x02\x00"                      // one client, two structs from 0
        "\x01\x05\x02\x01\x01\x04\x00"sv);  // deletes
}

}  // namespace
}  // namespace codencollab::crdt
