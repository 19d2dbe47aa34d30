#include "base/log.h"
#include "store/damaged_file.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace codencollab::store {

namespace {

namespace fs = std::filesystem;

// The file format of SQLite's write-ahead log, sqlite.org/fileformat2.html#walformat.
constexpr std::size_t header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::uint32_t magic = 0x377F0682;  // and with the lowest bit: big-endian checksums

std::uint32_t read_u32(const char* at, std::endian order = std::endian::big) {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof(value));
    const bool is_ours = order == std::endian::native;
    return is_ours ? value : __builtin_bswap32(value);
}

/// SQLite's running checksum over words of four bytes, two at a time.
class Checksum {
  public:
    explicit Checksum(std::endian order) : order_(order) {}
    void add(const char* bytes, std::size_t count) {
        for (std::size_t at = 0; at < count; at += 8) {
            first_ += read_u32(bytes + at, order_) + second_;
            second_ += read_u32(bytes + at + 4, order_) + first_;
        }
    }
    bool is(const char* stored) const {
        return first_ == read_u32(stored) && second_ == read_u32(stored + 4);
    }

  private:
    std::endian order_;
    std::uint32_t first_ = 0;
    std::uint32_t second_ = 0;
};

struct TornLog {
    std::size_t whole_frames = 0;
    std::size_t commits_after = 0;  // that SQLite will not see
};

/// Reads the log as SQLite will.
TornLog read_log(const fs::path& log) {
    TornLog torn;
    std::ifstream in(log, std::ios::binary);
    std::array<char, header_bytes> header{};
    if (!in.read(header.data(), header.size())) return torn;
    const std::uint32_t kind = read_u32(header.data());
    if ((kind & ~1U) != magic) return torn;
    const std::size_t page_bytes = read_u32(header.data() + 8);
    if (page_bytes < 512 || page_bytes > 65'536) return torn;
    Checksum checksum((kind & 1U) != 0 ? std::endian::big : std::endian::little);
    checksum.add(header.data(), 24);
    bool is_whole = checksum.is(header.data() + 24);

    std::vector<char> frame(frame_header_bytes + page_bytes);
    while (in.read(frame.data(), static_cast<std::streamsize>(frame.size()))) {
        // Frames of an earlier use of the file have other salts: there the log ends.
        if (std::memcmp(frame.data() + 8, header.data() + 16, 8) != 0) break;
        if (is_whole) {
            checksum.add(frame.data(), 8);
            checksum.add(frame.data() + frame_header_bytes, page_bytes);
            is_whole = checksum.is(frame.data() + 16);
        }
        if (is_whole) {
            ++torn.whole_frames;
        } else if (read_u32(frame.data() + 4) != 0) {
            ++torn.commits_after;
        }
    }
    return torn;
}

}  // namespace

void keep_torn_log(const fs::path& path, WallTime now) {
    const fs::path log = path.string() + "-wal";
    if (!fs::exists(log)) return;
    const TornLog torn = read_log(log);
    if (torn.commits_after == 0) return;
    const fs::path aside = copy_log_aside(path, now);
    spdlog::error(
        "The write-ahead log of {} is damaged after {} frames. What is before is used; what is "
        "after, the ends of {} commits among it, may be lost and is kept as {}.",
        path.string(),
        torn.whole_frames,
        torn.commits_after,
        aside.string());
}

}  // namespace codencollab::store
