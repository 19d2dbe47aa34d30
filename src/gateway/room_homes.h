#pragma once

#include "base/id.h"
#include "base/loop.h"
#include "room/executor.h"
#include "room/rooms.h"

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace codencollab::gateway {

/// Which loop each room lives on: the same for every connection, so that a room is touched by one
/// thread alone.
///
/// Ownership: of nothing; loops, rooms and executors outlive it.
/// Threads:   any; immutable. What `rooms` and `executor` refer to is used on `loop` alone.
class RoomHomes {
  public:
    struct Home {
        Loop& loop;
        room::Rooms& rooms;
        room::Executor& executor;
    };

    /// At least one.
    explicit RoomHomes(std::vector<Home> homes) : homes_(std::move(homes)) {}

    std::size_t size() const { return homes_.size(); }
    const Home& at(std::size_t i) const { return homes_[i]; }
    std::size_t index_of(const RoomId& room) const {
        return std::hash<RoomId>{}(room) % homes_.size();
    }
    const Home& home_of(const RoomId& room) const { return homes_[index_of(room)]; }
    /// The home that this loop, one of the pool's, is.
    std::size_t index_of(const Loop& loop) const {
        std::size_t i = 0;
        while (i + 1 < homes_.size() && &homes_[i].loop != &loop)
            ++i;
        return i;
    }

  private:
    std::vector<Home> homes_;
};

}  // namespace codencollab::gateway
