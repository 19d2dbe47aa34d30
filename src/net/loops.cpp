#include "net/loops.h"

#include "net/event_loop.h"

#include <pthread.h>

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <utility>

namespace codencollab::net {

class LoopPool::Member {
  public:
    explicit Member(std::size_t i)
        : thread_([this, name = "loop-" + std::to_string(i)] {
              pthread_setname_np(pthread_self(), name.c_str());
              loop_.run();
          }) {}

    EventLoop& loop() { return loop_; }

    void stop() {
        loop_.stop();
        if (thread_.joinable()) thread_.join();
    }

  private:
    EventLoop loop_;
    std::jthread thread_;  // after the loop it runs
};

LoopPool::LoopPool(std::size_t count) {
    for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) {
        members_.push_back(std::make_unique<Member>(i));
    }
}

LoopPool::~LoopPool() {
    stop();
}

std::size_t LoopPool::size() const {
    return members_.size();
}

Loop& LoopPool::loop(std::size_t i) {
    return members_[i]->loop();
}

void LoopPool::run_on(std::size_t i, Task task) {
    if (stopped_) {
        task();
        return;
    }
    std::promise<void> ran;
    loop(i).post([&] {
        task();
        ran.set_value();
    });
    ran.get_future().wait();
}

void LoopPool::stop() {
    if (std::exchange(stopped_, true)) return;
    for (const auto& member : members_)
        member->stop();
}

}  // namespace codencollab::net
