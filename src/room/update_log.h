#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "base/random.h"
#include "room/backoff.h"
#include "room/store.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace codencollab::room {

/// What the rooms of one loop have that the store has not.
struct Unsaved {
    std::size_t bytes = 0;
};

/// The end of a room's log: updates that were made and are not stored yet. They go to the store in
/// batches, one at a time, on a grid of 20 ms that all rooms share, so that one commit serves many;
/// a batch that fails is tried again for ever, as it was. Who added an update is answered once the
/// store has it, in the order of the adding.
///
/// While the store fails and this grows past a bound, it is merged: one update takes the place of
/// all, under a new writer, because the store may have the old ones after all.
///
/// Ownership: by its room's saver. Threads: the room's loop.
class UpdateLog {
  public:
    struct Ports {
        Loop& loop;
        const Clock& clock;
        Random& random;
        std::shared_ptr<Unsaved> unsaved;
    };
    struct Room {
        std::move_only_function<void(LogBatch, Callback<>)> append;
        /// One update that says what all those say that are not stored.
        std::move_only_function<std::string()> merged;
        std::move_only_function<void(Result<>)> answered;  // a batch was
    };
    using Bytes = std::shared_ptr<const std::string>;

    /// `stored` is what the log had when the room was loaded.
    UpdateLog(Ports ports, const StoredDocument& stored, Room room);
    ~UpdateLog();
    UpdateLog(const UpdateLog&) = delete;
    UpdateLog& operator=(const UpdateLog&) = delete;

    /// `done` may be null.
    void add(std::optional<UserId> author, Bytes update, Callback<> done);
    /// The number, in this log alone, of the newest update: for `when_stored`.
    std::uint64_t newest() const { return newest_; }
    /// Answers when everything up to that number is stored; at once where it is.
    void when_stored(std::uint64_t number, Callback<> done);

    bool is_stored() const { return tail_.empty(); }
    /// When the oldest update that is not stored was made.
    std::optional<SteadyTime> unsaved_since() const;
    std::optional<WallTime> unsaved_since_wall() const;
    std::size_t unsaved_bytes() const { return bytes_; }

    /// Does not wait for the grid, nor for the pause before another try.
    void write_now();
    /// Does not wait for the grid.
    void hurry();
    /// Nothing is written any more, until `resume`.
    void pause();
    void resume();
    /// The room is deleted: whoever waits is told so.
    void abandon(const Error& why);

    // What is in the log and no snapshot.
    const LogPosition& position() const { return position_; }
    std::size_t count() const { return count_; }
    std::size_t log_bytes() const { return log_bytes_; }
    /// A snapshot has taken in that part, which was so many.
    void folded(const LogPosition& part, std::size_t count, std::size_t bytes);

    static constexpr std::chrono::milliseconds grid{20};
    static constexpr std::size_t bytes_max = 4 << 20;

  private:
    struct Entry {
        std::uint64_t order = 0;   // counts what was ever added here
        std::uint64_t number = 0;  // as the store knows it; 0 until it was sent there
        std::optional<UserId> author;
        WallTime at;
        SteadyTime added_at;
        Bytes bytes;
    };
    struct Waiting {
        std::uint64_t order;
        Callback<> done;
    };

    void write_soon();
    void write();
    void written(std::size_t count, std::uint64_t order, Result<> result);
    void merge();
    void answer_stored(std::uint64_t order);
    void count_bytes(std::size_t added, std::size_t gone);

    Ports ports_;
    Room room_;
    LogWriter writer_;
    std::uint64_t last_number_ = 0;  // that the writer gave out
    std::uint64_t newest_ = 0;
    std::uint64_t stored_ = 0;  // the newest order that is stored
    std::deque<Entry> tail_;
    std::deque<Waiting> waiting_;
    std::size_t bytes_ = 0;
    std::size_t merge_at_ = bytes_max;
    std::size_t in_flight_ = 0;  // the first so many of the tail
    bool is_writing_ = false;
    bool is_paused_ = false;
    bool timer_is_set_ = false;
    bool has_failed_ = false;  // the last batch did
    Timer timer_;              // the grid's next line, or the next try
    Backoff backoff_;
    LogPosition position_;
    std::size_t count_ = 0;
    std::size_t log_bytes_ = 0;
    std::shared_ptr<UpdateLog*> self_;  // weak copies of it are in the store's callbacks
};

}  // namespace codencollab::room
