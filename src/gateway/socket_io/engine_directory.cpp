#include "gateway/socket_io/engine_directory.h"

#include <utility>

namespace codencollab::gateway {

void EngineDirectory::add(const std::string& sid, Entry entry) {
    entries_.with_lock([&](auto& entries) { entries.emplace(sid, std::move(entry)); });
}

void EngineDirectory::remove(const std::string& sid) {
    // What is taken out dies after the lock is given back.
    const auto removed = entries_.with_lock([&](auto& entries) { return entries.extract(sid); });
}

std::optional<EngineDirectory::Entry> EngineDirectory::find(const std::string& sid) const {
    return entries_.with_lock([&](auto& entries) -> std::optional<Entry> {
        const auto found = entries.find(sid);
        if (found == entries.end()) return std::nullopt;
        return found->second;
    });
}

void EngineDirectory::move(const std::string& sid, Loop& to) {
    entries_.with_lock([&](auto& entries) {
        const auto found = entries.find(sid);
        if (found != entries.end()) found->second.loop = &to;
    });
}

void EngineDirectory::confirm(const std::string& sid) {
    entries_.with_lock([&](auto& entries) {
        const auto found = entries.find(sid);
        if (found != entries.end()) found->second.is_confirmed = true;
    });
}

void EngineDirectory::clear() {
    const auto removed =
        entries_.with_lock([](auto& entries) { return std::exchange(entries, {}); });
}

std::size_t EngineDirectory::size() const {
    return entries_.with_lock([](auto& entries) { return entries.size(); });
}

std::vector<std::string> EngineDirectory::sids_on(const Loop& loop) const {
    return entries_.with_lock([&](auto& entries) {
        std::vector<std::string> sids;
        for (const auto& [sid, entry] : entries) {
            if (entry.loop == &loop) sids.push_back(sid);
        }
        return sids;
    });
}

bool EngineDirectory::admit_stranger(const std::string& address, std::size_t max) {
    return strangers_.with_lock([&](auto& strangers) {
        std::size_t& count = strangers[address];
        if (count >= max) return false;
        ++count;
        return true;
    });
}

void EngineDirectory::forget_stranger(const std::string& address) {
    strangers_.with_lock([&](auto& strangers) {
        const auto found = strangers.find(address);
        if (found != strangers.end() && --found->second == 0) strangers.erase(found);
    });
}

}  // namespace codencollab::gateway
