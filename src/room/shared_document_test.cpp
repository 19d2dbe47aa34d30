#include "room/shared_document.h"

#include "base/lib0.h"
#include "base/utf.h"
#include "support/replica.h"
#include "support/seeded_random.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace codencollab::room {
namespace {

/// A document that was just loaded, and a replica that has all of it.
class Shared {
  public:
    explicit Shared(std::string_view starter, std::size_t units_max = 1 << 20) {
        limits.document_units = units_max;
        stored.updates = {SharedDocument::first_update(starter, "python", limits, random)};
        open();
    }

    void open() {
        document.emplace(std::move(*SharedDocument::load(stored, limits, random)));
        replica.apply(document->encode());
    }

    /// The document takes an update and the replica what the room made of it.
    Result<DocumentEffect> take(std::string_view update) {
        auto effect = document->apply(update);
        if (effect) hear(*effect);
        return effect;
    }

    DocumentEffect edit(const Edits& edits) {
        DocumentEffect effect = document->edit(edits);
        hear(effect);
        return effect;
    }

    void hear(const DocumentEffect& effect) {
        for (const auto& update : {effect.update, effect.correction}) {
            if (!update) continue;
            replica.apply(*update);
            stored.updates.push_back(*update);
        }
    }

    Limits limits;
    SeededRandom random;
    StoredDocument stored;
    std::optional<SharedDocument> document;
    Replica replica{77};
};

TEST(SharedDocument, BeginsWithStarterAndLanguage) {
    const Shared shared("print(1)\n");
    EXPECT_EQ(shared.document->text(), "print(1)\n");
    EXPECT_EQ(shared.document->language(), "python");
}

TEST(SharedDocument, EditsByANumberOfItsOwnThatIsNewAtEachOpening) {
    Shared shared("a");
    const auto first = shared.document->client();
    shared.document->show();
    shared.edit({{1, 1, u"b"}});
    shared.open();
    EXPECT_EQ(shared.document->text(), "ab");
    EXPECT_NE(shared.document->client(), first);
    EXPECT_FALSE(shared.document->has_client(shared.document->client()));
}

TEST(SharedDocument, TellsWhatAReplicaTypedAsChangesWhileSomebodyLooks) {
    Shared shared("one\ntwo\n");
    EXPECT_EQ(shared.take(shared.replica.insert(0, "x"))->changes, nullptr);
    shared.document->show();
    const auto effect = shared.take(shared.replica.insert(5, "\U0001F600"));
    ASSERT_NE(effect->changes, nullptr);
    EXPECT_EQ(effect->changes->at(0), (Change{{{2, 1}, {2, 1}}, 5, 0, u"\U0001F600"}));
    EXPECT_EQ(shared.document->shown().text(), u"xone\n\U0001F600two\n");
}

TEST(SharedDocument, AnUpdateThatWouldPassTheLimitChangesNothing) {
    Shared shared("12345", 8);
    const std::string state = shared.document->state_vector();
    const auto refused = shared.document->apply(shared.replica.insert(0, "6789"));
    EXPECT_EQ(refused.error().code, ErrorCode::code_too_large);
    EXPECT_EQ(shared.document->state_vector(), state);
    Replica other(78);
    other.apply(shared.document->encode());
    EXPECT_TRUE(shared.document->apply(other.insert(0, "678")).has_value());
    shared.document->show();
    EXPECT_FALSE(shared.document->fits({{0, 0, u"9"}}));
    EXPECT_TRUE(shared.document->fits({{0, 1, u"9"}}));
}

TEST(SharedDocument, ARoomFilledUnderALargerLimitOpensAllTheSame) {
    Shared shared("123456789");
    shared.limits.document_units = 4;
    shared.open();
    EXPECT_EQ(shared.document->text(), "123456789");
    shared.document->show();
    EXPECT_FALSE(shared.document->fits({{0, 0, u"x"}}));
    EXPECT_TRUE(shared.document->fits({{0, 4, u"x"}}));
}

TEST(SharedDocument, BytesThatAreNoUpdateAreRefused) {
    Shared shared("a");
    for (const std::string bytes : {"", "\xFF", "\x01\x01", "\x01\x01\x05\x00\x04"}) {
        EXPECT_EQ(shared.document->apply(bytes).error().code, ErrorCode::bad_payload);
    }
    EXPECT_EQ(shared.document->text(), "a");
    EXPECT_EQ(shared.document->encode_since("\xFF").error().code, ErrorCode::bad_payload);
}

TEST(SharedDocument, ADamagedStoreOpensNoRoom) {
    Shared shared("a");
    shared.stored.updates.push_back("\xFF\xFF");
    const auto loaded = SharedDocument::load(shared.stored, shared.limits, shared.random);
    EXPECT_EQ(loaded.error().code, ErrorCode::store_unavailable);
}

TEST(SharedDocument, ACarriageReturnIsTakenOutInTheSameTurn) {
    for (const bool is_shown : {false, true}) {
        Shared shared("a\nb");
        if (is_shown) shared.document->show();
        const auto effect = shared.take(shared.replica.insert(1, "\r\nx\r\r"));
        ASSERT_NE(effect->correction, nullptr);
        EXPECT_EQ(shared.document->text(), "a\nx\nb");
        EXPECT_EQ(shared.replica.text(), "a\nx\nb");
        if (!is_shown) continue;
        EXPECT_EQ(shared.document->shown().text(), u"a\nx\nb");
        EXPECT_EQ(effect->changes->at(0).text, u"\nx");
    }
}

// What waits counts against the limit of whoever reads it, so it must not be in what is stored.
TEST(SharedDocument, IsEncodedWithoutWhatWaitsEvenNearItsLimit) {
    Shared shared(std::string(90, 'a'), 100);
    static_cast<void>(shared.replica.insert(0, "b"));  // is never sent
    const std::string gap = shared.replica.insert(1, "cdefgh");
    ASSERT_TRUE(shared.document->apply(gap).has_value());
    ASSERT_TRUE(shared.document->has_waiting());
    Replica other(78);
    ASSERT_TRUE(other.apply(shared.document->encode()));
    EXPECT_EQ(other.text(), std::string(90, 'a'));
    EXPECT_FALSE(other.document().has_pending());
}

TEST(SharedDocument, KnowsAnUpdateThatSaysNothingNew) {
    Shared shared("abc");
    shared.take(shared.replica.erase(1, 1)).value();
    EXPECT_TRUE(shared.document->knows(shared.replica.document().encode()));
    EXPECT_TRUE(shared.document->knows(std::string(2, '\0')));
    EXPECT_FALSE(shared.document->knows(shared.replica.insert(0, "x")));
    Replica other(78);
    other.apply(shared.document->encode());
    EXPECT_FALSE(shared.document->knows(other.erase(0, 1)));
    EXPECT_FALSE(shared.document->knows("\xFF"));
}

TEST(SharedDocument, OtherTypesAreKept) {
    Shared shared("abc");
    lib0::Writer value;
    value.byte(119);
    value.var_bytes("kept");
    shared.take(shared.replica.set("notes", "k", value.view())).value();
    shared.open();
    crdt::Document copy;
    ASSERT_TRUE(copy.apply(shared.document->encode()).has_value());
    EXPECT_TRUE(copy.map("notes").entry("k").has_value());
}

TEST(SharedDocument, SeesThatAReplicaSetTheLanguage) {
    Shared shared("");
    EXPECT_FALSE(shared.take(shared.replica.insert(0, "x"))->language_changed);
    lib0::Writer value;
    value.byte(119);
    value.var_bytes("javascript");
    const auto effect = shared.take(shared.replica.set("meta", "language", value.view()));
    EXPECT_TRUE(effect->language_changed);
    EXPECT_EQ(shared.document->language(), "javascript");
    EXPECT_NE(shared.document->set_language("python").update, nullptr);
    EXPECT_EQ(shared.document->language(), "python");
}

struct Move {
    unsigned kind, at, count, text;
};

/// What random clients of both kinds do: the shown text is the engine's all along, the changes lead
/// from one to the next, and whoever hears the updates has it as well.
RC_GTEST_PROP(SharedDocument, ShowsWhatTheEngineHas, ()) {
    static const std::vector<std::u16string> texts = {
        u"a", u"xy\n", u"\U0001F600", u"\r\n", u"\xFFFC", u"\u00e9", u"\n\n\r", u""};
    const auto moves = *rc::gen::container<std::vector<Move>>(rc::gen::construct<Move>(
        rc::gen::inRange(0U, 6U),
        rc::gen::inRange(0U, 60U),
        rc::gen::inRange(0U, 8U),
        rc::gen::inRange(0U, 8U)));
    Shared shared("def f():\n    return \U0001F600\n");
    shared.document->show();
    Replica behind(78);  // hears nothing, and sends all that it typed at the end
    behind.apply(shared.document->encode());
    std::vector<std::string> late;
    const auto follow = [&](std::u16string before, const DocumentEffect& effect) {
        if (effect.effect) before = apply_edits(before, edits_of(*effect.effect));
        RC_ASSERT(before == shared.document->shown().text());
    };
    for (const Move& move : moves) {
        const std::u16string before = shared.document->shown().text();
        const std::u16string& text = texts[move.text];
        Replica& typist = move.kind % 2 == 0 ? shared.replica : behind;
        const std::size_t size = typist.size();
        const std::size_t at = move.at % (size + 1);
        const std::size_t count = std::min<std::size_t>(move.count, size - at);
        if (move.kind < 2) {
            const std::string update = typist.insert(at, to_utf8(text));  // maybe inside an emoji
            if (update.empty()) continue;
            if (move.kind == 0) {
                follow(before, *shared.take(update));
            } else {
                late.push_back(update);
            }
        } else if (move.kind < 4) {
            const std::string update = typist.erase(at, count);
            if (update.empty()) continue;
            if (move.kind == 2) {
                follow(before, *shared.take(update));
            } else {
                late.push_back(update);
            }
        } else {
            const std::size_t begin = move.at % (before.size() + 1);
            const std::size_t end = std::min(before.size(), begin + move.count);
            Edits edits = normal_form({{begin, end, fit_for_document(text)}});
            edits = widen_to_characters(std::move(edits), before);
            for (Edit& edit : edits)
                edit.text = fit_for_document(edit.text);
            follow(before, shared.edit(edits));
        }
    }
    for (const std::string& update : late) {
        const std::u16string before = shared.document->shown().text();
        follow(before, *shared.take(update));
    }
    std::string whole;
    crdt::Document copy;
    RC_ASSERT(copy.apply(shared.document->encode()).has_value());
    const crdt::Text code = copy.text("code");
    code.append_slice(0, code.length(), whole);
    RC_ASSERT(to_utf16(whole) == shared.document->shown().text());
    RC_ASSERT(!whole.contains('\r'));
    RC_ASSERT(shared.replica.text() == shared.document->text());
    const std::u16string shown = shared.document->shown().text();
    shared.open();  // from what was stored, update by update
    shared.document->show();
    RC_ASSERT(shared.document->shown().text() == shown);
}

RC_GTEST_PROP(TextChanges, AsOneStepDoWhatTheyDoOneByOne, ()) {
    const auto moves = *rc::gen::container<std::vector<Move>>(rc::gen::construct<Move>(
        rc::gen::just(0U),
        rc::gen::inRange(0U, 60U),
        rc::gen::inRange(0U, 5U),
        rc::gen::inRange(0U, 5U)));
    const std::u16string origin = u"0123456789abcdef";
    std::u16string text = origin;
    std::vector<crdt::TextChange> changes;
    for (const Move& move : moves) {
        const std::size_t at = move.at % (text.size() + 1);
        const std::size_t count = std::min<std::size_t>(move.count, text.size() - at);
        const std::string_view inserted = std::string_view("xyz\nw").substr(0, move.text);
        changes.push_back({at, count, inserted});
        text.replace(at, count, to_utf16(inserted));
    }
    RC_ASSERT(apply_edits(origin, edits_of(changes)) == text);
}

}  // namespace
}  // namespace codencollab::room
