#include "gateway/event_json.h"

#include "base/time_text.h"

#include <type_traits>

namespace codencollab::gateway {

namespace {

using room::Event;

std::string_view to_text(room::OutputStream stream) {
    switch (stream) {
        case room::OutputStream::stdout_:
            return "stdout";
        case room::OutputStream::stderr_:
            return "stderr";
        case room::OutputStream::compile:
            return "compile";
        case room::OutputStream::stdin_:
            return "stdin";
    }
    return "stdout";
}

std::string_view to_text(room::RunPhase phase) {
    switch (phase) {
        case room::RunPhase::queued:
            return "queued";
        case room::RunPhase::running:
            return "running";
        case room::RunPhase::finished:
            return "finished";
    }
    return "finished";
}

void write_range(JsonWriter& json, const room::Range& range) {
    json.number("startLineNumber", range.start.line);
    json.number("startColumn", range.start.column);
    json.number("endLineNumber", range.end.line);
    json.number("endColumn", range.end.column);
}

/// Who somebody is, without the role: a caret says nothing about rights.
void write_who(JsonWriter& json, const room::Presence& who) {
    json.text("sid", who.sid);
    json.text("userId", who.user.view());
    json.text("name", who.name);
    json.text("color", room::color_of(who.color_slot));
    json.number("color_slot", who.color_slot);
}

void write_presence(JsonWriter& json, const room::Presence& who) {
    write_who(json, who);
    json.text("role", to_string(who.role));
}

void write_output(JsonWriter& json, const room::RunOutput& output) {
    json.text("run_id", output.run.view());
    json.number("seq", output.seq);
    json.text("stream", to_text(output.stream));
    json.text("data", output.data);
    if (output.user) {
        json.text("userId", output.user->view());
        json.text("name", output.name);
    }
}

void write_run_state(JsonWriter& json, const room::RunState& run) {
    json.text("run_id", run.run.view());
    json.text("userId", run.user.view());
    json.text("name", run.name);
    json.text("language", run.language);
    json.text("version", run.version);
    json.text("state", to_text(run.phase));
    if (run.position) json.number("position", *run.position);
    json.array("output", [&](JsonWriter& list) {
        for (const room::RunOutput& output : run.output) {
            list.object_element([&](JsonWriter& item) { write_output(item, output); });
        }
    });
    if (run.result) {
        json.object(
            "result", [&](JsonWriter& result) { write_run_result(result, run.run, *run.result); });
    }
}

void write_limits(JsonWriter& json, const Limits& limits) {
    json.number("run_wall_ms", limits.run_wall.count());
    json.number("run_interactive_wall_ms", limits.run_wall_interactive.count());
    json.number("run_cpu_ms", limits.run_cpu.count());
    json.number("run_memory_bytes", limits.run_memory_bytes);
    json.number("run_output_bytes", limits.run_output_bytes);
    json.number("document_units", limits.document_units);
    json.number("chat_units", limits.chat_units);
}

/// Stands in an event's arguments for its first attachment.
void write_placeholder(JsonWriter& json) {
    json.flag("_placeholder", true);
    json.number("num", 0);
}

/// One overload a server event.
struct PayloadWriter {
    JsonWriter& json;
    const Limits& limits;

    void operator()(const room::RoomState& event) { write_room_state(json, event, limits); }
    void operator()(const room::InitialCode& event) {
        json.text("code", event.code);
        json.number("rev", event.rev);
    }
    void operator()(const room::CodeUpdate& event) {
        json.array("changes", [&](JsonWriter& list) {
            for (const room::Change& change : *event.changes) {
                list.object_element([&](JsonWriter& item) {
                    item.object(
                        "range", [&](JsonWriter& range) { write_range(range, change.range); });
                    item.number("rangeOffset", change.offset);
                    item.number("rangeLength", change.length);
                    item.text("text", change.text);
                });
            }
        });
        json.number("rev", event.rev);
    }
    // Bytes, which travel as the attachment of the packet.
    void operator()(const room::DocumentUpdate&) { write_placeholder(json); }
    void operator()(const room::SyncRequest&) { write_placeholder(json); }
    void operator()(const room::SyncReply&) { write_placeholder(json); }
    void operator()(const room::AwarenessUpdate&) { write_placeholder(json); }
    void operator()(const room::EditDenied&) { write_placeholder(json); }
    void operator()(const room::CursorMoved& event) {
        write_who(json, event.who);
        json.number("lineNumber", event.cursor.position.line);
        json.number("column", event.cursor.position.column);
        if (event.cursor.selection) {
            json.object("selection", [&](JsonWriter& range) {
                write_range(range, *event.cursor.selection);
            });
        }
    }
    void operator()(const room::UserJoined& event) { write_presence(json, event.who); }
    void operator()(const room::UserLeft& event) {
        json.text("sid", event.sid);
        json.text("userId", event.user.view());
    }
    void operator()(const room::NewMessage& event) { write_message(json, event.message); }
    void operator()(const room::ChatHistory& event) {
        json.array("messages", [&](JsonWriter& list) {
            for (const room::ChatMessage& message : event.messages) {
                list.object_element([&](JsonWriter& item) { write_message(item, message); });
            }
        });
    }
    void operator()(const room::LanguageUpdate& event) { json.text("language", event.language); }
    void operator()(const room::RunStarted& event) {
        json.text("run_id", event.run.view());
        json.text("userId", event.user.view());
        json.text("name", event.name);
        json.text("language", event.language);
        json.text("version", event.version);
    }
    void operator()(const room::RunQueued& event) {
        json.text("run_id", event.run.view());
        json.number("position", event.position);
    }
    void operator()(const room::RunOutput& event) { write_output(json, event); }
    void operator()(const room::RunFinished& event) {
        write_run_result(json, event.run, event.result);
    }
    void operator()(const room::RoomUpdated& event) {
        json.text("room_id", event.room.view());
        if (event.title) json.text("title", *event.title);
        if (event.visibility) json.text("visibility", to_string(*event.visibility));
        if (event.default_role) json.text("default_role", to_string(*event.default_role));
        if (event.locked) json.flag("locked", *event.locked);
        if (event.saved) json.flag("saved", *event.saved);
        if (event.since) json.text("since", to_iso(*event.since));
    }
    void operator()(const room::RoleChanged& event) {
        json.text("room_id", event.room.view());
        json.text("userId", event.user.view());
        json.text("role", to_string(event.role));
        json.text("by", event.by);
    }
    void operator()(const room::RoomClosed& event) {
        json.text("room_id", event.room.view());
        json.text("reason", event.reason == room::ClosedBecause::deleted ? "deleted" : "removed");
    }
};

struct Namer {
    std::string_view operator()(const room::RoomState&) { return "room-state"; }
    std::string_view operator()(const room::InitialCode&) { return "initial-code"; }
    std::string_view operator()(const room::CodeUpdate&) { return "code-update"; }
    std::string_view operator()(const room::DocumentUpdate&) { return "yjs"; }
    std::string_view operator()(const room::SyncRequest&) { return "yjs"; }
    std::string_view operator()(const room::SyncReply&) { return "yjs"; }
    std::string_view operator()(const room::AwarenessUpdate&) { return "yjs"; }
    std::string_view operator()(const room::EditDenied&) { return "yjs"; }
    std::string_view operator()(const room::CursorMoved&) { return "cursor"; }
    std::string_view operator()(const room::UserJoined&) { return "user-joined"; }
    std::string_view operator()(const room::UserLeft&) { return "user-disconnected"; }
    std::string_view operator()(const room::NewMessage&) { return "new-message"; }
    std::string_view operator()(const room::ChatHistory&) { return "chat-history"; }
    std::string_view operator()(const room::LanguageUpdate&) { return "language-update"; }
    std::string_view operator()(const room::RunStarted&) { return "execution-started"; }
    std::string_view operator()(const room::RunQueued&) { return "execution-queued"; }
    std::string_view operator()(const room::RunOutput&) { return "execution-output"; }
    std::string_view operator()(const room::RunFinished&) { return "execution-result"; }
    std::string_view operator()(const room::RoomUpdated&) { return "room-updated"; }
    std::string_view operator()(const room::RoleChanged&) { return "role-changed"; }
    std::string_view operator()(const room::RoomClosed&) { return "room-closed"; }
};

}  // namespace

std::string_view event_name(const Event& event) {
    return std::visit(Namer{}, event);
}

void append_event_json(std::string& out, const Event& event, const Limits& limits) {
    JsonWriter json(out);
    std::visit(PayloadWriter{json, limits}, event);
    json.close();
}

void write_message(JsonWriter& json, const room::ChatMessage& message) {
    json.text("id", message.id.view());
    json.text("text", message.text);
    json.text("sender", message.sender);
    json.text("userId", message.user.view());
    json.text("at", to_iso(message.at));
}

void write_room_state(JsonWriter& json, const room::RoomState& state, const Limits& limits) {
    json.text("room_id", state.room.view());
    json.text("role", to_string(state.role));
    json.text("language", state.language);
    json.object("you", [&](JsonWriter& you) { write_presence(you, state.you); });
    json.array("users", [&](JsonWriter& list) {
        for (const room::Presence& user : state.users) {
            list.object_element([&](JsonWriter& item) { write_presence(item, user); });
        }
    });
    if (state.run) {
        json.object("run", [&](JsonWriter& run) { write_run_state(run, *state.run); });
    }
    json.text("server_time", to_iso(state.server_time));
    json.object("limits", [&](JsonWriter& item) { write_limits(item, limits); });
    json.flag("saved", state.saved);
}

void write_run_result(JsonWriter& json, const RunId& run, const room::RunResult& result) {
    json.text("run_id", run.view());
    json.text("output", result.output);
    json.text("stdout", result.stdout_text);
    json.text("stderr", result.stderr_text);
    json.text("compile_output", result.compile_output);
    result.exit_code ? json.number("exit_code", *result.exit_code) : json.null("exit_code");
    result.signal ? json.text("signal", *result.signal) : json.null("signal");
    result.failure ? json.text("failure", to_string(*result.failure)) : json.null("failure");
    result.message.empty() ? json.null("message") : json.text("message", result.message);
    json.flag("truncated", result.truncated);
    json.number("wall_time_ms", result.wall_time_ms);
    json.number("cpu_time_ms", result.cpu_time_ms);
    json.number("memory_bytes", result.memory_bytes);
}

}  // namespace codencollab::gateway
