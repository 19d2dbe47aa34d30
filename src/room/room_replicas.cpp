#include "room/languages.h"
#include "room/room_body.h"

#include <algorithm>
#include <utility>

namespace codencollab::room {

namespace {
// What an update refers to and is not here is asked for, and given up in the end.
constexpr std::chrono::milliseconds ask_after{1'000};
constexpr std::chrono::milliseconds give_up_after{9'000};
}  // namespace

Result<Room::Body::Participant*> Room::Body::acting_replica(ParticipantId id, Action action) {
    auto acts = acting(id, action);
    if (acts && !(*acts)->is_replica()) {
        return fail(ErrorCode::bad_payload, "Join with sync \"yjs\" to do that.");
    }
    return acts;
}

// Hot path: once a keystroke. Cost: the integration, one copy of the bytes for relay and log, one
// encoding for each kind of client, one pointer pushed for each other participant.
void Room::Body::update(ParticipantId id, std::string_view update, Callback<> done) {
    auto acts = acting_replica(id, Action::view_room);
    if (!acts) return done(std::unexpected(std::move(acts).error()));
    Participant& author = **acts;
    if (auto allowed = check(Action::edit_text, author.user.id); !allowed) {
        // A viewer's answer to our sync step 1 has nothing new, and is no edit.
        if (document_.knows(update)) {
            return saver_.when_logged(saver_.updates().newest(), std::move(done));
        }
        return refuse(author, std::move(allowed).error(), std::move(done));
    }
    const auto wait = author.person->code_events.take(ports_.clock.steady_now());
    if (wait.count() > 0) {
        // What was refused is asked for again, once there is time for it.
        author.sync_timer = ports_.loop.after(ask_after, [this, id] { ask_for_rest(id); });
        Error why{ErrorCode::rate_limited, "Too many changes at once. Wait a moment.", 1};
        return refuse(author, std::move(why), std::move(done));
    }

    const bool waited = document_.has_waiting();
    auto effect = document_.apply(update);
    if (!effect) {
        if (effect.error().code != ErrorCode::bad_payload) {
            return refuse(author, std::move(effect).error(), std::move(done));
        }
        return done(std::unexpected(bad_update(id, std::move(effect).error())));
    }
    const bool this_waits = effect->waits && (!waited || document_.lacks_for(update));
    const bool has_change = effect->update != nullptr;
    if (this_waits || effect->dropped) wait_for_rest(author, std::exchange(done, nullptr));
    const bool language_changed = effect->language_changed;
    if (has_change) {
        const UserId user = author.user.id;
        spread(*effect, id, user, std::exchange(done, nullptr));
    }
    if (language_changed) language_came(id);
    if (waited && !effect->waits) rest_has_come();
    close_overdue();
    // Nothing of it was new, but what it says may be no older than the last batch.
    if (done) saver_.when_logged(saver_.updates().newest(), std::move(done));
}

void Room::Body::refuse(Participant& author, Error why, Callback<> done) {
    if (author.kind == ClientKind::y_websocket) {
        tell(author, EditDenied{why.message});
        close_overdue();
    }
    done(std::unexpected(std::move(why)));
}

// Who sends bytes that nobody can read is closed.
Error Room::Body::bad_update(ParticipantId id, Error why) {
    close(id, CloseReason::bad_update);
    return why;
}

void Room::Body::spread(
    const DocumentEffect& effect,
    std::optional<ParticipantId> author,
    const std::optional<UserId>& user,
    Callback<> done) {
    tell(Audience::replicas, DocumentUpdate{effect.update}, author);
    relay_changes(effect, author);
    if (effect.correction) {
        tell(Audience::replicas, DocumentUpdate{effect.correction}, std::nullopt);
        saver_.log(user, effect.update, nullptr);
        saver_.log(std::nullopt, effect.correction, std::move(done));
    } else {
        saver_.log(user, effect.update, std::move(done));
    }
    touch();
}

void Room::Body::wait_for_rest(Participant& author, Callback<> done) {
    const bool waits_already = !author.waiting.empty();
    if (done) author.waiting.push_back(std::move(done));
    // Its time runs: an answer to our request that still lacks something does not begin it anew.
    if (waits_already) return;
    author.sync_timer = ports_.loop.after(ask_after, [this, id = author.id] { ask_for_rest(id); });
}

void Room::Body::ask_for_rest(ParticipantId id) {
    Participant* author = find(id);
    if (author == nullptr) return;
    tell(*author, SyncRequest{document_.state_vector()});
    if (!author->waiting.empty()) {
        author->sync_timer = ports_.loop.after(give_up_after, [this, id] { give_up_waiting(id); });
    }
    close_overdue();
}

void Room::Body::give_up_waiting(ParticipantId id) {
    Participant* author = find(id);
    if (author == nullptr) return;
    auto waiting = std::exchange(author->waiting, {});
    const bool others_wait = std::ranges::any_of(
        participants_, [](const Participant& other) { return !other.waiting.empty(); });
    if (!others_wait) document_.forget_waiting();
    for (Callback<>& done : waiting) {
        done(fail(
            ErrorCode::conflict,
            "The edit builds on another one that never came. Reload to get the room's text."));
    }
}

void Room::Body::rest_has_come() {
    std::vector<Callback<>> answered;
    for (Participant& participant : participants_) {
        if (participant.waiting.empty()) continue;
        participant.sync_timer.cancel();
        for (Callback<>& done : std::exchange(participant.waiting, {}))
            answered.push_back(std::move(done));
    }
    for (Callback<>& done : answered)
        saver_.when_logged(saver_.updates().newest(), std::move(done));
}

Result<> Room::Body::sync(ParticipantId id, std::string_view state_vector) {
    auto acts = acting_replica(id, Action::read_text);
    if (!acts) return std::unexpected(std::move(acts).error());
    auto lacking = document_.encode_since(state_vector);
    if (!lacking) return std::unexpected(bad_update(id, std::move(lacking).error()));
    tell(**acts, SyncReply{std::move(*lacking)});
    close_overdue();
    return {};
}

// A replica has set the language of the document. A known one is the room's from now on; anything
// else is put right.
void Room::Body::language_came(const std::optional<ParticipantId>& author) {
    const auto wanted = document_.language();
    if (wanted) {
        auto canonical = canonical_language(*ports_.executor.runtimes(), *wanted);
        if (canonical && *canonical != record_.language) {
            Participant* by = author ? find(*author) : nullptr;
            take_language(std::move(*canonical), by);
        }
        if (*wanted == record_.language) return;
    }
    const DocumentEffect effect = document_.set_language(record_.language);
    if (effect.update) spread(effect, std::nullopt, std::nullopt, nullptr);
}

}  // namespace codencollab::room
