#include "store/job_queue.h"

#include <utility>

namespace codencollab::store {

bool JobQueue::push(std::unique_ptr<Job>& job, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    const bool full = entries_.size() >= jobs_max || bytes_ + bytes > bytes_max;
    if (full) {
        job->fail(
            {ErrorCode::store_unavailable, "Storage cannot keep up. Try again in a moment.", 1});
        bytes = 0;
    }
    entries_.push_back({std::move(job), bytes, full});
    bytes_ += bytes;
    changed_.notify_one();
    return true;
}

std::vector<JobQueue::Entry> JobQueue::take(
    std::size_t count_max, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return closed_ || !entries_.empty(); });
    std::vector<Entry> taken;
    while (!entries_.empty() && taken.size() < count_max) {
        bytes_ -= entries_.front().bytes;
        taken.push_back(std::move(entries_.front()));
        entries_.pop_front();
    }
    return taken;
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
