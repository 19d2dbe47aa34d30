#include "store/job_queue.h"

#include <utility>

namespace codencollab::store {

bool JobQueue::push(std::unique_ptr<Job>& job, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    if (closed_) return false;
    const bool full = entries_.size() >= jobs_max || bytes_ + bytes > bytes_max;
    if (full) {
        job->fail(
            {ErrorCode::store_unavailable, "Storage cannot keep up. Try again in a moment.", 1});
        bytes = 0;
    }
    entries_.push_back({std::move(job), bytes, full});
    bytes_ += bytes;
    const bool is_waited_for = entries_.size() == wanted_;
    lock.unlock();  // or who wakes would wait for it at once
    if (is_waited_for) changed_.notify_one();
    return true;
}

std::vector<JobQueue::Entry> JobQueue::take(
    std::size_t count_max, std::chrono::steady_clock::duration patience) {
    std::vector<Entry> taken;
    std::unique_lock lock(mutex_);
    wait(lock, 1, patience);
    take_into(taken, count_max);
    return taken;
}

bool JobQueue::take_more(
    std::vector<Entry>& batch,
    std::size_t count_max,
    std::chrono::steady_clock::duration patience) {
    const std::size_t before = batch.size();
    if (before >= count_max) return false;
    std::unique_lock lock(mutex_);
    wait(lock, count_max - before, patience);
    take_into(batch, count_max);
    return batch.size() > before;
}

void JobQueue::wait(
    std::unique_lock<std::mutex>& lock,
    std::size_t count,
    std::chrono::steady_clock::duration patience) {
    wanted_ = count;
    changed_.wait_for(lock, patience, [&] { return closed_ || entries_.size() >= count; });
    wanted_ = 0;
}

void JobQueue::take_into(std::vector<Entry>& batch, std::size_t count_max) {
    while (!entries_.empty() && batch.size() < count_max) {
        bytes_ -= entries_.front().bytes;
        batch.push_back(std::move(entries_.front()));
        entries_.pop_front();
    }
}

void JobQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

bool JobQueue::is_finished() {
    const std::lock_guard lock(mutex_);
    return closed_ && entries_.empty();
}

}  // namespace codencollab::store
