#pragma once

#include "base/limits.h"
#include "gateway/json_writer.h"
#include "room/event.h"

#include <string>
#include <string_view>

namespace codencollab::gateway {

/// The contract's name of a server event: "code-update".
std::string_view event_name(const room::Event& event);

/// Appends the payload of a server event as the contract has it (section 2); for the event `yjs`,
/// whose payload is bytes, what stands for its first attachment.
void append_event_json(std::string& out, const room::Event& event, const Limits& limits);

/// The fields of `room-state`, which are also those of the answer to a join.
void write_room_state(JsonWriter& json, const room::RoomState& state, const Limits& limits);
/// The fields of `new-message`, which also stand in `chat-history` and in the room's history.
void write_message(JsonWriter& json, const room::ChatMessage& message);
/// The fields of `execution-result`, which also stand in `GET /rooms/{id}/runs`.
void write_run_result(JsonWriter& json, const RunId& run, const room::RunResult& result);

}  // namespace codencollab::gateway
