#include "room/room_body.h"

#include <fmt/format.h>

#include <algorithm>

namespace codencollab::room {

namespace {
constexpr std::size_t change_ids_max = 64;

std::size_t size_after(const Document& document, const Edits& edits) {
    std::size_t size = document.text().size();
    for (const Edit& edit : edits)
        size = size - (edit.end - edit.begin) + edit.text.size();
    return size;
}
}  // namespace

std::optional<std::uint64_t> Room::Body::known_change(const Person& person, const std::string& id) {
    if (id.empty()) return std::nullopt;
    const auto same =
        std::ranges::find(person.change_ids, id, &std::pair<std::string, std::uint64_t>::first);
    if (same == person.change_ids.end()) return std::nullopt;
    return same->second;
}

Result<std::uint64_t> Room::Body::change(ParticipantId id, CodeChange change) {
    Participant* author = find(id);
    if (author == nullptr) return fail(ErrorCode::not_joined, "Join a room first.");
    Person& person = *author->person;
    if (const auto known = known_change(person, change.id)) return *known;
    const SteadyTime now = ports_.clock.steady_now();

    // Refused unread, so what its text is now can only be replaced.
    if (const auto wait = person.code_events.take(now); wait.count() > 0) {
        reset(*author);
        return fail(ErrorCode::rate_limited, "Too many changes at once. Wait a moment.", 1);
    }
    if (change.changes.size() > ports_.limits.changes_per_event) {
        reset(*author);
        return fail(
            ErrorCode::invalid_change,
            fmt::format(
                "{} changes in one event; {} is the most. You get the room's text.",
                change.changes.size(),
                ports_.limits.changes_per_event));
    }

    std::string change_id = std::move(change.id);
    DeltaView::Received received = author->view.receive(std::move(change), document_, rev_, now);
    Result<> verdict = check(Action::edit_text, author->user.id);
    if (verdict && !received.edits) verdict = std::unexpected(received.edits.error());
    if (verdict && size_after(document_, *received.edits) > ports_.limits.document_units) {
        verdict = fail(
            ErrorCode::code_too_large,
            fmt::format(
                "A room holds {} characters of text. The change is taken back.",
                ports_.limits.document_units));
    }
    if (!verdict) {
        repair(*author, std::move(received), false);
        return std::unexpected(std::move(verdict).error());
    }

    if (!received.edits->empty()) relay(*received.edits, id);
    const std::uint64_t rev = rev_;
    if (!change_id.empty()) {
        person.change_ids.emplace_back(std::move(change_id), rev);
        if (person.change_ids.size() > change_ids_max) person.change_ids.pop_front();
    }
    repair(*author, std::move(received), true);
    return rev;
}

// Hot path: once a keystroke. Cost: the edit itself (moving the text behind it), one allocation for
// the changes and one for what they did, one encoding for each kind of client, and for each other
// participant one pointer pushed to its outbox and one to what it has not confirmed. No system
// call: the loop writes every outbox once, when its turn ends.
void Room::Body::relay(const Edits& edits, ParticipantId author) {
    Relay relay;
    relay.update.changes = std::make_shared<const Changes>(write_changes(document_, edits));
    relay.update.rev = ++rev_;
    relay.effect = std::make_shared<const AppliedEdits>(document_.apply(edits));

    const SteadyTime now = ports_.clock.steady_now();
    for (Participant& to : participants_) {
        if (to.id != author) to.view.sent(relay, now);
    }
    tell_others(relay.update, author);
    touch();
    saver_.text_changed();
}

void Room::Body::repair(Participant& participant, DeltaView::Received received, bool was_applied) {
    const SteadyTime now = ports_.clock.steady_now();
    if (auto update =
            participant.view.settle(std::move(received), was_applied, document_, rev_ + 1, now)) {
        rev_ = update->rev;
        tell(participant, *update);
    }
    watch_doubt(participant);
    close_overdue();
}

void Room::Body::reset(Participant& participant) {
    if (auto update = participant.view.reset(document_, rev_ + 1, ports_.clock.steady_now())) {
        rev_ = update->rev;
        tell(participant, *update);
    }
    watch_doubt(participant);
    close_overdue();
}

void Room::Body::watch_doubt(Participant& participant) {
    if (!participant.view.owes_reset()) return;  // almost always
    participant.reset_timer =
        ports_.loop.after(DeltaView::reset_interval, [this, id = participant.id] {
            Participant* doubtful = find(id);
            if (doubtful == nullptr) return;
            const SteadyTime now = ports_.clock.steady_now();
            if (auto update = doubtful->view.reset_owed(document_, rev_ + 1, now)) {
                rev_ = update->rev;
                tell(*doubtful, *update);
            }
            close_overdue();
        });
}

}  // namespace codencollab::room
