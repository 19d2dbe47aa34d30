#include "gateway/rest_json.h"

#include "base/time_text.h"
#include "gateway/event_json.h"
#include "gateway/payload_reader.h"
#include "wire/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace codencollab::gateway {

namespace {

constexpr std::size_t idempotency_key_bytes_max = 200;
constexpr std::size_t run_args_max = 100;

bool is_json(std::string_view content_type) {
    constexpr std::string_view wanted = "application/json";
    const auto type = content_type.substr(0, content_type.find_first_of("; "));
    return std::ranges::equal(type, wanted, {}, [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
}

/// The value that one of the contract's words stands for; another word is refused with the list.
template <class Value>
std::optional<Value> read_word(
    PayloadReader& read,
    std::string_view name,
    std::optional<Value> (*parse)(std::string_view),
    std::string_view words) {
    const auto text = read.optional_text(name);
    if (!text) return std::nullopt;
    const auto value = parse(*text);
    if (!value) read.refuse(name, fmt::format("has to be one of {}", words));
    return value;
}

void write_settings(JsonWriter& json, const room::RoomRecord& room, room::Role role) {
    json.text("room_id", room.id.view());
    json.text("title", room.title);
    json.text("language", room.language);
    json.text("role", to_string(role));
    json.text("visibility", to_string(room.visibility));
}

}  // namespace

Result<boost::json::value> json_body(const net::HttpRequest& request) {
    if (request.body.empty()) return boost::json::value(boost::json::object());
    if (!is_json(request.headers.get("content-type"))) {
        return fail(
            ErrorCode::unsupported_media_type, "Send JSON, with Content-Type: application/json.");
    }
    auto body = wire::parse_json(request.body);
    if (body && !body->is_object()) {
        return fail(ErrorCode::bad_payload, "The body has to be a JSON object.");
    }
    return body;
}

Result<std::size_t> page_size(
    const net::HttpRequest& request, std::size_t if_absent, std::size_t max) {
    const std::string_view text = request.parameter("limit");
    if (text.empty()) return if_absent;
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size() || count < 1 || count > max) {
        return fail(ErrorCode::bad_payload, fmt::format("'limit' is a number from 1 to {}.", max));
    }
    return count;
}

Result<std::string> idempotency_key(const net::HttpRequest& request) {
    const std::string_view key = request.headers.get("idempotency-key");
    if (key.size() > idempotency_key_bytes_max) {
        return fail(
            ErrorCode::bad_request,
            fmt::format("An Idempotency-Key has at most {} bytes.", idempotency_key_bytes_max));
    }
    return std::string(key);
}

Result<room::NewRoom> parse_new_room(const boost::json::value& body) {
    PayloadReader read(body, "room");
    room::NewRoom room;
    room.title = read.optional_text("title").value_or("");
    room.language = read.optional_text("language").value_or("");
    room.visibility = read_word(read, "visibility", room::parse_visibility, "link, private")
                          .value_or(room::Visibility::link);
    if (read.problem()) return std::unexpected(*read.problem());
    return room;
}

Result<room::SettingsPatch> parse_settings_patch(const boost::json::value& body) {
    PayloadReader read(body, "room");
    room::SettingsPatch patch;
    if (const auto title = read.optional_text("title")) patch.title = *title;
    patch.visibility = read_word(read, "visibility", room::parse_visibility, "link, private");
    patch.default_role = read_word(read, "default_role", room::parse_role, "editor, viewer");
    if (patch.default_role == room::Role::owner) {
        read.refuse("default_role", "has to be one of editor, viewer");
    }
    patch.locked = read.optional_flag("locked");
    if (read.problem()) return std::unexpected(*read.problem());
    return patch;
}

Result<room::Role> parse_member_role(const boost::json::value& body) {
    PayloadReader read(body, "member");
    read.text("role");
    const auto role = read_word(read, "role", room::parse_role, "owner, editor, viewer");
    if (read.problem()) return std::unexpected(*read.problem());
    return *role;
}

Result<room::RunOrder> parse_run_order(const boost::json::value& body) {
    PayloadReader read(body, "run");
    room::RunOrder order;
    order.language = read.text("language");
    if (!read.problem() && order.language.empty()) read.refuse("language", "is empty");
    if (const auto version = read.optional_text("version")) order.version = *version;
    order.stdin_text = read.optional_text("stdin").value_or("");
    order.interactive = read.optional_flag("interactive").value_or(false);
    if (const auto* args = read.optional_array("args")) {
        if (args->size() > run_args_max) {
            read.refuse("args", fmt::format("may hold {} at most", run_args_max));
        }
        for (const boost::json::value& arg : *args) {
            const auto* text = arg.if_string();
            if (!text) {
                read.refuse("args", "has to be a list of texts");
                break;
            }
            order.args.emplace_back(text->data(), text->size());
        }
    }
    if (const auto* files = read.optional_array("files"); files && !files->empty()) {
        read.refuse("files", "has to be empty: a room has one file");
    }
    if (read.problem()) return std::unexpected(*read.problem());
    return order;
}

Result<RunInput> parse_run_input(const boost::json::value& body) {
    PayloadReader read(body, "stdin");
    RunInput input;
    input.data = read.text("data");
    input.eof = read.optional_flag("eof").value_or(false);
    if (read.problem()) return std::unexpected(*read.problem());
    return input;
}

std::string new_room_json(const room::RoomRecord& room) {
    std::string text;
    JsonWriter json(text);
    write_settings(json, room, room::Role::owner);
    json.text("default_role", to_string(room.default_role));
    json.flag("locked", room.locked);
    json.text("created_at", to_iso(room.created_at));
    json.text("updated_at", to_iso(room.updated_at));
    json.close();
    return text;
}

std::string room_json(const room::RoomView& view) {
    std::string text;
    JsonWriter json(text);
    write_settings(json, view.room, view.role);
    json.text("default_role", to_string(view.room.default_role));
    json.flag("locked", view.room.locked);
    json.text("created_at", to_iso(view.room.created_at));
    json.text("updated_at", to_iso(view.room.updated_at));
    json.array("members", [&](JsonWriter& list) {
        for (const room::MemberRecord& member : view.members) {
            list.object_element([&](JsonWriter& item) {
                item.text("user_id", member.user.id.view());
                item.text("name", member.user.name);
                item.text("role", to_string(member.role));
            });
        }
    });
    json.close();
    return text;
}

std::string room_page_json(
    const room::RoomPage& page, const std::vector<std::vector<room::Presence>>& online) {
    std::string text;
    JsonWriter json(text);
    json.array("rooms", [&](JsonWriter& list) {
        for (std::size_t i = 0; i < page.rooms.size(); ++i) {
            list.object_element([&](JsonWriter& item) {
                const room::RoomListEntry& entry = page.rooms[i];
                write_settings(item, entry.room, entry.role);
                item.text("created_at", to_iso(entry.room.created_at));
                item.text("updated_at", to_iso(entry.room.updated_at));
                item.array("online", [&](JsonWriter& people) {
                    for (const room::Presence& who : online[i]) {
                        people.object_element([&](JsonWriter& person) {
                            person.text("userId", who.user.view());
                            person.text("name", who.name);
                            person.number("color_slot", who.color_slot);
                        });
                    }
                });
            });
        }
    });
    page.next ? json.text("next", *page.next) : json.null("next");
    json.close();
    return text;
}

std::string preview_json(const room::RoomPreview& preview) {
    std::string text;
    JsonWriter json(text);
    json.text("title", preview.title);
    json.array("present", [&](JsonWriter& names) {
        for (const std::string& name : preview.present)
            names.element(name);
    });
    json.close();
    return text;
}

void write_run(JsonWriter& json, const room::RunRecord& run) {
    json.text("run_id", run.id.view());
    json.text("user_id", run.user.view());
    json.text("name", run.user_name);
    json.text("language", run.language);
    json.text("version", run.version);
    json.text("state", run.result ? "finished" : "running");
    json.text("started_at", to_iso(run.started_at));
    run.finished_at ? json.text("finished_at", to_iso(*run.finished_at)) : json.null("finished_at");
    if (run.result) {
        json.object(
            "result", [&](JsonWriter& result) { write_run_result(result, run.id, *run.result); });
    } else {
        json.null("result");
    }
}

std::string runs_json(const std::vector<room::RunRecord>& runs) {
    std::string text;
    JsonWriter json(text);
    json.array("runs", [&](JsonWriter& list) {
        for (const room::RunRecord& run : runs) {
            list.object_element([&](JsonWriter& item) { write_run(item, run); });
        }
    });
    json.close();
    return text;
}

}  // namespace codencollab::gateway
