#include "app/limit_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <variant>

namespace codencollab::app {

namespace {

using Count = std::size_t Limits::*;
using Duration = std::chrono::milliseconds Limits::*;

struct LimitName {
    std::string_view name;
    std::variant<Count, Duration> member;
};

constexpr LimitName names[] = {
    {"message_bytes", &Limits::message_bytes},
    {"sync_bytes", &Limits::sync_bytes},
    {"message_bytes_hard", &Limits::message_bytes_hard},
    {"rest_body_bytes", &Limits::rest_body_bytes},
    {"document_units", &Limits::document_units},
    {"changes_per_event", &Limits::changes_per_event},
    {"chat_units", &Limits::chat_units},
    {"title_units", &Limits::title_units},
    {"room_sockets", &Limits::room_sockets},
    {"chat_history", &Limits::chat_history},
    {"recent_runs", &Limits::recent_runs},
    {"outbox_bytes", &Limits::outbox_bytes},
    {"outbox_stall_ms", &Limits::outbox_stall},
    {"cursor_interval_ms", &Limits::cursor_interval},
    {"autosave_ms", &Limits::autosave},
    {"room_idle_ms", &Limits::room_idle},
    {"unsaved_bytes", &Limits::unsaved_bytes},
    {"joins_per_second", &Limits::joins_per_second},
    {"code_events_per_second", &Limits::code_events_per_second},
    {"chats_per_second", &Limits::chats_per_second},
    {"runs_per_minute", &Limits::runs_per_minute},
    {"rooms_per_hour", &Limits::rooms_per_hour},
    {"signups_per_hour", &Limits::signups_per_hour},
    {"guests_per_hour", &Limits::guests_per_hour},
    {"signins_per_5_minutes", &Limits::signins_per_5_minutes},
    {"signin_failures_per_15_minutes", &Limits::signin_failures_per_15_minutes},
    {"refreshes_per_5_minutes", &Limits::refreshes_per_5_minutes},
    {"unauthenticated_sessions_per_address", &Limits::unauthenticated_sessions_per_address},
    {"compile_wall_ms", &Limits::compile_wall},
    {"run_wall_ms", &Limits::run_wall},
    {"run_wall_interactive_ms", &Limits::run_wall_interactive},
    {"compile_cpu_ms", &Limits::compile_cpu},
    {"run_cpu_ms", &Limits::run_cpu},
    {"compile_memory_bytes", &Limits::compile_memory_bytes},
    {"run_memory_bytes", &Limits::run_memory_bytes},
    {"run_processes", &Limits::run_processes},
    {"run_output_bytes", &Limits::run_output_bytes},
    {"run_file_bytes", &Limits::run_file_bytes},
    {"run_stdin_bytes", &Limits::run_stdin_bytes},
};

/// Past it a sum of two limits could overflow; none of ours comes near.
constexpr std::uint64_t value_max = std::uint64_t{1} << 40;

const LimitName* find(std::string_view name) {
    const auto* found = std::ranges::find(names, name, &LimitName::name);
    return found == std::end(names) ? nullptr : found;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value < 1 || value > value_max) return std::nullopt;
    return value;
}

}  // namespace

std::vector<std::string_view> limit_names() {
    std::vector<std::string_view> all;
    for (const LimitName& limit : names)
        all.push_back(limit.name);
    return all;
}

Result<> set_limit(Limits& limits, std::string_view name, std::string_view value) {
    const LimitName* limit = find(name);
    if (!limit) return fail(ErrorCode::bad_payload, fmt::format("There is no limit '{}'.", name));
    const auto count = parse_count(value);
    if (!count) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("'{}' is no whole number from 1 to {}.", value, value_max));
    }
    if (const auto* member = std::get_if<Count>(&limit->member)) {
        limits.*(*member) = static_cast<std::size_t>(*count);
    } else {
        limits.*std::get<Duration>(limit->member) =
            std::chrono::milliseconds(static_cast<std::int64_t>(*count));
    }
    return {};
}

std::string limit_text(const Limits& limits, std::string_view name) {
    const LimitName* limit = find(name);
    if (!limit) return {};
    if (const auto* member = std::get_if<Count>(&limit->member)) {
        return fmt::to_string(limits.*(*member));
    }
    return fmt::to_string((limits.*std::get<Duration>(limit->member)).count());
}

}  // namespace codencollab::app
