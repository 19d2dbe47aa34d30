#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "net/http.h"
#include "room/room.h"
#include "room/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::gateway {

/// A time in a query: of ISO 8601, or milliseconds since 1970. Fails with `bad_payload`.
Result<WallTime> parse_time(std::string_view name, std::string_view text);

/// `?after=&limit=&from=&to=` of `GET /rooms/{id}/history`. Fails with `bad_payload`.
Result<room::HistoryQuery> parse_history_query(const net::HttpRequest& request);

/// The answer: `{updates, events, chat, runs, users, next}`. `users` says the name of everybody
/// whose id stands in it: of members the one they have now, of others the one they had then.
std::string history_json(
    const room::HistoryPage& page, const std::vector<room::MemberRecord>& members);

}  // namespace codencollab::gateway
