#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "base/random.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace codencollab::room {

/// Writes what a room has that the store has not: its text and record, at most once in a while, and
/// whatever else was accepted (chat, results). One write at a time, in order; a write that fails is
/// tried again for ever, with growing pauses.
///
/// Ownership: by its room. Threads: the room's loop.
class Saver {
  public:
    using Write = std::move_only_function<void(Callback<> done)>;

    struct Ports {
        Loop& loop;
        const Clock& clock;
        Random& random;
        std::chrono::milliseconds autosave;  // the longest that a change of the text waits
    };
    struct Room {
        std::move_only_function<void(Callback<>)> write_text;    // as it is when called
        std::move_only_function<void(Callback<>)> write_record;  // as it is when called
        /// The store has failed for `trouble_after` since the given time; none: it is over.
        std::move_only_function<void(std::optional<WallTime> since)> on_trouble;
    };

    Saver(Ports ports, Room room);
    ~Saver();

    /// The text has changed: it is written within `autosave`, counted from the first change.
    void text_changed();
    /// The record has changed: it is written with the text, at the latest after the same time.
    void record_changed();
    /// Writes soon, whatever happens; `write` may be called again when it failed.
    void enqueue(Write write);
    /// Writes now what is unsaved. `done` gets the first failure, or success when all is saved.
    void flush(Callback<> done);
    /// Calls `done` once all is saved, however long that takes; starts now.
    void when_saved(Task done);
    /// Nothing is written any more: the room is being deleted. `resume` takes it back.
    void pause();
    void resume();

    bool is_saved() const;
    /// Since when the store has failed, once that was told.
    std::optional<WallTime> trouble() const { return told_ ? failing_since_ : std::nullopt; }

    static constexpr std::chrono::milliseconds first_retry{50};
    static constexpr std::chrono::milliseconds last_retry{5'000};
    static constexpr std::chrono::milliseconds trouble_after{2'000};
    static constexpr std::size_t queue_max = 1'000;

  private:
    enum class Part { text, record, queued };

    void arm_autosave();
    void write_next();
    void written(Part part, std::size_t text_version, std::size_t record_version, Result<> result);
    void failed(Error why);
    void all_saved();
    Callback<> answer(Part part);

    Ports ports_;
    Room room_;
    std::size_t text_version_ = 0;
    std::size_t text_saved_ = 0;
    std::size_t record_version_ = 0;
    std::size_t record_saved_ = 0;
    std::deque<Write> queue_;
    bool is_writing_ = false;
    bool is_paused_ = false;
    bool is_due_ = false;  // write until all is saved
    std::chrono::milliseconds retry_{first_retry};
    std::optional<WallTime> failing_since_;
    bool told_ = false;
    std::vector<Callback<>> flushes_;
    std::vector<Task> waiting_;
    Timer autosave_timer_;
    bool autosave_is_set_ = false;
    Timer retry_timer_;
    bool retry_is_set_ = false;
    Timer trouble_timer_;
    std::shared_ptr<Saver*> self_;  // weak copies of it are in the store's callbacks
};

}  // namespace codencollab::room
