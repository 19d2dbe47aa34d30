#include "crdt/columns.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_view_literals;
using Failure = lib0::Reader::Failure;

template <class Writer>
std::string written(const std::vector<std::uint64_t>& values) {
    Writer column;
    for (const std::uint64_t value : values)
        column.put(static_cast<std::uint8_t>(value));
    return std::string(column.finish());
}

template <class Writer>
std::string written_wide(const std::vector<std::uint64_t>& values) {
    Writer column;
    for (const std::uint64_t value : values)
        column.put(value);
    return std::string(column.finish());
}

template <class Reader>
std::vector<std::uint64_t> read(std::string_view bytes, std::size_t count) {
    Reader column(bytes);
    std::vector<std::uint64_t> values;
    for (; count > 0; --count)
        values.push_back(column.next());
    EXPECT_FALSE(column.failed());
    return values;
}

struct ColumnCase {
    std::vector<std::uint64_t> values;
    std::string_view bytes;
};

class ByteRuns : public testing::TestWithParam<ColumnCase> {};
TEST_P(ByteRuns, AreWrittenWithoutTheLastCount) {
    EXPECT_EQ(written<ByteRunWriter>(GetParam().values), GetParam().bytes);
    EXPECT_EQ(read<ByteRunReader>(GetParam().bytes, GetParam().values.size()), GetParam().values);
}
INSTANTIATE_TEST_SUITE_P(
    Of,
    ByteRuns,
    testing::Values(
        ColumnCase{{}, ""},
        ColumnCase{{0}, "\0"sv},
        ColumnCase{{4, 4, 4}, "\x04"},
        ColumnCase{{4, 4, 4, 7}, "\x04\x02\x07"},
        ColumnCase{{1, 2, 2}, "\x01\x00\x02"sv}));

class UintRuns : public testing::TestWithParam<ColumnCase> {};
TEST_P(UintRuns, MarkALongRunByItsSign) {
    EXPECT_EQ(written_wide<UintRunWriter>(GetParam().values), GetParam().bytes);
    EXPECT_EQ(read<UintRunReader>(GetParam().bytes, GetParam().values.size()), GetParam().values);
}
INSTANTIATE_TEST_SUITE_P(
    Of,
    UintRuns,
    testing::Values(
        ColumnCase{{}, ""},
        ColumnCase{{0}, "\0"sv},
        ColumnCase{{0, 0}, "\x40\x00"sv},  // minus zero
        ColumnCase{{5}, "\x05"},
        ColumnCase{{5, 5}, "\x45\x00"sv},
        ColumnCase{{5, 5, 5, 6}, "\x45\x01\x06"},
        ColumnCase{{lib0::max_integer}, "\xBF\xFF\xFF\xFF\xFF\xFF\xFF\x1F"}));

class DiffRuns : public testing::TestWithParam<ColumnCase> {};
TEST_P(DiffRuns, AreOverEqualDifferences) {
    EXPECT_EQ(written_wide<DiffRunWriter>(GetParam().values), GetParam().bytes);
    EXPECT_EQ(read<DiffRunReader>(GetParam().bytes, GetParam().values.size()), GetParam().values);
}
INSTANTIATE_TEST_SUITE_P(
    Of,
    DiffRuns,
    testing::Values(
        ColumnCase{{}, ""},
        ColumnCase{{0}, "\0"sv},
        ColumnCase{{0, 0, 0}, "\x01\x01"},
        ColumnCase{{1, 2, 3, 4}, "\x03\x02"},
        ColumnCase{{9, 4}, "\x12\x4A"},
        ColumnCase{{9, 6, 3, 0}, "\x12\x45\x01"},
        ColumnCase{{4'294'967'295}, "\xBE\xFF\xFF\xFF\x3F"}));

TEST(ByteRunReader, GoesOnForEverWithTheLastValue) {
    EXPECT_EQ(
        read<ByteRunReader>("\x04\x00\x07"sv, 6), (std::vector<std::uint64_t>{4, 7, 7, 7, 7, 7}));
}

TEST(Columns, FailWhenTheyAreUsedUp) {
    ByteRunReader bytes("");
    EXPECT_EQ(bytes.next(), 0);
    EXPECT_EQ(bytes.failure(), Failure::truncated);
    UintRunReader integers("\x05");
    integers.next();
    EXPECT_FALSE(integers.failed());
    integers.next();
    EXPECT_EQ(integers.failure(), Failure::truncated);
    DiffRunReader differences("\x01");  // a run whose length is missing
    differences.next();
    EXPECT_EQ(differences.failure(), Failure::truncated);
}

TEST(DiffRunReader, RefusesWhatIsBelowZeroOrAbove53Bits) {
    DiffRunReader below("\x42");
    EXPECT_EQ(below.next(), 0);
    EXPECT_EQ(below.failure(), Failure::bad_integer);

    lib0::Writer bytes;  // steps of 2^52-1 for as long as one likes
    bytes.var_int({.magnitude = lib0::max_integer, .negative = false});
    bytes.var_uint(lib0::max_integer);
    DiffRunReader above(bytes.view());
    for (int i = 0; i < 2; ++i)
        above.next();
    EXPECT_FALSE(above.failed());
    above.next();
    EXPECT_EQ(above.failure(), Failure::bad_integer);
    for (int i = 0; i < 1'000; ++i)
        EXPECT_LE(above.next(), lib0::max_integer);
}

/// A string column with these lengths of the strings.
std::string string_column(std::string_view text, const std::vector<std::uint64_t>& lengths) {
    lib0::Writer out;
    out.var_bytes(text);
    out.bytes(written_wide<UintRunWriter>(lengths));
    return out.take();
}

TEST(StringColumn, SurvivesTheRoundTrip) {
    const std::vector<std::string> strings{"ab", "", "c", "\xC3\xA9", "\xF0\x9F\x98\x80x", ""};
    StringColumnWriter writer;
    for (const std::string& text : strings)
        writer.put(text);
    EXPECT_EQ(writer.text(), "abc\xC3\xA9\xF0\x9F\x98\x80x");
    const std::string bytes = string_column(writer.text(), {2, 0, 1, 1, 3, 0});
    EXPECT_TRUE(bytes.ends_with(writer.finish_lengths()));

    StringColumnReader reader(bytes);
    Arena arena;
    for (const std::string& text : strings) {
        TextFacts facts;
        EXPECT_EQ(reader.next(arena, facts), text);
        const TextFacts expected = scan_text(text);
        EXPECT_EQ(facts.units, expected.units);
        EXPECT_EQ(facts.is_ascii, expected.is_ascii);
        EXPECT_FALSE(reader.failed());
    }
    TextFacts facts;
    reader.next(arena, facts);
    EXPECT_TRUE(reader.failed());
}

TEST(StringColumnReader, GivesEachSideOfACutPairHalfACharacter) {
    const std::string bytes = string_column("a\xF0\x9F\x98\x80\xF0\x9F\x98\x81", {2, 0, 2, 1});
    StringColumnReader reader(bytes);
    Arena arena;
    TextFacts facts;
    EXPECT_EQ(reader.next(arena, facts), "a\xEF\xBF\xBD");
    EXPECT_EQ(reader.next(arena, facts), "");
    EXPECT_EQ(reader.next(arena, facts), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(facts.units, 2);
    EXPECT_FALSE(facts.is_ascii);
    EXPECT_EQ(reader.next(arena, facts), "\xEF\xBF\xBD");
    EXPECT_FALSE(reader.failed());
}

TEST(StringColumnReader, FailsForTextThatIsNotThereOrNotUtf8) {
    Arena arena;
    TextFacts facts;
    const std::string bytes = string_column("abc", {4});
    StringColumnReader too_short(bytes);
    too_short.next(arena, facts);
    EXPECT_EQ(too_short.failure(), Failure::truncated);
    EXPECT_EQ(StringColumnReader("").failure(), Failure::truncated);
    EXPECT_EQ(
        StringColumnReader("\x05"
                           "ab")
            .failure(),
        Failure::truncated);
    EXPECT_EQ(StringColumnReader("\x01\xFF").failure(), Failure::bad_utf8);
}

RC_GTEST_PROP(
    ColumnProperty,
    ValuesSurviveTheRoundTrip,
    (const std::vector<std::uint32_t>& drawn, bool small)) {
    std::vector<std::uint64_t> values;
    values.reserve(drawn.size());
    for (const std::uint32_t value : drawn)
        values.push_back(small ? value % 3 : value);
    RC_ASSERT(read<UintRunReader>(written_wide<UintRunWriter>(values), values.size()) == values);
    RC_ASSERT(read<DiffRunReader>(written_wide<DiffRunWriter>(values), values.size()) == values);
    for (std::uint64_t& value : values)
        value &= 0xFFU;
    RC_ASSERT(read<ByteRunReader>(written<ByteRunWriter>(values), values.size()) == values);
}

}  // namespace
}  // namespace codencollab::crdt
