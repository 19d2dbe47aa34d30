#include "runner/poll_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <utility>

namespace codencollab::runner {

using SteadyClock = std::chrono::steady_clock;

/// Holds the timers weakly: a timer may outlive its loop.
class PollLoop::TimerHandle final : public Timer::Handle {
  public:
    TimerHandle(std::weak_ptr<Timers> timers, TimerKey key)
        : timers_(std::move(timers)), key_(key) {}
    ~TimerHandle() override {
        if (const auto timers = timers_.lock()) timers->erase(key_);
    }

  private:
    std::weak_ptr<Timers> timers_;
    TimerKey key_;
};

PollLoop::PollLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    assert(epoll_ && wake_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = 0;  // no watch has this key
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
}

PollLoop::~PollLoop() = default;

void PollLoop::wake() {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
}

void PollLoop::post(Task task) {
    inbox_.with_lock([&](Inbox& inbox) { inbox.tasks.push_back(std::move(task)); });
    wake();
}

void PollLoop::stop() {
    inbox_.with_lock([](Inbox& inbox) { inbox.stopped = true; });
    wake();
}

Timer PollLoop::after(std::chrono::milliseconds delay, Task task) {
    const TimerKey key{SteadyClock::now() + delay, next_key_++};
    timers_->emplace(key, std::move(task));
    return Timer(std::make_unique<TimerHandle>(timers_, key));
}

bool PollLoop::is_current() const {
    return std::this_thread::get_id() == thread_;
}

PollLoop::Watch PollLoop::watch(int fd, Direction direction, OnReady ready) {
    const std::uint64_t key = next_key_++;
    epoll_event event{};
    event.events = direction == Direction::readable ? EPOLLIN : EPOLLOUT;
    event.data.u64 = key;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0) return {};
    watched_.emplace(key, Watched{fd, std::make_shared<OnReady>(std::move(ready))});
    return {*this, key};
}

void PollLoop::Watch::cancel() {
    if (loop_ == nullptr) return;
    PollLoop& loop = *std::exchange(loop_, nullptr);
    const auto found = loop.watched_.find(key_);
    if (found == loop.watched_.end()) return;
    ::epoll_ctl(loop.epoll_.get(), EPOLL_CTL_DEL, found->second.fd, nullptr);
    loop.watched_.erase(found);
}

int PollLoop::wait_ms() const {
    if (timers_->empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        timers_->begin()->first.first - SteadyClock::now());
    return static_cast<int>(std::clamp<long long>(left.count(), 0, 60'000));
}

bool PollLoop::run_posted() {
    std::vector<Task> tasks;
    const bool stopped = inbox_.with_lock([&](Inbox& inbox) {
        tasks.swap(inbox.tasks);
        return inbox.stopped;
    });
    if (stopped) return false;
    for (Task& task : tasks)
        task();
    return true;
}

void PollLoop::run_timers() {
    const auto now = SteadyClock::now();
    while (!timers_->empty() && timers_->begin()->first.first <= now) {
        Task task = std::move(timers_->begin()->second);
        timers_->erase(timers_->begin());
        task();
    }
}

void PollLoop::run() {
    thread_ = std::this_thread::get_id();
    std::array<epoll_event, 64> events{};
    while (run_posted()) {
        run_timers();
        const int count =
            ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
        for (int i = 0; i < count; ++i) {
            const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
            if (key == 0) {
                std::uint64_t drained = 0;
                (void)!::read(wake_.get(), &drained, sizeof drained);
                continue;
            }
            // A watch may have gone in this very turn; its callback may end it from within.
            const auto found = watched_.find(key);
            if (found == watched_.end()) continue;
            const std::shared_ptr<OnReady> ready = found->second.ready;
            (*ready)();
        }
    }
}

}  // namespace codencollab::runner
