#include "store/sqlite_worker.h"

#include "base/log.h"

#include <fmt/format.h>

#include <chrono>

namespace codencollab::store {

namespace {

// A batch holds the answers of all its jobs back until its commit, so it must stay short.
constexpr std::size_t batch_jobs_max = 256;
// How often a store that failed looks whether it can write again, when nobody asks it to.
constexpr std::chrono::milliseconds probe_interval{1'000};
constexpr std::chrono::milliseconds idle_interval{60'000};

Error unavailable() {
    return {
        ErrorCode::store_unavailable, "Storage is not available now. Try again in a moment.", 1};
}

}  // namespace

SqliteWorker::SqliteWorker(std::string path, std::unique_ptr<Connection> connection)
    : path_(std::move(path)),
      connection_(std::move(connection)),
      thread_([this] { work_until_closed(); }) {}

SqliteWorker::~SqliteWorker() {
    stop();
}

void SqliteWorker::stop() {
    queue_.close();
    if (thread_.joinable()) thread_.join();
    connection_.reset();
}

std::string SqliteWorker::unavailable_reason() {
    return failure_.with_lock([](const std::string& reason) { return reason; });
}

void SqliteWorker::push(std::unique_ptr<Job> job, std::size_t bytes) {
    if (queue_.push(job, bytes)) return;
    job->fail(unavailable());
    job->answer();
}

void SqliteWorker::work_until_closed() {
    while (!queue_.is_finished()) {
        const bool failing = !unavailable_reason().empty();
        auto batch = queue_.take(batch_jobs_max, failing ? probe_interval : idle_interval);
        if (batch.empty()) {
            if (failing) probe();
            continue;
        }
        run_batch(batch);
        for (JobQueue::Entry& entry : batch)
            entry.job->answer();
    }
}

void SqliteWorker::run_batch(std::vector<JobQueue::Entry>& batch) {
    try {
        run_in_one_transaction(batch, 0, batch.size());
        return;
    } catch (const SqliteFailure& failure) {
        note_failure(failure);
    }
    // One job may be at fault alone (a text that no longer fits on the disk), so each gets a
    // transaction of its own.
    bool hopeless = batch.size() == 1;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!batch[i].refused) batch[i].job->fail(unavailable());
        if (hopeless) continue;
        try {
            run_in_one_transaction(batch, i, i + 1);
        } catch (const SqliteFailure& failure) {
            batch[i].job->fail(unavailable());
            note_failure(failure);
            hopeless = !failure.is_disk_full();
        }
    }
}

void SqliteWorker::run_in_one_transaction(
    std::vector<JobQueue::Entry>& batch, std::size_t from, std::size_t to) {
    if (!connection_) connection_ = std::make_unique<Connection>(path_);
    const std::int64_t changes_before = connection_->changes_total();
    Transaction transaction(*connection_);
    for (std::size_t i = from; i < to; ++i) {
        if (!batch[i].refused) run_alone(batch[i]);
    }
    transaction.commit();
    // Reading proves nothing about a full disk.
    if (connection_->changes_total() != changes_before) note_success();
}

void SqliteWorker::run_alone(JobQueue::Entry& entry) {
    connection_->query("savepoint one_call").run();
    try {
        entry.job->run(*connection_);
    } catch (const SqliteFailure& failure) {
        if (!failure.is_constraint()) throw;
        spdlog::error("A call on the store broke a rule of the schema: {}", failure.what());
        connection_->query("rollback to one_call").run();
        entry.job->fail(unavailable());
    } catch (const std::exception& failure) {
        spdlog::error("The store holds what this version cannot read: {}", failure.what());
        connection_->query("rollback to one_call").run();
        entry.job->fail(unavailable());
    }
    connection_->query("release one_call").run();
}

void SqliteWorker::note_failure(const SqliteFailure& failure) {
    // After a failed sync nobody knows what of the file is on the disk: only a connection that
    // reads it anew may go on.
    connection_.reset();
    const std::string reason = fmt::format("{} ({})", failure.what(), failure.code());
    const bool is_news = failure_.with_lock([&](std::string& known) {
        const bool was_well = known.empty();
        known = reason;
        return was_well;
    });
    if (is_news) spdlog::error("Storage fails, nothing is saved until it works again: {}", reason);
}

void SqliteWorker::note_success() {
    const bool is_news =
        failure_.with_lock([](std::string& known) { return !std::exchange(known, "").empty(); });
    if (is_news) spdlog::info("Storage works again.");
}

void SqliteWorker::probe() {
    try {
        if (!connection_) connection_ = std::make_unique<Connection>(path_);
        Transaction transaction(*connection_);
        // Writes a page, so that a full or read-only disk shows.
        connection_->query("update schema_migrations set name = name where number = 1").run();
        transaction.commit();
        note_success();
    } catch (const SqliteFailure& failure) {
        note_failure(failure);
    }
}

}  // namespace codencollab::store
