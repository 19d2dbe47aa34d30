#include "base/lib0.h"
#include "room/room_body.h"

#include <algorithm>
#include <utility>

namespace codencollab::room {

namespace {

constexpr std::chrono::milliseconds tick_interval{3'000};
// Clients drop what is not renewed for 30 s.
constexpr std::chrono::seconds renew_after{15};
// y-websocket goes away after 30 s without any message.
constexpr int silent_ticks_max = 7;

std::string update_of(crdt::ClientNumber client, std::uint64_t clock, std::string_view state) {
    lib0::Writer out;
    out.var_uint(1);
    out.var_uint(client);
    out.var_uint(clock);
    out.var_bytes(state);
    return out.take();
}

}  // namespace

// Most of what comes is an echo of what others said, and costs a look-up.
Result<bool> Room::Body::move_awareness(ParticipantId id, std::string_view update) {
    auto acts = acting_replica(id, Action::move_cursor);
    if (!acts) return std::unexpected(std::move(acts).error());
    Participant& mover = **acts;
    auto change =
        awareness_.apply(update, mover.key(), ports_.clock.steady_now(), mover.signature.members());
    if (!change) {
        using Code = crdt::DecodeError::Code;
        const Code code = change.error().code;
        if (code == Code::too_large || code == Code::too_many_clients || code == Code::too_deep) {
            return fail(ErrorCode::too_large, "That is more presence than a room keeps.");
        }
        Error why{
            ErrorCode::bad_payload, "This is no awareness update: " + describe(change.error())};
        return std::unexpected(bad_update(id, std::move(why)));
    }
    if (change->relay.empty() && change->answer.empty()) return false;
    for (const auto* list : {&change->added, &change->updated}) {
        for (const crdt::ClientNumber client : *list) {
            const bool is_known = std::ranges::find(mover.states, client) != mover.states.end();
            if (!is_known) mover.states.push_back(client);
        }
    }
    if (!change->answer.empty()) {
        tell(
            mover, AwarenessUpdate{std::make_shared<const std::string>(std::move(change->answer))});
    }
    if (!change->added.empty() || !change->removed.empty()) {
        relay_awareness(std::move(change->relay), id);
    } else if (!change->relay.empty()) {
        at_pace(mover, &Participant::awareness_pace, &Body::tell_states);
    }
    if (deltas_ > 0) find_cursor(mover);
    close_overdue();
    return true;
}

Result<> Room::Body::query_awareness(ParticipantId id) {
    auto acts = acting_replica(id, Action::view_room);
    if (!acts) return std::unexpected(std::move(acts).error());
    tell(**acts, AwarenessUpdate{std::make_shared<const std::string>(awareness_.encode())});
    close_overdue();
    return {};
}

void Room::Body::relay_awareness(std::string update, std::optional<ParticipantId> author) {
    if (update.empty()) return;
    tell(
        Audience::replicas,
        AwarenessUpdate{std::make_shared<const std::string>(std::move(update))},
        author);
}

void Room::Body::tell_states(Participant& participant) {
    relay_awareness(awareness_.encode(participant.states), participant.id);
}

// What delta clients are told of a replica's caret. Its name and colour are the connection's.
void Room::Body::find_cursor(Participant& replica) {
    for (const crdt::ClientNumber client : replica.states) {
        const auto state = awareness_.state(client);
        if (!state) continue;
        const auto caret = read_caret(*state);
        if (!caret) continue;
        const auto anchor = document_.find(caret->anchor);
        const auto head = document_.find(caret->head);
        if (!anchor || !head) continue;
        const TextDocument& text = document_.shown();
        Cursor cursor{text.position_at(*head), std::nullopt};
        if (*anchor != *head) {
            cursor.selection = text.range_at(std::min(*anchor, *head), std::max(*anchor, *head));
        }
        return note_cursor(replica, cursor);
    }
}

// A delta client appears in awareness under a number of the room's, while anybody looks there.
void Room::Body::put_caret(Participant& participant) {
    if (participants_.size() == deltas_) return;
    if (participant.states.empty()) {
        crdt::ClientNumber client = 0;
        do {
            client = ports_.random.next_u64() & 0xFFFF'FFFF;
        } while (client == 0 || awareness_.clock(client) || document_.has_client(client));
        participant.states.push_back(client);
    }
    std::optional<Caret> caret;
    if (participant.cursor) {
        const CursorEnds ends = ends_of(*participant.cursor);
        const TextDocument& text = document_.shown();
        const auto anchor = document_.stick_to(text.offset_at(ends.anchor));
        const auto head = document_.stick_to(text.offset_at(ends.head));
        if (anchor && head) caret = Caret{*anchor, *head};
    }
    const SteadyTime now = ports_.clock.steady_now();
    participant.caret_renewed_at = now;
    const std::string update = update_of(
        participant.states.front(),
        ++participant.caret_clock,
        caret_state(participant.signature, caret));
    if (auto change = awareness_.apply(update, participant.key(), now)) {
        relay_awareness(std::move(change->relay), participant.id);
    }
}

void Room::Body::drop_states(Participant& participant) {
    auto change = awareness_.remove_connection(participant.key(), ports_.clock.steady_now());
    participant.states.clear();
    participant.caret_clock = 0;
    relay_awareness(std::move(change.relay), participant.id);
}

void Room::Body::arm_tick() {
    if (tick_is_set_ || participants_.size() == deltas_) return;
    tick_is_set_ = true;
    tick_timer_ = ports_.loop.after(tick_interval, [this] {
        tick_is_set_ = false;
        tick();
        close_overdue();
        arm_tick();
    });
}

void Room::Body::tick() {
    const SteadyTime now = ports_.clock.steady_now();
    for (Participant& participant : participants_) {
        const bool is_due = !participant.is_replica() && !participant.states.empty() &&
                            now - participant.caret_renewed_at >= renew_after;
        if (is_due) put_caret(participant);
    }
    relay_awareness(awareness_.expire(now).relay, std::nullopt);
    for (Participant& participant : participants_) {
        if (participant.kind != ClientKind::y_websocket) continue;
        if (++participant.silent_ticks < silent_ticks_max) continue;
        tell(
            participant, AwarenessUpdate{std::make_shared<const std::string>(awareness_.encode())});
    }
}

}  // namespace codencollab::room
