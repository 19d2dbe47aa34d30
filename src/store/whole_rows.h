#pragma once

#include "base/log.h"
#include "store/sqlite_connection.h"

#include <cstdint>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::store {

/// The rows that `query` still answers, as `read` reads one of them; the first column is the row's
/// seq in `table`. A damaged row, for which `read` throws, is left out and the log names it: what
/// stands beside a document costs itself alone, never the room or the page that it is on.
template <class Read>
auto whole_rows(Query& query, std::string_view table, Read read) {
    std::vector<decltype(read(query))> rows;
    while (query.next_row()) {
        const std::int64_t seq = query.read_integer();
        try {
            rows.push_back(read(query));
        } catch (const std::exception& damage) {
            spdlog::error("Row {} of {} is damaged and left out: {}.", seq, table, damage.what());
        }
    }
    return rows;
}

}  // namespace codencollab::store
