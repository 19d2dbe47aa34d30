#include "wire/engine_io.h"

#include <gmock/gmock.h>

#include <string>

namespace codencollab::wire {
namespace {

TEST(EnginePacket, IsATypeAndItsData) {
    const auto packet = parse_engine_packet("4hello");
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->type, EngineType::message);
    EXPECT_EQ(packet->data, "hello");
    EXPECT_TRUE(parse_engine_packet("3")->data.empty());
}

TEST(EnginePacket, IsNothingElse) {
    for (const char* text : {"", "7", "9", "abc", "b", "-1", "\xC3\xBC"}) {
        EXPECT_FALSE(parse_engine_packet(text)) << text;
    }
}

TEST(Payload, HoldsTextAndBinaryPackets) {
    const auto packets = parse_payload(
        "4a\x1e"
        "bAAABAA==\x1e"
        "3",
        128);
    ASSERT_TRUE(packets);
    ASSERT_EQ(packets->size(), 3U);
    EXPECT_EQ((*packets)[0].data, "a");
    EXPECT_EQ((*packets)[1].type, EngineType::message);
    EXPECT_EQ((*packets)[1].binary, std::string("\0\0\1\0", 4));
    EXPECT_EQ((*packets)[2].type, EngineType::pong);
}

TEST(Payload, IsRefusedWholeWhenAnyOfItIsBad) {
    for (const char* body :
         {"",
          "\x1e",
          "4a\x1e",
          "\x1e"
          "4a",
          "4a\x1e\x1e"
          "4b",
          "4a\x1e"
          "9",
          "b!",
          "bA",
          "4\xFF",
          "abc"}) {
        EXPECT_FALSE(parse_payload(body, 128)) << body;
    }
}

TEST(Payload, HasABoundOnItsPackets) {
    std::string body = "4";
    for (int i = 1; i < 128; ++i)
        body +=
            "\x1e"
            "4";
    EXPECT_EQ(parse_payload(body, 128)->size(), 128U);
    EXPECT_FALSE(parse_payload(
        body + "\x1e"
               "4",
        128));
}

}  // namespace
}  // namespace codencollab::wire
