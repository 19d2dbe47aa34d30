#include "base/utf.h"
#include "crdt/document.h"
#include "crdt/update_encoder.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What other engines of this kind got wrong once, one test each.
namespace codencollab::crdt {
namespace {

constexpr std::string_view emoji = "\xF0\x9F\x98\x80";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::string type_at(
    Document& document, ClientNumber author, std::size_t index, std::string_view text) {
    Transaction transaction(document, author);
    EXPECT_TRUE(document.text("code").insert(transaction, index, text).has_value());
    std::string update(transaction.commit().update);
    document.check_invariants();
    return update;
}

std::string erase_at(
    Document& document, ClientNumber author, std::size_t index, std::size_t count) {
    Transaction transaction(document, author);
    EXPECT_TRUE(document.text("code").erase(transaction, index, count).has_value());
    std::string update(transaction.commit().update);
    document.check_invariants();
    return update;
}

std::string text_of(Document& document) {
    return document.text("code").to_string();
}

/// One GC struct, which may be as long as it likes.
std::string forgotten(ClientNumber client, Clock clock, std::uint32_t length) {
    EncoderV1 encoder;
    encoder.begin_structs(1);
    encoder.begin_client(1, client, clock);
    encoder.gc(length);
    encoder.begin_deletes(0);
    return encoder.finish();
}

std::string typed(ClientNumber client, Clock clock, std::string_view text) {
    EncoderV1 encoder;
    encoder.begin_structs(1);
    encoder.begin_client(1, client, clock);
    encoder.item_info(static_cast<std::uint8_t>(Kind::string));
    encoder.root_parent("code");
    encoder.string(text, static_cast<std::uint32_t>(utf16_length(text)));
    encoder.begin_deletes(0);
    return encoder.finish();
}

TEST(CrdtRegressions, AnEmptyStructIsRefused) {
    Document document;
    for (const std::string& update : {forgotten(5, 0, 0), typed(5, 0, "")}) {
        const auto applied = document.apply(update);
        ASSERT_FALSE(applied.has_value());
        EXPECT_EQ(applied.error().code, DecodeError::Code::empty_struct);
    }
    EXPECT_EQ(document.encode(), std::string(2, '\0'));
}

TEST(CrdtRegressions, TheLastClockIsUsedAndNoneAfterIt) {
    Document document;
    constexpr Clock half = max_clock / 2;  // one struct is at most so long
    ASSERT_TRUE(document.apply(forgotten(5, 0, half)).has_value());
    ASSERT_TRUE(document.apply(forgotten(5, half, max_clock - 2 - half)).has_value());
    document.check_invariants();
    EXPECT_EQ(document.state(5), max_clock - 2);
    ASSERT_TRUE(document.apply(typed(5, max_clock - 2, "ab")).has_value());
    document.check_invariants();
    EXPECT_EQ(document.state(5), max_clock);
    EXPECT_EQ(text_of(document), "ab");
    const std::string before = document.encode();
    EXPECT_FALSE(document.apply(typed(5, max_clock, "c")).has_value());
    EXPECT_FALSE(document.apply(forgotten(5, max_clock - 1, 5)).has_value());
    EXPECT_EQ(document.encode(), before);

    Transaction transaction(document, 5);
    const auto inserted = document.text("code").insert(transaction, 0, "c");
    EXPECT_EQ(inserted, std::unexpected(EditError::too_large));
    EXPECT_FALSE(transaction.commit().changed);
    EXPECT_EQ(document.encode(), before);
    Document loaded;
    ASSERT_TRUE(loaded.apply(before).has_value());
    EXPECT_EQ(loaded.encode(), before);
}

TEST(CrdtRegressions, ACutPairIsTwoReplacementCharacters) {
    Document document;
    type_at(document, 1, 0, emoji);
    Document other;
    ASSERT_TRUE(other.apply(type_at(document, 2, 0, "a")).has_value());
    type_at(document, 2, 2, "X");
    EXPECT_EQ(
        text_of(document),
        std::string("a") + std::string(replacement) + "X" + std::string(replacement));
    EXPECT_EQ(document.text("code").length(), 4U);
    ASSERT_TRUE(other.apply(document.encode()).has_value());
    EXPECT_EQ(text_of(other), text_of(document));

    erase_at(document, 3, 3, 1);
    EXPECT_EQ(text_of(document), std::string("a") + std::string(replacement) + "X");
}

TEST(CrdtRegressions, ADiffThatStartsInAPairLeavesTheDocumentAsItIs) {
    Document document;
    type_at(document, 1, 0, std::string("a") + std::string(emoji) + "b");
    const std::string before = document.encode();
    StateVector known;
    known.set(1, 2);  // a and half of the pair
    const std::string diff = document.encode(known);
    EXPECT_NE(diff.find(std::string(replacement) + "b"), std::string::npos);
    EXPECT_EQ(document.encode(), before);
}

TEST(CrdtRegressions, ASplitWhileTwoClientsInterleaveStaysWithItsClient) {
    Document one;
    Document two;
    ASSERT_TRUE(two.apply(type_at(one, 1, 0, "aaaaaaaa")).has_value());
    std::vector<std::string> from_one;
    std::vector<std::string> from_two;
    for (std::size_t i = 1; i < 8; i += 2) {
        from_one.push_back(type_at(one, 1, i, "1"));
        from_two.push_back(type_at(two, 2, i, "2"));
        from_two.push_back(erase_at(two, 2, i + 1, 1));
    }
    for (const std::string& update : from_one)
        ASSERT_TRUE(two.apply(update).has_value());
    for (const std::string& update : from_two)
        ASSERT_TRUE(one.apply(update).has_value());
    one.check_invariants();
    two.check_invariants();
    EXPECT_EQ(text_of(one), text_of(two));
    EXPECT_EQ(one.encode(), two.encode());
    EXPECT_EQ(one.state(1), 12U);
    EXPECT_EQ(one.state(2), 4U);
}

TEST(CrdtRegressions, AClientNumberMayHave53Bits) {
    constexpr ClientNumber widest = (ClientNumber{1} << 53) - 1;
    Document document;
    type_at(document, widest, 0, "wide");
    type_at(document, widest, 4, "r");
    EXPECT_EQ(document.state(widest), 5U);
    EXPECT_EQ(document.state(widest & 0xFFFFFFFF), 0U);
    for (const Format format : {Format::v1, Format::v2}) {
        Document loaded;
        ASSERT_TRUE(loaded.apply(document.encode({}, format), format).has_value());
        EXPECT_EQ(text_of(loaded), "wider");
        EXPECT_EQ(loaded.encode(), document.encode());
    }
}

TEST(CrdtRegressions, WideTextContinuesAnAsciiRun) {
    Document document;
    Document follower;
    for (const std::string_view piece : {"ascii", "\xC3\xA9", "more", "\xF0\x9F\x98\x80", "end"}) {
        const std::string update = type_at(document, 1, document.text("code").length(), piece);
        ASSERT_TRUE(follower.apply(update).has_value());
        follower.check_invariants();
    }
    EXPECT_EQ(
        text_of(document),
        "ascii\xC3\xA9more\xF0\x9F\x98\x80"
        "end");
    EXPECT_EQ(document.text("code").length(), 15U);
    EXPECT_EQ(follower.encode(), document.encode());
    erase_at(document, 2, 4, 3);  // i, é, m
    type_at(document, 2, 4, "-");
    EXPECT_EQ(
        text_of(document),
        "asci-ore\xF0\x9F\x98\x80"
        "end");
    std::string slice;
    document.text("code").append_slice(8, 3, slice);
    EXPECT_EQ(slice, std::string(emoji) + "e");
}

TEST(CrdtRegressions, AnIndexThatSplitsItsLeavesAnywhereKeepsThePositions) {
    // Every insertion is an item of its own: authors take turns, so that no run goes on.
    for (const std::size_t share : {0U, 1U, 2U, 3U, 4U}) {  // of the way through: start to end
        Document document;
        std::u16string model;
        for (std::size_t i = 0; i < 3'000; ++i) {
            const std::size_t index = model.size() * share / 4;
            const auto unit = static_cast<char16_t>(u'a' + i % 26);
            Transaction transaction(document, 1 + i % 3);
            ASSERT_TRUE(document.text("code")
                            .insert(transaction, index, std::string(1, static_cast<char>(unit)))
                            .has_value());
            transaction.commit();
            model.insert(index, 1, unit);
            if (i % 500 == 0) document.check_invariants();
        }
        document.check_invariants();
        ASSERT_EQ(to_utf16(text_of(document)), model);
        while (!model.empty()) {  // and joins them again
            const std::size_t index = model.size() * share / 4 % model.size();
            const std::size_t count = std::min<std::size_t>(37, model.size() - index);
            erase_at(document, 9, index, count);
            model.erase(index, count);
            ASSERT_EQ(to_utf16(text_of(document)), model);
        }
    }
}

TEST(CrdtRegressions, DeletesMayComeBeforeWhatTheyDelete) {
    Document author;
    const std::string typed_first = type_at(author, 1, 0, "abcdef");
    const std::string erased = erase_at(author, 2, 1, 3);
    Document document;
    const auto early = document.apply(erased);
    ASSERT_TRUE(early && early->pending && !early->changed);
    ASSERT_TRUE(document.apply(typed_first).has_value());
    EXPECT_FALSE(document.has_pending());
    EXPECT_EQ(text_of(document), "aef");
    EXPECT_EQ(document.encode(), author.encode());
}

TEST(CrdtRegressions, TwoHalvesThatCompleteEachOtherDoNotWaitForAThird) {
    // Yjs looks at what it waits for before it adds what has just come, and would go on waiting.
    Document one;
    Document two;
    const std::string first = type_at(one, 1, 0, "a");
    ASSERT_TRUE(two.apply(first).has_value());
    const std::string second = type_at(two, 2, 1, "b");
    ASSERT_TRUE(one.apply(second).has_value());
    const std::string third = type_at(one, 1, 2, "c");
    const std::vector<std::string> updates{third, second, first};
    Document document;
    for (const std::string& update : updates)
        ASSERT_TRUE(document.apply(update).has_value());
    EXPECT_FALSE(document.has_pending());
    EXPECT_EQ(text_of(document), "abc");
}

TEST(CrdtRegressions, AnUpdateMayAnswerForBytesThatAreGone) {
    Document document;
    {
        const std::string update = typed(1, 0, std::string(10'000, 'k'));
        ASSERT_TRUE(document.apply(update).has_value());
    }
    EXPECT_EQ(text_of(document), std::string(10'000, 'k'));
}

TEST(CrdtRegressions, AMovedDocumentIsWhole) {
    Document document;
    type_at(document, 1, 0, "before");
    Document moved(std::move(document));
    type_at(moved, 1, 6, " and after");
    EXPECT_EQ(text_of(moved), "before and after");
    document = std::move(moved);
    EXPECT_EQ(text_of(document), "before and after");
}

TEST(CrdtRegressions, WhatWaitedForALocalEditIsTakenWithIt) {
    // Client 2's "b" after the first unit of client 1, which is still to write it.
    const std::string after(
        "\x01\x01\x02\x00\x84\x01\x00\x01"
        "b\x00",
        10);
    Document document;
    ASSERT_TRUE(document.apply(after).has_value());
    EXPECT_TRUE(document.has_pending());
    Transaction transaction(document, 1);
    Text text = document.text("code");
    ASSERT_TRUE(text.insert(transaction, 0, "a").has_value());
    EXPECT_FALSE(transaction.commit().pending);
    EXPECT_EQ(text.to_string(), "ab");
}

TEST(CrdtRegressions, AKeyOfSeveralUnitsMayBeSplit) {
    // Client 1 sets a key to a text of three units; client 2 sets it anew after the first of
    // them, and client 3 after the last. Each deletes what stands just before it, and no more.
    const std::string split(
        "\x02\x01\x02\x00\x84\x01\x00\x01\x78"
        "\x01\x01\x00\x24\x01\x04\x6d\x65\x74\x61\x01\x6b\x03\x61\x62\x63\x00",
        26);
    const std::string anew("\x01\x01\x03\x00\x84\x01\x02\x01\x79\x00", 10);
    Document document;
    for (const std::string& update : {split, anew}) {
        ASSERT_TRUE(document.apply(update).has_value());
        EXPECT_FALSE(document.has_pending());
        document.check_invariants();
        Document loaded;
        ASSERT_TRUE(loaded.apply(document.encode()).has_value());
        loaded.check_invariants();
    }
}

TEST(CrdtRegressions, TwoBlocksOfAClientSayEachUnitOnce) {
    // Units 0 and 1, then three that lie in a type that nobody has sent; and in a second block,
    // units 1 to 4 again, as forgotten ones. What waits is as a peer would read it.
    const std::string update(
        "\x02\x02\x01\x00\x01\x01\x04\x63\x6f\x64\x65\x02\x01\x00\x09\x00\x03"
        "\x01\x01\x01\x00\x04\x00",
        23);
    Document document;
    ASSERT_TRUE(document.apply(update).has_value());
    EXPECT_EQ(document.state(1), 2U);
    EXPECT_TRUE(document.has_pending());
    Document second;
    ASSERT_TRUE(second.apply(document.encode()).has_value());
    EXPECT_EQ(second.state_vector(), document.state_vector());
    EXPECT_EQ(second.encode(), document.encode());
}

TEST(CrdtRegressions, WhatFollowsOnKnownUnitsIsNotWaitedFor) {
    // Three units in a type that nobody has sent; then the first two, forgotten by a peer that has
    // collected its garbage. What is encoded would be cut there, and a peer would take the third.
    Document document;
    const std::string waiting("\x01\x01\x01\x00\x01\x00\x09\x00\x03\x00", 10);
    ASSERT_TRUE(document.apply(waiting).has_value());
    EXPECT_TRUE(document.has_pending());
    ASSERT_TRUE(document.apply(forgotten(1, 0, 2)).has_value());
    EXPECT_FALSE(document.has_pending());
    EXPECT_EQ(document.state(1), 3U);
    document.check_invariants();
}

TEST(CrdtRegressions, WhatWaitsFarAwayCanBeLoadedAgain) {
    // One struct is at most half of all clocks long. A gap may be longer, and two that follow each
    // other are not one.
    constexpr Clock half = max_clock / 2;
    const std::vector<std::string> far{forgotten(5, max_clock - 10, 3)};
    const std::vector<std::string> long_ones{
        forgotten(5, 10, half), forgotten(5, 10 + half, half - 20)};
    for (const std::vector<std::string>& updates : {far, long_ones}) {
        Document document;
        ASSERT_TRUE(document.apply(typed(5, 0, "a")).has_value());
        for (const std::string& update : updates)
            ASSERT_TRUE(document.apply(update).has_value());
        EXPECT_TRUE(document.has_pending());
        for (const Format format : {Format::v1, Format::v2}) {
            Document loaded;
            ASSERT_TRUE(loaded.apply(document.encode({}, format), format).has_value());
            EXPECT_TRUE(loaded.has_pending());
            EXPECT_EQ(loaded.encode(), document.encode());
        }
    }
}

TEST(CrdtRegressions, TheRestOfAStructKnownInPartNeedsNoParent) {
    // Client 1's units from 1 on, said to lie in a type that nobody has sent. What is encoded with
    // what waits would be cut at the known units, and a peer would take what this replica did not.
    Document document;
    Transaction transaction(document, 1);
    Text text = document.text("code");
    ASSERT_TRUE(text.insert(transaction, 0, "abc").has_value());
    transaction.commit();
    const std::string update("\x01\x01\x01\x01\x01\x00\x09\x00\x05\x00", 10);
    ASSERT_TRUE(document.apply(update).has_value());
    EXPECT_FALSE(document.has_pending());
    Document second;
    ASSERT_TRUE(second.apply(document.encode()).has_value());
    EXPECT_EQ(second.state_vector(), document.state_vector());
    EXPECT_EQ(second.encode(), document.encode());
    EXPECT_EQ(document.state(1), 6U);
}

/// One unit that says what it stands between.
std::string placed(ClientNumber client, Id origin, std::optional<Id> right, std::string_view text) {
    EncoderV1 encoder;
    encoder.begin_structs(1);
    encoder.begin_client(1, client, 0);
    std::uint8_t info = static_cast<std::uint8_t>(Kind::string) | info_origin;
    if (right) info |= info_right_origin;
    encoder.item_info(info);
    encoder.origin(origin);
    if (right) encoder.right_origin(*right);
    encoder.string(text, static_cast<std::uint32_t>(utf16_length(text)));
    encoder.begin_deletes(0);
    return encoder.finish();
}

TEST(CrdtRegressions, OriginsThatContradictEachOtherReadAsInYjs) {
    // Client 2 says that A follows on b and stands before it. Yjs splits the run at b to find the
    // second, holds the first half for the first, and puts A between. Nobody who edits names his
    // neighbours so; whoever loads the whole, and finds the run cut already, may read it otherwise.
    Document document;
    ASSERT_TRUE(document.apply(typed(1, 0, "ab")).has_value());
    EXPECT_FALSE(document.has_crossed_origins());
    ASSERT_TRUE(document.apply(placed(2, {1, 1}, Id{1, 1}, "A")).has_value());
    EXPECT_TRUE(document.has_crossed_origins());
    ASSERT_TRUE(document.apply(placed(3, {1, 1}, std::nullopt, "B")).has_value());
    document.check_invariants();
    EXPECT_EQ(text_of(document), "aAbB");
    Document loaded;
    ASSERT_TRUE(loaded.apply(document.encode()).has_value());
    loaded.check_invariants();
    EXPECT_EQ(loaded.state_vector(), document.state_vector());
    EXPECT_EQ(text_of(loaded).size(), 4U);
}

}  // namespace
}  // namespace codencollab::crdt
