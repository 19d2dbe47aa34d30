#include "sim/checks.h"

#include "base/utf.h"
#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace codencollab::sim {

namespace {

std::string excerpt(std::u16string_view text, std::size_t at) {
    std::string words;
    for (std::size_t i = at < 6 ? 0 : at - 6; i < std::min(text.size(), at + 10); ++i)
        words += fmt::format("{:x} ", static_cast<unsigned>(text[i]));
    return words;
}

std::string first_difference(std::u16string_view shown, std::u16string_view meant) {
    const auto [a, b] = std::ranges::mismatch(shown, meant);
    const auto at = static_cast<std::size_t>(a - shown.begin());
    return fmt::format(
        "at {} of {} (of {}): shows {}, not {}",
        at,
        shown.size(),
        meant.size(),
        excerpt(shown, at),
        excerpt(meant, at));
}

std::string unrest_of_deleted(World& world) {
    if (!world.room_is_deleted) return "the deletion of the room is not answered";
    for (const auto& client : world.clients()) {
        if (client->state() != Client::State::barred) {
            return fmt::format("client {} does not know that the room is deleted", client->place());
        }
    }
    if (world.node().session_count() > 0) return "there is a session of a deleted room";
    return {};
}

std::string unrest_of_people(World& world) {
    std::set<std::string> here;
    for (const auto& client : world.clients()) {
        const std::size_t place = client->place();
        if (!client->is_here()) return fmt::format("client {} is not back", place);
        if (!client->editor().is_settled()) return fmt::format("client {} is not saved", place);
        if (!client->was_told_saved()) return fmt::format("client {} reads: not saved", place);
        here.insert(client->sid());
    }
    std::set<std::string> online;
    for (const room::Presence& who : world.node().rooms().online(world.room()))
        online.insert(who.sid);
    if (online != here) {
        return fmt::format("{} are in the room, {} should be", online.size(), here.size());
    }
    for (const auto& client : world.clients()) {
        if (client->editor().kind() != room::ClientKind::y_websocket && client->present() != here) {
            return fmt::format(
                "client {} sees {} people, {} are here",
                client->place(),
                client->present().size(),
                here.size());
        }
    }
    if (world.node().session_count() != here.size()) return "there is a session of nobody";
    for (const auto& client : world.clients()) {
        const std::string why = client->editor().complaint_about_presence(here);
        if (!why.empty()) return fmt::format("client {}: {}", client->place(), why);
    }
    return {};
}

std::string unrest_of_runs(World& world) {
    const Disk::Kept* kept = world.disk().find(world.room());
    if (kept == nullptr) return "the room is not stored";
    const bool all_ended = std::ranges::all_of(
        kept->runs, [](const room::RunRecord& run) { return run.result.has_value(); });
    return all_ended ? "" : "a run has no result";
}

std::string complaint_about_runs(World& world) {
    for (const auto& [id, seen] : world.runs) {
        const room::RunRecord* run = world.disk().find_run(id);
        if (run == nullptr) return "a run that was accepted is not stored";
        if (!run->result) return "a run that was accepted has no result";
    }
    return {};
}

}  // namespace

std::optional<std::u16string> text_at_node(World& world) {
    // While the room loads, the answer comes when nobody waits for it any more.
    const auto text = std::make_shared<std::optional<std::u16string>>();
    world.node().rooms().with_room(
        world.room(), [text, who = world.owner().user().id](Result<room::Room*> opened) {
            if (!opened) return;
            if (const auto read = (*opened)->text(who)) *text = to_utf16(*read);
        });
    return *text;
}

std::string unrest(World& world) {
    if (!world.node().is_up()) return "the node is down";
    if (world.node().store().waiting() > 0) return "the store is busy";
    if (world.deletion_was_asked) return unrest_of_deleted(world);
    if (std::string why = unrest_of_people(world); !why.empty()) return why;
    if (std::string why = unrest_of_runs(world); !why.empty()) return why;
    const auto text = text_at_node(world);
    if (!text) return "the room does not open";
    for (const auto& client : world.clients()) {
        if (client->editor().text() != *text) {
            return fmt::format(
                "client {} (promise {}) shows another text {}",
                client->place(),
                static_cast<int>(client->editor().promise()),
                first_difference(client->editor().text(), *text));
        }
    }
    return {};
}

std::string complaint_of_quiet_world(World& world) {
    if (world.disk().trespasses > 0) return "a deleted room was written to";
    if (world.room_is_deleted) {
        return world.disk().find(world.room()) == nullptr ? "" : "a deleted room is stored";
    }
    const auto text = text_at_node(world);
    if (!text) return "the room does not open";
    if (std::string why = complaint_about_runs(world); !why.empty()) return why;
    const auto marks = std::ranges::count(*text, SimExecutor::starter_mark);
    const bool somebody_guesses = std::ranges::any_of(world.clients(), [](const auto& client) {
        return client->editor().promise() == Promise::nothing_doubled;
    });
    if (marks > 1 || (!somebody_guesses && marks == 0)) {
        return fmt::format("the starter code is there {} times", marks);
    }
    // Who guesses positions may remove what somebody else typed.
    return world.tokens().complaint(*text, [&](std::size_t typist) {
        return somebody_guesses ? Promise::nothing_doubled
                                : world.client_at(typist).editor().promise();
    });
}

}  // namespace codencollab::sim
