#include "base/utf.h"
#include "room/room_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace codencollab::room {

namespace {

// product.md, section 5: blue, orange, green, magenta, violet, teal, red, olive.
constexpr std::array<std::string_view, 8> colors = {
    "#1d4ed8", "#b45309", "#15803d", "#be185d", "#6d28d9", "#0f766e", "#b91c1c", "#4d7c0f"};

Error not_joined() {
    return {ErrorCode::not_joined, "Join a room first."};
}

Error too_fast(std::string_view what, std::chrono::milliseconds wait) {
    const auto seconds = static_cast<int>((wait.count() + 999) / 1000);
    return {ErrorCode::rate_limited, fmt::format("{} Again in {} s.", what, seconds), seconds};
}

}  // namespace

std::string_view color_of(int slot) {
    return colors[static_cast<std::size_t>(std::clamp(slot, 1, 8) - 1)];
}

Room::Body::Participant* Room::Body::find(ParticipantId id) {
    const auto found = std::ranges::find(participants_, id, &Participant::id);
    return found == participants_.end() ? nullptr : &*found;
}

std::optional<Role> Room::Body::role_of(const UserId& user) const {
    const auto found = members_.find(user);
    if (found == members_.end()) return std::nullopt;
    return found->second.role;
}

Result<> Room::Body::check(Action action, const UserId& user) const {
    return check_right(action, role_of(user), record_.locked);
}

Result<Room::Body::Participant*> Room::Body::acting(ParticipantId id, Action action) {
    Participant* participant = find(id);
    if (participant == nullptr) return std::unexpected(not_joined());
    if (auto allowed = check(action, participant->user.id); !allowed) {
        return std::unexpected(std::move(allowed).error());
    }
    return participant;
}

Presence Room::Body::presence_of(const Participant& participant) const {
    return {
        participant.sid,
        participant.user.id,
        participant.user.name,
        participant.person->color_slot,
        role_of(participant.user.id).value_or(Role::viewer)};
}

// The lowest slot that nobody has had here; once all were given, the lowest that nobody present
// has; then the one that the fewest have.
int Room::Body::free_color_slot() const {
    std::array<int, 8> given{};
    std::array<int, 8> present{};
    for (const auto& [user, person] : people_) {
        ++given[static_cast<std::size_t>(person.color_slot - 1)];
    }
    for (const Participant& participant : participants_) {
        ++present[static_cast<std::size_t>(participant.person->color_slot - 1)];
    }
    const auto unused = std::ranges::find(given, 0);
    if (unused != given.end()) return static_cast<int>(unused - given.begin()) + 1;
    return static_cast<int>(std::ranges::min_element(present) - present.begin()) + 1;
}

Room::Body::Person& Room::Body::person_of(const UserId& user) {
    const auto found = people_.find(user);
    if (found != people_.end()) return found->second;
    const SteadyTime now = ports_.clock.steady_now();
    const std::chrono::seconds second(1);
    Person person{
        free_color_slot(),
        TokenBucket(ports_.limits.code_events_per_second, second, now),
        TokenBucket(ports_.limits.chats_per_second, second, now),
        {}};
    return people_.emplace(user, std::move(person)).first->second;
}

Result<Entered> Room::Body::enter(Entry entry) {
    if (auto allowed = check(Action::view_room, entry.user.id); !allowed) {
        return std::unexpected(std::move(allowed).error());
    }
    if (participants_.size() >= ports_.limits.room_sockets) {
        return fail(
            ErrorCode::room_full,
            fmt::format(
                "{} people are connected. It opens as soon as somebody leaves.",
                participants_.size()));
    }
    MemberRecord& member = members_.at(entry.user.id);
    if (member.user.name != entry.user.name) {
        member.user.name = entry.user.name;
        saver_.enqueue([this, member](Callback<> done) {
            ports_.store.put_member(record_.id, member, std::move(done));
        });
    }
    const auto id = ParticipantId{++last_participant_};
    Person& person = person_of(entry.user.id);
    participants_.push_back(
        {.id = id,
         .user = std::move(entry.user),
         .sid = std::move(entry.sid),
         .kind = entry.kind,
         .outbox = &entry.outbox,
         .person = &person,
         .view = {},
         .cursor = {}});
    Participant& newcomer = participants_.back();
    newcomer.signature = Signature(presence_of(newcomer));
    note(HistoryEventKind::joined, newcomer.user);
    Entered entered{Seat(room_.weak_from_this(), id), state_for(newcomer)};
    tell(newcomer, entered.state);
    if (newcomer.is_replica()) {
        greet_replica(newcomer);
    } else {
        greet_delta(newcomer);
    }
    tell_others(UserJoined{presence_of(newcomer)}, id);
    close_overdue();
    return entered;
}

void Room::Body::greet_delta(Participant& newcomer) {
    ++deltas_;
    document_.show();
    newcomer.view.emplace(rev_);
    tell(newcomer, InitialCode{document_.shown().text(), rev_});
    tell(newcomer, ChatHistory{{chat_.begin(), chat_.end()}});
    for (Participant& other : participants_) {
        if (other.is_replica()) find_cursor(other);  // where it is by now
        if (other.id == newcomer.id || !other.cursor) continue;
        tell(newcomer, CursorMoved{presence_of(other), *other.cursor});
    }
    put_caret(newcomer);
}

void Room::Body::greet_replica(Participant& newcomer) {
    tell(newcomer, ChatHistory{{chat_.begin(), chat_.end()}});
    tell(newcomer, SyncRequest{document_.state_vector()});
    const bool is_first = participants_.size() - deltas_ == 1;
    if (is_first) {
        for (Participant& other : participants_) {
            if (!other.is_replica()) put_caret(other);  // tells the newcomer
        }
    } else if (awareness_.size() > 0) {
        tell(newcomer, AwarenessUpdate{std::make_shared<const std::string>(awareness_.encode())});
    }
    arm_tick();
}

void Room::Body::leave(ParticipantId id) {
    const auto found = std::ranges::find(participants_, id, &Participant::id);
    if (found == participants_.end()) return;
    Participant gone = std::move(*found);
    participants_.erase(found);
    if (!gone.is_replica()) --deltas_;
    drop_states(gone);
    if (deltas_ == 0) document_.hide();
    if (participants_.size() == deltas_) {
        for (Participant& other : participants_)
            drop_states(other);  // nobody looks there any more
    }
    tell_all(UserLeft{gone.sid, gone.user.id});
    note(HistoryEventKind::left, gone.user);
    close_overdue();
    const bool others_wait = std::ranges::any_of(
        participants_, [](const Participant& other) { return !other.waiting.empty(); });
    if (!gone.waiting.empty() && !others_wait) document_.forget_waiting();
    for (Callback<>& done : gone.waiting)
        done(std::unexpected(not_joined()));
    if (participants_.empty()) {
        saver_.write_text_now();
        maybe_quiet();
    }
}

void Room::Body::close(ParticipantId id, CloseReason reason) {
    Participant* participant = find(id);
    if (participant == nullptr) return;
    participant->outbox->close(reason);
    leave(id);
}

void Room::Body::close_overdue() {
    while (!overdue_.empty()) {
        const ParticipantId id = overdue_.back();
        overdue_.pop_back();
        close(id, CloseReason::slow_consumer);
    }
}

void Room::Body::push(Participant& to, const SharedFrame& frame) {
    to.silent_ticks = 0;
    if (to.outbox->push(frame) == Push::over_limit) overdue_.push_back(to.id);
}

void Room::Body::tell(Participant& to, const Event& event) {
    if (const SharedFrame frame = ports_.encoder.encode(event, to.kind)) push(to, frame);
}

// Cost: one encoding for each kind of client in the room, one pointer pushed for each participant.
void Room::Body::tell(Audience audience, const Event& event, std::optional<ParticipantId> author) {
    struct Encoded {
        SharedFrame frame;  // null where this kind is not told of such things
        bool is_done = false;
    };
    std::array<Encoded, 3> encoded;  // on first use: most rooms hold one kind of client
    for (Participant& to : participants_) {
        const bool is_meant =
            audience == Audience::everybody || (audience == Audience::replicas) == to.is_replica();
        if (!is_meant || to.id == author) continue;
        Encoded& of_kind = encoded[static_cast<std::size_t>(to.kind)];
        if (!std::exchange(of_kind.is_done, true)) {
            of_kind.frame = ports_.encoder.encode(event, to.kind);
        }
        if (of_kind.frame) push(to, of_kind.frame);
    }
}

void Room::Body::at_pace(
    Participant& participant, Pace Participant::* pace, void (Body::*act)(Participant&)) {
    Pace& own = participant.*pace;
    if (own.waits) return;  // the newest is told when the pause is over
    const SteadyTime now = ports_.clock.steady_now();
    const auto interval = ports_.limits.cursor_interval;
    if (!own.told_at || now - *own.told_at >= interval) {
        own.told_at = now;
        return (this->*act)(participant);
    }
    own.waits = true;
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(*own.told_at + interval - now);
    own.timer = ports_.loop.after(rest, [this, id = participant.id, pace, act] {
        Participant* waiting = find(id);
        if (waiting == nullptr) return;
        (waiting->*pace).waits = false;
        (waiting->*pace).told_at = ports_.clock.steady_now();
        (this->*act)(*waiting);
        close_overdue();
    });
}

Result<> Room::Body::move_cursor(ParticipantId id, const Cursor& cursor) {
    auto acts = acting(id, Action::move_cursor);
    if (!acts) return std::unexpected(std::move(acts).error());
    note_cursor(**acts, cursor);
    close_overdue();
    return {};
}

void Room::Body::note_cursor(Participant& mover, const Cursor& cursor) {
    mover.cursor = cursor;
    at_pace(mover, &Participant::cursor_pace, &Body::tell_cursor);
}

void Room::Body::tell_cursor(Participant& participant) {
    tell(
        Audience::delta,
        CursorMoved{presence_of(participant), *participant.cursor},
        participant.id);
    if (!participant.is_replica()) put_caret(participant);
}

Result<> Room::Body::send_chat(ParticipantId id, std::string text) {
    auto acts = acting(id, Action::send_chat);
    if (!acts) return std::unexpected(std::move(acts).error());
    const Participant& sender = **acts;
    if (text.empty()) return fail(ErrorCode::bad_payload, "The message is empty.");
    const std::size_t units = utf16_length(text);
    if (units > ports_.limits.chat_units) {
        return fail(
            ErrorCode::chat_too_long,
            fmt::format(
                "The message has {} characters; {} is the most.", units, ports_.limits.chat_units));
    }
    const auto wait = sender.person->chats.take(ports_.clock.steady_now());
    if (wait.count() > 0) {
        return std::unexpected(too_fast("That is too many messages at once.", wait));
    }
    ChatMessage message{
        MessageId::random(ports_.random),
        sender.user.id,
        sender.user.name,
        std::move(text),
        ports_.clock.wall_now()};
    chat_.push_back(message);
    if (chat_.size() > ports_.limits.chat_history) chat_.pop_front();
    tell_all(NewMessage{message});
    saver_.enqueue([this, message](Callback<> done) {
        ports_.store.append_chat(record_.id, message, std::move(done));
    });
    touch();
    saver_.record_changed();
    close_overdue();
    return {};
}

std::vector<Presence> Room::Body::online() const {
    std::vector<Presence> present;
    present.reserve(participants_.size());
    for (const Participant& participant : participants_) {
        present.push_back(presence_of(participant));
    }
    return present;
}

RoomState Room::Body::state_for(const Participant& participant) const {
    return {
        record_.id,
        record_.title,
        record_.visibility,
        record_.default_role,
        record_.locked,
        role_of(participant.user.id).value_or(Role::viewer),
        record_.language,
        presence_of(participant),
        online(),
        runs_.state(),
        ports_.clock.wall_now(),
        !saver_.trouble()};
}

}  // namespace codencollab::room
