#include "sim/replica_presence.h"

#include "base/lib0.h"

namespace codencollab::sim {

bool ReplicaPresence::hear(std::string_view update, SteadyTime now) {
    lib0::Reader in(update);
    bool is_new = false;
    const std::uint64_t count = in.var_uint();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        const crdt::ClientNumber client = in.var_uint();
        const std::uint64_t clock = in.var_uint();
        const std::string_view text = in.var_bytes();
        if (in.failed() || client == own_) continue;
        State& known = states_[client];
        const bool is_null = text == "null";
        const bool ends = clock == known.clock && is_null && !known.text.empty();
        if (clock <= known.clock && !ends) continue;
        known = {clock, is_null ? std::string() : std::string(text), now};
        is_new = true;
    }
    return is_new;
}

void ReplicaPresence::introduce(crdt::ClientNumber own, std::string state) {
    own_ = own;
    states_[own_] = {0, std::move(state), {}};
}

std::string ReplicaPresence::renew(SteadyTime now) {
    State& state = states_[own_];
    ++state.clock;
    state.heard_at = now;
    lib0::Writer out;
    out.var_uint(1);
    out.var_uint(own_);
    out.var_uint(state.clock);
    out.var_bytes(state.text);
    return out.take();
}

void ReplicaPresence::forget_all() {
    states_.clear();
    own_ = 0;
}

std::set<std::string> ReplicaPresence::seen(SteadyTime now) const {
    constexpr std::string_view key = "\"sid\":\"";
    std::set<std::string> sids;
    for (const auto& [client, state] : states_) {
        if (state.text.empty() || now - state.heard_at >= kept) continue;
        const std::size_t begin = state.text.find(key);
        if (begin == std::string::npos) continue;
        const std::size_t from = begin + key.size();
        sids.insert(state.text.substr(from, state.text.find('"', from) - from));
    }
    return sids;
}

}  // namespace codencollab::sim
