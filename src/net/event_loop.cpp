#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

namespace codencollab::net {
namespace {

constexpr std::size_t events_a_turn = 256;
// Tasks may post tasks: descriptors and timers get their turn in between.
constexpr std::size_t tasks_a_turn = 1024;

thread_local const EventLoop* current_loop = nullptr;

UniqueFd opened(int fd, const char* what) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    return UniqueFd(fd);
}

bool add(int epoll, int descriptor, std::uint32_t events, void* told) {
    epoll_event event{};
    event.events = events | EPOLLET;
    event.data.ptr = told;
    return ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(opened(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      waker_(opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    if (!add(epoll_.get(), waker_.get(), EPOLLIN, nullptr)) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

// What goes may post, or ask to be kept, by its own destructor.
EventLoop::~EventLoop() {
    while (!tasks_.empty() || !posted_.empty() || !kept_.empty()) {
        std::exchange(kept_, {}).clear();
        std::exchange(tasks_, {}).clear();
        std::exchange(posted_, {}).clear();
    }
}

void EventLoop::post(Task task) {
    if (is_current()) {
        tasks_.push_back(std::move(task));
        return;
    }
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        is_first = posted_.empty();
        posted_.push_back(std::move(task));
    }
    if (is_first) wake();
}

Timer EventLoop::after(std::chrono::milliseconds delay, Task task) {
    return timers_.add(std::chrono::steady_clock::now() + delay, std::move(task));
}

bool EventLoop::is_current() const {
    return current_loop == this;
}

void EventLoop::run() {
    current_loop = this;
    while (!is_stopped_)
        turn();
    current_loop = nullptr;
}

void EventLoop::stop() {
    is_stopped_ = true;
    wake();
}

// Each write is an event of its own, read or not; the counter never gets full in practice.
void EventLoop::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(waker_.get(), &one, sizeof one);
}

bool EventLoop::watch(int descriptor, Watcher& watcher) {
    return add(epoll_.get(), descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP, &watcher);
}

void EventLoop::forget_descriptor(int descriptor, std::shared_ptr<Watcher> watcher) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    forgotten_.push_back(std::move(watcher));
}

void EventLoop::turn() {
    std::array<epoll_event, events_a_turn> events;
    const int count = ::epoll_wait(
        epoll_.get(), events.data(), static_cast<int>(events.size()), milliseconds_to_wait());
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == nullptr) {
            take_posted();
        } else {
            static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
        }
    }
    forgotten_.clear();
    timers_.run_due(std::chrono::steady_clock::now());
    run_tasks();
}

int EventLoop::milliseconds_to_wait() const {
    if (!tasks_.empty()) return 0;
    const auto next = timers_.next();
    if (!next) return -1;
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(*next - std::chrono::steady_clock::now());
    constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
    return static_cast<int>(std::clamp(wait, std::chrono::milliseconds(0), longest).count());
}

void EventLoop::take_posted() {
    std::deque<Task> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(posted_);
    }
    std::ranges::move(taken, std::back_inserter(tasks_));
}

void EventLoop::run_tasks() {
    for (std::size_t i = 0; i < tasks_a_turn && !tasks_.empty(); ++i) {
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        task();
    }
}

}  // namespace codencollab::net
