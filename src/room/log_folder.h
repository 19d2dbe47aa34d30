#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "room/store.h"
#include "room/update_log.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace codencollab::room {

/// Folds the log of a room into a snapshot of its document when it has become long, and when the
/// room is let go. What fails is tried again later, and delays nobody: the log alone is enough.
///
/// Ownership: by its room's saver. Threads: the room's loop.
class LogFolder {
  public:
    struct Room {
        /// The whole document as it is, and what is to be called once that is stored.
        std::move_only_function<std::string(Task& stored)> snapshot;
        /// Called with that snapshot before the document changes.
        std::move_only_function<void(LogPosition, std::string, Callback<>)> fold;
    };

    LogFolder(Loop& loop, const Clock& clock, UpdateLog& log, Room room);
    ~LogFolder();

    /// More of the log is stored: folds if that is enough.
    void log_grew();
    /// Folds what there is, with one more try; then calls `done`, whatever came of it.
    void fold_all(Task done);
    /// The room is deleted.
    void stop() { is_stopped_ = true; }

    static constexpr std::size_t count_max = 500;
    static constexpr std::size_t bytes_max = 256 << 10;
    static constexpr std::chrono::seconds pause{30};
    static constexpr std::chrono::seconds short_pause{1};

  private:
    void fold(std::move_only_function<void(bool)> done);

    Loop& loop_;
    const Clock& clock_;
    UpdateLog& log_;
    Room room_;
    bool is_folding_ = false;
    bool is_stopped_ = false;
    std::optional<SteadyTime> failed_at_;
    std::move_only_function<void(bool)> then_;  // of who came while it was folding
    Timer timer_;
    std::shared_ptr<LogFolder*> self_;  // weak copies of it are in the store's callbacks
};

}  // namespace codencollab::room
