#pragma once

#include "base/guarded.h"
#include "base/loop.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace codencollab::gateway {

class EngineSession;

/// Which session has which sid, and on which loop it lives; and how many strangers an address has
/// brought. Threads: any.
class EngineDirectory {
  public:
    struct Entry {
        Loop* loop = nullptr;
        std::shared_ptr<EngineSession> session;  // to be touched on `loop` alone
        bool is_confirmed = false;
    };

    void add(const std::string& sid, Entry entry);
    void remove(const std::string& sid);
    std::optional<Entry> find(const std::string& sid) const;
    void move(const std::string& sid, Loop& to);
    void confirm(const std::string& sid);
    void clear();
    std::size_t size() const;
    std::vector<std::string> sids_on(const Loop& loop) const;

    /// Counts a session of a stranger; false when the address has `max` already.
    bool admit_stranger(const std::string& address, std::size_t max);
    void forget_stranger(const std::string& address);

  private:
    mutable Guarded<std::unordered_map<std::string, Entry>> entries_;
    Guarded<std::unordered_map<std::string, std::size_t>> strangers_;
};

}  // namespace codencollab::gateway
