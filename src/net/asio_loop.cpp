#include "net/asio_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cassert>
#include <utility>

namespace codencollab::net {
namespace {

class AsioTimer final : public Timer::Handle {
  public:
    AsioTimer(boost::asio::io_context& context, std::chrono::milliseconds delay, Task task)
        : pending_(std::make_shared<Pending>(context, std::move(task))) {
        pending_->timer.expires_after(delay);
        pending_->timer.async_wait([pending = pending_](boost::system::error_code error) {
            // Cancelled may also mean: due already, and cancelled before this turn.
            if (error || !pending->task) return;
            Task due = std::exchange(pending->task, nullptr);
            due();
        });
    }
    ~AsioTimer() override {
        pending_->task = nullptr;
        pending_->timer.cancel();
    }

  private:
    struct Pending {
        Pending(boost::asio::io_context& context, Task t) : timer(context), task(std::move(t)) {}
        boost::asio::steady_timer timer;
        Task task;
    };
    std::shared_ptr<Pending> pending_;
};

}  // namespace

void AsioLoop::post(Task task) {
    boost::asio::post(context_, std::move(task));
}

Timer AsioLoop::after(std::chrono::milliseconds delay, Task task) {
    return Timer(std::make_unique<AsioTimer>(context_, delay, std::move(task)));
}

bool AsioLoop::is_current() const {
    // get_executor() of Asio is not const, though asking it changes nothing.
    return const_cast<boost::asio::io_context&>(context_)  // NOLINT(*-const-cast)
        .get_executor()
        .running_in_this_thread();
}

void AsioLoop::run() {
    const auto guard = boost::asio::make_work_guard(context_);
    context_.run();
}

boost::asio::io_context& context_of(Loop& loop) {
    auto* asio_loop = dynamic_cast<AsioLoop*>(&loop);
    assert(asio_loop != nullptr);
    return asio_loop->context();
}

}  // namespace codencollab::net
