#include "room/carets.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <tuple>
#include <variant>

namespace codencollab::room {

namespace {

namespace json = boost::json;

// Yjs' own JSON of a relative position in the text `code`.
json::value position_json(const crdt::RelativePosition& position) {
    json::value item = nullptr;
    if (const auto* id = std::get_if<crdt::Id>(&position.anchor)) {
        item = json::object{{"client", id->client}, {"clock", id->clock}};
    }
    return json::object{
        {"type", nullptr}, {"tname", "code"}, {"item", std::move(item)}, {"assoc", position.assoc}};
}

std::optional<crdt::Id> read_id(const json::object& object) {
    const json::value* client = object.if_contains("client");
    const json::value* clock = object.if_contains("clock");
    if (client == nullptr || clock == nullptr) return std::nullopt;
    json::error_code failed;
    const auto number = client->to_number<std::uint64_t>(failed);
    if (failed) return std::nullopt;
    const auto at = clock->to_number<crdt::Clock>(failed);
    if (failed) return std::nullopt;
    return crdt::Id{number, at};
}

std::optional<crdt::RelativePosition> read_position(const json::value* value) {
    const json::object* object = value == nullptr ? nullptr : value->if_object();
    if (object == nullptr) return std::nullopt;
    crdt::RelativePosition position;
    if (const json::value* assoc = object->if_contains("assoc")) {
        if (assoc->is_int64()) position.assoc = assoc->get_int64();
    }
    const auto member = [&](const char* name) -> const json::object* {
        const json::value* found = object->if_contains(name);
        return found == nullptr ? nullptr : found->if_object();
    };
    if (const json::object* item = member("item")) {
        const auto id = read_id(*item);
        if (!id) return std::nullopt;
        position.anchor = *id;
        return position;
    }
    const json::value* root = object->if_contains("tname");
    if (root == nullptr || !root->is_string() || root->get_string() != "code") return std::nullopt;
    position.anchor = crdt::RelativePosition::RootName{"code"};
    return position;
}

std::optional<Caret> read_ends(const json::value* value) {
    const json::object* object = value == nullptr ? nullptr : value->if_object();
    if (object == nullptr) return std::nullopt;
    const auto anchor = read_position(object->if_contains("anchor"));
    const auto head = read_position(object->if_contains("head"));
    if (!anchor || !head) return std::nullopt;
    return Caret{*anchor, *head};
}

}  // namespace

Signature::Signature(const Presence& who) {
    const std::string color(color_of(who.color_slot));
    const json::object user{{"name", who.name}, {"color", color}, {"colorLight", color + "33"}};
    sid_ = "\"sid\":" + json::serialize(json::value(who.sid));
    user_ = "\"user\":" + json::serialize(user);
}

std::array<crdt::JsonMember, 2> Signature::members() const {
    return {{{"sid", sid_}, {"user", user_}}};
}

std::string caret_state(const Signature& who, const std::optional<Caret>& caret) {
    const auto [sid, user] = who.members();
    std::string state = fmt::format("{{{},{}", sid.text, user.text);
    if (caret) {
        const json::object value{
            {"anchor", position_json(caret->anchor)}, {"head", position_json(caret->head)}};
        const std::string ends = json::serialize(value);
        fmt::format_to(std::back_inserter(state), R"(,"cursor":{0},"selection":{0})", ends);
    }
    state.push_back('}');
    return state;
}

std::optional<Caret> read_caret(std::string_view state) {
    json::error_code failed;
    const json::value value = json::parse(json::string_view(state.data(), state.size()), failed);
    const json::object* object = failed ? nullptr : value.if_object();
    if (object == nullptr) return std::nullopt;
    if (auto caret = read_ends(object->if_contains("cursor"))) return caret;
    return read_ends(object->if_contains("selection"));
}

CursorEnds ends_of(const Cursor& cursor) {
    if (!cursor.selection) return {cursor.position, cursor.position};
    const auto& [start, end] = *cursor.selection;
    if (cursor.position == start) return {end, start};
    return {start, end};
}

}  // namespace codencollab::room
