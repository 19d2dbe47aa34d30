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
using test::Columns;
using test::item;

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

}  // namespace
}  // namespace codencollab::crdt
