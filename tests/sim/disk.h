#pragma once

#include "room/store.h"
#include "sim/stored_tokens.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::sim {

/// What is stored, and stays when nodes die. Each change of it is one transaction.
struct Disk {
    /// One update, in the order of the log.
    struct Row {
        room::LogWriter writer = 0;
        room::LoggedUpdate update;
    };
    struct Kept {
        room::RoomRecord room;
        std::map<UserId, room::MemberRecord> members;
        std::string text{};                    // UTF-8, for people
        std::vector<Row> log{};                // what no snapshot holds
        std::vector<Row> history{};            // what was folded, in the order of the log
        std::vector<std::string> snapshots{};  // the two newest, the newest last
        room::LogPosition folded{};            // of each writer, up to where
        StoredTokens tokens{};
        std::vector<room::HistoryEvent> events{};
        std::vector<room::ChatMessage> chat{};
        std::vector<room::RunRecord> runs{};

        /// Updates that it has already change nothing.
        void append(const room::LogBatch& batch);
        /// Moves exactly these updates into the history.
        void fold(const room::LogPosition& position, std::string snapshot);
        room::StoredDocument document() const;
        /// The text that all updates ever stored make, without any snapshot.
        std::string replayed_text() const;
    };

    std::map<RoomId, Kept> rooms;
    /// Their removal was answered: a write into one of these is a bug, and is counted.
    std::set<RoomId> forbidden;
    std::size_t trespasses = 0;
    std::map<std::string, RoomId> room_keys;
    std::map<std::string, RunId> run_keys;

    Kept* find(const RoomId& id);
    room::RunRecord* find_run(const RunId& id);
    /// What a store does when it is opened: a run without a result was going on in a node that is
    /// gone.
    void end_lost_runs(WallTime now);
};

}  // namespace codencollab::sim
