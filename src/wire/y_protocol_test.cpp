#include "wire/y_protocol.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace codencollab::wire {

// What a failing comparison prints.
void PrintTo(const YMessage& message, std::ostream* out) {
    *out << "message of kind " << message.index() << " as "
         << testing::PrintToString(encode_y_message(message));
}

namespace {

using namespace std::string_view_literals;

struct MessageCase {
    const char* name;
    YMessage message;
    std::string_view frame;
};

class Message : public testing::TestWithParam<MessageCase> {};

TEST_P(Message, IsReadFromItsFrame) {
    EXPECT_EQ(decode_y_message(GetParam().frame), GetParam().message);
}

TEST_P(Message, IsWrittenAsYWebsocketDoes) {
    EXPECT_EQ(encode_y_message(GetParam().message), GetParam().frame);
}

TEST_P(Message, MayBeFollowedByBytesThatAreIgnored) {
    EXPECT_EQ(decode_y_message(std::string(GetParam().frame) + "\x01\xFF"), GetParam().message);
}

TEST_P(Message, IsRefusedWhenCutShort) {
    for (std::size_t bytes = 0; bytes < GetParam().frame.size(); ++bytes) {
        const auto decoded = decode_y_message(GetParam().frame.substr(0, bytes));
        ASSERT_FALSE(decoded) << bytes << " bytes";
        EXPECT_EQ(decoded.error().code, YMessageError::Code::truncated) << bytes << " bytes";
        EXPECT_LE(decoded.error().at, bytes);
    }
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    Message,
    testing::Values(
        MessageCase{"step_1_of_an_empty_document", SyncStep1{"\0"sv}, "\0\0\1\0"sv},
        MessageCase{"step_1", SyncStep1{"\1\5\7"}, "\0\0\3\1\5\7"sv},
        MessageCase{"step_2_that_says_nothing", SyncStep2{"\0\0"sv}, "\0\1\2\0\0"sv},
        MessageCase{"update", SyncUpdate{"abc"}, "\0\2\3abc"sv},
        MessageCase{"update_of_no_bytes", SyncUpdate{""}, "\0\2\0"sv},
        MessageCase{"awareness", AwarenessMessage{"\0"sv}, "\1\1\0"sv},
        MessageCase{
            "permission_denied",
            PermissionDenied{"permission denied"},
            "\2\0\x11permission denied"sv},
        MessageCase{"query_awareness", QueryAwareness{}, "\3"}),
    [](const auto& test) { return test.param.name; });

struct RefusedCase {
    const char* name;
    std::string_view frame;
    YMessageError::Code code;
    std::size_t at;
};

class Frame : public testing::TestWithParam<RefusedCase> {};

TEST_P(Frame, IsRefusedWithItsReasonAndPlace) {
    const auto decoded = decode_y_message(GetParam().frame);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, GetParam().code);
    EXPECT_EQ(decoded.error().at, GetParam().at);
}

INSTANTIATE_TEST_SUITE_P(
    ThatIsMalformed,
    Frame,
    testing::Values(
        RefusedCase{"no_bytes", "", YMessageError::Code::truncated, 0},
        RefusedCase{"sync_of_no_kind", "\0"sv, YMessageError::Code::truncated, 1},
        RefusedCase{"sync_of_unknown_kind", "\0\3\0"sv, YMessageError::Code::unknown_sync, 1},
        RefusedCase{
            "more_promised_than_there_is", "\0\2\5abcd"sv, YMessageError::Code::truncated, 3},
        RefusedCase{
            "a_length_past_every_memory",
            "\0\2\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x0F"sv,
            YMessageError::Code::truncated,
            10},
        RefusedCase{
            "an_integer_past_2_to_the_53",
            "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1",
            YMessageError::Code::bad_integer,
            0},
        RefusedCase{"a_reason_of_broken_utf8", "\2\0\1\xFF"sv, YMessageError::Code::bad_utf8, 3}),
    [](const auto& test) { return test.param.name; });

TEST(UnknownKinds, AreIgnored) {
    EXPECT_EQ(decode_y_message("\4"), YMessage{UnknownMessage{}});
    EXPECT_EQ(decode_y_message("\x80\1rest"), YMessage{UnknownMessage{}});
    EXPECT_EQ(decode_y_message("\2\7rest"), YMessage{UnknownMessage{}});  // of auth
    EXPECT_EQ(encode_y_message(UnknownMessage{}), "");
}

TEST(OverLongIntegers, AreRead) {
    EXPECT_EQ(decode_y_message("\x80\0\x82\0\x83\0abc"sv), YMessage{SyncUpdate{"abc"}});
}

RC_GTEST_PROP(Messages, OfAnyBytesComeBackAsTheyWere, (const std::vector<std::uint8_t>& raw)) {
    const std::string bytes(raw.begin(), raw.end());
    const std::vector<YMessage> all{
        SyncStep1{bytes}, SyncStep2{bytes}, SyncUpdate{bytes}, AwarenessMessage{bytes}};
    for (const YMessage& message : all) {
        RC_ASSERT(decode_y_message(encode_y_message(message)).value() == message);
    }
}

}  // namespace
}  // namespace codencollab::wire
