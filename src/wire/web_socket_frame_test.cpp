#include "wire/web_socket_frame.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace codencollab::wire {
namespace {

using testing::ElementsAre;
using Step = FrameDecoder::Step;

constexpr std::size_t limit = 1 << 20;

enum class Masked { no, yes };

// A client's frame, as raw as a test wants it.
std::string frame(unsigned first_byte, std::string_view payload, Masked masked = Masked::yes) {
    std::string out(1, static_cast<char>(first_byte));
    const unsigned mask_bit = masked == Masked::yes ? 0x80 : 0;
    std::size_t length_bytes = 0;
    if (payload.size() <= 125) {
        out += static_cast<char>(mask_bit | payload.size());
    } else if (payload.size() <= 0xFFFF) {
        out += static_cast<char>(mask_bit | 126);
        length_bytes = 2;
    } else {
        out += static_cast<char>(mask_bit | 127);
        length_bytes = 8;
    }
    for (std::size_t i = length_bytes; i > 0; --i) {
        out += static_cast<char>((payload.size() >> (8 * (i - 1))) & 0xFF);
    }
    if (masked == Masked::no) return out + std::string(payload);
    constexpr std::array<unsigned char, 4> mask{0xA1, 0x02, 0xF3, 0x74};
    for (const unsigned char c : mask)
        out += static_cast<char>(c);
    for (std::size_t i = 0; i < payload.size(); ++i) {
        out += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask[i % 4]);
    }
    return out;
}

// What a decoder tells of `bytes` when they come in pieces of `piece`, in words.
std::vector<std::string> told(std::string_view bytes, std::size_t piece, std::size_t max = limit) {
    FrameDecoder decoder(max);
    std::vector<std::string> words;
    while (!bytes.empty()) {
        std::string_view input = bytes.substr(0, piece);
        bytes.remove_prefix(input.size());
        while (true) {
            const Step step = decoder.next(input);
            if (step == Step::need_more) break;
            const std::string payload(decoder.payload());
            const std::string code = std::to_string(decoder.close_code());
            switch (step) {
                case Step::text:
                    words.push_back("text " + payload);
                    break;
                case Step::binary:
                    words.push_back("binary " + payload);
                    break;
                case Step::ping:
                    words.push_back("ping " + payload);
                    break;
                case Step::pong:
                    words.push_back("pong " + payload);
                    break;
                case Step::close:
                    words.push_back("close " + code + " " + payload);
                    return words;
                case Step::failed:
                    words.push_back("failed " + code);
                    return words;
                case Step::need_more:
                    break;
            }
        }
    }
    return words;
}

struct StreamCase {
    std::string what;
    std::string bytes;
    std::vector<std::string> words;
};
class FrameStream : public testing::TestWithParam<StreamCase> {};
TEST_P(FrameStream, TellsTheSameWhateverThePieces) {
    for (const std::size_t piece : {1, 2, 3, 7, 1'000'000}) {
        EXPECT_EQ(told(GetParam().bytes, piece), GetParam().words) << "pieces of " << piece;
    }
}
std::string repeated(std::string_view text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += text;
    return out;
}
std::string announced(std::uint64_t length) {  // a binary frame's header alone
    std::string out("\x82\xFF", 2);
    for (int i = 7; i >= 0; --i)
        out += static_cast<char>((length >> (8 * i)) & 0xFF);
    return out + "mask";
}
INSTANTIATE_TEST_SUITE_P(
    Rfc6455,
    FrameStream,
    testing::Values(
        StreamCase{"Text", frame(0x81, "hello"), {"text hello"}},
        StreamCase{"Empty", frame(0x81, "") + frame(0x82, ""), {"text ", "binary "}},
        StreamCase{
            "Length125", frame(0x82, std::string(125, 'a')), {"binary " + std::string(125, 'a')}},
        StreamCase{
            "Length126", frame(0x82, std::string(126, 'b')), {"binary " + std::string(126, 'b')}},
        StreamCase{
            "Length65536",
            frame(0x82, std::string(65'536, 'c')),
            {"binary " + std::string(65'536, 'c')}},
        StreamCase{"Fragments", frame(0x01, "a") + frame(0x00, "") + frame(0x80, "b"), {"text ab"}},
        StreamCase{
            "ControlBetweenFragments",
            frame(0x01, "a") + frame(0x89, "p") + frame(0x8A, "q") + frame(0x80, "b"),
            {"ping p", "pong q", "text ab"}},
        StreamCase{
            "CharacterOverFragments", frame(0x01, "\xE2\x82") + frame(0x80, "\xAC"), {"text €"}},
        StreamCase{
            "Close",
            frame(
                0x88,
                "\x03\xE8"
                "bye"),
            {"close 1000 bye"}},
        StreamCase{"CloseEmpty", frame(0x88, "") + frame(0x81, "late"), {"close 1005 "}},
        StreamCase{"CloseOneByte", frame(0x88, "\x03"), {"failed 1002"}},
        StreamCase{"CloseReserved", frame(0x88, "\x03\xED"), {"failed 1002"}},
        StreamCase{"CloseUnused", frame(0x88, "\x03\xE7"), {"failed 1002"}},
        StreamCase{"ClosePrivate", frame(0x88, "\x0F\xA0"), {"close 4000 "}},
        StreamCase{"CloseBadReason", frame(0x88, "\x03\xE8\xFF"), {"failed 1007"}},
        StreamCase{"Unmasked", frame(0x81, "a", Masked::no), {"failed 1002"}},
        StreamCase{"Rsv1", frame(0xC1, "a"), {"failed 1002"}},
        StreamCase{"Rsv3", frame(0x91, "a"), {"failed 1002"}},
        StreamCase{"Opcode3", frame(0x83, "a"), {"failed 1002"}},
        StreamCase{"OpcodeB", frame(0x8B, "a"), {"failed 1002"}},
        StreamCase{"LongPing", frame(0x89, std::string(126, 'p')), {"failed 1002"}},
        StreamCase{"FragmentedPing", frame(0x09, "p"), {"failed 1002"}},
        StreamCase{"NothingToContinue", frame(0x80, "a"), {"failed 1002"}},
        StreamCase{"NewMessageInside", frame(0x01, "a") + frame(0x81, "b"), {"failed 1002"}},
        StreamCase{"LengthTopBit", announced(std::uint64_t{1} << 63), {"failed 1002"}},
        StreamCase{"BadText", frame(0x81, "a\xFF"), {"failed 1007"}},
        StreamCase{"CutCharacter", frame(0x81, "\xE2\x82"), {"failed 1007"}},
        StreamCase{"BadTextInFirstFragment", frame(0x01, "\xFF"), {"failed 1007"}},
        StreamCase{"AnnouncedTooLarge", announced(limit + 1), {"failed 1009"}},
        StreamCase{"AnnouncedHuge", announced((std::uint64_t{1} << 63) - 1), {"failed 1009"}},
        StreamCase{
            "FragmentsTooLarge",
            frame(0x02, std::string(limit, 'x')) + frame(0x00, "") + frame(0x80, "y"),
            {"failed 1009"}},
        StreamCase{
            "MostFragments",
            frame(0x02, "x") + repeated(frame(0x00, ""), FrameDecoder::fragments_max - 2) +
                frame(0x80, "y"),
            {"binary xy"}},
        StreamCase{
            "TooManyFragments",
            frame(0x02, "x") + repeated(frame(0x00, ""), FrameDecoder::fragments_max),
            {"failed 1008"}}),
    [](const auto& the) { return the.param.what; });

TEST(FrameDecoder, TakesALargerLengthFormThanNeeded) {  // 5.2: shortness is a sender's duty
    const std::string bytes = std::string("\x81\xFE\x00\x01", 4) + std::string(4, '\0') + "a";
    EXPECT_THAT(told(bytes, 1), ElementsAre("text a"));
}

TEST(FrameDecoder, TakesAMessageAtItsLimitAndTheNextOne) {
    EXPECT_THAT(
        told(frame(0x82, "12345") + frame(0x82, "67890"), 3, 5),
        ElementsAre("binary 12345", "binary 67890"));
}

TEST(FrameDecoder, StaysFailed) {
    FrameDecoder decoder(limit);
    const std::string bytes = frame(0x83, "a") + frame(0x81, "b");
    std::string_view input = bytes;
    EXPECT_EQ(decoder.next(input), Step::failed);
    EXPECT_EQ(decoder.next(input), Step::failed);
}

struct LengthCase {
    std::size_t payload_bytes;
    std::size_t header_bytes;
};
class FrameHeader : public testing::TestWithParam<LengthCase> {};
TEST_P(FrameHeader, UsesTheShortestLengthForm) {  // RFC 6455, 5.2
    std::string out;
    append_frame_header(out, Opcode::binary, GetParam().payload_bytes);
    EXPECT_EQ(out.size(), GetParam().header_bytes);
}
INSTANTIATE_TEST_SUITE_P(
    AtEachBoundary,
    FrameHeader,
    testing::Values(
        LengthCase{0, 2},
        LengthCase{125, 2},
        LengthCase{126, 4},
        LengthCase{65'535, 4},
        LengthCase{65'536, 10}));

TEST(CloseFrame, CutsItsReasonBetweenTwoCharacters) {
    std::string out;
    append_close_frame(out, 1000, std::string(122, 'a') + "€");
    EXPECT_EQ(out, "\x88\x7C\x03\xE8" + std::string(122, 'a'));
    out.clear();
    append_close_frame(out, close_code::none, "unsaid");
    EXPECT_EQ(out, std::string("\x88\x00", 2));
}

// Any cut into fragments and pieces gives the message back.
RC_GTEST_PROP(FrameDecoder, PutsFragmentsTogether, (const std::vector<std::string>& fragments)) {
    RC_PRE(!fragments.empty() && fragments.size() <= FrameDecoder::fragments_max);
    std::string bytes;
    std::string whole;
    for (std::size_t i = 0; i < fragments.size(); ++i) {
        const unsigned opcode = i == 0 ? 2 : 0;
        const unsigned fin = i + 1 == fragments.size() ? 0x80 : 0;
        bytes += frame(fin | opcode, fragments[i]);
        whole += fragments[i];
    }
    const auto piece = *rc::gen::inRange<std::size_t>(1, 40);
    RC_ASSERT(told(bytes, piece) == std::vector<std::string>{"binary " + whole});
}

}  // namespace
}  // namespace codencollab::wire
