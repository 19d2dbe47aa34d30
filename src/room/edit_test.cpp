#include "room/edit.h"

#include "room/pieces.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace codencollab::room {
namespace {

/// Random edits of a text of `size` units; each inserts letters of its own.
Edits random_edits(std::size_t size, char16_t letter) {
    const auto cuts = *rc::gen::container<std::vector<std::size_t>>(
        4, rc::gen::inRange<std::size_t>(0, size + 1));
    std::vector<std::size_t> sorted = cuts;
    std::ranges::sort(sorted);
    const auto lengths =
        *rc::gen::container<std::vector<std::size_t>>(2, rc::gen::inRange<std::size_t>(0, 3));
    return normal_form(
        {{sorted[0], sorted[1], std::u16string(lengths[0], letter)},
         {sorted[2], sorted[3], std::u16string(lengths[1], letter)}});
}

const std::u16string text = u"0123456789abcdef";

RC_GTEST_PROP(Edits, MadeInEitherOrderGiveOneText, ()) {
    const Edits ours = random_edits(text.size(), u'X');
    const Edits theirs = random_edits(text.size(), u'Y');
    const auto theirs_first =
        apply_edits(apply_edits(text, theirs), transform(ours, theirs, Tie::earlier_first));
    const auto ours_first =
        apply_edits(apply_edits(text, ours), transform(theirs, ours, Tie::edits_first));
    RC_ASSERT(theirs_first == ours_first);
}

RC_GTEST_PROP(Edits, LeadToTheTextTheyMakeAndBack, ()) {
    const Edits edits = random_edits(text.size(), u'X');
    std::u16string after = apply_edits(text, edits);
    RC_ASSERT(leads_to(text, edits, after));
    RC_ASSERT(!leads_to(text, edits, after + u"!"));
    undo(after, effect_of(text, edits));
    RC_ASSERT(after == text);
}

RC_GTEST_PROP(Compose, MakesOneStepOfTwo, ()) {
    const Edits first = random_edits(text.size(), u'X');
    const std::u16string made = apply_edits(text, first);
    const Edits second = random_edits(made.size(), u'Z');
    RC_ASSERT(apply_edits(text, compose(first, second)) == apply_edits(made, second));
}

RC_GTEST_PROP(Difference, IsOneEditThatMakesTheOtherText, (std::string a, std::string b)) {
    const std::u16string from(a.begin(), a.end());
    const std::u16string to(b.begin(), b.end());
    const Edits edits = difference(from, to);
    RC_ASSERT(edits.size() == (from == to ? 0U : 1U));
    RC_ASSERT(apply_edits(from, edits) == to);
}

TEST(Difference, DoesNotBeginOrEndInsideAnEmoji) {
    // Two emoji with one first half: the difference is the whole of them, not their second halves.
    const Edits edits = difference(u"a\U0001F600b", u"a\U0001F601b");
    EXPECT_EQ(edits, (Edits{{1, 3, u"\U0001F601"}}));
}

TEST(Transform, KeepsWhatOthersPutIntoARemovedRange) {
    EXPECT_EQ(transform({{2, 8, {}}}, {{5, 5, u"KEEP"}}), (Edits{{2, 5, {}}, {9, 12, {}}}));
}

}  // namespace
}  // namespace codencollab::room
