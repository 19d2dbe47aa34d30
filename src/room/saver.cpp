#include "room/saver.h"

#include "base/log.h"

#include <algorithm>
#include <utility>

namespace codencollab::room {

Saver::Saver(Ports ports, const StoredDocument& stored, Room room)
    : ports_(ports),
      room_(std::move(room)),
      log_(
          {ports.loop, ports.clock, ports.random, ports.unsaved},
          stored,
          {[this](LogBatch batch, Callback<> done) {
               room_.append(std::move(batch), std::move(done));
           },
           [this] { return room_.merged(); },
           [this](Result<> result) {
               if (result) folder_.log_grew();
               check_trouble();
               check_saved();
           }}),
      folder_(ports.loop, ports.clock, log_, std::move(room_.folding)),
      self_(std::make_shared<Saver*>(this)) {
    // A log that was not folded is of a room that was not let go in peace: the plain text may be
    // older than it.
    if (stored.log_count > 0) text_changed();
}

Saver::~Saver() = default;

bool Saver::is_saved() const {
    return log_.is_stored() && text_saved_ == text_version_ && record_saved_ == record_version_ &&
           queue_.empty();
}

void Saver::log(std::optional<UserId> author, UpdateLog::Bytes update, Callback<> done) {
    log_.add(std::move(author), std::move(update), std::move(done));
    text_changed();
    watch();
}

void Saver::text_changed() {
    ++text_version_;
    arm_autosave();
}

void Saver::record_changed() {
    ++record_version_;
    arm_autosave();
}

void Saver::arm_autosave() {
    if (autosave_is_set_) return;
    autosave_is_set_ = true;
    autosave_timer_ = ports_.loop.after(ports_.autosave, [this] {
        autosave_is_set_ = false;
        record_is_due_ = text_is_due_ = true;
        write_next();
    });
}

void Saver::enqueue(Write write) {
    if (queue_.size() >= queue_max) {
        spdlog::warn(
            "The store fails, and a room has over {} unsaved entries: one is lost.", queue_max);
        // The first one may be under way.
        queue_.erase(queue_.begin() + (is_writing_ ? 1 : 0));
        ++dequeued_;
    }
    queue_.push_back(std::move(write));
    ++queued_;
    write_next();
}

void Saver::flush(Callback<> done) {
    if (record_saved_ == record_version_ && queue_.empty()) return done({});
    flushes_.push_back({record_version_, queued_, std::move(done)});
    record_is_due_ = true;
    retry_is_set_ = false;  // who asks, asks now
    retry_timer_.cancel();
    write_next();
}

void Saver::write_text_now() {
    text_is_due_ = record_is_due_ = true;
    write_next();
}

void Saver::when_saved(Task done) {
    if (is_saved()) return done();
    waiting_.push_back(std::move(done));
    text_is_due_ = record_is_due_ = true;
    log_.write_now();
    write_next();
}

void Saver::pause() {
    is_paused_ = true;
    retry_is_set_ = false;
    retry_timer_.cancel();
    log_.pause();
}

void Saver::resume() {
    is_paused_ = false;
    log_.resume();
    write_next();
}

void Saver::abandon(const Error& why) {
    pause();
    folder_.stop();
    autosave_timer_.cancel();
    trouble_timer_.cancel();
    log_.abandon(why);
    for (Flush& flush : std::exchange(flushes_, {}))
        flush.done(std::unexpected(why));
    for (Task& done : std::exchange(waiting_, {}))
        done();
}

Callback<> Saver::answer(Part part) {
    return [self = std::weak_ptr(self_), part, text = text_version_, record = record_version_](
               Result<> result) {
        if (const auto alive = self.lock()) {
            (*alive)->written(part, text, record, std::move(result));
        }
    };
}

void Saver::write_next() {
    if (is_writing_ || is_paused_ || retry_is_set_) return;
    if (!queue_.empty()) {
        is_writing_ = true;
        return queue_.front()(answer(Part::queued));
    }
    if (record_is_due_ && record_saved_ != record_version_) {
        is_writing_ = true;
        return room_.write_record(answer(Part::record));
    }
    record_is_due_ = false;
    if (text_is_due_ && text_saved_ != text_version_) {
        is_writing_ = true;
        return room_.write_text(answer(Part::text));
    }
    text_is_due_ = false;
}

void Saver::written(Part part, std::uint64_t text, std::uint64_t record, Result<> result) {
    is_writing_ = false;
    if (!result) return failed(std::move(result).error());
    switch (part) {
        case Part::text:
            text_saved_ = text;
            // Somebody types on: those changes have their own time, unless somebody waits.
            text_is_due_ = !waiting_.empty();
            break;
        case Part::record:
            record_saved_ = record;
            record_is_due_ = !waiting_.empty() || !flushes_.empty();
            break;
        case Part::queued:
            queue_.pop_front();
            ++dequeued_;
            break;
    }
    if (text_saved_ == text_version_ && record_saved_ == record_version_) {
        autosave_timer_.cancel();
        autosave_is_set_ = false;
    } else {
        arm_autosave();
    }
    backoff_.reset();
    failing_since_.reset();
    failing_since_steady_.reset();
    const std::weak_ptr<Saver*> self = self_;
    check_trouble();
    answer_flushes();
    if (!self.lock()) return;
    write_next();
    check_saved();
}

void Saver::failed(Error why) {
    if (!failing_since_) {
        failing_since_ = ports_.clock.wall_now();
        failing_since_steady_ = ports_.clock.steady_now();
        spdlog::warn("A room cannot be saved: {} It is tried again.", why.message);
        watch();
    }
    retry_is_set_ = true;
    retry_timer_ = ports_.loop.after(backoff_.next(ports_.random), [this] {
        retry_is_set_ = false;
        write_next();
    });
    for (Flush& flush : std::exchange(flushes_, {}))
        flush.done(std::unexpected(why));
}

void Saver::answer_flushes() {
    const std::weak_ptr<Saver*> self = self_;
    while (self.lock() && !flushes_.empty() && flushes_.front().record_version <= record_saved_ &&
           flushes_.front().queued <= dequeued_) {
        Callback<> done = std::move(flushes_.front().done);
        flushes_.erase(flushes_.begin());
        done({});
    }
}

void Saver::check_saved() {
    if (waiting_.empty()) return;  // almost always
    log_.hurry();
    if (!is_saved()) return;
    // The last of these may let the room go, and this with it.
    for (Task& done : std::exchange(waiting_, {}))
        done();
}

// One timer looks after whatever is not stored; it runs only while there is something.
void Saver::watch() {
    if (is_watching_) return;
    const SteadyTime now = ports_.clock.steady_now();
    std::optional<SteadyTime> since = failing_since_steady_;
    if (const auto logged = log_.unsaved_since())
        since = since ? std::min(*since, *logged) : logged;
    if (!since) return;
    // Once it is told, its end comes with the write that succeeds; the rest may still grow old.
    const SteadyTime due = *since + trouble_after;
    const auto wait = due > now ? due - now : SteadyTime::duration(trouble_after);
    is_watching_ = true;
    trouble_timer_ = ports_.loop.after(std::chrono::ceil<std::chrono::milliseconds>(wait), [this] {
        is_watching_ = false;
        check_trouble();
        watch();
    });
}

std::optional<WallTime> Saver::trouble_since() const {
    const SteadyTime now = ports_.clock.steady_now();
    const auto is_old = [now](const std::optional<SteadyTime>& since) {
        return since && now - *since >= trouble_after;
    };
    std::optional<WallTime> since;
    if (is_old(failing_since_steady_)) since = failing_since_;
    if (is_old(log_.unsaved_since())) {
        const WallTime logged = *log_.unsaved_since_wall();
        since = since ? std::min(*since, logged) : logged;
    }
    return since;
}

void Saver::check_trouble() {
    const auto since = trouble_since();
    if (since.has_value() == told_since_.has_value()) return;
    told_since_ = since;
    room_.on_trouble(since);
}

}  // namespace codencollab::room
