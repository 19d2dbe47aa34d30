#include "store/sqlite_worker.h"

#include "base/fault_point.h"
#include "base/log.h"
#include "store/damaged_file.h"
#include "store/log_index.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

namespace codencollab::store {

namespace {

// A batch holds the answers of all its jobs back until its commit, so it must stay short.
constexpr std::size_t batch_jobs_max = 256;
// A commit costs many times what another job in it does.
constexpr std::chrono::milliseconds gathering_time{1};
// How often a store that failed looks whether it can write again, when nobody asks it to.
constexpr std::chrono::milliseconds probe_interval{1'000};
constexpr std::chrono::milliseconds idle_interval{60'000};
// The write-ahead log is copied into the database when nobody asks for a while, or when it is
// large, and never between a commit and its answers. Past the second bound its file is cut as well.
constexpr std::chrono::milliseconds checkpoint_idle{1'000};
constexpr std::size_t checkpoint_bytes = 16 << 20;
constexpr std::size_t truncate_bytes = 64 << 20;

/// A full or read-only disk shows. Nobody reads this number; a row that is updated to what it holds
/// would leave its page as it is, and nothing would be written.
void write_a_page(Connection& connection) {
    Transaction transaction(connection);
    connection.execute("pragma user_version = 0");
    transaction.commit();
}

Error unavailable() {
    return {
        ErrorCode::store_unavailable, "Storage is not available now. Try again in a moment.", 1};
}

/// A failure that another job of the batch need not share.
bool is_of_one_job(const std::exception& failure) {
    const auto* const of_sqlite = dynamic_cast<const SqliteFailure*>(&failure);
    return of_sqlite == nullptr || of_sqlite->is_corrupt() || of_sqlite->is_constraint();
}

/// One task for each loop, so that a commit wakes it once.
void answer(std::vector<JobQueue::Entry> batch) {
    std::map<Loop*, std::vector<std::unique_ptr<Job>>> by_loop;
    for (JobQueue::Entry& entry : batch)
        by_loop[&entry.job->loop()].push_back(std::move(entry.job));
    for (auto& [loop, jobs] : by_loop) {
        loop->post([jobs = std::move(jobs)] {
            for (const std::unique_ptr<Job>& job : jobs)
                job->answer();
        });
    }
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
    Loop& loop = job->loop();
    loop.post([job = std::move(job)] { job->answer(); });
}

void SqliteWorker::work_until_closed() {
    while (!queue_.is_finished()) {
        const bool failing = !unavailable_reason().empty();
        const std::size_t in_log = connection_ ? connection_->wal_bytes() : 0;
        auto batch = queue_.take(
            batch_jobs_max,
            failing      ? probe_interval
            : in_log > 0 ? checkpoint_idle
                         : idle_interval);
        if (batch.empty()) {
            if (failing) {
                probe();
            } else if (in_log > 0) {
                checkpoint(Connection::Checkpoint::passive);
            }
            continue;
        }
        run_batch(batch);
        answer(std::move(batch));
        checkpoint_large_log();
    }
}

void SqliteWorker::checkpoint_large_log() {
    if (!connection_ || connection_->wal_bytes() < checkpoint_bytes) return;
    checkpoint(
        connection_->wal_bytes() < truncate_bytes ? Connection::Checkpoint::passive
                                                  : Connection::Checkpoint::truncate);
}

void SqliteWorker::checkpoint(Connection::Checkpoint kind) {
    try {
        connection_->checkpoint(kind);
    } catch (const SqliteFailure& failure) {
        // What was answered is in the log, and stays there.
        note_failure(failure);
    }
}

void SqliteWorker::run_batch(std::vector<JobQueue::Entry>& batch) {
    try {
        try {
            in_one_transaction([&] { run_together(batch, Isolation::none); });
        } catch (const std::exception& failure) {
            if (!is_of_one_job(failure)) throw;
            // Nothing of the batch was kept, so all of it is done again. Savepoints from the start
            // would cost every batch a copy of each page that a job changes.
            in_one_transaction([&] { run_together(batch, Isolation::savepoints); });
        }
        return;
    } catch (const SqliteFailure& failure) {
        note_failure(failure);
    }
    // One job may be at fault alone (a text that no longer fits on the disk), so each gets a
    // transaction of its own.
    bool hopeless = batch.size() == 1;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch[i].refused) continue;
        batch[i].job->fail(unavailable());
        if (hopeless) continue;
        try {
            in_one_transaction([&] { run_isolated(*batch[i].job); });
        } catch (const SqliteFailure& failure) {
            batch[i].job->fail(unavailable());
            note_failure(failure);
            hopeless = !failure.is_disk_full() && !failure.is_corrupt();
        }
    }
}

// What several loops send at one line of their grid shares a commit.
void SqliteWorker::run_together(std::vector<JobQueue::Entry>& batch, Isolation isolation) {
    using std::chrono::steady_clock;
    const std::int64_t changes_before = connection_->changes_total();
    std::optional<steady_clock::time_point> gathered;
    std::size_t next = 0;
    steady_clock::duration patience{0};
    do {
        for (; next < batch.size(); ++next) {
            if (batch[next].refused) continue;
            if (isolation == Isolation::none) {
                batch[next].job->run(*connection_);
            } else {
                run_isolated(*batch[next].job);
            }
        }
        // Who only reads need not wait for others.
        if (connection_->changes_total() == changes_before) continue;
        const auto now = steady_clock::now();
        if (!gathered) gathered = now + gathering_time;
        patience = std::max(steady_clock::duration(0), *gathered - now);
    } while (queue_.take_more(batch, batch_jobs_max, patience));
}

template <class Run>
void SqliteWorker::in_one_transaction(Run run) {
    reconnect();
    const std::int64_t changes_before = connection_->changes_total();
    Transaction transaction(*connection_);
    run();
    transaction.commit();
    // Reading proves nothing about a full disk.
    if (connection_->changes_total() == changes_before) return;
    FAULT_POINT("log.after_commit");
    note_success();
}

void SqliteWorker::reconnect() {
    if (connection_) return;
    auto connection = std::make_unique<Connection>(path_);
    if (is_log_in_doubt_) {
        // After a failed sync, what the log seems to hold may be in the kernel's memory alone, and
        // syncing it again would prove nothing. Written into the database and synced there it is
        // safe, once a commit of its own has begun the log anew: the next answer may be for an
        // update that is there already and that writes nothing.
        if (!connection->checkpoint(Connection::Checkpoint::truncate)) {
            throw SqliteFailure(SQLITE_BUSY, "another program holds the database");
        }
        write_a_page(*connection);
        is_log_in_doubt_ = false;
    }
    if (const auto damage = make_log_index(*connection)) note_damage(*damage);
    connection_ = std::move(connection);
}

void SqliteWorker::run_isolated(Job& job) {
    connection_->query("savepoint one_call").run();
    try {
        job.run(*connection_);
    } catch (const SqliteFailure& failure) {
        if (failure.is_corrupt()) {
            note_damage(failure);
        } else if (failure.is_constraint()) {
            spdlog::error("A call on the store broke a rule of the schema: {}", failure.what());
        } else {
            throw;
        }
        connection_->query("rollback to one_call").run();
        job.fail(unavailable());
    } catch (const std::exception& failure) {
        spdlog::error("The store holds what this version cannot read: {}", failure.what());
        connection_->query("rollback to one_call").run();
        job.fail(unavailable());
    }
    connection_->query("release one_call").run();
}

void SqliteWorker::note_failure(const SqliteFailure& failure) {
    // After a failed sync nobody knows what of the file is on the disk: only a connection that
    // reads it anew may go on.
    connection_.reset();
    if (failure.is_io_error()) is_log_in_doubt_ = true;
    if (failure.is_corrupt()) note_damage(failure);
    const std::string reason = fmt::format("{} ({})", failure.what(), failure.code());
    const bool is_news = failure_.with_lock([&](std::string& known) {
        const bool was_well = known.empty();
        known = reason;
        return was_well;
    });
    if (is_news) spdlog::error("Storage fails, nothing is saved until it works again: {}", reason);
}

void SqliteWorker::note_damage(const SqliteFailure& failure) {
    if (std::exchange(is_damage_known_, true)) return;
    note_for_next_start(path_, failure.what());
}

void SqliteWorker::note_success() {
    const bool is_news =
        failure_.with_lock([](std::string& known) { return !std::exchange(known, "").empty(); });
    if (is_news) spdlog::info("Storage works again.");
}

void SqliteWorker::probe() {
    try {
        reconnect();
        write_a_page(*connection_);
        note_success();
    } catch (const SqliteFailure& failure) {
        note_failure(failure);
    }
}

}  // namespace codencollab::store
