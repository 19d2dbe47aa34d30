#include "room/saver.h"

#include "base/log.h"

#include <algorithm>
#include <utility>

namespace codencollab::room {

Saver::Saver(Ports ports, Room room)
    : ports_(ports), room_(std::move(room)), self_(std::make_shared<Saver*>(this)) {}

Saver::~Saver() = default;

bool Saver::is_saved() const {
    return text_saved_ == text_version_ && record_saved_ == record_version_ && queue_.empty();
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
    if (autosave_is_set_ || is_due_) return;
    autosave_is_set_ = true;
    autosave_timer_ = ports_.loop.after(ports_.autosave, [this] {
        autosave_is_set_ = false;
        is_due_ = true;
        write_next();
    });
}

void Saver::enqueue(Write write) {
    if (queue_.size() >= queue_max) {
        spdlog::warn(
            "The store fails, and a room has over {} unsaved entries: one is lost.", queue_max);
        // The first one may be under way.
        queue_.erase(queue_.begin() + (is_writing_ ? 1 : 0));
    }
    queue_.push_back(std::move(write));
    is_due_ = true;
    write_next();
}

void Saver::flush(Callback<> done) {
    if (is_saved()) return done({});
    flushes_.push_back(std::move(done));
    is_due_ = true;
    retry_is_set_ = false;  // who asks, asks now
    retry_timer_.cancel();
    write_next();
}

void Saver::when_saved(Task done) {
    if (is_saved()) return done();
    waiting_.push_back(std::move(done));
    is_due_ = true;
    write_next();
}

void Saver::pause() {
    is_paused_ = true;
    retry_is_set_ = false;
    retry_timer_.cancel();
}

void Saver::resume() {
    is_paused_ = false;
    write_next();
}

Callback<> Saver::answer(Part part) {
    return [self = std::weak_ptr(self_), part, text = text_version_, record = record_version_](
               Result<> result) {
        if (const auto alive = self.lock())
            (*alive)->written(part, text, record, std::move(result));
    };
}

void Saver::write_next() {
    if (!is_due_ || is_writing_ || is_paused_ || retry_is_set_) return;
    if (is_saved()) return all_saved();
    is_writing_ = true;
    if (!queue_.empty()) {
        queue_.front()(answer(Part::queued));
    } else if (record_saved_ != record_version_) {
        room_.write_record(answer(Part::record));
    } else {
        autosave_timer_.cancel();
        autosave_is_set_ = false;
        room_.write_text(answer(Part::text));
    }
}

void Saver::written(
    Part part, std::size_t text_version, std::size_t record_version, Result<> result) {
    is_writing_ = false;
    if (!result) return failed(std::move(result).error());
    switch (part) {
        case Part::text:
            text_saved_ = text_version;
            break;
        case Part::record:
            record_saved_ = record_version;
            break;
        case Part::queued:
            queue_.pop_front();
            break;
    }
    retry_ = first_retry;
    trouble_timer_.cancel();
    failing_since_.reset();
    if (std::exchange(told_, false)) room_.on_trouble(std::nullopt);
    const bool only_newer_text = text_saved_ != text_version_ && queue_.empty() &&
                                 record_saved_ == record_version_ && flushes_.empty() &&
                                 waiting_.empty();
    if (part == Part::text && only_newer_text) {
        // Somebody types on: those changes have their own time.
        is_due_ = false;
        arm_autosave();
        return;
    }
    write_next();
}

void Saver::failed(Error why) {
    if (!failing_since_) {
        failing_since_ = ports_.clock.wall_now();
        spdlog::warn("A room cannot be saved: {} It is tried again.", why.message);
        trouble_timer_ = ports_.loop.after(trouble_after, [this] {
            told_ = true;
            room_.on_trouble(failing_since_);
        });
    }
    // Half the pause is random, so that many rooms do not come back at one moment.
    const auto half = retry_.count() / 2;
    const auto spread =
        static_cast<long long>(ports_.random.next_u64() % static_cast<std::uint64_t>(half + 1));
    retry_is_set_ = true;
    retry_timer_ = ports_.loop.after(std::chrono::milliseconds(half + spread), [this] {
        retry_is_set_ = false;
        write_next();
    });
    retry_ = std::min(2 * retry_, last_retry);
    for (Callback<>& done : std::exchange(flushes_, {}))
        done(std::unexpected(why));
}

void Saver::all_saved() {
    is_due_ = false;
    autosave_timer_.cancel();
    autosave_is_set_ = false;
    // The last of these may let the room go, and this with it.
    auto waiting = std::exchange(waiting_, {});
    for (Callback<>& done : std::exchange(flushes_, {}))
        done({});
    for (Task& done : waiting)
        done();
}

}  // namespace codencollab::room
