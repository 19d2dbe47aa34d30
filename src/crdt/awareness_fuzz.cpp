#include "crdt/awareness.h"

#include "crdt/json_value.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using codencollab::crdt::Awareness;
using codencollab::crdt::AwarenessLimits;
using codencollab::crdt::JsonMember;

constexpr AwarenessLimits limits{
    .entries = 8, .entries_of_a_connection = 4, .state_bytes = 200, .dropped_clocks = 6};

void require(bool holds) {
    if (!holds) std::abort();
}

/// Another server that hears only what this one relays.
class Listener {
  public:
    void hear(const Awareness::Change& change, Awareness::Time now) {
        const bool has_change =
            !change.added.empty() || !change.updated.empty() || !change.removed.empty();
        require(!has_change || !change.relay.empty());
        if (!change.relay.empty()) {
            require(awareness_.apply(change.relay, 0, now).has_value());
        }
        awareness_.expire(now);
    }
    std::string encode() const { return awareness_.encode(); }

  private:
    // It drops no state unless told, but forgets old clocks when the server does: else it would
    // take less than that.
    Awareness awareness_{AwarenessLimits{
        .state_kept = std::chrono::hours(1'000'000), .dropped_clocks = limits.dropped_clocks}};
};

/// What it answers to its own states is nothing: they are known.
void require_fixed_point(const Awareness& awareness, Awareness::Time now) {
    Awareness copy{AwarenessLimits{}};
    require(copy.apply(awareness.encode(), 0, now).has_value());
    require(copy.encode() == awareness.encode());
    const auto again = copy.apply(awareness.encode(), 0, now);
    require(again.has_value() && again->relay.empty() && again->answer.empty());
}

/// Who each connection is, whatever it says: a member that its objects have once.
constexpr std::array<JsonMember, 3> names = {
    {{"n", R"("n":0)"}, {"n", R"("n":1)"}, {"n", R"("n":2)"}}};

std::string normal(std::string_view json) {
    codencollab::crdt::Arena arena;
    std::string out;
    codencollab::crdt::append_json(
        codencollab::crdt::json_to_any(json, limits.state_depth, arena).value(), out);
    return out;
}

void require_name(const Awareness& awareness, const Awareness::Change& change, JsonMember name) {
    for (const auto* list : {&change.added, &change.updated}) {
        for (const auto client : *list) {
            const auto state = awareness.state(client);
            if (!state || state->find('{') != state->find_first_not_of(" \t\n\r")) continue;
            require(codencollab::crdt::with_members(*state, limits.state_depth, {&name, 1})
                        .value()
                        .empty());
            require(normal(*state).find(name.text) != std::string::npos);
            require(state->size() <= limits.state_bytes + name.text.size() + 1);
        }
    }
}

}  // namespace

// A room of connections that say anything at any time, in steps of: what happens, how long after
// the last, of which connection, and the bytes of an update. Refused bytes change nothing, limits
// hold, nobody goes by another's name, and who hears the relays knows what the server knows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    Awareness awareness(limits);
    Listener listener;
    auto now = Awareness::Time() + std::chrono::hours(1);
    while (rest.size() >= 3) {
        const auto what = static_cast<std::uint8_t>(rest[0]);
        now += std::chrono::milliseconds(10 * static_cast<std::uint8_t>(rest[1]));
        const Awareness::ConnectionKey connection = what % 3U;
        const std::size_t length = static_cast<std::uint8_t>(rest[2]);
        rest.remove_prefix(3);
        if (what >= 0xF8) {
            listener.hear(awareness.remove_connection(connection, now), now);
        } else if (what >= 0xF0) {
            listener.hear(awareness.expire(now), now);
        } else {
            const std::string_view update = rest.substr(0, length);
            rest.remove_prefix(update.size());
            const std::string before = awareness.encode();
            const JsonMember name = names[connection];
            const auto change = awareness.apply(update, connection, now, {&name, 1});
            if (change) {
                require_name(awareness, *change, name);
                listener.hear(*change, now);
            } else {
                require(awareness.encode() == before);
                require(change.error().at <= update.size());
            }
        }
        require(awareness.size() <= limits.entries);
        require(awareness.encode() == listener.encode());
    }
    require_fixed_point(awareness, now);
    return 0;
}
