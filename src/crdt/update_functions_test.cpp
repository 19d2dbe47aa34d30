#include "crdt/update_functions.h"

#include "crdt/test_updates.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::text_update;

std::string merge(const std::vector<std::string>& updates, Format format = Format::v1) {
    const std::vector<std::string_view> views(updates.begin(), updates.end());
    const auto merged = merge_updates(views, format);
    EXPECT_TRUE(merged.has_value());
    return merged.value_or("");
}

/// Structs and a gap of client 5 from a clock on, without deletes.
std::string update_v1(std::string_view clock, std::uint8_t count, std::string_view structs) {
    return "\x01"s + static_cast<char>(count) + "\x05" + std::string(clock) + std::string(structs) +
           "\0"s;
}

TEST(MergeUpdates, OfNothingIsTheEmptyUpdate) {
    EXPECT_EQ(merge({}), "\0\0"sv);
    EXPECT_EQ(merge({}, Format::v2), "\0\0\0\0\0\0\x01\0\0\0\0\0\0"sv);
}

TEST(MergeUpdates, JoinsKeystrokes) {
    EXPECT_EQ(
        merge({text_update(5, 0, "he"), text_update(5, 2, "l\xC3\xB6"), text_update(5, 4, "!")}),
        text_update(5, 0, "hel\xC3\xB6!"));
}

TEST(MergeUpdates, TakesUpdatesInAnyOrderAndMoreThanOnce) {
    EXPECT_EQ(
        merge(
            {text_update(5, 4, "!"),
             text_update(5, 0, "hell"),
             text_update(5, 0, "he"),
             text_update(5, 4, "!")}),
        text_update(5, 0, "hell!"));
}

TEST(MergeUpdates, CutsWhatIsPartlyCovered) {
    EXPECT_EQ(
        merge({text_update(5, 0, "hello"), text_update(5, 3, "lo, you")}),
        text_update(5, 0, "hello, you"));
    EXPECT_EQ(
        merge(
            {text_update(5, 0, "a\xF0\x9F\x98\x80").substr(0),
             text_update(
                 5,
                 1,
                 "\xF0\x9F\x98\x80"
                 "b")}),
        text_update(
            5,
            0,
            "a\xF0\x9F\x98\x80"
            "b"));
}

TEST(MergeUpdates, CutsInsideAPairAsYjsDoes) {
    // The second text begins within what the first ends with.
    EXPECT_EQ(
        merge(
            {text_update(5, 0, "ab"),
             text_update(
                 5,
                 1,
                 "\xF0\x9F\x98\x80"
                 "c")}),
        text_update(
            5,
            0,
            "ab\xEF\xBF\xBD"
            "c"));
}

TEST(MergeUpdates, FillsGapsWithSkips) {
    const std::string merged = merge({text_update(5, 0, "ab"), text_update(5, 7, "h")});
    EXPECT_EQ(
        merged,
        update_v1(
            "\0"sv,
            3,
            "\x04\x01\x04"
            "code\x02"
            "ab\x0A\x05\x84\x05\x06\x01h"));
    // What was missing closes the gap.
    EXPECT_EQ(merge({merged, text_update(5, 2, "cdefg")}), text_update(5, 0, "abcdefgh"));
}

TEST(MergeUpdates, HasNoSkipFirstOrLast) {
    const std::string update = "\x01\x03\x05\x00\x0A\x02\x00\x01\x0A\x04\x00"s;
    EXPECT_EQ(merge({update}), "\x01\x01\x05\x02\x00\x01\x00"sv);
    EXPECT_EQ(merge({"\x01\x01\x05\x00\x0A\x02\x00"s}), "\0\0"sv);  // nothing but a Skip
}

TEST(MergeUpdates, WritesClientsDescending) {
    const std::string merged =
        merge({text_update(3, 0, "a"), text_update(9, 0, "b"), text_update(5, 0, "c")});
    UpdateRecords records;
    ASSERT_TRUE(decode_update(merged, Format::v1, {}, records));
    EXPECT_EQ(records.clients, (std::vector<ClientNumber>{9, 5, 3}));
}

TEST(MergeUpdates, UnitesDeletes) {
    EXPECT_EQ(
        merge({"\0\x01\x05\x02\x00\x01\x04\x02"s, "\0\x02\x03\x01\x00\x01\x05\x01\x01\x03"s}),
        "\0\x02\x05\x01\x00\x06\x03\x01\x00\x01"s);
}

struct PairCase {
    std::string_view name;
    std::string_view left;
    std::string_view right;
    bool joined;
};
void PrintTo(const PairCase& example, std::ostream* out) {
    *out << example.name;
}

class Neighbours : public testing::TestWithParam<PairCase> {};

TEST_P(Neighbours, AreJoinedWhereADocumentWouldJoinThem) {
    // The left one covers clocks 0 and 1, the right one begins at 2.
    const std::string merged =
        merge({update_v1("\0"sv, 1, GetParam().left), update_v1("\x02", 1, GetParam().right)});
    UpdateRecords records;
    ASSERT_TRUE(decode_update(merged, Format::v1, {}, records));
    EXPECT_EQ(records.structs.size(), GetParam().joined ? 1 : 2);
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    Neighbours,
    testing::ValuesIn(std::vector<PairCase>{
        PairCase{"gc", "\x00\x02"sv, "\x00\x03"sv, true},
        PairCase{"gc and deleted", "\x00\x02"sv, "\x81\x05\x01\x03", false},
        PairCase{"deleted", "\x81\x06\x00\x02"sv, "\x81\x05\x01\x03", true},
        PairCase{
            "text",
            "\x84\x06\x00\x02"
            "ab"sv,
            "\x84\x05\x01\x01"
            "c",
            true},
        PairCase{
            "text and deleted",
            "\x84\x06\x00\x02"
            "ab"sv,
            "\x81\x05\x01\x03",
            false},
        PairCase{
            "not after the last unit",
            "\x84\x06\x00\x02"
            "ab"sv,
            "\x84\x05\x00\x01"
            "c"sv,
            false},
        PairCase{
            "after somebody else's",
            "\x84\x06\x00\x02"
            "ab"sv,
            "\x84\x06\x01\x01"
            "c",
            false},
        PairCase{
            "no origin",
            "\x84\x06\x00\x02"
            "ab"sv,
            "\x04\x01\x01t\x01"
            "c",
            false},
        PairCase{
            "equal right origins",
            "\xC4\x06\x00\x06\x09\x02"
            "ab"sv,
            "\xC4\x05\x01\x06\x09\x01"
            "c",
            true},
        PairCase{
            "right origin on one side",
            "\xC4\x06\x00\x06\x09\x02"
            "ab"sv,
            "\x84\x05\x01\x01"
            "c",
            false},
        PairCase{
            "other right clock",
            "\xC4\x06\x00\x06\x09\x02"
            "ab"sv,
            "\xC4\x05\x01\x06\x08\x01"
            "c",
            false},
        PairCase{
            "other right client",
            "\xC4\x06\x00\x06\x09\x02"
            "ab"sv,
            "\xC4\x05\x01\x07\x09\x01"
            "c",
            false},
        PairCase{
            "key on the left",
            "\x24\x01\x01t\x01k\x02"
            "ab"sv,
            "\x84\x05\x01\x01"
            "c",
            false},
        PairCase{
            "key on the right",
            "\x04\x01\x01t\x02"
            "ab"sv,
            "\xA4\x05\x01\x01"
            "c",
            false},
        PairCase{"values", "\x88\x06\x00\x02\x7E\x7F"sv, "\x88\x05\x01\x01\x7E", false}}));

TEST(MergeUpdates, KeepsTheKeyBitThatTellsItNotToJoin) {
    const std::string merged = merge(
        {update_v1(
             "\0"sv,
             1,
             "\xA4\x06\x00\x02"
             "ab"sv),
         update_v1(
             "\x02",
             1,
             "\xA4\x05\x01\x01"
             "c")});
    EXPECT_EQ(
        merged,
        update_v1(
            "\0"sv,
            2,
            "\xA4\x06\x00\x02"
            "ab\xA4\x05\x01\x01"
            "c"sv));
    EXPECT_EQ(merge({merged}), merged);
}

TEST(MergeUpdates, RefusesWhatOneOfThemIsMalformedIn) {
    const std::vector<std::string_view> updates{"\0\0"sv, "\0"sv};
    const auto merged = merge_updates(updates, Format::v1);
    ASSERT_FALSE(merged.has_value());
    EXPECT_EQ(merged.error().code, DecodeError::Code::truncated);
    EXPECT_EQ(merged.error().at, 1);
}

TEST(MergeUpdates, HoldsTheLimitForAllRunsOfV2Together) {
    // A run of 500 structs in a few bytes, twice.
    const std::string run =
        *convert_update("\x01\x01\x05\x00\x00\x01\x00"sv, Format::v1, Format::v2);
    const std::vector<std::string_view> updates{run, run};
    EXPECT_TRUE(merge_updates(updates, Format::v2, {.structs = 2}));
    const auto refused = merge_updates(updates, Format::v2, {.structs = 1});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, DecodeError::Code::too_large);
}

TEST(DiffUpdate, DropsAndCutsWhatIsKnownAndKeepsDeletes) {
    const std::string update =
        "\x02\x01\x09\x00\x04\x01\x01t\x01x\x01\x05\x00\x04\x01\x01t\x03"
        "abc\x01\x05\x01\x00\x02"s;
    StateVector known;
    known.set(9, 1);
    known.set(5, 1);
    EXPECT_EQ(
        diff_update(update, known, Format::v1),
        "\x01\x01\x05\x01\x84\x05\x00\x02"
        "bc\x01\x05\x01\x00\x02"sv);
    known.set(5, 99);
    EXPECT_EQ(diff_update(update, known, Format::v1), "\x00\x01\x05\x01\x00\x02"sv);
    EXPECT_EQ(diff_update(update, {}, Format::v1), update);
}

TEST(DiffUpdate, DoesNotBeginWithASkip) {
    const std::string update = merge({text_update(5, 0, "ab"), text_update(5, 7, "h")});
    StateVector known;
    known.set(5, 2);
    EXPECT_EQ(diff_update(update, known, Format::v1), text_update(5, 7, "h"));
    known.set(5, 4);
    EXPECT_EQ(diff_update(update, known, Format::v1), text_update(5, 7, "h"));
}

TEST(DiffUpdate, LeavesTheSecondHalfOfAPair) {
    StateVector known;
    known.set(5, 1);
    EXPECT_EQ(
        diff_update(
            text_update(
                5,
                0,
                "\xF0\x9F\x98\x80"
                "b"),
            known,
            Format::v1),
        text_update(
            5,
            1,
            "\xEF\xBF\xBD"
            "b"));
}

TEST(StateVectorOf, EndsAtTheFirstGapAndOmitsWhatDoesNotBeginAtZero) {
    const auto state = [](const std::string& update) {
        return state_vector_of(update, Format::v1)->encode();
    };
    const std::string gap = merge(
        {text_update(5, 0, "ab"),
         text_update(5, 7, "h"),
         text_update(9, 0, "x"),
         text_update(3, 1, "y")});
    EXPECT_EQ(state(gap), "\x02\x09\x01\x05\x02");
    EXPECT_EQ(state("\0\0"s), "\0"sv);
    // Blocks of one client that overlap.
    EXPECT_EQ(state("\x02\x01\x05\x03\x00\x04\x01\x05\x00\x00\x04\x00"s), "\x01\x05\x07");
}

TEST(ConvertUpdate, KnowsTheWayBack) {
    const std::string update = test::text_update(5, 0, "hello");
    const auto v2 = convert_update(update, Format::v1, Format::v2);
    ASSERT_TRUE(v2.has_value());
    EXPECT_EQ(convert_update(*v2, Format::v2, Format::v1), update);
}

TEST(ConvertUpdate, WritesAValueThatJsonLacksAsNull) {
    const std::string v2 = test::update_of<EncoderV2>(5, 0, 1, [](EncoderV2& encoder) {
        encoder.item_info(static_cast<std::uint8_t>(Kind::embed));
        encoder.root_parent("t");
        encoder.embed(any_undefined);
    });
    EXPECT_EQ(
        convert_update(v2, Format::v2, Format::v1), "\x01\x01\x05\x00\x05\x01\x01t\x04null\x00"sv);
}

StateVector knowing(ClientNumber client, Clock clock) {
    StateVector known;
    known.set(client, clock);
    return known;
}

TEST(HasStructsBeyond, CountsWhatIsKnownInPart) {
    const std::string update = text_update(5, 2, "abc");
    for (const Format format : {Format::v1, Format::v2}) {
        const std::string bytes = *convert_update(update, Format::v1, format);
        EXPECT_EQ(has_structs_beyond(bytes, {}, format), true);
        EXPECT_EQ(has_structs_beyond(bytes, knowing(4, 9), format), true);
        EXPECT_EQ(has_structs_beyond(bytes, knowing(5, 4), format), true);
        EXPECT_EQ(has_structs_beyond(bytes, knowing(5, 5), format), false);
    }
}

TEST(HasStructsBeyond, CountsNeitherGapsNorDeletes) {
    const std::string gap_at_the_end = update_v1("\0"sv, 2, "\x00\x01\x0A\x7F"sv);
    EXPECT_EQ(has_structs_beyond(gap_at_the_end, knowing(5, 1), Format::v1), false);
    EXPECT_EQ(has_structs_beyond("\0\x01\x05\x01\x00\x7F"sv, {}, Format::v1), false);
}

TEST(HasStructsBeyond, RefusesWhatIsNoUpdate) {
    EXPECT_FALSE(has_structs_beyond("\xFF", {}, Format::v1).has_value());
}

TEST(DeleteSetOf, IsNormalised) {
    // Client 5: [4, 6), nothing, [1, 4); client 9: [0, 2).
    const std::string update =
        text_update(5, 0, "abc").substr(0, text_update(5, 0, "abc").size() - 1) +
        "\x02\x05\x03\x04\x02\x08\x00\x01\x03\x09\x01\x00\x02"s;
    const std::vector<DeleteSet::Range> expected{
        {.client = 9, .clock = 0, .length = 2}, {.client = 5, .clock = 1, .length = 5}};
    for (const Format format : {Format::v1, Format::v2}) {
        const auto deletes = delete_set_of(*convert_update(update, Format::v1, format), format);
        ASSERT_TRUE(deletes.has_value());
        EXPECT_EQ(deletes->ranges(), expected);
    }
    EXPECT_EQ(delete_set_of(update, Format::v1)->ranges(), expected);
}

TEST(DeleteSetOf, RefusesWhatIsNoUpdate) {
    EXPECT_FALSE(delete_set_of("\xFF", Format::v1).has_value());
}

/// As a function on bytes leaves it: runs in order, each unit once.
std::string tidy(const std::vector<std::uint32_t>& drawn, Format format) {
    return *convert_update(test::random_update(drawn, format), format, format);
}

RC_GTEST_PROP(
    UpdateFunctionsProperty,
    ConvertingThereAndBackChangesNothing,
    (const std::vector<std::uint32_t>& drawn)) {
    const std::string v1 = tidy(drawn, Format::v1);
    const std::string v2 = *convert_update(v1, Format::v1, Format::v2);
    RC_ASSERT(*convert_update(v2, Format::v2, Format::v1) == v1);
    RC_ASSERT(*convert_update(v2, Format::v2, Format::v2) == v2);
}

RC_GTEST_PROP(
    UpdateFunctionsProperty,
    MergingWhatWasMergedChangesNothing,
    (const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b)) {
    for (const Format format : {Format::v1, Format::v2}) {
        const std::string merged =
            merge({test::random_update(a, format), test::random_update(b, format)}, format);
        RC_ASSERT(merge({merged}, format) == merged);
        RC_ASSERT(merge({merged, merged}, format) == merged);
    }
}

RC_GTEST_PROP(
    UpdateFunctionsProperty,
    MergingDoesNotDependOnTheForm,
    (const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b)) {
    const std::string v1 =
        merge({test::random_update(a, Format::v1), test::random_update(b, Format::v1)});
    const std::string v2 =
        merge({test::random_update(a, Format::v2), test::random_update(b, Format::v2)}, Format::v2);
    RC_ASSERT(*convert_update(v2, Format::v2, Format::v1) == v1);
}

RC_GTEST_PROP(
    UpdateFunctionsProperty,
    ADiffBeginsWhereTheStateVectorEnds,
    (const std::vector<std::uint32_t>& drawn, std::uint8_t clock)) {
    const std::string update = tidy(drawn, Format::v1);
    StateVector known;
    for (ClientNumber client = 1'000; client < 1'004; ++client)
        known.set(client, clock);
    const std::string diff = *diff_update(update, known, Format::v1);
    UpdateRecords records;
    RC_ASSERT(decode_update(diff, Format::v1, {}, records).has_value());
    for (const StructRecord& record : records.structs)
        RC_ASSERT(record.clock >= clock);
    RC_ASSERT(*diff_update(diff, known, Format::v1) == diff);
    RC_ASSERT(*diff_update(update, {}, Format::v1) == update);
}

RC_GTEST_PROP(
    UpdateFunctionsProperty,
    TextInPiecesIsOneText,
    (const std::vector<std::uint8_t>& lengths, bool reversed)) {
    std::vector<std::string> pieces;
    std::string whole;
    for (const std::uint8_t length : lengths) {
        std::string text(length % 7 + 1, static_cast<char>('a' + length % 26));
        pieces.push_back(text_update(5, static_cast<Clock>(whole.size()), text));
        whole += text;
    }
    if (whole.empty()) RC_DISCARD();
    if (reversed) std::ranges::reverse(pieces);
    RC_ASSERT(merge(pieces) == text_update(5, 0, whole));
}

}  // namespace
}  // namespace codencollab::crdt
