#include "room/room_body.h"

#include <utility>

namespace codencollab::room {

namespace {
Error no_seat() {
    return {ErrorCode::not_joined, "Join a room first."};
}
}  // namespace

Seat::Seat(Seat&& other) noexcept
    : room_(std::exchange(other.room_, {})), id_(std::exchange(other.id_, {})) {}

Seat& Seat::operator=(Seat&& other) noexcept {
    if (this != &other) {
        leave();
        room_ = std::exchange(other.room_, {});
        id_ = std::exchange(other.id_, {});
    }
    return *this;
}

void Seat::leave() {
    const auto room = std::exchange(room_, {}).lock();
    if (room) room->body_->leave(id_);
}

void Seat::change(CodeChange change, Callback<std::uint64_t> done) {
    const auto room = room_.lock();
    if (!room) return done(std::unexpected(no_seat()));
    room->body_->change(id_, std::move(change), std::move(done));
}

void Seat::update(std::string_view update, Callback<> done) {
    const auto room = room_.lock();
    if (!room) return done(std::unexpected(no_seat()));
    room->body_->update(id_, update, std::move(done));
}

Result<> Seat::sync(std::string_view state_vector) {
    const auto room = room_.lock();
    if (!room) return std::unexpected(no_seat());
    return room->body_->sync(id_, state_vector);
}

Result<bool> Seat::move_awareness(std::string_view update) {
    const auto room = room_.lock();
    if (!room) return std::unexpected(no_seat());
    return room->body_->move_awareness(id_, update);
}

Result<> Seat::query_awareness() {
    const auto room = room_.lock();
    if (!room) return std::unexpected(no_seat());
    return room->body_->query_awareness(id_);
}

Result<> Seat::move_cursor(const Cursor& cursor) {
    const auto room = room_.lock();
    if (!room) return std::unexpected(no_seat());
    return room->body_->move_cursor(id_, cursor);
}

Result<> Seat::send_chat(std::string text) {
    const auto room = room_.lock();
    if (!room) return std::unexpected(no_seat());
    return room->body_->send_chat(id_, std::move(text));
}

Result<> Seat::set_language(const std::string& language) {
    const auto room = room_.lock();
    if (!room) return std::unexpected(no_seat());
    return room->body_->set_language(id_, language);
}

Result<> Seat::write_stdin(const RunId& run, std::string data, bool eof) {
    const auto room = room_.lock();
    if (!room) return std::unexpected(no_seat());
    return room->body_->write_stdin(id_, run, std::move(data), eof);
}

}  // namespace codencollab::room
