#include "store/history_rows.h"

#include "store/damaged_bytes.h"
#include "store/room_rows.h"
#include "store/whole_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace codencollab::store {

namespace {

using std::chrono::microseconds;

// A segment is added to while it is smaller than the first, and ends once it is larger than the
// second. zlib looks back 32 KiB, so larger ones would hardly be shorter together.
constexpr std::size_t segment_small_bytes = 64 << 10;
constexpr std::size_t segment_bytes = 128 << 10;

// A page ends early where its updates would be larger together.
constexpr std::size_t page_bytes = 4 << 20;

constexpr std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

constexpr std::array<std::string_view, 9> event_words{
    "created", "joined", "left", "language", "title", "locked", "unlocked", "role", "removed"};

/// Throws for a word that is none of them.
room::HistoryEventKind parse_kind(std::string_view word) {
    const auto found = std::ranges::find(event_words, word);
    if (found == event_words.end()) {
        throw std::runtime_error(fmt::format("unknown kind of event '{}'", word));
    }
    return static_cast<room::HistoryEventKind>(found - event_words.begin());
}

/// first_seq, raw_bytes, codec, checksum, data.
struct SegmentRow {
    std::int64_t first_seq = 0;
    std::optional<std::vector<HistoryRow>> rows;  // none: damaged
};

SegmentRow read_segment(Query& query) {
    SegmentRow segment;
    segment.first_seq = query.read_integer();
    if (const auto bytes = read_sealed(query)) segment.rows = decode_segment(*bytes);
    return segment;
}

/// The rows of all segments that the query answers; those of damaged ones are set aside.
std::vector<HistoryRow> read_segments(
    Connection& connection, Query& query, const RoomId& room, WallTime now) {
    std::vector<HistoryRow> rows;
    std::vector<std::int64_t> damaged;
    while (query.next_row()) {
        SegmentRow segment = read_segment(query);
        if (!segment.rows) {
            damaged.push_back(segment.first_seq);
        } else {
            std::ranges::move(*segment.rows, std::back_inserter(rows));
        }
    }
    for (const std::int64_t first_seq : damaged)
        set_aside(connection, room, DamagedSource::segment, first_seq, now);
    return rows;
}

void insert_segment(
    Connection& connection,
    const RoomId& room,
    const std::vector<HistoryRow>& rows,
    std::int64_t snapshot) {
    const auto [from, to] = std::ranges::minmax(rows, {}, &HistoryRow::at);
    const SealedBytes sealed = seal(encode_segment(rows));
    Query query = connection.query(
        "insert into room_history (room_id, first_seq, last_seq, from_at, to_at, snapshot,"
        " raw_bytes, codec, checksum, data) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(room)
        .bind(rows.front().seq)
        .bind(rows.back().seq)
        .bind(from.at)
        .bind(to.at)
        .bind(snapshot);
    bind_sealed(query, sealed);
    query.run();
}

/// Where a page begins: its first update, and the time from which its events are.
struct Place {
    std::int64_t first_seq = 0;
    std::int64_t begin = earliest;
};

std::optional<Place> parse_cursor(std::string_view text) {
    const auto read = [&text](std::int64_t& value) {
        const char* end = text.data() + text.size();
        const auto done = std::from_chars(text.data(), end, value);
        text = {done.ptr, static_cast<std::size_t>(end - done.ptr)};
        return done.ec == std::errc();
    };
    Place place;
    if (!read(place.first_seq) || place.first_seq < 0) return std::nullopt;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
    if (!read(place.begin) || !text.empty()) return std::nullopt;
    return place;
}

std::int64_t to_microseconds(WallTime at) {
    return std::chrono::floor<microseconds>(at.time_since_epoch()).count();
}

/// Times in microseconds: from `begin` on, before `end`.
struct TimeSpan {
    std::int64_t begin = earliest;
    std::int64_t end = latest;
};

TimeSpan wanted_times(const room::HistoryQuery& wanted) {
    TimeSpan span;
    if (wanted.from) {
        span.begin = std::chrono::ceil<microseconds>(wanted.from->time_since_epoch()).count();
    }
    if (wanted.to) span.end = to_microseconds(*wanted.to) + 1;
    return span;
}

/// The updates that a page may need: `count`, or fewer that fill it, and the one after them.
class PageRows {
  public:
    explicit PageRows(std::size_t count) : count_(count) {}
    bool is_complete() const { return is_complete_; }
    void push(HistoryRow row) {
        is_complete_ = rows_.size() == count_ || bytes_ > page_bytes;
        bytes_ += row.bytes.size();
        rows_.push_back(std::move(row));
    }
    std::vector<HistoryRow> take() { return std::move(rows_); }

  private:
    std::size_t count_;
    std::size_t bytes_ = 0;
    bool is_complete_ = false;
    std::vector<HistoryRow> rows_;
};

/// How many of the rows fit on a page.
std::size_t page_length(const std::vector<HistoryRow>& rows, std::size_t count) {
    std::size_t length = 0;
    std::size_t bytes = 0;
    while (length < std::min(count, rows.size())) {
        bytes += rows[length].bytes.size();
        if (length > 0 && bytes > page_bytes) break;
        ++length;
    }
    return length;
}

/// The folded updates in order.
std::vector<HistoryRow> folded_rows(
    Connection& connection,
    const RoomId& room,
    std::int64_t first_seq,
    const TimeSpan& span,
    std::size_t count,
    WallTime now) {
    PageRows rows(count);
    std::vector<std::int64_t> damaged;
    {
        Query query = connection.query(
            "select first_seq, raw_bytes, codec, checksum, data from room_history where room_id = ?"
            " and last_seq >= ? and to_at >= ? and from_at < ? order by first_seq");
        query.bind(room).bind(first_seq).bind(span.begin).bind(span.end);
        while (!rows.is_complete() && query.next_row()) {
            SegmentRow segment = read_segment(query);
            if (!segment.rows) damaged.push_back(segment.first_seq);
            for (HistoryRow& row : segment.rows.value_or(std::vector<HistoryRow>())) {
                const std::int64_t at = to_microseconds(row.at);
                const bool is_wanted = row.seq >= first_seq && at >= span.begin && at < span.end;
                if (is_wanted && !rows.is_complete()) rows.push(std::move(row));
            }
        }
    }
    for (const std::int64_t seq : damaged)
        set_aside(connection, room, DamagedSource::segment, seq, now);
    return rows.take();
}

/// The updates of the log in order.
std::vector<HistoryRow> logged_rows(
    Connection& connection,
    const RoomId& room,
    std::int64_t first_seq,
    const TimeSpan& span,
    std::size_t count) {
    Query query = connection.query(
        "select seq, author_id, at, data from room_updates"
        " where seq in (select seq from log_index where room_id = ? and seq >= ?)"
        " and at >= ? and at < ? and checksum = checksum(data) order by seq");
    query.bind(room).bind(first_seq).bind(span.begin).bind(span.end);
    PageRows rows(count);
    while (!rows.is_complete() && query.next_row()) {
        rows.push(
            {.seq = query.read_integer(),
             .author = query.read_optional_id<UserTag>(),
             .at = query.read_time(),
             .bytes = query.read_text()});
    }
    return rows.take();
}

room::HistoryEvent read_event(Query& query) {
    return {
        .id = query.read_id<MessageTag>(),
        .kind = parse_kind(query.read_view()),
        .at = query.read_time(),
        .user = query.read_id<UserTag>(),
        .name = query.read_text(),
        .value = query.read_text(),
        .subject = query.read_optional_id<UserTag>()};
}

std::vector<room::HistoryEvent> events_between(
    Connection& connection, const RoomId& room, const TimeSpan& span) {
    Query query = connection.query(
        "select seq, id, kind, at, user_id, name, value, subject_id from room_events"
        " where room_id = ? and at >= ? and at < ? order by at, seq");
    query.bind(room).bind(span.begin).bind(span.end);
    return whole_rows(query, "room_events", read_event);
}

}  // namespace

void bind_sealed(Query& query, const SealedBytes& sealed) {
    query.bind(static_cast<std::int64_t>(sealed.raw_bytes))
        .bind_text(sealed.codec)
        .bind(std::int64_t{sealed.checksum})
        .bind_static_blob(sealed.data);
}

std::optional<std::string> read_sealed(Query& query) {
    const std::int64_t raw_bytes = query.read_integer();
    const std::string codec = query.read_text();
    const std::int64_t checksum = query.read_integer();
    const std::string_view data = query.read_view();
    return unseal(
        codec, static_cast<std::size_t>(raw_bytes), static_cast<std::uint32_t>(checksum), data);
}

void add_to_history(
    Connection& connection,
    const RoomId& room,
    std::vector<HistoryRow> rows,
    std::int64_t snapshot,
    WallTime now) {
    // Written anew together with the new rows: the newest segment while it is small, and what
    // reaches past a row that came late, so that segments never overlap.
    const std::int64_t first_seq = rows.front().seq;
    constexpr std::string_view chosen =
        " room_history where room_id = ?1 and (last_seq >= ?2 or (raw_bytes < ?3 and"
        " first_seq = (select max(first_seq) from room_history where room_id = ?1)))";
    const auto bind = [&](Query& query) -> Query& {
        return query.bind(room).bind(first_seq).bind(std::int64_t{segment_small_bytes});
    };
    {
        Query query = connection.query(fmt::format(
            "select first_seq, raw_bytes, codec, checksum, data from{} order by first_seq",
            chosen));
        std::vector<HistoryRow> old = read_segments(connection, bind(query), room, now);
        std::ranges::move(rows, std::back_inserter(old));
        rows = std::move(old);
    }
    {
        Query query = connection.query(fmt::format("delete from{}", chosen));
        bind(query).run();
    }
    std::ranges::sort(rows, {}, &HistoryRow::seq);

    std::vector<HistoryRow> segment;
    std::size_t bytes = 0;
    for (HistoryRow& row : rows) {
        bytes += row.bytes.size();
        segment.push_back(std::move(row));
        if (bytes < segment_bytes) continue;
        insert_segment(connection, room, segment, snapshot);
        segment.clear();
        bytes = 0;
    }
    if (!segment.empty()) insert_segment(connection, room, segment, snapshot);
}

std::vector<HistoryRow> history_since_snapshot(
    Connection& connection, const RoomId& room, std::int64_t snapshot, WallTime now) {
    Query query = connection.query(
        "select first_seq, raw_bytes, codec, checksum, data from room_history"
        " where room_id = ? and snapshot > ? order by first_seq");
    query.bind(room).bind(snapshot);
    return read_segments(connection, query, room, now);
}

void insert_event(Connection& connection, const RoomId& room, const room::HistoryEvent& event) {
    connection
        .query(
            "insert into room_events (id, room_id, kind, at, user_id, name, value, subject_id)"
            " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing")
        .bind(event.id)
        .bind(room)
        .bind_text(event_words[static_cast<std::size_t>(event.kind)])
        .bind(event.at)
        .bind(event.user)
        .bind_text(event.name)
        .bind_text(event.value)
        .bind(event.subject)
        .run();
}

Result<room::HistoryPage> read_history(
    Connection& connection, const RoomId& room, const room::HistoryQuery& wanted, WallTime now) {
    Place place;
    if (!wanted.after.empty()) {
        const auto parsed = parse_cursor(wanted.after);
        if (!parsed) return fail(ErrorCode::bad_request, "Unknown page. Start from the first.");
        place = *parsed;
    }
    if (!find_room(connection, room)) return std::unexpected(no_such_room());

    const TimeSpan span = wanted_times(wanted);
    const std::size_t count = std::max<std::size_t>(wanted.count, 1);
    std::vector<HistoryRow> folded =
        folded_rows(connection, room, place.first_seq, span, count, now);
    std::vector<HistoryRow> rows = logged_rows(connection, room, place.first_seq, span, count);
    std::ranges::move(folded, std::back_inserter(rows));
    std::ranges::sort(rows, {}, &HistoryRow::seq);

    room::HistoryPage page;
    TimeSpan events{std::max(place.begin, span.begin), span.end};
    if (const std::size_t length = page_length(rows, count); length < rows.size()) {
        // A clock may have been set back: an event is on one page all the same.
        const std::int64_t next_begin = std::max(events.begin, to_microseconds(rows[length].at));
        page.next = fmt::format("{}.{}", rows[length].seq, next_begin);
        events.end = std::min(events.end, next_begin);
        rows.resize(length);
    }
    for (HistoryRow& row : rows) {
        page.updates.push_back(
            {.number = 0, .author = row.author, .at = row.at, .bytes = std::move(row.bytes)});
    }
    page.events = events_between(connection, room, events);
    page.chat = chat_between(connection, room, events.begin, events.end);
    page.runs = runs_between(connection, room, events.begin, events.end);
    return page;
}

}  // namespace codencollab::store
