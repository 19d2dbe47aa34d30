#pragma once

#include "base/error.h"
#include "base/loop.h"
#include "store/sqlite_connection.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace codencollab::store {

/// One call on the store: done on the store's thread, then answered on its caller's loop, which
/// also is where it goes.
class Job {
  public:
    virtual ~Job() = default;
    /// Does the work and keeps its result. Runs again when a batch is tried again, so it uses up
    /// nothing. May throw SqliteFailure.
    virtual void run(Connection& connection) = 0;
    /// Makes this the result instead.
    virtual void fail(Error error) = 0;
    /// The caller's.
    virtual Loop& loop() = 0;
    /// Hands the result over; called once, last, on that loop.
    virtual void answer() = 0;
};

/// What waits for the store's thread, in order. Bounded: past the bound a job is still answered in
/// its turn, but as failed, and what it would have stored is dropped at once. Threads: any.
class JobQueue {
  public:
    struct Entry {
        std::unique_ptr<Job> job;
        std::size_t bytes = 0;  // of the data that it carries
        bool refused = false;   // came when the queue was full
    };

    static constexpr std::size_t jobs_max = 20'000;
    static constexpr std::size_t bytes_max = 256 << 20;

    /// False, and the job is left with the caller, once the queue is closed.
    bool push(std::unique_ptr<Job>& job, std::size_t bytes);
    /// Waits until something is there; at most `patience`. Empty when nothing came.
    std::vector<Entry> take(std::size_t count_max, std::chrono::steady_clock::duration patience);
    /// Lets `batch` grow to so many, for all of `patience` if it does not get there; false when
    /// nothing came.
    bool take_more(
        std::vector<Entry>& batch,
        std::size_t count_max,
        std::chrono::steady_clock::duration patience);
    /// No more jobs; who waits is woken.
    void close();
    bool is_finished();

  private:
    void take_into(std::vector<Entry>& batch, std::size_t count_max);
    /// Waits until so many are there.
    void wait(
        std::unique_lock<std::mutex>& lock,
        std::size_t count,
        std::chrono::steady_clock::duration patience);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Entry> entries_;
    std::size_t bytes_ = 0;
    std::size_t wanted_ = 0;  // entries that the store's thread waits for; it sleeps until then
    bool closed_ = false;
};

}  // namespace codencollab::store
