#include "room/room_body.h"

#include <fmt/format.h>

#include <algorithm>

namespace codencollab::room {

namespace {
constexpr std::size_t changes_max = 64;
}  // namespace

const Room::Body::KnownChange* Room::Body::known_change(
    const Person& person, const std::string& id) {
    if (id.empty()) return nullptr;
    const auto same = std::ranges::find(person.changes, id, &KnownChange::id);
    return same == person.changes.end() ? nullptr : &*same;
}

void Room::Body::remember(Person& person, KnownChange change) {
    if (change.id.empty()) return;
    person.changes.push_back(std::move(change));
    if (person.changes.size() > changes_max) person.changes.pop_front();
}

// Hot path: once a keystroke. Cost: the edit in the engine and in the text beside it, one
// allocation for the changes and one for what they did, one encoding for each kind of client, and
// for each other participant one pointer pushed to its outbox and, for delta clients, one to what
// it has not confirmed. No system call: the loop writes every outbox once, when its turn ends.
void Room::Body::change(ParticipantId id, CodeChange change, Callback<std::uint64_t> done) {
    Participant* author = find(id);
    if (author == nullptr) return done(fail(ErrorCode::not_joined, "Join a room first."));
    if (author->is_replica()) {
        return done(fail(ErrorCode::bad_payload, "A replica is edited by updates."));
    }
    Person& person = *author->person;
    const auto answer_when_logged =
        [this](std::uint64_t rev, std::uint64_t logged, Callback<std::uint64_t> then) {
            saver_.when_logged(logged, [rev, then = std::move(then)](Result<> stored) mutable {
                if (!stored) return then(std::unexpected(std::move(stored).error()));
                then(rev);
            });
        };
    if (const KnownChange* known = known_change(person, change.id)) {
        if (known->refusal) return done(std::unexpected(*known->refusal));
        return answer_when_logged(known->rev, known->logged, std::move(done));
    }
    const SteadyTime now = ports_.clock.steady_now();

    std::string change_id = std::move(change.id);
    const auto refuse = [&](Error why) {
        remember(person, {std::move(change_id), 0, 0, why});
        done(std::unexpected(std::move(why)));
    };
    // Refused unread, so what its text is now can only be replaced.
    if (const auto wait = person.code_events.take(now); wait.count() > 0) {
        reset(*author);
        return refuse({ErrorCode::rate_limited, "Too many changes at once. Wait a moment.", 1});
    }
    if (change.changes.size() > ports_.limits.changes_per_event) {
        reset(*author);
        return refuse(
            {ErrorCode::invalid_change,
             fmt::format(
                 "{} changes in one event; {} is the most. You get the room's text.",
                 change.changes.size(),
                 ports_.limits.changes_per_event)});
    }

    DeltaView::Received received =
        author->view->receive(std::move(change), document_.shown(), rev_, now);
    Result<> verdict = check(Action::edit_text, author->user.id);
    if (verdict && !received.edits) verdict = std::unexpected(received.edits.error());
    if (verdict && !document_.fits(*received.edits)) {
        verdict = fail(
            ErrorCode::code_too_large,
            fmt::format(
                "A room holds {} characters of text. The change is taken back.",
                ports_.limits.document_units));
    }
    if (!verdict) {
        repair(*author, std::move(received), false);
        return refuse(std::move(verdict).error());
    }

    if (!received.edits->empty()) {
        const DocumentEffect effect = document_.edit(*received.edits);
        if (effect.update) spread(effect, id, author->user.id, nullptr);
    }
    const std::uint64_t rev = rev_;
    const std::uint64_t logged = saver_.updates().newest();
    remember(person, {std::move(change_id), rev, logged, {}});
    repair(*author, std::move(received), true);
    answer_when_logged(rev, logged, std::move(done));
}

void Room::Body::relay_changes(const DocumentEffect& effect, std::optional<ParticipantId> author) {
    if (!effect.changes) return;  // nobody looks at the text, or it is as it was
    const Relay relay{{effect.changes, ++rev_}, effect.effect};
    const SteadyTime now = ports_.clock.steady_now();
    for (Participant& to : participants_) {
        if (to.view && to.id != author) to.view->sent(relay, now);
    }
    tell(Audience::delta, relay.update, author);
}

void Room::Body::repair(Participant& participant, DeltaView::Received received, bool was_applied) {
    const SteadyTime now = ports_.clock.steady_now();
    if (auto update = participant.view->settle(
            std::move(received), was_applied, document_.shown(), rev_ + 1, now)) {
        rev_ = update->rev;
        tell(participant, *update);
    }
    watch_doubt(participant);
    close_overdue();
}

void Room::Body::reset(Participant& participant) {
    if (auto update =
            participant.view->reset(document_.shown(), rev_ + 1, ports_.clock.steady_now())) {
        rev_ = update->rev;
        tell(participant, *update);
    }
    watch_doubt(participant);
    close_overdue();
}

void Room::Body::watch_doubt(Participant& participant) {
    if (!participant.view->owes_reset()) return;  // almost always
    participant.reset_timer =
        ports_.loop.after(DeltaView::reset_interval, [this, id = participant.id] {
            Participant* doubtful = find(id);
            if (doubtful == nullptr) return;
            const SteadyTime now = ports_.clock.steady_now();
            if (auto update = doubtful->view->reset_owed(document_.shown(), rev_ + 1, now)) {
                rev_ = update->rev;
                tell(*doubtful, *update);
            }
            close_overdue();
        });
}

}  // namespace codencollab::room
