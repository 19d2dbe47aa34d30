#include "crdt/update_decoder.h"

#include "crdt/delete_set.h"
#include "crdt/write_struct.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;

/// The update that the records say, in the order read.
std::string encode(const UpdateRecords& records) {
    EncoderV1 encoder;
    encoder.begin_structs(records.blocks.size());
    for (const RecordBlock& block : records.blocks) {
        encoder.begin_client(
            block.count, records.clients[block.client], records.structs[block.first].clock);
        for (std::uint32_t i = block.first; i < block.first + block.count; ++i) {
            const StructRecord& record = records.structs[i];
            write_struct(
                encoder,
                record,
                record.more == none ? nullptr : &records.more[record.more],
                records.clients.data(),
                {.from = 0, .to = record.length});
        }
    }
    DeleteSet deletes;
    for (const DeleteRecord& range : records.deletes) {
        deletes.add(records.clients[range.client], range.clock, range.length);
    }
    write_delete_set(encoder, deletes);
    return encoder.finish();
}

TEST(DecodeUpdate, ReadsAKeystrokeAndItsDelete) {
    const std::string_view bytes =
        "\x01\x02\x05\x00\x04\x01\x04"
        "code\x02"
        "hi\x84\x05\x01\x01!\x01\x05\x01\x00\x01"sv;
    UpdateRecords records;
    ASSERT_TRUE(decode_update(bytes, Format::v1, {}, records));
    ASSERT_EQ(records.structs.size(), 2);
    EXPECT_EQ(records.structs[0].content, "hi");
    EXPECT_EQ(records.more[records.structs[0].more].parent_name, "code");
    EXPECT_EQ(records.structs[1].clock, 2);
    EXPECT_EQ(records.structs[1].origin_clock, 1);
    ASSERT_EQ(records.deletes.size(), 1);
    EXPECT_EQ(records.deletes[0].length, 1);
    EXPECT_EQ(encode(records), bytes);
}

}  // namespace
}  // namespace codencollab::crdt
