#include "base/utf.h"
#include "crdt/document.h"
#include "crdt/update_functions.h"
#include "random_room.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {
namespace {

using Steps = std::vector<RandomRoom::Step>;

Document holding(Document document, const std::vector<std::string>& updates) {
    for (const std::string& update : updates)
        RC_ASSERT(document.apply(update).has_value());
    document.check_invariants();
    return document;
}

std::string merged(const std::vector<std::string>& updates, Format format = Format::v1) {
    const std::vector<std::string_view> views(updates.begin(), updates.end());
    const auto update = merge_updates(views, format);
    RC_ASSERT(update.has_value());
    return *update;
}

bool is_inside_pair(std::u16string_view text, std::size_t at) {
    return at < text.size() && (text[at] & 0xFC00) == 0xDC00;
}

/// The update as functions on bytes write it: like Yjs' they say that an item has a key only where
/// the key itself stands, since elsewhere it is the neighbour's.
std::string without_key_bits(const std::string& update, Format format) {
    return convert_update(update, format, format).value();
}

/// Any two replicas with the same updates are the same bytes, whatever came first or twice.
RC_GTEST_PROP(CrdtProperties, OrderAndRepetitionDoNotMatter, (const Steps& steps, bool gc)) {
    const RandomRoom room(steps, gc);
    const Document in_order = room.whole();
    RC_ASSERT(!in_order.has_pending());

    std::vector<std::string> shuffled = room.updates();
    const auto again = *rc::gen::arbitrary<std::uint8_t>();
    for (std::size_t i = 0; i < again % 8U && i < room.updates().size(); ++i) {
        shuffled.push_back(room.updates()[i]);
    }
    std::ranges::shuffle(shuffled, std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
    const Document other = holding(room.empty(), shuffled);
    RC_ASSERT(!other.has_pending());
    RC_ASSERT(other.state_vector() == in_order.state_vector());
    RC_ASSERT(other.snapshot().encode(Format::v1) == in_order.snapshot().encode(Format::v1));
    RC_ASSERT(other.encode() == in_order.encode());
}

RC_GTEST_PROP(CrdtProperties, ADiffBringsAReplicaUpToDate, (const Steps& steps)) {
    RandomRoom room(steps);
    for (const Format format : {Format::v1, Format::v2}) {
        Document& ahead = room.writer(0);
        Document& behind = room.writer(1);
        RC_ASSERT(behind.apply(ahead.encode(behind.state_vector(), format), format).has_value());
        const StateVector expected = ahead.state_vector();
        for (const auto& entry : expected.entries()) {
            RC_ASSERT(behind.state(entry.client) >= entry.clock);
        }
        const std::string before = behind.encode();
        const auto whole = behind.apply(ahead.encode({}, format), format);
        RC_ASSERT(whole && !whole->changed);
        RC_ASSERT(behind.encode() == before);
    }
}

RC_GTEST_PROP(CrdtProperties, ADiffOfBytesIsADiffOfTheDocument, (const Steps& steps)) {
    RandomRoom room(steps);
    const Document whole = room.whole();
    const StateVector known = room.writer(1).state_vector();
    for (const Format format : {Format::v1, Format::v2}) {
        const auto diff = diff_update(whole.encode({}, format), known, format);
        RC_ASSERT(diff.has_value());
        RC_ASSERT(*diff == without_key_bits(whole.encode(known, format), format));
    }
}

/// Refused or taken, never by halves: a byte is changed, or the end is cut off.
RC_GTEST_PROP(
    CrdtProperties,
    ARefusedUpdateChangesNothing,
    (const Steps& steps, std::uint16_t where, std::uint8_t byte, bool is_cut)) {
    const RandomRoom room(steps);
    std::string update = merged(room.updates());
    const std::size_t at = where % update.size();
    if (is_cut) {
        update.resize(at);
    } else {
        update[at] = static_cast<char>(byte);
    }
    const std::size_t half = room.updates().size() / 2;
    Document document = holding(
        room.empty(),
        {room.updates().begin(), room.updates().begin() + static_cast<std::ptrdiff_t>(half)});
    const std::string v1 = document.encode();
    const std::string v2 = document.encode({}, Format::v2);
    const auto applied = document.apply(update);
    document.check_invariants();
    RC_CLASSIFY(!applied, "refused");
    if (applied) return;
    RC_ASSERT(applied.error().at <= update.size());
    RC_ASSERT(document.encode() == v1);
    RC_ASSERT(document.encode({}, Format::v2) == v2);
}

RC_GTEST_PROP(CrdtProperties, WhatIsWrittenReadsAsTheSame, (const Steps& steps, bool gc)) {
    const RandomRoom room(steps, gc);
    const Document whole = room.whole();
    const std::string v1 = whole.encode();
    const std::string v2 = whole.encode({}, Format::v2);
    for (const Format format : {Format::v1, Format::v2}) {
        Document loaded = room.empty();
        RC_ASSERT(loaded.apply(format == Format::v1 ? v1 : v2, format).has_value());
        loaded.check_invariants();
        RC_ASSERT(loaded.encode() == v1);
        RC_ASSERT(loaded.encode({}, Format::v2) == v2);
        RC_ASSERT(loaded.state_vector() == whole.state_vector());
    }
    const std::string v1_plain = without_key_bits(v1, Format::v1);
    const std::string v2_plain = without_key_bits(v2, Format::v2);
    RC_ASSERT(convert_update(v1, Format::v1, Format::v2).value() == v2_plain);
    RC_ASSERT(convert_update(v2, Format::v2, Format::v1).value() == v1_plain);
    RC_ASSERT(holding(room.empty(), {v1_plain}).encode() == v1);
    const auto known = StateVector::decode(whole.state_vector().encode());
    RC_ASSERT(known && *known == whole.state_vector());
    RC_ASSERT(state_vector_of(v1, Format::v1).value() == whole.state_vector());
    RC_ASSERT(state_vector_of(v2, Format::v2).value() == whole.state_vector());
}

RC_GTEST_PROP(
    CrdtProperties,
    MergingIsAssociativeAndLosesNothing,
    (const Steps& steps, std::uint16_t first, std::uint16_t second)) {
    const RandomRoom room(steps);
    std::vector<std::string> updates = room.updates();
    std::ranges::shuffle(updates, std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
    const std::size_t a = first % (updates.size() + 1);
    const std::size_t b = a + second % (updates.size() - a + 1);
    const auto part = [&](std::size_t from, std::size_t to) {
        return std::vector(
            updates.begin() + static_cast<std::ptrdiff_t>(from),
            updates.begin() + static_cast<std::ptrdiff_t>(to));
    };
    const std::string left = merged({merged(part(0, a)), merged(part(a, b))});
    const std::string right = merged({merged(part(a, b)), merged(part(b, updates.size()))});
    const std::string left_first = merged({left, merged(part(b, updates.size()))});
    const std::string right_first = merged({merged(part(0, a)), right});
    const std::string whole = room.whole().encode();
    for (const std::string& update : {left_first, right_first, merged(updates)}) {
        const Document document = holding(room.empty(), {update});
        RC_ASSERT(!document.has_pending());
        RC_ASSERT(document.encode() == whole);
    }
    // Some, then all the rest.
    RC_ASSERT(holding(room.empty(), {left, right_first}).encode() == whole);
    RC_ASSERT(holding(room.empty(), {right, left_first}).encode() == whole);
}

RC_GTEST_PROP(CrdtProperties, WhatIsRelayedIsEnoughForOthers, (const Steps& steps)) {
    const RandomRoom room(steps);
    std::vector<std::string> updates = room.updates();
    std::ranges::shuffle(updates, std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
    Document first = room.empty();
    Document second = room.empty();
    for (const std::string& update : updates) {
        const auto applied = first.apply(update);
        RC_ASSERT(applied.has_value());
        RC_ASSERT(applied->changed == !applied->update.empty());
        if (!applied->changed) continue;
        const auto relayed = second.apply(applied->update);
        RC_ASSERT(relayed && relayed->changed && !relayed->pending);
        RC_ASSERT(second.state_vector() == first.state_vector());
    }
    RC_ASSERT(second.encode() == first.encode());
}

LineColumn naive_line_column(std::u16string_view text, std::size_t offset) {
    LineColumn position;
    for (const char16_t unit : text.substr(0, offset)) {
        ++position.column;
        if (unit == u'\n') position = {position.line + 1, 0};
    }
    return position;
}

RC_GTEST_PROP(
    CrdtProperties, LinesAndColumnsAreThoseOfTheText, (const Steps& steps, bool is_late)) {
    const RandomRoom room(steps);
    Document document = room.empty();
    const Text text = document.text("code");
    for (const std::string& update : room.updates()) {
        RC_ASSERT(document.apply(update).has_value());
        if (!is_late) text.to_line_column(0);  // the index is kept from here on, or made at the end
    }
    const std::u16string whole = to_utf16(text.to_string());
    RC_ASSERT(text.length() == whole.size());
    for (std::size_t offset = 0; offset <= whole.size(); ++offset) {
        const LineColumn expected = naive_line_column(whole, offset);
        RC_ASSERT(text.to_line_column(offset) == expected);
        RC_ASSERT(text.to_offset(expected) == offset);
    }
    std::size_t line = 0;
    for (std::size_t begin = 0; begin <= whole.size(); ++line) {
        const std::size_t end = std::min(whole.find(u'\n', begin), whole.size());
        RC_ASSERT(to_utf16(text.line(line)) == whole.substr(begin, end - begin));
        RC_ASSERT(text.to_offset({line, 1'000'000}) == end);
        begin = end + 1;
    }
    RC_ASSERT(text.line_count() == line);
    RC_ASSERT(text.to_offset({line + 5, 0}) == whole.size());
}

RC_GTEST_PROP(
    CrdtProperties,
    ASliceIsAPartOfTheText,
    (const Steps& steps, std::uint16_t index, std::uint16_t count)) {
    const RandomRoom room(steps);
    Document document = room.whole();
    const Text text = document.text("code");
    const std::u16string whole = to_utf16(text.to_string());
    const std::size_t begin = index % (whole.size() + 1);
    const std::size_t end = std::min(begin + count % 64U, whole.size());
    RC_PRE(!is_inside_pair(whole, begin) && !is_inside_pair(whole, end));
    std::string slice;
    text.append_slice(begin, end - begin, slice);
    RC_ASSERT(to_utf16(slice) == whole.substr(begin, end - begin));
}

RC_GTEST_PROP(CrdtProperties, ReportedChangesAreTheDifferenceOfTheTexts, (const Steps& steps)) {
    const RandomRoom room(steps);
    std::vector<std::string> updates = room.updates();
    std::ranges::shuffle(updates, std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
    Document document = room.empty();
    const Text text = document.text("code");
    document.watch(text);
    std::u16string model;
    for (const std::string& update : updates) {
        const auto applied = document.apply(update);
        RC_ASSERT(applied.has_value());
        for (const TextChange& change : applied->changes) {
            RC_ASSERT(change.index + change.removed <= model.size());
            RC_ASSERT(change.removed > 0 || !change.inserted.empty());
            model.replace(change.index, change.removed, to_utf16(change.inserted));
        }
        RC_ASSERT(to_utf16(text.to_string()) == model);
    }
}

RC_GTEST_PROP(CrdtProperties, ARelativePositionStaysBesideItsUnit, (const Steps& steps)) {
    RandomRoom room(steps);
    Document& document = room.writer(0);
    Text text = document.text("code");
    for (std::size_t index = 0; index <= text.length(); ++index) {
        for (const std::int64_t assoc : {0, -1}) {
            const auto found = document.relative_position(text, index, assoc);
            RC_ASSERT(found.has_value());
            const RelativePosition position = found.value_or(RelativePosition());
            RC_ASSERT(document.resolve(position) == index);
            const auto again = RelativePosition::decode(position.encode());
            RC_ASSERT(again && *again == position);
        }
    }
    RC_ASSERT(!document.relative_position(text, text.length() + 1).has_value());
    const std::size_t index = is_inside_pair(to_utf16(text.to_string()), text.length() / 2)
                                  ? text.length() / 2 - 1
                                  : text.length() / 2;
    const auto right = document.relative_position(text, index, 0).value_or(RelativePosition());
    const auto left = document.relative_position(text, index, -1).value_or(RelativePosition());
    Transaction transaction(document, 9);
    RC_ASSERT(text.insert(transaction, index, "new").has_value());
    transaction.commit();
    // At the ends of a text a position sticks to the text.
    const bool is_at_end = index + 3 == text.length();
    RC_ASSERT(document.resolve(left) == index || index == 0);
    RC_ASSERT(document.resolve(right) == index + 3 || is_at_end);
}

RC_GTEST_PROP(CrdtProperties, AnOldStateComesBackWithoutGc, (const Steps& steps)) {
    const RandomRoom room(steps, false);
    Document document = room.empty();
    const std::size_t half = room.updates().size() / 2;
    for (std::size_t i = 0; i < half; ++i) {
        RC_ASSERT(document.apply(room.updates()[i]).has_value());
    }
    const std::string text = document.text("code").to_string();
    const Snapshot snapshot = document.snapshot();
    for (std::size_t i = half; i < room.updates().size(); ++i) {
        RC_ASSERT(document.apply(room.updates()[i]).has_value());
    }
    const std::string before = document.encode();
    const auto old = document.encode_at(snapshot);
    RC_ASSERT(old.has_value());
    Document restored = holding(Document(), {old.value_or("")});
    RC_ASSERT(restored.text("code").to_string() == text);
    RC_ASSERT(document.encode() == before);
}

}  // namespace
}  // namespace codencollab::crdt
