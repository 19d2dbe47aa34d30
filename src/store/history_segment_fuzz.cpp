#include "store/history_segment.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::store {
namespace {

using Rows = std::vector<HistoryRow>;

/// Takes `count` bytes from the input, or what is left of them, as a number.
std::int64_t take(std::string_view& input, int count) {
    std::int64_t value = 0;
    for (; count > 0 && !input.empty(); --count) {
        value = value << 8 | static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
    }
    return value;
}

void check_same(const Rows& rows, const Rows& others) {
    if (rows.size() != others.size()) std::abort();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool is_same = rows[i].seq == others[i].seq && rows[i].author == others[i].author &&
                             rows[i].at == others[i].at && rows[i].bytes == others[i].bytes;
        if (!is_same) std::abort();
    }
}

void check_round_trip(const Rows& rows) {
    const auto again = decode_segment(encode_segment(rows));
    if (!again) std::abort();
    check_same(*again, rows);
}

/// Bytes that nobody vouches for. Whatever they are taken for was in them, and can be written.
void read(std::string_view bytes) {
    const auto rows = decode_segment(bytes);
    if (!rows) return;
    std::size_t held = 0;
    for (const HistoryRow& row : *rows)
        held += 4 + row.bytes.size();  // a byte in each column, and the update
    if (held > bytes.size()) std::abort();
    check_round_trip(*rows);
}

/// What a room may have said: every row comes back; with one byte changed it does no harm.
void write(std::string_view input) {
    static const std::array authors{
        UserId::parse("00000000-0000-4000-8000-000000000001"),
        UserId::parse("00000000-0000-4000-8000-000000000002")};
    const auto place = static_cast<std::size_t>(take(input, 2));
    const auto change = static_cast<char>(take(input, 1));
    Rows rows;
    std::int64_t seq = 0;
    while (!input.empty()) {
        HistoryRow row;
        row.seq = seq += take(input, 2);
        row.at = WallTime(std::chrono::milliseconds(take(input, 5)));
        if (const auto author = static_cast<std::size_t>(take(input, 1)) % 3; author > 0) {
            row.author = authors[author - 1];
        }
        const auto size = static_cast<std::size_t>(take(input, 1));
        row.bytes = input.substr(0, size);
        input.remove_prefix(row.bytes.size());
        rows.push_back(std::move(row));
    }
    check_round_trip(rows);
    std::string bytes = encode_segment(rows);
    bytes[place % bytes.size()] = change;
    read(bytes);
}

}  // namespace
}  // namespace codencollab::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 2 == 0) {
        codencollab::store::read(rest);
    } else {
        codencollab::store::write(rest);
    }
    return 0;
}
