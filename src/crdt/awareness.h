#pragma once

#include "crdt/error.h"
#include "crdt/id.h"
#include "crdt/json_members.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {

/// Bounds on what an Awareness takes from strangers and keeps of them.
struct AwarenessLimits {
    std::size_t entries = 1'000;                // in one update; and of all connections together
    std::size_t entries_of_a_connection = 100;  // a browser's tabs may speak for each other
    std::size_t state_bytes = 16 << 10;         // as its sender says it
    std::size_t state_depth = 100;
    std::chrono::milliseconds state_kept{30'000};  // clients renew theirs every 15 s
    std::size_t dropped_clocks = 1'000;
    std::chrono::milliseconds dropped_clock_kept{300'000};
};

/// Who is here and where they point, as y-protocols' awareness has it: for each client number a
/// clock and a state, a JSON text that lasts as long as its client renews it. This is a server's
/// side of it: it holds what connections tell, and has no state of its own.
///
/// A client number belongs to the connection that introduced it, until its state is dropped: what
/// other connections say of it is ignored. y-websocket clients send back every change they hear, so
/// most of what arrives says nothing new; it is dropped unread, and costs a look-up.
///
/// A state is what its sender says but for the members that the caller knows better, such as a
/// name: those are put right before anybody hears of it.
///
/// Ownership: copies what it keeps.
/// Threads:   none of its own and no clock: time is passed in. One thread at a time.
/// Errors:    a refused update changes nothing.
/// Source:    y-protocols 1.0, awareness.js; docs/wire-format.md, section 9.
class Awareness {
  public:
    using Time = std::chrono::steady_clock::time_point;
    /// The caller's number for a connection.
    using ConnectionKey = std::uint64_t;

    /// What one call changed. The three lists are as Yjs names them in its event: a client seen
    /// before is `updated`, also when it comes back.
    struct Change {
        std::vector<ClientNumber> added;
        std::vector<ClientNumber> updated;
        std::vector<ClientNumber> removed;
        /// The accepted entries as an update for everybody else. Empty if nothing was accepted;
        /// such an update from a client is an echo, and should not count against its rate limit.
        std::string relay;
        /// For the sender alone, mostly empty: removals that it has missed. A client that comes
        /// back with the clock it left with learns from it that it must raise it to be seen.
        std::string answer;
    };

    explicit Awareness(AwarenessLimits limits = {});
    Awareness(Awareness&&) = default;
    Awareness& operator=(Awareness&&) = default;

    /// Takes in what came over `connection`. Each state of it that is an object has these
    /// `members`, whatever it said under their keys. Bytes after the end are ignored, as Yjs does.
    std::expected<Change, DecodeError> apply(
        std::string_view update,
        ConnectionKey connection,
        Time now,
        std::span<const JsonMember> members = {});

    /// Drops the states that the connection introduced, each with the clock that it has.
    Change remove_connection(ConnectionKey connection, Time now);

    /// Drops the states that were not renewed in time; to be called every few seconds.
    Change expire(Time now);

    /// All states, as an update; of no entries if nobody is here.
    std::string encode() const;
    /// What is known of these clients: a state, or null with the clock of what was dropped; those
    /// that are not known are left out.
    std::string encode(std::span<const ClientNumber> clients) const;

    /// The state's JSON text. Valid until the next call that changes something.
    std::optional<std::string_view> state(ClientNumber client) const;
    /// Also of a client whose state was dropped, for as long as that is remembered.
    std::optional<std::uint64_t> clock(ClientNumber client) const;
    std::size_t size() const { return entries_.size() - dropped_.size(); }

  private:
    struct Entry {
        std::uint64_t clock = 0;
        Time changed_at;
        ConnectionKey connection = 0;  // means nothing once the state is dropped
        std::string state;             // JSON; empty: dropped, and listed in dropped_
        std::list<ClientNumber>::iterator dropped_place;

        bool is_held() const { return !state.empty(); }
    };
    /// One entry of an update.
    struct Heard {
        ClientNumber client = 0;
        std::uint64_t clock = 0;
        std::string_view state;  // what a stranger sent
        std::string mended;      // to be kept in its place, unless empty
        bool is_null = false;
        std::size_t at = 0;  // of the state, in the update
    };
    enum class Verdict : std::uint8_t { accepted, known, missed_removal };

    /// Fills heard_ with what of the update may be new, checked.
    std::expected<void, DecodeError> read(
        std::string_view update, ConnectionKey connection, std::span<const JsonMember> members);
    std::expected<void, DecodeError> check_state(
        Heard& heard, std::span<const JsonMember> members) const;
    bool has_room_for(std::size_t introduced, ConnectionKey connection) const;
    static Verdict judge(const Heard& heard, const Entry* entry, ConnectionKey connection);
    /// Answers the state that is held from now on; "null" if none is.
    std::string_view accept(Heard& heard, ConnectionKey connection, Time now, Change& change);
    template <class Predicate>
    Change drop_if(Time now, const Predicate& is_to_go);
    void remember_dropped(ClientNumber client, Entry& entry);
    void forget_dropped(Time now);
    const Entry* find(ClientNumber client) const;

    AwarenessLimits limits_;
    std::map<ClientNumber, Entry> entries_;
    std::list<ClientNumber> dropped_;  // the longest ago first
    std::vector<Heard> heard_;         // apply()'s scratch
};

}  // namespace codencollab::crdt
