#include "base/lib0.h"
#include "cases.h"
#include "crdt/awareness.h"
#include "crdt/document.h"
#include "values.h"
#include "vector_file.h"
#include "wire/y_protocol.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <variant>

namespace codencollab::crdt::vectors {
namespace {

namespace json = boost::json;

constexpr Awareness::ConnectionKey connection = 1;

/// An awareness update as [client, clock, state] in order of clients: JSON may be spaced as it
/// likes, and entries may come in any order.
json::array entries_of(std::string_view update) {
    lib0::Reader reader(update);
    std::vector<json::array> entries;
    for (std::uint64_t n = reader.var_uint(); n > 0 && !reader.failed(); --n) {
        const std::uint64_t client = reader.var_uint();
        const std::uint64_t clock = reader.var_uint();
        entries.push_back({client, clock, json::parse(reader.var_string())});
    }
    if (reader.failed()) throw std::runtime_error("an awareness update cannot be read");
    std::ranges::sort(
        entries, {}, [](const json::array& entry) { return entry[0].to_number<std::uint64_t>(); });
    json::array out;
    for (json::array& entry : entries)
        out.push_back(std::move(entry));
    return out;
}

json::array sorted(std::vector<ClientNumber> clients) {
    std::ranges::sort(clients);
    return json::array(clients.begin(), clients.end());
}

json::array sorted(const json::value& clients) {
    std::vector<ClientNumber> numbers;
    for (const json::value& client : clients.as_array()) {
        numbers.push_back(client.to_number<ClientNumber>());
    }
    return sorted(std::move(numbers));
}

template <class Message>
std::optional<Message> decoded(const std::string& frame, std::string_view what, Check& check) {
    const auto message = wire::decode_y_message(frame);
    const bool is_it = message && std::holds_alternative<Message>(*message);
    check.holds(is_it, fmt::format("{}: the frame is read as something else", what));
    if (!is_it) return std::nullopt;
    check.equal(what, wire::encode_y_message(*message), frame);
    return std::get<Message>(*message);
}

void check_sync(const json::object& sync, Check& check) {
    Document server;
    if (!server.apply(bytes_of(sync, "state"))) throw std::runtime_error("the state is refused");

    const std::string asked = bytes_of(sync, "step1");
    if (const auto step1 = decoded<wire::SyncStep1>(asked, "step 1", check)) {
        const auto known = StateVector::decode(step1->state_vector);
        check.holds(known.has_value(), "a state vector is refused");
        if (!known) return;
        const std::string answer = server.encode(*known);
        check.equal(
            "step 2", wire::encode_y_message(wire::SyncStep2{answer}), bytes_of(sync, "step2"));
        decoded<wire::SyncStep2>(bytes_of(sync, "step2"), "step 2", check);
    }
    const std::string state = server.state_vector().encode();
    check.equal(
        "own step 1", wire::encode_y_message(wire::SyncStep1{state}), bytes_of(sync, "ownStep1"));

    const std::string sent = bytes_of(sync, "update");
    if (const auto update = decoded<wire::SyncUpdate>(sent, "update", check)) {
        const std::string before = server.encode();
        const auto applied = server.apply(update->update);
        check.holds(applied && !applied->changed, "a known update changed something");
        check.equal_update("after a known update", server.encode(), before, Format::v1);
    }
    decoded<wire::QueryAwareness>(bytes_of(sync, "queryAwareness"), "query awareness", check);
    const std::string denied = bytes_of(sync, "denied");
    if (const auto message = decoded<wire::PermissionDenied>(denied, "denied", check)) {
        check.equal("the reason", message->reason, "permission denied");
    }
}

void check_step(
    Awareness& awareness, const json::object& step, std::string_view what, Check& check) {
    const std::string update = bytes_of(step, "update");
    const auto change = awareness.apply(update, connection, {});
    check.holds(change.has_value(), fmt::format("{}: refused", what));
    if (!change) return;
    const json::object& event = step.at("event").as_object();
    check.equal_value(what, sorted(change->added), sorted(event.at("added")));
    check.equal_value(what, sorted(change->updated), sorted(event.at("updated")));
    check.equal_value(what, sorted(change->removed), sorted(event.at("removed")));
    // A removal of somebody who was never here is no event, but its clock is taken and relayed.
    const bool is_event =
        !change->added.empty() || !change->updated.empty() || !change->removed.empty();
    check.holds(!is_event || !change->relay.empty(), fmt::format("{}: nothing to relay", what));

    std::vector<ClientNumber> clients;
    for (const json::value& entry : step.at("states").as_array()) {
        const auto client = entry.as_array().at(0).to_number<ClientNumber>();
        clients.push_back(client);
        const auto state = awareness.state(client);
        const auto clock = awareness.clock(client);
        const json::array actual{
            client,
            clock ? json::value(*clock) : json::value(),
            state ? json::parse(*state) : nullptr};
        check.equal_value(fmt::format("{}: state", what), actual, entry);
    }
    check.equal_value(
        fmt::format("{}: encoded", what),
        entries_of(awareness.encode(clients)),
        entries_of(bytes_of(step, "encoded")));
}

}  // namespace

void check_protocol(const json::object& one, Check& check) {
    check_sync(one.at("sync").as_object(), check);

    Awareness awareness;
    std::size_t number = 0;
    for (const json::value& step : one.at("awareness").as_array()) {
        check_step(awareness, step.as_object(), fmt::format("awareness {}", number++), check);
    }
    const json::object& closed = one.at("closed").as_object();
    const Awareness::Change change = awareness.remove_connection(connection, {});
    check.equal_value("closed", sorted(change.removed), sorted(closed.at("clients")));
    if (!change.removed.empty()) {
        check.equal_value(
            "closed: what is told",
            entries_of(change.relay),
            entries_of(bytes_of(closed, "update")));
    }
    number = 0;
    for (const json::value& entry : one.at("malformedAwareness").as_array()) {
        const json::object& input = entry.as_object();
        Awareness fresh;
        const bool taken = fresh.apply(bytes_of(input, "update"), connection, {}).has_value();
        check.holds(
            taken != flag_of(input, "rejected"),
            fmt::format("malformed awareness {}: {}", number++, taken ? "taken" : "refused"));
        check.holds(taken || fresh.size() == 0, "a refused awareness update left something");
    }
}

}  // namespace codencollab::crdt::vectors
