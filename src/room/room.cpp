#include "room/room.h"

#include "base/log.h"
#include "room/languages.h"
#include "room/room_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace codencollab::room {

namespace {

// reliability.md's bounds for strangers; a tab may speak for those beside it.
crdt::AwarenessLimits awareness_limits() {
    crdt::AwarenessLimits limits;
    limits.state_bytes = 4 << 10;
    limits.entries_of_a_connection = 4;
    return limits;
}

}  // namespace

Room::Body::Body(
    Room& room, RoomsPorts ports, StoredRoom stored, SharedDocument document, Owner owner)
    : room_(room),
      ports_(ports),
      owner_(std::move(owner)),
      record_(std::move(stored.room)),
      document_(std::move(document)),
      awareness_(awareness_limits()),
      chat_(
          std::make_move_iterator(stored.chat.begin()), std::make_move_iterator(stored.chat.end())),
      saver_(
          {ports.loop, ports.clock, ports.random, owner_.unsaved, ports.limits.autosave},
          stored.document,
          {[this](LogBatch batch, Callback<> done) {
               ports_.store.append(record_.id, std::move(batch), std::move(done));
           },
           [this] { return document_.encode_unsaved(); },
           {[this](Task& when_stored) {
                when_stored = [this, mark = document_.mark()]() mutable {
                    document_.mark_stored(std::move(mark));
                };
                return document_.encode();
            },
            [this](LogPosition folded, std::string snapshot, Callback<> done) {
                ports_.store.fold(
                    record_.id,
                    std::move(folded),
                    std::move(snapshot),
                    document_.text(),
                    std::move(done));
            }},
           [this](Callback<> done) {
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
    if (stored.document.is_recovered) {
        spdlog::warn(
            "Room {} was damaged in the store; what could be recovered is open.",
            record_.id.view());
    }
    if (const DocumentEffect cleaned = document_.drop_carriage_returns(); cleaned.update) {
        saver_.log(std::nullopt, cleaned.update, nullptr);
    }
    // The document's word is stored with each change, the record's a little later.
    if (auto language = document_.language(); language && *language != record_.language) {
        auto canonical = canonical_language(*ports_.executor.runtimes(), *language);
        if (canonical && *canonical != record_.language) {
            record_.language = std::move(*canonical);
            saver_.record_changed();
        }
    }
}

void Room::Body::maybe_quiet() {
    if (is_quiet()) owner_.maybe_quiet();
}

Result<std::string> Room::Body::text(const UserId& caller) const {
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

Room::Room(RoomsPorts ports, StoredRoom stored, SharedDocument document, Owner owner)
    : body_(std::make_unique<Body>(
          *this, ports, std::move(stored), std::move(document), std::move(owner))) {}

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
Result<std::string> Room::text(const UserId& caller) const {
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
void Room::fold_all(Task done) {
    body_->saver().fold_all(std::move(done));
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

void Room::text_at(const UserId& caller, WallTime at, Callback<std::string> done) {
    body_->text_at(caller, at, std::move(done));
}

void Room::history(const UserId& caller, HistoryQuery query, Callback<HistoryPage> done) {
    body_->history(caller, std::move(query), std::move(done));
}

void Room::recent_runs(
    const UserId& caller, std::size_t count, Callback<std::vector<RunRecord>> done) {
    body_->recent_runs(caller, count, std::move(done));
}

}  // namespace codencollab::room
