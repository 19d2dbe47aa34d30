#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "base/random.h"
#include "room/backoff.h"
#include "room/log_folder.h"
#include "room/update_log.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace codencollab::room {

/// Writes what a room has that the store has not. First and most urgent its log: what somebody
/// typed. Beside it, one write at a time and in order: whatever else was accepted (chat, events,
/// results), the record, and at most once in a while the plain text for people. A write that fails
/// is tried again for ever, with growing pauses.
///
/// Ownership: by its room. Threads: the room's loop.
class Saver {
  public:
    using Write = std::move_only_function<void(Callback<> done)>;

    struct Ports {
        Loop& loop;
        const Clock& clock;
        Random& random;
        std::shared_ptr<Unsaved> unsaved;
        std::chrono::milliseconds autosave;  // the longest that a change of the text waits
    };
    struct Room {
        std::move_only_function<void(LogBatch, Callback<>)> append;
        /// One update that says what all those say that are not stored.
        std::move_only_function<std::string()> merged;
        LogFolder::Room folding;
        std::move_only_function<void(Callback<>)> write_text;    // as it is when called
        std::move_only_function<void(Callback<>)> write_record;  // as it is when called
        /// Something is not stored for `trouble_after`, since the given time; none: it is over.
        std::move_only_function<void(std::optional<WallTime> since)> on_trouble;
    };

    Saver(Ports ports, const StoredDocument& stored, Room room);
    ~Saver();

    /// An update was made. `done`, which may be null, is answered when it is stored.
    void log(std::optional<UserId> author, UpdateLog::Bytes update, Callback<> done);
    const UpdateLog& updates() const { return log_; }
    /// Answers when that number of the log, and all before it, is stored.
    void when_logged(std::uint64_t number, Callback<> done) {
        log_.when_stored(number, std::move(done));
    }
    /// The record has changed: it is written with the text, at the latest after the same time.
    void record_changed();
    /// Writes soon, whatever happens; `write` may be called again when it failed.
    void enqueue(Write write);
    /// Writes the record now, and what is queued. `done` gets the first failure, or success.
    void flush(Callback<> done);
    /// Writes the text now if it has changed.
    void write_text_now();
    /// Calls `done` once all is saved, however long that takes; starts now.
    void when_saved(Task done);
    /// Folds the log, if the store lets it; then calls `done`.
    void fold_all(Task done) { folder_.fold_all(std::move(done)); }
    /// Nothing is written any more: the room is being deleted. `resume` takes it back, `abandon`
    /// ends it.
    void pause();
    void resume();
    void abandon(const Error& why);

    bool is_saved() const;
    /// Since when something is not stored, once that was told.
    std::optional<WallTime> trouble() const { return told_since_; }

    static constexpr std::chrono::milliseconds trouble_after{2'000};
    static constexpr std::size_t queue_max = 1'000;

  private:
    enum class Part { text, record, queued };
    struct Flush {
        std::uint64_t record_version;
        std::uint64_t queued;  // how many had been queued
        Callback<> done;
    };

    void text_changed();
    void arm_autosave();
    void write_next();
    void written(Part part, std::uint64_t text, std::uint64_t record, Result<> result);
    void failed(Error why);
    void answer_flushes();
    void check_saved();
    void watch();
    void check_trouble();
    std::optional<WallTime> trouble_since() const;
    Callback<> answer(Part part);

    Ports ports_;
    Room room_;
    UpdateLog log_;
    LogFolder folder_;
    std::uint64_t text_version_ = 0;
    std::uint64_t text_saved_ = 0;
    std::uint64_t record_version_ = 0;
    std::uint64_t record_saved_ = 0;
    std::deque<Write> queue_;
    std::uint64_t queued_ = 0;    // ever
    std::uint64_t dequeued_ = 0;  // ever
    bool is_writing_ = false;
    bool is_paused_ = false;
    bool record_is_due_ = false;
    bool text_is_due_ = false;
    Backoff backoff_;
    std::optional<WallTime> failing_since_;  // of what is not the log
    std::optional<SteadyTime> failing_since_steady_;
    std::optional<WallTime> told_since_;
    std::vector<Flush> flushes_;
    std::vector<Task> waiting_;
    Timer autosave_timer_;
    bool autosave_is_set_ = false;
    Timer retry_timer_;
    bool retry_is_set_ = false;
    Timer trouble_timer_;
    bool is_watching_ = false;
    std::shared_ptr<Saver*> self_;  // weak copies of it are in the store's callbacks
};

}  // namespace codencollab::room
