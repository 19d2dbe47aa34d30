#include "room/text_document.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace codencollab::room {
namespace {

TEST(TextDocument, AnEmptyTextHasOneLine) {
    const TextDocument document(u"");
    EXPECT_EQ(document.line_count(), 1U);
    EXPECT_EQ(document.position_at(0), (Position{1, 1}));
}

struct Place {
    Position position;
    std::size_t offset;
};
class Clamped : public testing::TestWithParam<Place> {};
TEST_P(Clamped, PositionsLieWhereMonacoPutsThem) {
    const TextDocument document(u"ab\n\ncd");
    EXPECT_EQ(document.offset_at(GetParam().position), GetParam().offset);
}
INSTANTIATE_TEST_SUITE_P(
    AtEachBoundary,
    Clamped,
    testing::Values(
        Place{{1, 1}, 0},
        Place{{1, 3}, 2},
        Place{{1, 4}, 2},
        Place{{2, 1}, 3},
        Place{{2, 9}, 3},
        Place{{3, 3}, 6},
        Place{{4, 1}, 6},
        Place{{99, 1}, 6},
        Place{{0, 5}, 0},
        Place{{-7, 1}, 0},
        Place{{2, -1}, 3}));

struct Step {
    unsigned at, removed;
    std::string inserted;
};

RC_GTEST_PROP(TextDocument, KeepsTheLineIndexOfAPlainString, ()) {
    TextDocument document(u"one\ntwo\n\nthree");
    std::u16string model = document.text();
    const auto steps = *rc::gen::container<std::vector<Step>>(rc::gen::construct<Step>(
        rc::gen::inRange(0U, 40U),
        rc::gen::inRange(0U, 6U),
        rc::gen::resize(
            4, rc::gen::container<std::string>(rc::gen::elementOf(std::string("a\n"))))));
    for (const Step& step : steps) {
        const std::size_t begin = step.at % (model.size() + 1);
        const std::size_t end = std::min(model.size(), begin + step.removed);
        const std::u16string inserted(step.inserted.begin(), step.inserted.end());
        const AppliedEdits effect = document.apply(normal_form({{begin, end, inserted}}));
        std::u16string undone = document.text();
        undo(undone, effect);
        RC_ASSERT(undone == model);
        model.replace(begin, end - begin, inserted);
        RC_ASSERT(document.text() == model);
        const TextDocument fresh(model);
        RC_ASSERT(document.line_count() == fresh.line_count());
        bool agree = true;  // one assertion, not one each: rapidcheck's are slow
        for (std::size_t offset = 0; offset <= model.size(); ++offset) {
            const Position position = document.position_at(offset);
            agree = agree && position == fresh.position_at(offset) &&
                    document.offset_at(position) == offset;
        }
        RC_ASSERT(agree);
    }
}

}  // namespace
}  // namespace codencollab::room
