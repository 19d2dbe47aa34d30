#include "sim/session.h"

#include "support/recording_outbox.h"

#include <utility>

namespace codencollab::sim {

void Session::join(
    const RoomId& room,
    room::User user,
    room::ClientKind kind,
    std::function<void(const Result<>&)> done) {
    user_ = user;
    // The session lives through the loading of the room, whatever becomes of the link meanwhile.
    ports_.rooms.enter(
        room,
        room::Entry{std::move(user), sid_, kind, *this},
        [self = shared_from_this(), done = std::move(done)](Result<room::Entered> entered) {
            if (self->has_ended_) return;  // the seat leaves with `entered`
            if (!entered) return done(std::unexpected(std::move(entered).error()));
            self->seat_ = std::move(entered->seat);
            done({});
        });
}

void Session::reply(Task at_client) {
    if (!has_ended_) enqueue(std::move(at_client));
}

room::Push Session::push(room::SharedFrame frame) {
    if (room_has_closed_) ports_.fault("a frame is pushed to a participant that was closed");
    if (has_ended_) return room::Push::queued;
    if (queue_.size() >= ports_.frames_max) return room::Push::over_limit;
    enqueue([frame = std::move(frame), receiver = down_.receiver] {
        if (Receiver* reader = receiver()) {
            reader->on_event(static_cast<const EventFrame&>(*frame).event);
        }
    });
    return room::Push::queued;
}

void Session::close(room::CloseReason reason) {
    room_has_closed_ = true;
    if (has_ended_) return;
    if (reason == room::CloseReason::slow_consumer) queue_.clear();
    enqueue([reason, receiver = down_.receiver] {
        if (Receiver* reader = receiver()) reader->on_closed(reason);
    });
    // What is queued still arrives; a client that does not read is not waited for.
    linger_timer_ = ports_.loop.after(stall_max, [this] { drop(); });
}

void Session::hang_up() {
    if (has_ended_) return;
    drop();
    ports_.scheduler.after(std::chrono::milliseconds(20), [receiver = down_.receiver] {
        if (Receiver* reader = receiver()) reader->on_closed(std::nullopt);
    });
}

void Session::drop() {
    if (std::exchange(has_ended_, true)) return;
    queue_.clear();
    stall_timer_.cancel();
    linger_timer_.cancel();
    seat_.leave();
    down_.pipe->cut();
    ports_.ended(this);
}

void Session::enqueue(Task at_client) {
    queue_.push_back(std::move(at_client));
    pump();
    watch_progress();
}

void Session::pump() {
    while (!queue_.empty() && unread_ < window) {
        ++unread_;
        down_.pipe->send([weak = weak_from_this(), next = std::move(queue_.front())]() mutable {
            next();
            const auto self = weak.lock();
            if (!self) return;
            --self->unread_;
            ++self->progress_;
            if (!self->has_ended_) self->pump();
        });
        queue_.pop_front();
    }
}

void Session::watch_progress() {
    if (queue_.empty() || stall_is_watched_) return;
    stall_is_watched_ = true;
    stall_timer_ = ports_.loop.after(stall_max, [this, seen = progress_] {
        stall_is_watched_ = false;
        if (queue_.empty()) return;
        if (progress_ != seen) return watch_progress();
        hang_up();
    });
}

}  // namespace codencollab::sim
