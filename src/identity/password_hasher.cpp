#include "identity/password_hasher.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

namespace codencollab::identity {

namespace {

/// A password that wipes itself: it waits in a queue, and memory is reused.
class Secret {
  public:
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret&&) = delete;
    ~Secret() { sodium_memzero(text_.data(), text_.size()); }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

Error overloaded() {
    return {ErrorCode::identity_unavailable, "Too many are signing in. Try again in a moment.", 2};
}

Result<std::string> hash_now(const std::string& password, PasswordHasher::Cost cost) {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    const int failed = crypto_pwhash_str_alg(
        text.data(),
        password.data(),
        password.size(),
        cost.operations,
        cost.memory_bytes,
        crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) return std::unexpected(overloaded());  // no memory
    return std::string(text.data());
}

}  // namespace

PasswordHasher::Cost PasswordHasher::interactive() {
    return {crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE};
}

PasswordHasher::Cost PasswordHasher::minimal() {
    return {crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN};
}

PasswordHasher::PasswordHasher(std::size_t threads, Cost cost)
    : cost_(cost), dummy_(hash_now("nobody's password", cost).value_or("")) {
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
        threads_.emplace_back([this](const std::stop_token& stopped) { work(stopped); });
    }
}

PasswordHasher::~PasswordHasher() = default;

template <class T>
void PasswordHasher::submit(
    std::move_only_function<Result<T>()> work, Loop& loop, Callback<T> done) {
    // Kept apart from the task, so that a task that is refused can still answer.
    auto shared = std::make_shared<Callback<T>>(std::move(done));
    auto answer = [shared, &loop](Result<T> result) {
        loop.post([shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
    };
    if (!push([work = std::move(work), answer]() mutable { answer(work()); })) {
        answer(std::unexpected(overloaded()));
    }
}

void PasswordHasher::hash(std::string password, Loop& loop, Callback<std::string> done) {
    submit<std::string>(
        [secret = Secret(std::move(password)), cost = cost_] {
            return hash_now(secret.text(), cost);
        },
        loop,
        std::move(done));
}

void PasswordHasher::verify(
    std::string password, std::string hash, Loop& loop, Callback<bool> done) {
    const bool is_real = !hash.empty();
    if (!is_real) hash = dummy_;
    submit<bool>(
        [secret = Secret(std::move(password)), hash = std::move(hash), is_real]() -> Result<bool> {
            const std::string& text = secret.text();
            return crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0 && is_real;
        },
        loop,
        std::move(done));
}

bool PasswordHasher::push(Task task) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= waiting_max) return false;
    waiting_.push_back(std::move(task));
    changed_.notify_one();
    return true;
}

void PasswordHasher::work(const std::stop_token& stopped) {
    while (true) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stopped, [this] { return !waiting_.empty(); })) return;
            if (stopped.stop_requested()) return;
            task = std::move(waiting_.front());
            waiting_.pop_front();
        }
        task();
    }
}

}  // namespace codencollab::identity
