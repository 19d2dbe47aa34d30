#pragma once

#include "base/utf.h"
#include "room/rooms.h"
#include "support/fake_executor.h"
#include "support/fake_store.h"
#include "support/manual_clock.h"
#include "support/manual_loop.h"
#include "support/monaco_model.h"
#include "support/recording_outbox.h"
#include "support/replica.h"
#include "support/seeded_random.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace codencollab {

/// The answer of an asynchronous call, once it has come.
template <class T>
class Answer {
  public:
    Callback<T> callback() {
        return [kept = kept_](Result<T> result) {
            ++kept->times;
            kept->result = std::move(result);
        };
    }
    bool has_come() const { return kept_->times == 1; }
    Result<T>& get() { return *kept_->result; }

  private:
    struct Kept {
        int times = 0;
        std::optional<Result<T>> result;
    };
    std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

/// One loop's rooms in a world that the test moves: verbs for what people do.
class House {
  public:
    /// A client in a room: a naive editor, or a replica, that follows what it is pushed.
    struct Guest {
        RecordingOutbox outbox;
        room::Seat seat;
        std::size_t read = 0;

        MonacoModel editor;  // of a delta client
        std::uint64_t rev = 0;

        Replica replica{0};  // of the other kinds
    };

    explicit House(Limits wanted = {}) : limits(wanted), limiters(limits, clock) {}

    ManualClock clock;
    ManualLoop loop{clock};
    SeededRandom random;
    FakeStore store{loop};
    FakeExecutor executor;
    EventEncoder encoder;
    Limits limits;
    room::Limiters limiters;
    std::unique_ptr<room::Rooms> rooms = std::make_unique<room::Rooms>(ports());

    room::RoomsPorts ports() {
        return {loop, clock, random, store, executor, encoder, limits, limiters};
    }

    room::User person(std::string name) { return {UserId::random(random), std::move(name), false}; }

    void wait(std::chrono::milliseconds time) { loop.advance(time); }

    RoomId make_room(const room::User& owner, room::NewRoom wanted = {}) {
        Answer<room::RoomRecord> made;
        rooms->create(owner, std::move(wanted), made.callback());
        loop.run_until_idle();
        return made.get()->id;
    }

    /// Calls `act(room, callback)` on the opened room and gives its answer.
    template <class T, class Act>
    Result<T> ask(const RoomId& id, Act act) {
        Answer<T> answer;
        rooms->with_room(id, [&](Result<room::Room*> opened) {
            if (!opened) return answer.callback()(std::unexpected(opened.error()));
            act(**opened, answer.callback());
        });
        loop.run_until_idle();
        return answer.get();
    }

    Result<room::Role> join(const RoomId& id, const room::User& user) {
        return ask<room::Role>(
            id, [&](room::Room& room, auto done) { room.join(user, std::move(done)); });
    }

    Result<> set_role(
        const RoomId& id, const room::User& by, const room::User& user, room::Role role) {
        return ask<void>(id, [&](room::Room& room, auto done) {
            room.set_role(by, user.id, role, std::move(done));
        });
    }

    Result<room::RoomView> change_settings(
        const RoomId& id, const room::User& by, const room::SettingsPatch& patch) {
        return ask<room::RoomView>(id, [&](room::Room& room, auto done) {
            room.change_settings(by, patch, std::move(done));
        });
    }

    Result<RunId> run(const RoomId& id, const room::User& by, room::RunOrder order = {}) {
        return ask<RunId>(id, [&](room::Room& room, auto done) {
            room.start_run(by, std::move(order), std::move(done));
        });
    }

    Result<> try_enter(
        const RoomId& id,
        const room::User& user,
        Guest& guest,
        room::ClientKind kind = room::ClientKind::delta) {
        ++last_sid_;
        guest.replica = Replica(1'000 + static_cast<std::uint64_t>(last_sid_));
        rooms->enter(
            id,
            {user, "sid-" + std::to_string(last_sid_), kind, guest.outbox},
            [&](Result<room::Entered> result) {
                if (result) guest.seat = std::move(result->seat);
                outcome_ = result ? Result<>() : Result<>(std::unexpected(result.error()));
            });
        loop.run_until_idle();
        follow(guest);
        return outcome_;
    }

    /// A member who is in the room; joins first when that is needed.
    std::unique_ptr<Guest> enter(const RoomId& id, const room::User& user) {
        auto guest = std::make_unique<Guest>();
        if (join(id, user)) static_cast<void>(try_enter(id, user, *guest));
        return guest;
    }

    /// A member with a replica, which has all of the room.
    std::unique_ptr<Guest> enter_replica(
        const RoomId& id, const room::User& user, room::ClientKind kind = room::ClientKind::yjs) {
        auto guest = std::make_unique<Guest>();
        if (join(id, user)) static_cast<void>(try_enter(id, user, *guest, kind));
        static_cast<void>(guest->seat.sync(guest->replica.state_vector()));
        follow(*guest);
        return guest;
    }

    /// The guest makes what it was pushed, or so many frames more of it.
    void follow(Guest& guest, std::size_t frames = static_cast<std::size_t>(-1)) {
        for (; frames > 0 && guest.read < guest.outbox.frames.size(); ++guest.read, --frames) {
            const auto& frame = static_cast<const EventFrame&>(*guest.outbox.frames[guest.read]);
            if (const auto* code = std::get_if<room::InitialCode>(&frame.event)) {
                guest.editor.set_text(code->code);
                guest.rev = code->rev;
            } else if (const auto* update = std::get_if<room::CodeUpdate>(&frame.event)) {
                guest.editor.apply_edits(*update->changes);
                guest.rev = update->rev;
            } else if (const auto* shared = std::get_if<room::DocumentUpdate>(&frame.event)) {
                guest.replica.apply(*shared->update);
            } else if (const auto* reply = std::get_if<room::SyncReply>(&frame.event)) {
                guest.replica.apply(reply->update);
            }
        }
    }

    /// Types into the guest's editor. The answer comes once the change is stored.
    Answer<std::uint64_t> type(Guest& guest, std::size_t offset, std::u16string text) {
        follow(guest);
        const room::Position at = guest.editor.position_at(offset);
        room::CodeChange change;
        change.changes = {{{at, at}, static_cast<std::int64_t>(offset), 0, std::move(text)}};
        guest.editor.apply_edits(change.changes);
        change.code = guest.editor.text();
        change.rev = guest.rev;
        return send(guest, std::move(change));
    }

    Answer<std::uint64_t> send(Guest& guest, room::CodeChange change) {
        Answer<std::uint64_t> answer;
        guest.seat.change(std::move(change), answer.callback());
        return answer;
    }

    /// The refusal, if the change was refused; what is accepted is not stored yet.
    Result<> type_at(Guest& guest, std::size_t offset, std::u16string text) {
        auto answer = type(guest, offset, std::move(text));
        if (answer.has_come() && !answer.get()) return std::unexpected(answer.get().error());
        return {};
    }

    /// Types into the guest's replica. The answer comes once the update is stored.
    Answer<void> type_shared(Guest& guest, std::size_t offset, std::string_view utf8) {
        follow(guest);
        return send_update(guest, guest.replica.insert(offset, utf8));
    }

    Answer<void> send_update(Guest& guest, std::string_view update) {
        Answer<void> answer;
        guest.seat.update(update, answer.callback());
        return answer;
    }

    /// What was accepted is stored, if the store does its work.
    void wait_for_commit() { wait(room::UpdateLog::grid); }

    std::u16string text(const RoomId& id, const room::User& member) {
        return to_utf16(*ask<std::string>(
            id, [&](room::Room& room, auto done) { done(room.text(member.id)); }));
    }

  private:
    int last_sid_ = 0;
    Result<> outcome_;
};

}  // namespace codencollab
