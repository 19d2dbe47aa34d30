#include "store/history_segment.h"

#include "base/lib0.h"
#include "store/latest_time.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <utility>

namespace codencollab::store {

namespace {

using std::chrono::milliseconds;

constexpr std::uint8_t format = 1;
// Seq, time, author and size: each row has at least a byte in each.
constexpr std::size_t columns = 4;

std::int64_t to_milliseconds(WallTime at) {
    return std::chrono::floor<milliseconds>(at.time_since_epoch()).count();
}

lib0::VarInt to_var_int(std::int64_t value) {
    return {static_cast<std::uint64_t>(value < 0 ? -value : value), value < 0};
}

std::int64_t from_var_int(lib0::VarInt value) {
    const auto magnitude = static_cast<std::int64_t>(value.magnitude);
    return value.negative ? -magnitude : magnitude;
}

/// Where the last update of an author and a size begins, among all updates one after the other.
class LastAlike {
  public:
    /// Answers that of the one before and notes this one; none for the first of its kind.
    std::optional<std::size_t> exchange(std::size_t author, std::size_t size, std::size_t begin) {
        const auto [found, is_new] = begins_.try_emplace({author, size}, begin);
        if (is_new) return std::nullopt;
        return std::exchange(found->second, begin);
    }

  private:
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> begins_;
};

/// Index of `author` in `authors`, from 1; added at its end when it is new.
std::size_t place_of(std::vector<UserId>& authors, const std::optional<UserId>& author) {
    if (!author) return 0;
    const auto found = std::ranges::find(authors, *author);
    const auto place = static_cast<std::size_t>(found - authors.begin()) + 1;
    if (found == authors.end()) authors.push_back(*author);
    return place;
}

}  // namespace

std::string encode_segment(const std::vector<HistoryRow>& rows) {
    std::vector<UserId> authors;
    std::vector<std::size_t> places;
    places.reserve(rows.size());
    for (const HistoryRow& row : rows)
        places.push_back(place_of(authors, row.author));

    lib0::Writer out;
    out.byte(format);
    out.var_uint(rows.size());
    out.var_uint(authors.size());
    for (const UserId& author : authors)
        out.var_bytes(author.view());
    std::int64_t seq = 0;
    for (const HistoryRow& row : rows)
        out.var_uint(static_cast<std::uint64_t>(row.seq - std::exchange(seq, row.seq)));
    std::int64_t time = 0;
    for (const HistoryRow& row : rows) {
        const std::int64_t at = to_milliseconds(row.at);
        out.var_int(to_var_int(at - std::exchange(time, at)));
    }
    for (const std::size_t place : places)
        out.var_uint(place);
    std::string all;
    for (const HistoryRow& row : rows) {
        out.var_uint(row.bytes.size());
        all += row.bytes;
    }
    LastAlike last_alike;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t size = rows[i].bytes.size();
        const auto alike = last_alike.exchange(places[i], size, begin);
        for (std::size_t at = 0; at < size; ++at) {
            const int before = alike ? all[*alike + at] : 0;
            out.byte(static_cast<std::uint8_t>(all[begin + at] - before));
        }
        begin += size;
    }
    return out.take();
}

std::optional<std::vector<HistoryRow>> decode_segment(std::string_view bytes) {
    lib0::Reader in(bytes);
    if (in.byte() != format) return std::nullopt;
    const std::uint64_t count = in.var_uint();
    const std::uint64_t author_count = in.var_uint();
    if (in.failed() || count > in.left() / columns) return std::nullopt;
    std::vector<UserId> authors;
    for (std::uint64_t i = 0; i < author_count; ++i) {
        const auto author = UserId::parse(in.var_bytes());
        if (!author) return std::nullopt;
        authors.push_back(*author);
    }
    std::vector<HistoryRow> rows(count);
    std::uint64_t seq = 0;
    for (HistoryRow& row : rows) {
        seq += in.var_uint();
        if (seq > lib0::max_integer) return std::nullopt;
        row.seq = static_cast<std::int64_t>(seq);
    }
    std::int64_t time = 0;
    for (HistoryRow& row : rows) {
        time += from_var_int(in.var_int());
        if (std::abs(time) > latest_time.count()) return std::nullopt;
        row.at = WallTime(milliseconds(time));
    }
    std::vector<std::size_t> places(count);
    for (std::size_t i = 0; i < count; ++i) {
        places[i] = in.var_uint();
        if (places[i] > authors.size()) return std::nullopt;
        if (places[i] > 0) rows[i].author = authors[places[i] - 1];
    }
    std::vector<std::size_t> sizes(count);
    for (std::size_t& size : sizes)
        size = in.var_uint();
    if (in.failed()) return std::nullopt;

    std::string all;
    LastAlike last_alike;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view part = in.bytes(sizes[i]);
        if (in.failed()) return std::nullopt;
        const std::size_t begin = all.size();
        const auto alike = last_alike.exchange(places[i], sizes[i], begin);
        for (std::size_t at = 0; at < part.size(); ++at) {
            const int before = alike ? all[*alike + at] : 0;
            all += static_cast<char>(part[at] + before);
        }
        rows[i].bytes = all.substr(begin);
    }
    if (in.left() != 0) return std::nullopt;
    return rows;
}

}  // namespace codencollab::store
