#include "gateway/contract_codec.h"

#include "base/utf.h"
#include "gateway/event_json.h"
#include "gateway/payload_reader.h"
#include "wire/web_socket_frame.h"
#include "wire/y_protocol.h"

#include <fmt/format.h>

#include <vector>

namespace codencollab::gateway {

namespace {

room::Range read_range(
    const boost::json::value& value, const std::string& where, PayloadReader& to) {
    PayloadReader read(value, where);
    room::Range range;
    range.start.line = static_cast<std::int64_t>(read.count("startLineNumber", 1));
    range.start.column = static_cast<std::int64_t>(read.count("startColumn", 1));
    range.end.line = static_cast<std::int64_t>(read.count("endLineNumber", 1));
    range.end.column = static_cast<std::int64_t>(read.count("endColumn", 1));
    if (read.problem()) to.refuse_as(*read.problem());
    return range;
}

room::Change read_change(const boost::json::value& value, std::size_t number, PayloadReader& to) {
    PayloadReader read(value, fmt::format("changes[{}]", number));
    room::Change change;
    if (const auto* range = read.object("range")) {
        change.range = read_range(*range, fmt::format("changes[{}].range", number), read);
    }
    change.offset = static_cast<std::int64_t>(read.count("rangeOffset"));
    change.length = static_cast<std::int64_t>(read.count("rangeLength"));
    change.text = to_utf16(read.text("text"));
    if (read.problem()) to.refuse_as(*read.problem());
    return change;
}

/// What a replica is told, as the message of y-protocols that says it; none for other events.
struct MessageOf {
    using Message = std::optional<wire::YMessage>;

    Message operator()(const room::DocumentUpdate& event) {
        return wire::SyncUpdate{*event.update};
    }
    Message operator()(const room::SyncRequest& event) {
        return wire::SyncStep1{event.state_vector};
    }
    Message operator()(const room::SyncReply& event) { return wire::SyncStep2{event.update}; }
    Message operator()(const room::AwarenessUpdate& event) {
        return wire::AwarenessMessage{*event.update};
    }
    Message operator()(const room::EditDenied& event) {
        return wire::PermissionDenied{event.reason};
    }
    template <class Event>
    Message operator()(const Event&) {
        return std::nullopt;
    }
};

/// What a replica knows by its document and by awareness.
bool is_for_delta_alone(const room::Event& event) {
    return std::holds_alternative<room::InitialCode>(event) ||
           std::holds_alternative<room::CodeUpdate>(event) ||
           std::holds_alternative<room::CursorMoved>(event);
}

net::SharedBytes web_socket_frame(std::string_view message) {
    std::string frame;
    frame.reserve(message.size() + 10);
    wire::append_frame(frame, wire::Opcode::binary, message);
    return std::make_shared<const std::string>(std::move(frame));
}

}  // namespace

room::SharedFrame ContractCodec::encode(const room::Event& event, room::ClientKind kind) {
    const auto message = std::visit(MessageOf{}, event);
    if (kind == room::ClientKind::y_websocket) {
        if (!message) return nullptr;
        return std::make_shared<YFrame>(web_socket_frame(wire::encode_y_message(*message)));
    }
    const bool is_told = kind == room::ClientKind::yjs ? !is_for_delta_alone(event) : !message;
    if (!is_told) return nullptr;

    std::vector<std::string> attachments;
    if (message) attachments.push_back(wire::encode_y_message(*message));
    std::string payload;
    append_event_json(payload, event, limits_);
    return std::make_shared<PacketFrame>(Packet::event(event_name(event), payload, attachments));
}

Result<JoinRequest> parse_join(const boost::json::value& payload) {
    PayloadReader read(payload, "join");
    JoinRequest request;
    request.room_id = read.text("room_id");
    const auto sync = read.optional_text("sync").value_or("delta");
    if (sync == "yjs") {
        request.kind = room::ClientKind::yjs;
    } else if (sync != "delta") {
        read.refuse("sync", "has to be \"delta\" or \"yjs\"");
    }
    if (read.problem()) return std::unexpected(*read.problem());
    return request;
}

Result<room::CodeChange> parse_code_change(const boost::json::value& payload) {
    PayloadReader read(payload, "code_change");
    room::CodeChange change;
    const auto* changes = read.array("changes");
    if (const auto code = read.optional_text("code")) change.code = to_utf16(*code);
    if (const auto rev = read.optional_count("rev")) change.rev = *rev;
    if (const auto id = read.optional_text("id")) change.id = *id;

    for (std::size_t i = 0; changes && i < changes->size() && !read.problem(); ++i) {
        change.changes.push_back(read_change((*changes)[i], i, read));
    }
    if (read.problem()) return std::unexpected(*read.problem());
    return change;
}

Result<room::Cursor> parse_cursor(const boost::json::value& payload) {
    PayloadReader read(payload, "cursor");
    room::Cursor cursor;
    cursor.position.line = static_cast<std::int64_t>(read.count("lineNumber", 1));
    cursor.position.column = static_cast<std::int64_t>(read.count("column", 1));
    if (const auto* selection = read.optional_object("selection")) {
        cursor.selection = read_range(*selection, "cursor.selection", read);
    }
    if (read.problem()) return std::unexpected(*read.problem());
    return cursor;
}

Result<std::string> parse_chat_message(const boost::json::value& payload) {
    PayloadReader read(payload, "chat_message");
    std::string text(read.text("text"));
    if (read.problem()) return std::unexpected(*read.problem());
    return text;
}

Result<std::string> parse_language_change(const boost::json::value& payload) {
    PayloadReader read(payload, "language_change");
    std::string language(read.text("language"));
    if (read.problem()) return std::unexpected(*read.problem());
    return language;
}

Result<ExecutionInput> parse_execution_input(const boost::json::value& payload) {
    PayloadReader read(payload, "execution-input");
    ExecutionInput input;
    input.run_id = read.text("run_id");
    input.data = read.text("data");
    input.eof = read.optional_flag("eof").value_or(false);
    if (read.problem()) return std::unexpected(*read.problem());
    return input;
}

Result<std::string> parse_refresh(const boost::json::value& payload) {
    PayloadReader read(payload, "refresh");
    std::string token(read.text("token"));
    if (read.problem()) return std::unexpected(*read.problem());
    return token;
}

}  // namespace codencollab::gateway
