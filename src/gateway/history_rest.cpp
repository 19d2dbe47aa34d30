#include "gateway/history_rest.h"

#include "base/time_text.h"
#include "gateway/event_json.h"
#include "gateway/json_writer.h"
#include "gateway/rest_json.h"
#include "wire/base64.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>

namespace codencollab::gateway {

namespace {

constexpr std::size_t updates_default = 500;
constexpr std::size_t updates_max = 1'000;

/// Everybody who stands in an answer.
class Names {
  public:
    explicit Names(const std::vector<room::MemberRecord>& members) {
        for (const room::MemberRecord& member : members)
            known_.emplace(member.user.id, member.user.name);
    }

    /// `then` is the name at that time; empty when it is not written there.
    void add(const UserId& user, std::string_view then = {}) {
        const auto known = known_.find(user);
        const std::string_view name = known == known_.end() ? then : known->second;
        std::string& shown = shown_[user];
        if (shown.empty()) shown = name;
    }

    void write(JsonWriter& json) const {
        for (const auto& [user, name] : shown_)
            json.text(user.view(), name);
    }

  private:
    std::map<UserId, std::string> known_;
    std::map<UserId, std::string> shown_;
};

std::string_view to_text(room::HistoryEventKind kind) {
    switch (kind) {
        case room::HistoryEventKind::created:
            return "created";
        case room::HistoryEventKind::joined:
            return "joined";
        case room::HistoryEventKind::left:
            return "left";
        case room::HistoryEventKind::language:
            return "language";
        case room::HistoryEventKind::title:
            return "title";
        case room::HistoryEventKind::locked:
            return "locked";
        case room::HistoryEventKind::unlocked:
            return "unlocked";
        case room::HistoryEventKind::role:
            return "role";
        case room::HistoryEventKind::removed:
            return "removed";
    }
    return "removed";
}

void write_update(JsonWriter& json, const room::LoggedUpdate& update) {
    json.text("at", to_iso(update.at));
    update.author ? json.text("userId", update.author->view()) : json.null("userId");
    json.text("data", wire::base64_encoded(update.bytes));
}

void write_event(JsonWriter& json, const room::HistoryEvent& event) {
    json.text("id", event.id.view());
    json.text("kind", to_text(event.kind));
    json.text("at", to_iso(event.at));
    json.text("userId", event.user.view());
    if (!event.value.empty()) json.text("value", event.value);
    if (event.subject) json.text("subjectId", event.subject->view());
}

/// A list of objects, each written by `write_one`.
template <class Item>
void write_list(
    JsonWriter& json,
    std::string_view name,
    const std::vector<Item>& items,
    void (*write_one)(JsonWriter&, const Item&)) {
    json.array(name, [&](JsonWriter& list) {
        for (const Item& item : items)
            list.object_element([&](JsonWriter& one) { write_one(one, item); });
    });
}

Names names_in(const room::HistoryPage& page, const std::vector<room::MemberRecord>& members) {
    Names names(members);
    for (const room::HistoryEvent& event : page.events) {
        names.add(event.user, event.name);
        if (event.subject) names.add(*event.subject);
    }
    for (const room::ChatMessage& message : page.chat)
        names.add(message.user, message.sender);
    for (const room::RunRecord& run : page.runs)
        names.add(run.user, run.user_name);
    for (const room::LoggedUpdate& update : page.updates) {
        if (update.author) names.add(*update.author);
    }
    return names;
}

Result<std::optional<WallTime>> optional_time(
    const net::HttpRequest& request, std::string_view name) {
    const std::string_view text = request.parameter(name);
    if (text.empty()) return std::nullopt;
    const auto time = parse_time(name, text);
    if (!time) return std::unexpected(time.error());
    return *time;
}

}  // namespace

Result<WallTime> parse_time(std::string_view name, std::string_view text) {
    constexpr long long unix_ms_max = 7'258'118'400'000;  // 2200-01-01
    if (const auto time = parse_iso(text)) return *time;
    long long ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (is_number && ms >= 0 && ms < unix_ms_max) return from_unix_ms(ms);
    return fail(
        ErrorCode::bad_payload,
        fmt::format(
            "'{}' is a time such as 2026-11-24T16:38:50.264Z, or milliseconds since 1970.", name));
}

Result<room::HistoryQuery> parse_history_query(const net::HttpRequest& request) {
    room::HistoryQuery query;
    query.after = request.parameter("after");
    const auto count = page_size(request, updates_default, updates_max);
    if (!count) return std::unexpected(count.error());
    query.count = *count;
    auto from = optional_time(request, "from");
    if (!from) return std::unexpected(std::move(from).error());
    auto to = optional_time(request, "to");
    if (!to) return std::unexpected(std::move(to).error());
    query.from = *from;
    query.to = *to;
    return query;
}

std::string history_json(
    const room::HistoryPage& page, const std::vector<room::MemberRecord>& members) {
    const Names names = names_in(page, members);
    std::string text;
    JsonWriter json(text);
    write_list(json, "updates", page.updates, write_update);
    write_list(json, "events", page.events, write_event);
    write_list(json, "chat", page.chat, write_message);
    write_list(json, "runs", page.runs, write_run);
    json.object("users", [&](JsonWriter& users) { names.write(users); });
    page.next ? json.text("next", *page.next) : json.null("next");
    json.close();
    return text;
}

}  // namespace codencollab::gateway
