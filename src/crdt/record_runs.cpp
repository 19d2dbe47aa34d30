#include "crdt/record_runs.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace codencollab::crdt {

namespace {

/// Calls `take` with each run, in the order read.
template <class Take>
void for_each_run(const UpdateRecords& records, const Take& take) {
    const auto is_skip = [&](std::uint32_t i) { return records.structs[i].kind == Kind::skip; };
    for (const RecordBlock& block : records.blocks) {
        const std::uint32_t end = block.first + block.count;
        for (std::uint32_t first = block.first; first < end;) {
            std::uint32_t last = end;
            if (records.has_skip) {  // hardly ever
                while (first < end && is_skip(first))
                    ++first;
                if (first == end) break;
                last = first + 1;
                while (last < end && !is_skip(last))
                    ++last;
            }
            const StructRecord& final = records.structs[last - 1];
            take(
                Run{.client = block.client,
                    .begin = records.structs[first].clock,
                    .end = final.clock + final.length,
                    .first = first,
                    .count = last - first});
            first = last;
        }
    }
}

}  // namespace

RunsByClient::RunsByClient(const UpdateRecords& records) : begins_(records.clients.size() + 1) {
    for_each_run(records, [this](const Run& run) { ++begins_[run.client + 1]; });
    for (std::uint32_t client = 0; client < records.clients.size(); ++client) {
        if (begins_[client + 1] > 0) clients_.push_back(client);
        begins_[client + 1] += begins_[client];
    }
    std::ranges::sort(clients_, std::ranges::greater{}, [&](std::uint32_t client) {
        return records.clients[client];
    });

    runs_.resize(begins_.back());
    std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
    for_each_run(records, [&](const Run& run) { runs_[next[run.client]++] = run; });
    for (const std::uint32_t client : clients_) {
        const auto mine = std::span(runs_).subspan(begins_[client], of(client).size());
        // Of runs that begin together the one read first comes first.
        const auto place = [](const Run& run) { return std::pair(run.begin, run.first); };
        if (!std::ranges::is_sorted(mine, {}, place)) std::ranges::sort(mine, {}, place);
    }
}

}  // namespace codencollab::crdt
