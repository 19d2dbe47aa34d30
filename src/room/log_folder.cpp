#include "room/log_folder.h"

#include "base/log.h"

#include <utility>

namespace codencollab::room {

LogFolder::LogFolder(Loop& loop, const Clock& clock, UpdateLog& log, Room room)
    : loop_(loop),
      clock_(clock),
      log_(log),
      room_(std::move(room)),
      self_(std::make_shared<LogFolder*>(this)) {}

LogFolder::~LogFolder() = default;

void LogFolder::log_grew() {
    if (log_.count() <= count_max && log_.log_bytes() <= bytes_max) return;  // almost always
    if (is_folding_ || is_stopped_) return;
    if (failed_at_ && clock_.steady_now() - *failed_at_ < pause) return;
    fold([](bool) {});
}

void LogFolder::fold_all(Task done) {
    if (is_stopped_ || (log_.count() == 0 && !is_folding_)) return done();
    auto try_again = [this, done = std::move(done)](bool was_stored) mutable {
        if (was_stored) return done();
        timer_ = loop_.after(short_pause, [this, done = std::move(done)]() mutable {
            if (is_folding_ || is_stopped_) return done();
            fold([done = std::move(done)](bool) mutable { done(); });
        });
    };
    if (!is_folding_) return fold(std::move(try_again));
    if (then_) then_(true);  // who waited before lets the newer one go on
    then_ = std::move(try_again);
}

void LogFolder::fold(std::move_only_function<void(bool)> done) {
    is_folding_ = true;
    then_ = std::move(done);
    Task was_stored;
    std::string snapshot = room_.snapshot(was_stored);
    LogPosition position = log_.position();
    auto answer = [self = std::weak_ptr(self_),
                   position,
                   count = log_.count(),
                   bytes = log_.log_bytes(),
                   was_stored = std::move(was_stored)](Result<> result) mutable {
        const auto alive = self.lock();
        if (!alive) return;
        LogFolder& folder = **alive;
        folder.is_folding_ = false;
        if (result) {
            folder.failed_at_.reset();
            folder.log_.folded(position, count, bytes);
            was_stored();
        } else {
            folder.failed_at_ = folder.clock_.steady_now();
            spdlog::warn(
                "A room's log cannot be folded: {} It is tried again.", result.error().message);
        }
        // The last thing done here: it may let the room go, and this with it.
        if (auto then = std::exchange(folder.then_, nullptr)) then(result.has_value());
    };
    room_.fold(std::move(position), std::move(snapshot), std::move(answer));
}

}  // namespace codencollab::room
