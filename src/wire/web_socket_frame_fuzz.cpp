#include "wire/web_socket_frame.h"

#include "base/utf.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using codencollab::wire::FrameDecoder;

constexpr std::size_t message_bytes_max = 1'000;

struct Told {
    FrameDecoder::Step step;
    std::string payload;
    bool operator==(const Told&) const = default;
};

std::vector<Told> decode(std::string_view bytes, std::size_t piece) {
    FrameDecoder decoder(message_bytes_max);
    std::vector<Told> all;
    while (!bytes.empty()) {
        std::string_view input = bytes.substr(0, piece);
        bytes.remove_prefix(input.size());
        for (auto step = decoder.next(input); step != FrameDecoder::Step::need_more;
             step = decoder.next(input)) {
            all.push_back({step, std::string(decoder.payload())});
            if (step == FrameDecoder::Step::failed || step == FrameDecoder::Step::close) return all;
        }
    }
    return all;
}

}  // namespace

// Cut anywhere, a stream tells the same; no message is over its limit, and texts are UTF-8.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string bytes(data + 1, data + size);
    const auto whole = decode(bytes, bytes.size() + 1);
    if (decode(bytes, data[0] % 16 + 1U) != whole) std::abort();
    for (const Told& told : whole) {
        if (told.payload.size() > message_bytes_max) std::abort();
        if (told.step == FrameDecoder::Step::text && !codencollab::is_valid_utf8(told.payload)) {
            std::abort();
        }
    }
    return 0;
}
