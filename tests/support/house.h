#pragma once

#include "base/utf.h"
#include "room/rooms.h"
#include "support/fake_executor.h"
#include "support/fake_store.h"
#include "support/manual_clock.h"
#include "support/manual_loop.h"
#include "support/monaco_model.h"
#include "support/recording_outbox.h"
#include "support/seeded_random.h"

#include <memory>
#include <optional>
#include <string>
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
    /// A client in a room, with a naive editor that follows what it is pushed.
    struct Guest {
        RecordingOutbox outbox;
        room::Seat seat;
        MonacoModel editor;
        std::size_t read = 0;
        std::uint64_t rev = 0;
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

    Result<> try_enter(const RoomId& id, const room::User& user, Guest& guest) {
        Answer<room::Entered> entered;
        rooms->enter(
            id,
            {user, "sid-" + std::to_string(++last_sid_), room::ClientKind::delta, guest.outbox},
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

    /// The guest's editor makes what it was pushed.
    void follow(Guest& guest) {
        for (; guest.read < guest.outbox.frames.size(); ++guest.read) {
            const auto& frame = static_cast<const EventFrame&>(*guest.outbox.frames[guest.read]);
            if (const auto* code = std::get_if<room::InitialCode>(&frame.event)) {
                guest.editor.set_text(code->code);
                guest.rev = code->rev;
            } else if (const auto* update = std::get_if<room::CodeUpdate>(&frame.event)) {
                guest.editor.apply_edits(*update->changes);
                guest.rev = update->rev;
            }
        }
    }

    Result<std::uint64_t> type_at(Guest& guest, std::size_t offset, std::u16string text) {
        follow(guest);
        const room::Position at = guest.editor.position_at(offset);
        room::CodeChange change;
        change.changes = {{{at, at}, static_cast<std::int64_t>(offset), 0, std::move(text)}};
        guest.editor.apply_edits(change.changes);
        change.code = guest.editor.text();
        change.rev = guest.rev;
        return guest.seat.change(std::move(change));
    }

    std::u16string text(const RoomId& id, const room::User& member) {
        return *ask<std::u16string>(
            id, [&](room::Room& room, auto done) { done(room.text(member.id)); });
    }

  private:
    int last_sid_ = 0;
    Result<> outcome_;
};

}  // namespace codencollab
