#include "sim/disk.h"

#include "crdt/document.h"

#include <algorithm>
#include <iterator>

namespace codencollab::sim {

void Disk::Kept::append(const room::LogBatch& batch) {
    for (const room::LoggedUpdate& update : batch.updates) {
        const auto reached = folded.find(batch.writer);
        const bool is_folded = reached != folded.end() && update.number <= reached->second;
        const bool is_there = std::ranges::any_of(log, [&](const Row& row) {
            return row.writer == batch.writer && row.update.number == update.number;
        });
        if (is_folded || is_there) continue;
        log.push_back({batch.writer, update});
        tokens.add(update.bytes);
    }
}

void Disk::Kept::fold(const room::LogPosition& position, std::string snapshot) {
    const auto stays = [&](const Row& row) {
        const auto reached = position.find(row.writer);
        return reached == position.end() || row.update.number > reached->second;
    };
    const auto taken = std::ranges::stable_partition(log, stays);
    std::ranges::move(taken, std::back_inserter(history));
    log.erase(taken.begin(), taken.end());
    for (const auto& [writer, number] : position)
        folded[writer] = std::max(folded[writer], number);
    snapshots.push_back(std::move(snapshot));
    if (snapshots.size() > 2) snapshots.erase(snapshots.begin());
}

room::StoredDocument Disk::Kept::document() const {
    room::StoredDocument stored;
    if (!snapshots.empty()) stored.updates.push_back(snapshots.back());
    for (const Row& row : log) {
        stored.updates.push_back(row.update.bytes);
        std::uint64_t& number = stored.log[row.writer];
        number = std::max(number, row.update.number);
        ++stored.log_count;
        stored.log_bytes += row.update.bytes.size();
    }
    return stored;
}

std::string Disk::Kept::replayed_text() const {
    crdt::Document document;
    for (const auto* rows : {&history, &log}) {
        for (const Row& row : *rows)
            static_cast<void>(document.apply(row.update.bytes));
    }
    return document.text("code").to_string();
}

Disk::Kept* Disk::find(const RoomId& id) {
    const auto found = rooms.find(id);
    return found == rooms.end() ? nullptr : &found->second;
}

room::RunRecord* Disk::find_run(const RunId& id) {
    for (auto& [room, kept] : rooms) {
        for (room::RunRecord& run : kept.runs) {
            if (run.id == id) return &run;
        }
    }
    return nullptr;
}

void Disk::end_lost_runs(WallTime now) {
    for (auto& [room, kept] : rooms) {
        for (room::RunRecord& run : kept.runs) {
            if (run.result) continue;
            run.finished_at = now;
            run.result.emplace();
            run.result->failure = room::RunFailure::internal;
        }
    }
}

}  // namespace codencollab::sim
