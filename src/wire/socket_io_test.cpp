#include "wire/socket_io.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace codencollab::wire {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::Optional;
using Step = SocketDecoder::Step;

TEST(SocketPacketText, HasAllItsParts) {
    const auto packet = parse_socket_packet(R"(52-/room,17["a",{}])");
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->type, SocketType::binary_event);
    EXPECT_EQ(packet->attachments, 2U);
    EXPECT_EQ(packet->socket_namespace, "/room");
    EXPECT_THAT(packet->id, Optional(Eq(17U)));
    EXPECT_EQ(packet->payload, R"(["a",{}])");
}

TEST(SocketPacketText, MayBeShort) {
    EXPECT_EQ(parse_socket_packet("0")->socket_namespace, "/");
    EXPECT_EQ(parse_socket_packet("0/nope")->socket_namespace, "/nope");
    EXPECT_EQ(parse_socket_packet("0/nope?x=1,{}")->socket_namespace, "/nope?x=1");
}

struct PacketCase {
    std::string what;
    std::string text;
    Step step;
};
class OnePacket : public testing::TestWithParam<PacketCase> {};
TEST_P(OnePacket, IsJudgedAsTheProtocolSays) {
    SocketDecoder decoder(SocketDecoderLimits{});
    EXPECT_EQ(decoder.feed_text(GetParam().text), GetParam().step);
}
INSTANTIATE_TEST_SUITE_P(
    Good,
    OnePacket,
    testing::Values(
        PacketCase{"Connect", "0", Step::packet},
        PacketCase{"ConnectAuth", R"(0{"token":"T"})", Step::packet},
        PacketCase{"ConnectNamespace", "0/nope", Step::packet},
        PacketCase{"Disconnect", "1", Step::packet},
        PacketCase{"Event", R"(2["join",{"room_id":"x"}])", Step::packet},
        PacketCase{"EventAck", R"(29007199254740991["join"])", Step::packet},
        PacketCase{"NumericName", "2[1,2]", Step::packet},
        PacketCase{"Proto", R"(2["a",{"__proto__":{"x":1}}])", Step::packet},
        PacketCase{"Ack", "30[]", Step::packet},
        PacketCase{"Binary", R"(51-["a",{"_placeholder":true,"num":0}])", Step::incomplete},
        PacketCase{"Unreferred", R"(54-["a"])", Step::incomplete},
        PacketCase{
            "DeepPlaceholder",
            R"(51-["a",[{"b":{"_placeholder":true,"num":0}}]])",
            Step::incomplete},
        PacketCase{
            "PlaceholderFalse", R"(51-["a",{"_placeholder":false,"num":9}])", Step::incomplete}),
    [](const auto& the) { return the.param.what; });
INSTANTIATE_TEST_SUITE_P(
    Bad,
    OnePacket,
    testing::Values(
        PacketCase{"Empty", "", Step::failed},
        PacketCase{"Type7", "7", Step::failed},
        PacketCase{"Letters", "abc", Step::failed},
        PacketCase{"ConnectArray", "0[1]", Step::failed},
        PacketCase{"ConnectString", R"(0"x")", Step::failed},
        PacketCase{"ConnectNull", "0null", Step::failed},
        PacketCase{"DisconnectPayload", "1{}", Step::failed},
        PacketCase{"EventObject", "2{}", Step::failed},
        PacketCase{"EventEmpty", "2[]", Step::failed},
        PacketCase{"EventNothing", "2", Step::failed},
        PacketCase{"EventBadJson", R"(2["a")", Step::failed},
        PacketCase{"EventTail", R"(2["a"]x)", Step::failed},
        PacketCase{"EventNullName", "2[null]", Step::failed},
        PacketCase{"EventObjectName", "2[{}]", Step::failed},
        PacketCase{"ReservedConnect", R"(2["connect"])", Step::failed},
        PacketCase{"ReservedConnectError", R"(2["connect_error"])", Step::failed},
        PacketCase{"ReservedDisconnect", R"(2["disconnect"])", Step::failed},
        PacketCase{"ReservedDisconnecting", R"(2["disconnecting"])", Step::failed},
        PacketCase{"ReservedNewListener", R"(2["newListener"])", Step::failed},
        PacketCase{"ReservedRemoveListener", R"(2["removeListener"])", Step::failed},
        PacketCase{"AckWithoutId", "3[]", Step::failed},
        PacketCase{"AckObject", "30{}", Step::failed},
        PacketCase{"IdTooLarge", R"(29007199254740992["a"])", Step::failed},
        PacketCase{"Id21Digits", R"(2111111111111111111111["a"])", Step::failed},
        PacketCase{"IdNotANumber", R"(2abc["a"])", Step::failed},
        PacketCase{"ConnectError", R"(4{"message":"x"})", Step::failed},
        PacketCase{"NoAttachments", R"(50-["a"])", Step::failed},
        PacketCase{"NoCount", R"(5["a"])", Step::failed},
        PacketCase{"NoDash", R"(51["a"])", Step::failed},
        PacketCase{"TooManyAttachments", R"(55-["a"])", Step::failed},
        PacketCase{"HugeCount", R"(599999999999-["a"])", Step::failed},
        PacketCase{"PlaceholderRange", R"(51-["a",{"_placeholder":true,"num":1}])", Step::failed},
        PacketCase{
            "PlaceholderNegative", R"(51-["a",{"_placeholder":true,"num":-1}])", Step::failed},
        PacketCase{
            "PlaceholderFraction", R"(51-["a",{"_placeholder":true,"num":0.5}])", Step::failed},
        PacketCase{"PlaceholderText", R"(51-["a",{"_placeholder":true,"num":"0"}])", Step::failed},
        PacketCase{"PlaceholderNothing", R"(51-["a",{"_placeholder":true}])", Step::failed}),
    [](const auto& the) { return the.param.what; });

TEST(SocketDecoder, GivesAnEventWithItsAttachments) {
    SocketDecoder decoder(SocketDecoderLimits{});
    EXPECT_EQ(
        decoder.feed_text(
            R"(52-7["yjs",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])"),
        Step::incomplete);
    EXPECT_EQ(decoder.feed_binary("one"), Step::incomplete);
    EXPECT_EQ(decoder.feed_binary("two"), Step::packet);
    const SocketPacket packet = decoder.take();
    EXPECT_EQ(packet.name, "yjs");
    EXPECT_THAT(packet.id, Optional(Eq(7U)));
    EXPECT_THAT(packet.attachments, ElementsAre("one", "two"));
    EXPECT_EQ(packet.payload.as_array().size(), 2U);
}

TEST(SocketDecoder, WantsAttachmentsRightAfterTheirHeader) {
    SocketDecoder decoder(SocketDecoderLimits{});
    EXPECT_EQ(decoder.feed_binary("stray"), Step::failed);
    EXPECT_EQ(decoder.feed_text(R"(51-["a"])"), Step::incomplete);
    EXPECT_EQ(decoder.feed_text(R"(2["b"])"), Step::failed);
}

SocketDecoderLimits small_limits() {
    return {64, 256, 4, {"code_change"}};
}

TEST(SocketDecoder, LooksAtTheNameAndIdOfAnEventThatIsTooLarge) {
    SocketDecoder decoder(small_limits());
    EXPECT_EQ(decoder.feed_text(R"(23["chat_message",")" + std::string(100, 'x')), Step::too_large);
    const SocketPacket packet = decoder.take();
    EXPECT_EQ(packet.name, "chat_message");
    EXPECT_THAT(packet.id, Optional(Eq(3U)));
    EXPECT_EQ(decoder.feed_text(R"(2["a"])"), Step::packet) << "the next one is not disturbed";
}

TEST(SocketDecoder, CountsAttachmentsIntoTheSize) {
    SocketDecoder decoder(small_limits());
    EXPECT_EQ(decoder.feed_text(R"(52-["a"])"), Step::incomplete);
    EXPECT_EQ(decoder.feed_binary(std::string(100, 'x')), Step::incomplete);
    EXPECT_EQ(decoder.feed_binary("y"), Step::too_large);
    EXPECT_TRUE(decoder.take().attachments.empty());

    EXPECT_EQ(decoder.feed_text(R"(51-["a"])"), Step::incomplete);
    EXPECT_EQ(decoder.feed_binary(std::string(300, 'x')), Step::failed) << "over the hard limit";
}

TEST(SocketDecoder, LetsLargeEventsThrough) {
    SocketDecoder decoder(small_limits());
    EXPECT_EQ(
        decoder.feed_text(R"(2["code_change",")" + std::string(100, 'x') + R"("])"), Step::packet);
    EXPECT_EQ(decoder.take().name, "code_change");
}

TEST(EventName, IsReadWithoutTheRest) {
    EXPECT_EQ(event_name_of(R"([ "a\"b",{)"), "a\"b");
    for (const char* payload : {"", "[", "{}", "[1", R"(["a)", R"(["a\)"}) {
        EXPECT_EQ(event_name_of(payload), "") << payload;
    }
}

}  // namespace
}  // namespace codencollab::wire
