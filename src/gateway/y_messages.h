#pragma once

#include "base/id.h"
#include "base/limits.h"
#include "base/loop.h"
#include "base/rate_limiter.h"
#include "room/room.h"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace codencollab::gateway {

/// The way of one y-protocols message (contract, section 3) to a seat: the same for the event `yjs`
/// of Socket.IO and for a frame of y-websocket. Only what follows from a refusal differs.
///
/// Ownership: limits and rates outlive it. Threads: any; `take` on the seat's loop.
class YMessages {
  public:
    YMessages(const Limits& limits, RateLimiter& code_events)
        : limits_(limits), code_events_(code_events) {}

    /// Decodes the message and does what it asks for. `done` answers once, maybe within the call:
    /// for an update and a step 2 when they are stored, for everything else at once. It fails with
    /// - `bad_payload` for bytes that are no message: tell `note_malformed`, and close that
    ///   connection;
    /// - `too_large`, `rate_limited`: nothing of it was taken;
    /// - whatever the seat refuses.
    /// Messages of a kind that we do not know are ignored.
    void take(std::string_view message, room::Seat& seat, const UserId& user, Callback<> done);

    /// Counts and logs bytes that were refused as no message.
    void note_malformed(const Error& error, const UserId& user);

    /// Messages refused so far.
    std::uint64_t malformed_count() const { return malformed_.load(std::memory_order_relaxed); }
    std::uint64_t too_large_count() const { return too_large_.load(std::memory_order_relaxed); }

  private:
    struct Taker;

    const Limits& limits_;
    RateLimiter& code_events_;
    // Each is counted and read by itself: relaxed, because no other memory follows from it.
    std::atomic<std::uint64_t> malformed_ = 0;
    std::atomic<std::uint64_t> too_large_ = 0;
};

}  // namespace codencollab::gateway
