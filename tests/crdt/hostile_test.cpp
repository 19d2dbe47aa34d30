#include "crdt/document.h"
#include "crdt/update_encoder.h"
#include "crdt/update_functions.h"
#include "memory_meter.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// What a stranger may send to hurt: taken or refused, never at a cost that the sender does not pay.
namespace codencollab::crdt {
namespace {

constexpr std::size_t kib = 1 << 10;
constexpr std::size_t mib = 1 << 20;
constexpr std::uint8_t string_in_root = static_cast<std::uint8_t>(Kind::string);

void var_uint(std::string& out, std::uint64_t value) {
    for (; value > 0x7F; value >>= 7)
        out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

std::string bytes(std::initializer_list<std::uint64_t> integers) {
    std::string out;
    for (const std::uint64_t integer : integers)
        var_uint(out, integer);
    return out;
}

std::string repeated(std::string_view piece, std::size_t times) {
    const std::size_t size = piece.size() * times;
    std::string out(piece);
    out.reserve(2 * size);
    while (out.size() < size)
        out += out;
    out.resize(size);
    return out;
}

/// One struct with `text` at the start of the root `code`; `text` is ASCII.
std::string typed(ClientNumber client, Clock clock, std::string_view text) {
    EncoderV1 encoder;
    encoder.begin_structs(1);
    encoder.begin_client(1, client, clock);
    encoder.item_info(string_in_root);
    encoder.root_parent("code");
    encoder.string(text, static_cast<std::uint32_t>(text.size()));
    encoder.begin_deletes(0);
    return encoder.finish();
}

/// An update in columns whose fixed columns are empty, but for those named.
struct Columns {
    std::string clients;
    std::string infos;
    std::string lengths;
    std::string rest;

    std::string update() const {
        std::string out(1, '\0');
        for (const std::string_view column :
             {std::string_view(),
              std::string_view(clients),
              std::string_view(),
              std::string_view(),
              std::string_view(infos),
              std::string_view("\0", 1),
              std::string_view(),
              std::string_view(),
              std::string_view(lengths)}) {
            var_uint(out, column.size());
            out += column;
        }
        return out + rest;
    }
};

struct Cost {
    bool taken = false;
    std::size_t peak_bytes = 0;
    std::size_t bytes_left = 0;
};

/// Applies the update to a document with some text in it; refused, it must leave no trace.
Cost cost_of(const std::string& update, Format format = Format::v1) {
    Document document;
    EXPECT_TRUE(document.apply(typed(1, 0, "hello")).has_value());
    const std::string before = document.encode();
    Cost cost;
    {
        const MemoryMeter meter;
        cost.taken = document.apply(update, format).has_value();
        cost.peak_bytes = meter.peak_bytes();
        cost.bytes_left = meter.bytes_now();
    }
    document.check_invariants();
    EXPECT_TRUE(cost.taken || document.encode() == before);
    return cost;
}

/// Functions on bytes have no document whose state they could spare.
std::size_t peak_of_functions(const std::string& update, Format format) {
    const MemoryMeter meter;
    const std::vector<std::string_view> updates{update, update};
    const auto merged = merge_updates(updates, format);
    const auto diff = diff_update(update, {}, format);
    const auto state = state_vector_of(update, format);
    EXPECT_EQ(merged.has_value(), diff.has_value());
    EXPECT_EQ(diff.has_value(), state.has_value());
    return meter.peak_bytes();
}

TEST(CrdtHostile, AHundredMegabytesOfTextAreRefusedBeforeTheyAreCopied) {
    const std::string update = typed(2, 0, std::string(100 * mib, 'a'));
    const Cost cost = cost_of(update);
    EXPECT_FALSE(cost.taken);
    EXPECT_LT(cost.peak_bytes, 64 * kib);
}

TEST(CrdtHostile, AHundredMegabytesOfZeroesAreAnEmptyUpdate) {
    const Cost cost = cost_of(std::string(100 * mib, '\0'));
    EXPECT_TRUE(cost.taken);  // what follows the end is ignored
    EXPECT_LT(cost.peak_bytes, 64 * kib);
}

TEST(CrdtHostile, AHundredMegabytesOfStructsAreRefusedAtTheLimit) {
    const std::string structs = repeated(std::string_view("\0\1", 2), 50 * mib);
    const std::string update = bytes({1, 50 * mib, 2, 0}) + structs + '\0';
    const Cost cost = cost_of(update);
    EXPECT_FALSE(cost.taken);
    EXPECT_LT(cost.peak_bytes, 160 * mib);
    EXPECT_LT(cost.bytes_left, 1 * mib);
}

TEST(CrdtHostile, AHundredMegabytesOfDeletedRangesAreRefusedAtTheLimit) {
    const std::string update = bytes({0, 1, 2, 50 * mib}) + repeated("\x07\x01", 50 * mib);
    const Cost cost = cost_of(update);
    EXPECT_FALSE(cost.taken);
    EXPECT_LT(cost.peak_bytes, 64 * mib);
    EXPECT_LT(cost.bytes_left, 1 * mib);
}

TEST(CrdtHostile, AHundredMegabytesOfOneValueAreRefused) {
    std::string update = bytes({1, 1, 2, 0, 8, 1, 1}) + "l" + bytes({1, 117, 100 * mib});
    update += std::string(100 * mib, '\x7E') + '\0';
    const Cost cost = cost_of(update);
    EXPECT_FALSE(cost.taken);
    EXPECT_LT(cost.peak_bytes, 64 * kib);
}

TEST(CrdtHostile, PromisesOfStructsCostNothing) {
    constexpr std::uint64_t most = (std::uint64_t{1} << 53) - 1;
    const std::vector<std::string> updates{
        bytes({most}),
        bytes({1, most}),
        bytes({1, most, 5, 0}),
        bytes({1, most, 5, 0, 0}),
        bytes({0, most}),
        bytes({0, 1, 5, most}),
        "\x01\xFF\x7F",
    };
    for (const std::string& update : updates) {
        const Cost cost = cost_of(update);
        EXPECT_FALSE(cost.taken);
        EXPECT_LT(cost.peak_bytes, 64 * kib);
        EXPECT_LT(peak_of_functions(update, Format::v1), 64 * kib);
    }
}

TEST(CrdtHostile, AColumnThatNeverEndsIsBoundedByTheLimitOfStructs) {
    constexpr std::uint64_t most = (std::uint64_t{1} << 53) - 1;
    // The last run of infos goes on for ever; lengths are one run of 2^40 ones.
    Columns columns{
        .clients = bytes({5}),
        .infos = std::string(1, '\0'),
        .lengths = std::string(1, '\x41') + bytes({std::uint64_t{1} << 40}),
        .rest = bytes({1, most, 0, 0})};
    const Cost cost = cost_of(columns.update(), Format::v2);
    EXPECT_FALSE(cost.taken);
    EXPECT_LT(cost.peak_bytes, 64 * kib);
    EXPECT_LT(peak_of_functions(columns.update(), Format::v2), 64 * kib);

    columns.rest = bytes({1, Limits{}.structs, 0, 0});  // as many as are allowed
    const Cost allowed = cost_of(columns.update(), Format::v2);
    EXPECT_LT(allowed.peak_bytes, 256 * mib);
    EXPECT_LT(allowed.bytes_left, 1 * mib);
}

/// A type in a type, and so on: `depth` arrays of one client, the first in the root `list`.
std::string nested(ClientNumber client, Clock first, std::size_t depth) {
    EncoderV1 encoder;
    encoder.begin_structs(1);
    encoder.begin_client(depth, client, first);
    for (std::size_t i = 0; i < depth; ++i) {
        const Clock clock = first + static_cast<Clock>(i);
        encoder.item_info(static_cast<std::uint8_t>(Kind::type));
        if (clock == 0) {
            encoder.root_parent("list");
        } else {
            encoder.item_parent({client, clock - 1});
        }
        encoder.type(TypeKind::array, {});
    }
    encoder.begin_deletes(0);
    return encoder.finish();
}

TEST(CrdtHostile, TypesNestedAHundredThousandDeepAreRefused) {
    const Cost cost = cost_of(nested(2, 0, 100'000));
    EXPECT_FALSE(cost.taken);
    EXPECT_LT(cost.peak_bytes, 64 * mib);
}

TEST(CrdtHostile, TypesCannotBeNestedDeeperBitByBit) {
    Document document;
    std::size_t depth = 0;
    while (depth < 100'000 && document.apply(nested(2, static_cast<Clock>(depth), 1)))
        ++depth;
    EXPECT_LE(depth, Limits{}.type_depth + 1);
    EXPECT_GE(depth, Limits{}.type_depth - 1);

    Document backwards;  // each waits for the one before it
    for (std::size_t i = 400; i > 0; --i) {
        std::ignore = backwards.apply(nested(2, static_cast<Clock>(i - 1), 1));
        backwards.check_invariants();
    }
    EXPECT_LE(backwards.state(2), Limits{}.type_depth + 1);
}

TEST(CrdtHostile, WhereItIsAllowedNestingUsesNoStack) {
    constexpr std::size_t depth = 100'000;
    DocumentOptions options;
    options.limits.type_depth = depth + 1;
    Document document(options);
    ASSERT_TRUE(document.apply(nested(2, 0, depth)).has_value());
    document.check_invariants();
    EXPECT_EQ(document.state(2), depth);

    const std::string whole = document.encode();
    Document loaded(options);
    ASSERT_TRUE(loaded.apply(whole).has_value());
    EXPECT_TRUE(loaded.encode() == whole);

    Transaction transaction(document, 3);  // all of them go with the first
    ASSERT_TRUE(document.array("list").erase(transaction, 0, 1).has_value());
    EXPECT_TRUE(transaction.commit().changed);
    document.check_invariants();
    EXPECT_LT(document.encode().size(), 200U);
}

TEST(CrdtHostile, AMebibyteOfTinyPendingUpdatesStaysBounded) {
    Document document;
    const MemoryMeter meter;
    std::size_t sent = 0;
    std::size_t updates = 0;
    for (Clock clock = 1; sent < mib; clock += 2, ++updates) {  // every other one is missing
        const std::string update = typed(2, clock, "x");
        sent += update.size();
        ASSERT_TRUE(document.apply(update).has_value());
    }
    EXPECT_TRUE(document.has_pending());
    EXPECT_LT(meter.bytes_now(), 3 * Limits{}.pending_bytes + 4 * mib);
    EXPECT_LT(meter.allocations(), 10 * updates);
    document.check_invariants();
    document.drop_pending();
    EXPECT_FALSE(document.has_pending());
    EXPECT_EQ(document.encode(), std::string(2, '\0'));
    document.shrink();
    EXPECT_LT(meter.bytes_now(), 8 * mib);
}

TEST(CrdtHostile, PendingIsBoundedInBytesAndClients) {
    Document document;
    bool was_bounded = false;
    for (ClientNumber client = 2; client < 2'000; ++client) {
        const auto applied = document.apply(typed(client, 1, std::string(10'000, 'x')));
        was_bounded = was_bounded || !applied || applied->dropped_pending;
        document.check_invariants();
    }
    EXPECT_TRUE(was_bounded);
    EXPECT_LT(document.memory_use().bytes, 4 * Limits{}.pending_bytes);
    EXPECT_LT(document.encode().size(), 2 * Limits{}.pending_bytes);
    ASSERT_TRUE(document.apply(typed(1, 0, "still works")).has_value());
    EXPECT_EQ(document.text("code").to_string(), "still works");
}

TEST(CrdtHostile, PendingDeletesAreBounded) {
    Document document;
    const MemoryMeter meter;
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        const std::string update = bytes({0, 1, 5 + i % 1'000, 1, 10 * (i / 1'000), 3});
        std::ignore = document.apply(update);
    }
    document.check_invariants();
    EXPECT_LT(meter.bytes_now(), 4 * Limits{}.pending_bytes);
}

TEST(CrdtHostile, AMillionClientsAreTakenForWhatTheyWeigh) {
    constexpr std::size_t clients = 1'000'000;
    EncoderV1 encoder;
    encoder.begin_structs(clients);
    for (std::size_t i = clients; i > 0; --i) {
        encoder.begin_client(1, i, 0);
        encoder.item_info(string_in_root);
        encoder.root_parent("code");
        encoder.string("x", 1);
    }
    encoder.begin_deletes(0);
    const std::string update = encoder.finish();

    DocumentOptions options;
    options.limits.structs = 2 * clients;
    Document document(options);
    const MemoryMeter meter;
    ASSERT_TRUE(document.apply(update).has_value());
    EXPECT_LT(meter.peak_bytes(), clients * 512);
    document.check_invariants();
    EXPECT_EQ(document.text("code").length(), clients);
    EXPECT_EQ(document.state(clients), 1U);
    EXPECT_EQ(document.state(clients + 1), 0U);
    const std::string before = document.encode();

    encoder.begin_structs(100'000);  // the limit of clients holds across updates
    for (std::size_t i = clients + 100'000; i > clients; --i) {
        encoder.begin_client(1, i, 0);
        encoder.gc(1);
    }
    encoder.begin_deletes(0);
    const auto refused = document.apply(encoder.finish());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, DecodeError::Code::too_many_clients);
    EXPECT_TRUE(document.encode() == before);
}

TEST(CrdtHostile, TextBeyondTheLimitIsRefusedHoweverItComes) {
    DocumentOptions options;
    options.limits.text_units = 100;
    Document document(options);
    ASSERT_TRUE(document.apply(typed(1, 0, std::string(60, 'a'))).has_value());
    const auto refused = document.apply(typed(2, 0, std::string(60, 'b')));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, DecodeError::Code::too_large);
    EXPECT_EQ(document.text("code").length(), 60U);
    EXPECT_EQ(document.state(2), 0U);

    Transaction transaction(document, 3);
    Text text = document.text("code");
    EXPECT_EQ(
        text.insert(transaction, 0, std::string(41, 'c')), std::unexpected(EditError::too_large));
    EXPECT_TRUE(text.erase(transaction, 0, 30).has_value());
    EXPECT_TRUE(text.insert(transaction, 0, std::string(41, 'c')).has_value());
    EXPECT_TRUE(transaction.commit().changed);
    EXPECT_EQ(text.length(), 71U);
}

TEST(CrdtHostile, ADocumentAtItsLimitCanBeLoadedAgain) {
    for (const bool gc : {true, false}) {
        DocumentOptions options{.gc = gc, .limits = {}};
        options.limits.text_units = 100;
        Document document(options);
        for (int i = 0; i < 10; ++i) {  // much is deleted, little is left
            Transaction transaction(document, 3);
            Text text = document.text("code");
            ASSERT_TRUE(text.erase(transaction, 0, text.length()).has_value());
            ASSERT_TRUE(text.insert(transaction, 0, std::string(100, 'c')).has_value());
            transaction.commit();
        }
        Document loaded(options);
        EXPECT_TRUE(loaded.apply(document.encode()).has_value()) << (gc ? "gc" : "no gc");
        EXPECT_TRUE(loaded.encode() == document.encode());
    }
}

/// Types at a place, then relays: what a room does for a keystroke.
TEST(CrdtHostile, AKeystrokeOfAnotherAllocatesNothing) {
    Document author;
    Document room;
    Text text = author.text("code");
    room.watch(room.text("code"));
    std::vector<std::string> updates;
    for (std::size_t i = 0; i < 20'000; ++i) {
        Transaction transaction(author, 7);
        // Mostly forward; sometimes the caret jumps back, and sometimes something is deleted.
        const std::size_t index = i % 50 == 0 ? text.length() / 2 : text.length();
        ASSERT_TRUE(text.insert(transaction, index, i % 40 == 39 ? "\n" : "x").has_value());
        if (i % 25 == 24) {
            ASSERT_TRUE(text.erase(transaction, text.length() - 1, 1).has_value());
        }
        updates.emplace_back(transaction.commit().update);
    }
    std::size_t at = 0;
    for (; at < updates.size() / 2; ++at)
        ASSERT_TRUE(room.apply(updates[at]).has_value());
    const MemoryMeter meter;
    for (; at < updates.size(); ++at) {
        const auto applied = room.apply(updates[at]);
        ASSERT_TRUE(applied && applied->changed);
        ASSERT_EQ(applied->update.data(), updates[at].data()) << "relayed as it came";
    }
    EXPECT_LT(meter.allocations(), updates.size() / 2 / 100);
    EXPECT_EQ(room.encode(), author.encode());
}

}  // namespace
}  // namespace codencollab::crdt
