#pragma once

#include "base/loop.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace codencollab::identity {

/// argon2id on threads of its own, behind a bounded queue: hashing takes a tenth of a second and
/// 64 MiB each, so as many run at once as there are threads. Every call answers on its loop; past
/// the bound with `identity_unavailable`, at once.
///
/// Ownership: loops must outlive it. Its destructor drops what waits, unanswered. Threads: any.
class PasswordHasher {
  public:
    struct Cost {
        unsigned long long operations;
        std::size_t memory_bytes;
    };
    static Cost interactive();
    /// The least that libsodium takes: for tests.
    static Cost minimal();

    PasswordHasher(std::size_t threads, Cost cost);
    ~PasswordHasher();
    PasswordHasher(const PasswordHasher&) = delete;
    PasswordHasher& operator=(const PasswordHasher&) = delete;

    void hash(std::string password, Loop& loop, Callback<std::string> done);
    /// Whether the password is the hash's. With an empty hash: false, after as long as for any
    /// other, so that nobody learns by the time which users exist.
    void verify(std::string password, std::string hash, Loop& loop, Callback<bool> done);

    static constexpr std::size_t waiting_max = 64;

  private:
    template <class T>
    void submit(std::move_only_function<Result<T>()> work, Loop& loop, Callback<T> done);
    /// False when too many wait.
    bool push(Task task);
    void work(const std::stop_token& stopped);

    Cost cost_;
    std::string dummy_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Task> waiting_;
    std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace codencollab::identity
