#include "base/utf.h"
#include "room/languages.h"
#include "room/room_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace codencollab::room {

namespace {

std::string first_name(const std::string& name) {
    return name.substr(0, name.find(' '));
}

}  // namespace

void Room::Body::touch() {
    record_.updated_at = ports_.clock.wall_now();
}

RoomView Room::Body::view_for(Role role) const {
    RoomView view{record_, role, {}};
    for (const auto& [user, member] : members_)
        view.members.push_back(member);
    std::ranges::stable_sort(view.members, [](const MemberRecord& a, const MemberRecord& b) {
        const bool a_owns = a.role == Role::owner;
        const bool b_owns = b.role == Role::owner;
        return a_owns != b_owns ? a_owns : a.joined_at < b.joined_at;
    });
    return view;
}

Result<RoomView> Room::Body::view(const UserId& caller) const {
    if (auto allowed = check(Action::view_room, caller); !allowed) {
        return std::unexpected(std::move(allowed).error());
    }
    return view_for(*role_of(caller));
}

Result<RoomPreview> Room::Body::preview() const {
    if (record_.visibility != Visibility::link) return std::unexpected(room_not_found());
    RoomPreview preview{record_.title, {}};
    std::set<UserId> seen;
    for (const Participant& participant : participants_) {
        if (!seen.insert(participant.user.id).second) continue;
        preview.present.push_back(first_name(participant.user.name));
    }
    return preview;
}

void Room::Body::join(const User& caller, Callback<Role> done) {
    if (const auto role = role_of(caller.id)) return done(*role);
    if (record_.visibility != Visibility::link) return done(std::unexpected(room_not_found()));
    MemberRecord member{caller, record_.default_role, ports_.clock.wall_now()};
    ports_.store.put_member(
        record_.id,
        member,
        [room = room_.weak_from_this(), member, done = std::move(done)](Result<> stored) mutable {
            const auto alive = room.lock();
            if (!alive) return done(std::unexpected(room_not_found()));
            if (!stored) return done(std::unexpected(std::move(stored).error()));
            // A second join of the same user, or a role given meanwhile, came first.
            auto& members = alive->body_->members_;
            done(members.try_emplace(member.user.id, member).first->second.role);
        });
}

void Room::Body::change_settings(const User& caller, SettingsPatch patch, Callback<RoomView> done) {
    if (auto allowed = check(Action::change_settings, caller.id); !allowed) {
        return done(std::unexpected(std::move(allowed).error()));
    }
    if (patch.title && utf16_length(*patch.title) > ports_.limits.title_units) {
        return done(fail(
            ErrorCode::bad_payload,
            fmt::format("A title has at most {} characters.", ports_.limits.title_units)));
    }
    if (patch.default_role == Role::owner) {
        return done(
            fail(ErrorCode::bad_payload, "Those who come by the link can be editors or viewers."));
    }
    RoomUpdated updated{record_.id, {}, {}, {}, {}, {}, {}};
    const auto set = [](auto& now, const auto& wanted, auto& told) {
        if (!wanted || *wanted == now) return;
        now = *wanted;
        told = *wanted;
    };
    set(record_.title, patch.title, updated.title);
    set(record_.visibility, patch.visibility, updated.visibility);
    set(record_.default_role, patch.default_role, updated.default_role);
    set(record_.locked, patch.locked, updated.locked);
    const bool changes =
        updated.title || updated.visibility || updated.default_role || updated.locked;
    if (changes) {
        touch();
        tell_all(updated);
        if (updated.title) note(HistoryEventKind::title, caller, record_.title);
        if (updated.locked) {
            note(record_.locked ? HistoryEventKind::locked : HistoryEventKind::unlocked, caller);
        }
        close_overdue();
        saver_.record_changed();
    }
    // Also where nothing changes: what is so already may be waiting for a store that fails.
    saver_.flush([room = room_.weak_from_this(), user = caller.id, done = std::move(done)](
                     Result<> saved) mutable {
        const auto alive = room.lock();
        if (!alive) return done(std::unexpected(room_not_found()));
        if (!saved) return done(std::unexpected(std::move(saved).error()));
        done(alive->body_->view(user));
    });
}

Result<> Room::Body::set_language(ParticipantId id, const std::string& language) {
    auto acts = acting(id, Action::change_language);
    if (!acts) return std::unexpected(std::move(acts).error());
    auto canonical = canonical_language(*ports_.executor.runtimes(), language);
    if (!canonical) return std::unexpected(std::move(canonical).error());
    if ((*acts)->person->code_events.take(ports_.clock.steady_now()).count() > 0) {
        return fail(ErrorCode::rate_limited, "Too many changes at once. Wait a moment.", 1);
    }
    if (*canonical == record_.language) return {};
    take_language(std::move(*canonical), *acts);
    const DocumentEffect effect = document_.set_language(record_.language);
    if (effect.update) spread(effect, std::nullopt, (*acts)->user.id, nullptr);
    close_overdue();
    return {};
}

void Room::Body::take_language(std::string language, const Participant* by) {
    record_.language = std::move(language);
    touch();
    tell(
        Audience::everybody,
        LanguageUpdate{record_.language},
        by == nullptr ? std::nullopt : std::optional(by->id));
    if (by != nullptr) note(HistoryEventKind::language, by->user, record_.language);
    saver_.record_changed();
    saver_.flush([](Result<>) {});  // a failure is told and tried again by the saver itself
}

// Also counts an owner whose end of ownership is being stored: two owners who demote each other at
// once must not leave the room without one.
bool Room::Body::is_last_owner(const UserId& user) const {
    if (role_of(user) != Role::owner) return false;
    return std::ranges::none_of(members_, [&](const auto& entry) {
        return entry.first != user && entry.second.role == Role::owner &&
               !ceasing_owners_.contains(entry.first);
    });
}

void Room::Body::set_role(const User& caller, const UserId& user, Role role, Callback<> done) {
    if (auto allowed = check(Action::manage_members, caller.id); !allowed) {
        return done(std::move(allowed));
    }
    const auto found = members_.find(user);
    if (found == members_.end()) {
        return done(fail(ErrorCode::not_found, "This person is no member of the room."));
    }
    if (found->second.role == role && !doubtful_roles_.contains(user)) return done({});
    if (is_last_owner(user) && role != Role::owner) {
        return done(
            fail(ErrorCode::conflict, "A room needs an owner. Make somebody else an owner first."));
    }
    if (found->second.role == Role::owner && role != Role::owner) ceasing_owners_.insert(user);
    MemberRecord member = found->second;
    member.role = role;
    ports_.store.put_member(
        record_.id,
        member,
        [room = room_.weak_from_this(), user, role, by = caller, done = std::move(done)](
            Result<> stored) mutable {
            const auto alive = room.lock();
            if (!alive) return done(std::unexpected(room_not_found()));
            Body& body = *alive->body_;
            body.ceasing_owners_.erase(user);
            if (!stored) {
                body.doubtful_roles_.insert(user);
                return done(std::move(stored));
            }
            body.doubtful_roles_.erase(user);
            const auto changed = body.members_.find(user);
            if (changed == body.members_.end()) return done({});  // removed meanwhile
            changed->second.role = role;
            body.note(HistoryEventKind::role, by, std::string(to_string(role)), user);
            const RoleChanged event{body.record_.id, user, role, by.name};
            for (Participant& participant : body.participants_) {
                if (participant.user.id == user) body.tell(participant, event);
            }
            body.close_overdue();
            done({});
        });
}

void Room::Body::remove_member(const User& caller, const UserId& user, Callback<> done) {
    if (auto allowed = check(Action::manage_members, caller.id); !allowed) {
        return done(std::move(allowed));
    }
    if (!role_of(user)) {
        return done(fail(ErrorCode::not_found, "This person is no member of the room."));
    }
    if (is_last_owner(user)) {
        return done(
            fail(ErrorCode::conflict, "A room needs an owner. Make somebody else an owner first."));
    }
    if (role_of(user) == Role::owner) ceasing_owners_.insert(user);
    ports_.store.remove_member(
        record_.id,
        user,
        [room = room_.weak_from_this(), user, by = caller, done = std::move(done)](
            Result<> stored) mutable {
            const auto alive = room.lock();
            if (!alive) return done(std::unexpected(room_not_found()));
            Body& body = *alive->body_;
            body.ceasing_owners_.erase(user);
            if (!stored) {
                body.doubtful_roles_.insert(user);
                return done(std::move(stored));
            }
            body.doubtful_roles_.erase(user);
            body.members_.erase(user);
            body.note(HistoryEventKind::removed, by, {}, user);
            std::vector<ParticipantId> theirs;
            for (Participant& participant : body.participants_) {
                if (participant.user.id != user) continue;
                theirs.push_back(participant.id);
                body.tell(participant, RoomClosed{body.record_.id, ClosedBecause::removed});
            }
            for (const ParticipantId id : theirs)
                body.close(id, CloseReason::removed);
            done({});
        });
}

void Room::Body::remove(const User& caller, Callback<> done) {
    if (auto allowed = check(Action::delete_room, caller.id); !allowed) {
        return done(std::move(allowed));
    }
    saver_.pause();  // nothing may be written after the store has removed the room
    ports_.store.remove(
        record_.id,
        [room = room_.weak_from_this(), done = std::move(done)](Result<> removed) mutable {
            const auto alive = room.lock();
            if (!alive) return done({});  // another call deleted it
            Body& body = *alive->body_;
            if (!removed) {
                body.saver_.resume();
                return done(std::move(removed));
            }
            body.runs_.abandon();
            body.tell_all(RoomClosed{body.record_.id, ClosedBecause::deleted});
            for (const Participant& participant : body.participants_) {
                participant.outbox->close(CloseReason::room_deleted);
            }
            std::vector<Participant> gone = std::exchange(body.participants_, {});
            body.deltas_ = 0;
            body.overdue_.clear();
            body.tick_timer_.cancel();
            for (Participant& participant : gone) {
                for (Callback<>& waiting : participant.waiting)
                    waiting(std::unexpected(room_not_found()));
            }
            body.saver_.abandon(room_not_found());
            body.owner_.deleted();
            done({});
        });
}

}  // namespace codencollab::room
