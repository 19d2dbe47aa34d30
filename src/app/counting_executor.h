#pragma once

#include "room/executor.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace codencollab::app {

/// How many runs are under way on all loops; a drain waits for them a little.
/// The count orders nothing else: relaxed is enough.
using RunCount = std::atomic<std::size_t>;

/// An executor that counts the runs of another. Threads: as the other.
class CountingExecutor final : public room::Executor {
  public:
    /// `count` outlives every run.
    CountingExecutor(std::unique_ptr<room::Executor> inner, std::shared_ptr<RunCount> count)
        : inner_(std::move(inner)), count_(std::move(count)) {}

    std::shared_ptr<const std::vector<room::Runtime>> runtimes() const override {
        return inner_->runtimes();
    }
    std::string unavailable_reason() const override { return inner_->unavailable_reason(); }
    void start(room::RunRequest request, room::RunObserver observer) override {
        count_->fetch_add(1, std::memory_order_relaxed);
        observer.finished = [count = count_, finished = std::move(observer.finished)](
                                room::RunResult result) mutable {
            count->fetch_sub(1, std::memory_order_relaxed);
            finished(std::move(result));
        };
        inner_->start(std::move(request), std::move(observer));
    }
    void write_stdin(const RunId& run, std::string data, bool eof) override {
        inner_->write_stdin(run, std::move(data), eof);
    }
    void stop(const RunId& run) override { inner_->stop(run); }

  private:
    std::unique_ptr<room::Executor> inner_;
    std::shared_ptr<RunCount> count_;
};

}  // namespace codencollab::app
