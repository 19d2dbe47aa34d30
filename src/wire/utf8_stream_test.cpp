#include "wire/utf8_stream.h"

#include "base/utf.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace codencollab::wire {
namespace {

struct TextCase {
    std::string bytes;
    bool is_valid;
};
class Utf8StreamTest : public testing::TestWithParam<TextCase> {};
TEST_P(Utf8StreamTest, JudgesTheSameWhereverTheTextIsCut) {
    const std::string& bytes = GetParam().bytes;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        Utf8Stream stream;
        const bool first = stream.feed(bytes.substr(0, cut));
        const bool both = stream.feed(bytes.substr(cut)) && first;
        EXPECT_EQ(both && stream.is_complete(), GetParam().is_valid) << "cut at " << cut;
    }
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    Utf8StreamTest,
    testing::Values(
        TextCase{"", true},
        TextCase{"only ASCII, and more than eight bytes of it", true},
        TextCase{"κόσμε 😀 mixed with ASCII ü", true},
        TextCase{"\xC2\x80", true},
        TextCase{"\xDF\xBF", true},
        TextCase{"\xE0\xA0\x80", true},
        TextCase{"\xED\x9F\xBF", true},
        TextCase{"\xEE\x80\x80", true},
        TextCase{"\xF0\x90\x80\x80", true},
        TextCase{"\xF4\x8F\xBF\xBF", true},
        TextCase{"\x80", false},
        TextCase{"\xC0\x80", false},
        TextCase{"\xC1\xBF", false},
        TextCase{"\xE0\x9F\xBF", false},
        TextCase{"\xED\xA0\x80", false},
        TextCase{"\xF0\x8F\xBF\xBF", false},
        TextCase{"\xF4\x90\x80\x80", false},
        TextCase{"\xF5\x80\x80\x80", false},
        TextCase{"\xFF", false},
        TextCase{"\xE2\x82", false},
        TextCase{"\xE2\x28\xA1", false},
        TextCase{"abcdefgh\xE2\x82", false}));

RC_GTEST_PROP(Utf8Stream, AgreesWithTheCheckOfWholeTexts, (const std::string& bytes)) {
    Utf8Stream stream;
    RC_ASSERT((stream.feed(bytes) && stream.is_complete()) == is_valid_utf8(bytes));
}

}  // namespace
}  // namespace codencollab::wire
