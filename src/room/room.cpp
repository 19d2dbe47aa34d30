#include "room/room.h"

#include "room/room_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace codencollab::room {

Room::Body::Body(Room& room, RoomsPorts ports, StoredRoom stored, Owner owner)
    : room_(room),
      ports_(ports),
      owner_(std::move(owner)),
      record_(std::move(stored.room)),
      document_(std::move(stored.text)),
      chat_(
          std::make_move_iterator(stored.chat.begin()), std::make_move_iterator(stored.chat.end())),
      saver_(
          {ports.loop, ports.clock, ports.random, ports.limits.autosave},
          {[this](Callback<> done) {
               ports_.store.save_text(
                   record_.id, document_.text(), record_.updated_at, std::move(done));
           },
           [this](Callback<> done) { ports_.store.update(record_, std::move(done)); },
           [this](std::optional<WallTime> since) {
               tell_all(RoomUpdated{record_.id, {}, {}, {}, {}, !since.has_value(), since});
               close_overdue();
           }}),
      runs_(
          {ports.loop, ports.clock, ports.random, ports.store, ports.executor, ports.limits},
          record_.id,
          std::move(stored.last_run),
          {[this](const Event& event) {
               tell_all(event);
               close_overdue();
           },
           [this](Saver::Write write) { saver_.enqueue(std::move(write)); },
           [this] { maybe_quiet(); }}) {
    for (MemberRecord& member : stored.members) {
        const UserId user = member.user.id;
        members_.emplace(user, std::move(member));
    }
}

void Room::Body::maybe_quiet() {
    if (is_quiet()) owner_.maybe_quiet();
}

Result<std::u16string> Room::Body::text(const UserId& caller) const {
    if (auto allowed = check(Action::read_text, caller); !allowed) {
        return std::unexpected(std::move(allowed).error());
    }
    return document_.text();
}

void Room::Body::start_run(const User& caller, RunOrder order, Callback<RunId> done) {
    if (auto allowed = check(Action::run_code, caller.id); !allowed) {
        return done(std::unexpected(std::move(allowed).error()));
    }
    if (auto paced = ports_.limiters.runs.take(
            caller.id.view(),
            fmt::format("{} runs a minute is the limit.", ports_.limits.runs_per_minute));
        !paced) {
        return done(std::unexpected(std::move(paced).error()));
    }
    touch();
    saver_.record_changed();
    runs_.start(caller, std::move(order), record_.language, document_.text(), std::move(done));
}

Result<> Room::Body::stop_run(const User& caller, const RunId& run) {
    if (auto allowed = check(Action::run_code, caller.id); !allowed) return allowed;
    return runs_.stop(caller, run);
}

Result<> Room::Body::write_stdin(const User& caller, const RunId& run, std::string data, bool eof) {
    if (auto allowed = check(Action::run_code, caller.id); !allowed) return allowed;
    return runs_.write_stdin(caller, run, std::move(data), eof);
}

Result<> Room::Body::write_stdin(ParticipantId id, const RunId& run, std::string data, bool eof) {
    auto acts = acting(id, Action::run_code);
    if (!acts) return std::unexpected(std::move(acts).error());
    const User user = (*acts)->user;  // telling the echo may close the participant
    return runs_.write_stdin(user, run, std::move(data), eof);
}

void Room::Body::recent_runs(
    const UserId& caller, std::size_t count, Callback<std::vector<RunRecord>> done) {
    if (auto allowed = check(Action::view_room, caller); !allowed) {
        return done(std::unexpected(std::move(allowed).error()));
    }
    ports_.store.recent_runs(
        record_.id, std::min(count, ports_.limits.recent_runs), std::move(done));
}

Room::Room(RoomsPorts ports, StoredRoom stored, Owner owner)
    : body_(std::make_unique<Body>(*this, ports, std::move(stored), std::move(owner))) {}

Room::~Room() = default;

const RoomRecord& Room::record() const {
    return body_->record();
}
Result<RoomView> Room::view(const UserId& caller) const {
    return body_->view(caller);
}
Result<RoomPreview> Room::preview() const {
    return body_->preview();
}
Result<std::u16string> Room::text(const UserId& caller) const {
    return body_->text(caller);
}
std::vector<Presence> Room::online() const {
    return body_->online();
}
bool Room::is_quiet() const {
    return body_->is_quiet();
}
bool Room::is_saved() const {
    return body_->saver().is_saved();
}
void Room::save_all(Task done) {
    body_->saver().when_saved(std::move(done));
}
Result<Entered> Room::enter(Entry entry) {
    return body_->enter(std::move(entry));
}

void Room::join(const User& caller, Callback<Role> done) {
    body_->join(caller, std::move(done));
}

void Room::change_settings(const User& caller, SettingsPatch patch, Callback<RoomView> done) {
    body_->change_settings(caller, std::move(patch), std::move(done));
}

void Room::set_role(const User& caller, const UserId& member, Role role, Callback<> done) {
    body_->set_role(caller, member, role, std::move(done));
}

void Room::remove_member(const User& caller, const UserId& member, Callback<> done) {
    body_->remove_member(caller, member, std::move(done));
}

void Room::remove(const User& caller, Callback<> done) {
    body_->remove(caller, std::move(done));
}

void Room::start_run(const User& caller, RunOrder order, Callback<RunId> done) {
    body_->start_run(caller, std::move(order), std::move(done));
}

Result<> Room::stop_run(const User& caller, const RunId& run) {
    return body_->stop_run(caller, run);
}

Result<> Room::write_stdin(const User& caller, const RunId& run, std::string data, bool eof) {
    return body_->write_stdin(caller, run, std::move(data), eof);
}

void Room::recent_runs(
    const UserId& caller, std::size_t count, Callback<std::vector<RunRecord>> done) {
    body_->recent_runs(caller, count, std::move(done));
}

}  // namespace codencollab::room
