#pragma once

#include "base/loop.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <unordered_map>

namespace codencollab::net {

/// A loop run by Asio. Inside net/, and for adapters that link cc_asio; everybody else sees a Loop.
class AsioLoop final : public Loop {
  public:
    void post(Task task) override;
    Timer after(std::chrono::milliseconds delay, Task task) override;
    bool is_current() const override;

    /// Runs turns on the calling thread until `stop`.
    void run();
    void stop() { context_.stop(); }

    boost::asio::io_context& context() { return context_; }

    /// Owns `what` until `forget`, or until the loop goes: for connections that say goodbye after
    /// their owner has left. Threads: the loop's own.
    void keep(std::shared_ptr<void> what) { kept_.emplace(what.get(), std::move(what)); }
    void forget(const void* what) { kept_.erase(what); }

  private:
    boost::asio::io_context context_{1};
    std::unordered_map<const void*, std::shared_ptr<void>> kept_;  // goes before the context
};

/// The context of a loop of a LoopPool; every other kind of Loop is a programmer's error.
boost::asio::io_context& context_of(Loop& loop);

}  // namespace codencollab::net
