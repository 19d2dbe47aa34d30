#pragma once

#include "base/error.h"
#include "gateway/json_writer.h"
#include "net/http.h"
#include "room/room.h"
#include "room/rooms.h"
#include "room/store.h"

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace codencollab::gateway {

/// The JSON of a request's body; nothing at all counts as an empty object. Fails with
/// `unsupported_media_type`, `bad_request` (no JSON) or `bad_payload` (no object).
Result<boost::json::value> json_body(const net::HttpRequest& request);

/// `?limit=`: how many things a page may have. Fails with `bad_payload`.
Result<std::size_t> page_size(
    const net::HttpRequest& request, std::size_t if_absent, std::size_t max);

/// `Idempotency-Key`; empty when there is none. Fails with `bad_request` when it is too long.
Result<std::string> idempotency_key(const net::HttpRequest& request);

Result<room::NewRoom> parse_new_room(const boost::json::value& body);
Result<room::SettingsPatch> parse_settings_patch(const boost::json::value& body);
Result<room::Role> parse_member_role(const boost::json::value& body);
Result<room::RunOrder> parse_run_order(const boost::json::value& body);

struct RunInput {
    std::string data;
    bool eof = false;
};
Result<RunInput> parse_run_input(const boost::json::value& body);

/// The answer to who made the room: its owner.
std::string new_room_json(const room::RoomRecord& room);
std::string room_json(const room::RoomView& view);
/// `online` stands beside `page.rooms`: who is in each.
std::string room_page_json(
    const room::RoomPage& page, const std::vector<std::vector<room::Presence>>& online);
std::string preview_json(const room::RoomPreview& preview);
/// The fields of one run in `GET /rooms/{id}/runs` and in the history.
void write_run(JsonWriter& json, const room::RunRecord& run);
std::string runs_json(const std::vector<room::RunRecord>& runs);

}  // namespace codencollab::gateway
