#pragma once

#include "base/clock.h"
#include "base/guarded.h"
#include "base/loop.h"
#include "store/job_queue.h"
#include "store/sqlite_connection.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace codencollab::store {

/// The thread that owns the connection. What waits together is committed together, with what comes
/// within a millisecond; a job that a rule of the schema refuses fails alone; a batch that fails
/// otherwise is tried again job by job, on a connection opened anew. Threads: any.
class SqliteWorker {
  public:
    /// `connection` is open and migrated and has its index of the log; `path` is where it is
    /// opened again.
    SqliteWorker(std::string path, std::unique_ptr<Connection> connection);
    ~SqliteWorker();

    template <class T>
    using Work = std::move_only_function<Result<T>(Connection&)>;

    /// Does `work` on the store's thread and answers `done` on `loop` after its commit. `bytes` is
    /// what it carries.
    template <class T>
    void submit(Loop& loop, std::size_t bytes, Work<T> work, Callback<T> done) {
        push(std::make_unique<TypedJob<T>>(loop, std::move(work), std::move(done)), bytes);
    }

    /// Does what was submitted before, then ends the thread and closes the file. Later jobs fail.
    void stop();
    std::string unavailable_reason();

  private:
    template <class T>
    class TypedJob final : public Job {
      public:
        TypedJob(Loop& loop, Work<T> work, Callback<T> done)
            : loop_(loop), work_(std::move(work)), done_(std::move(done)) {}
        void run(Connection& connection) override { result_ = work_(connection); }
        void fail(Error error) override { result_ = std::unexpected(std::move(error)); }
        Loop& loop() override { return loop_; }
        void answer() override { done_(std::move(*result_)); }

      private:
        Loop& loop_;
        Work<T> work_;
        Callback<T> done_;
        std::optional<Result<T>> result_;
    };

    void push(std::unique_ptr<Job> job, std::size_t bytes);
    void work_until_closed();
    void run_batch(std::vector<JobQueue::Entry>& batch);
    template <class Run>
    void in_one_transaction(Run run);
    /// Whether a job that fails takes the others with it.
    enum class Isolation { none, savepoints };
    void run_together(std::vector<JobQueue::Entry>& batch, Isolation isolation);
    void run_isolated(Job& job);
    /// Opens the database if it is closed. Throws SqliteFailure.
    void reconnect();
    void checkpoint_large_log();
    void checkpoint(Connection::Checkpoint kind);
    void note_failure(const SqliteFailure& failure);
    void note_damage(const SqliteFailure& failure);
    void note_success();
    void probe();

    std::string path_;
    std::unique_ptr<Connection> connection_;  // none between a failure and the next try
    bool is_log_in_doubt_ = false;            // a write or sync failed since it was opened
    bool is_damage_known_ = false;
    Guarded<std::string> failure_;  // why the last commit failed; empty when it did not
    JobQueue queue_;
    std::jthread thread_;
};

}  // namespace codencollab::store
