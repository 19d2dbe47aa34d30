#include "room/update_log.h"

#include "base/log.h"

#include <algorithm>
#include <utility>

namespace codencollab::room {

namespace {

LogWriter new_writer(Random& random) {
    // Databases have signed integers.
    return random.next_u64() >> 1 | 1;
}

}  // namespace

UpdateLog::UpdateLog(Ports ports, const StoredDocument& stored, Room room)
    : ports_(std::move(ports)),
      room_(std::move(room)),
      writer_(new_writer(ports_.random)),
      position_(stored.log),
      count_(stored.log_count),
      log_bytes_(stored.log_bytes),
      self_(std::make_shared<UpdateLog*>(this)) {
    while (position_.contains(writer_))
        writer_ = new_writer(ports.random);
}

UpdateLog::~UpdateLog() {
    ports_.unsaved->bytes -= bytes_;
}

void UpdateLog::count_bytes(std::size_t added, std::size_t gone) {
    bytes_ = bytes_ + added - gone;
    ports_.unsaved->bytes = ports_.unsaved->bytes + added - gone;
}

void UpdateLog::add(std::optional<UserId> author, Bytes update, Callback<> done) {
    count_bytes(update->size(), 0);
    tail_.push_back(
        {++newest_,
         0,
         std::move(author),
         ports_.clock.wall_now(),
         ports_.clock.steady_now(),
         std::move(update)});
    if (done) waiting_.push_back({newest_, std::move(done)});
    if (bytes_ > merge_at_) merge();
    write_soon();
}

void UpdateLog::when_stored(std::uint64_t number, Callback<> done) {
    if (number <= stored_ || tail_.empty()) return done({});
    // In their order; almost always this is the last.
    const auto place = std::ranges::upper_bound(waiting_, number, {}, &Waiting::order);
    waiting_.insert(place, {number, std::move(done)});
}

std::optional<SteadyTime> UpdateLog::unsaved_since() const {
    if (tail_.empty()) return std::nullopt;
    return tail_.front().added_at;
}

std::optional<WallTime> UpdateLog::unsaved_since_wall() const {
    if (tail_.empty()) return std::nullopt;
    const auto age = ports_.clock.steady_now() - tail_.front().added_at;
    return ports_.clock.wall_now() - std::chrono::duration_cast<WallTime::duration>(age);
}

void UpdateLog::write_soon() {
    if (tail_.empty() || is_writing_ || is_paused_ || timer_is_set_) return;
    const auto past = ports_.clock.steady_now().time_since_epoch() % grid;
    timer_is_set_ = true;
    timer_ = ports_.loop.after(std::chrono::ceil<std::chrono::milliseconds>(grid - past), [this] {
        timer_is_set_ = false;
        write();
    });
}

void UpdateLog::write_now() {
    timer_is_set_ = false;
    timer_.cancel();
    write();
}

void UpdateLog::hurry() {
    if (!has_failed_) write_now();
}

void UpdateLog::write() {
    if (tail_.empty() || is_writing_ || is_paused_) return;
    is_writing_ = true;
    in_flight_ = tail_.size();
    LogBatch batch{writer_, {}};
    batch.updates.reserve(in_flight_);
    for (Entry& entry : tail_) {
        if (entry.number == 0) entry.number = ++last_number_;
        batch.updates.push_back({entry.number, entry.author, entry.at, *entry.bytes});
    }
    room_.append(
        std::move(batch),
        [self = std::weak_ptr(self_), count = in_flight_, order = newest_](Result<> result) {
            if (const auto alive = self.lock()) {
                (*alive)->written(count, order, std::move(result));
            }
        });
}

void UpdateLog::written(std::size_t count, std::uint64_t order, Result<> result) {
    is_writing_ = false;
    in_flight_ = 0;
    has_failed_ = !result;
    if (!result) {
        if (bytes_ > merge_at_) merge();
        timer_is_set_ = true;
        timer_ = ports_.loop.after(backoff_.next(ports_.random), [this] {
            timer_is_set_ = false;
            write();
        });
        return room_.answered(std::move(result));
    }
    backoff_.reset();
    merge_at_ = bytes_max;
    std::size_t gone = 0;
    for (std::size_t i = 0; i < count; ++i) {
        gone += tail_.front().bytes->size();
        position_[writer_] = tail_.front().number;
        tail_.pop_front();
    }
    count_ += count;
    log_bytes_ += gone;
    count_bytes(0, gone);
    stored_ = order;
    write_soon();
    const std::weak_ptr<UpdateLog*> self = self_;
    answer_stored(order);
    if (self.lock()) room_.answered({});
}

// The last of those who are told may let the room go, and this with it.
void UpdateLog::answer_stored(std::uint64_t order) {
    const std::weak_ptr<UpdateLog*> self = self_;
    while (self.lock() && !waiting_.empty() && waiting_.front().order <= order) {
        Callback<> done = std::move(waiting_.front().done);
        waiting_.pop_front();
        done({});
    }
}

// What is under way stays as it is. Of the rest, what was sent before may have been stored though
// the store said otherwise: an update under the same number would not be taken.
void UpdateLog::merge() {
    const std::size_t kept = is_writing_ ? in_flight_ : 0;
    if (tail_.size() - kept < 2) return;
    Entry merged = tail_.back();
    const bool was_sent = std::ranges::any_of(
        tail_.begin() + static_cast<std::ptrdiff_t>(kept), tail_.end(), [](const Entry& entry) {
            return entry.number != 0;
        });
    merged.number = 0;
    merged.author.reset();
    merged.added_at = tail_[kept].added_at;
    merged.bytes = std::make_shared<const std::string>(room_.merged());
    std::size_t gone = 0;
    while (tail_.size() > kept) {
        gone += tail_.back().bytes->size();
        tail_.pop_back();
    }
    if (was_sent) {
        writer_ = new_writer(ports_.random);
        last_number_ = 0;
    }
    count_bytes(merged.bytes->size(), gone);
    // A document may be larger than the bound by itself.
    merge_at_ = std::max(bytes_max, 2 * bytes_);
    tail_.push_back(std::move(merged));
}

void UpdateLog::pause() {
    is_paused_ = true;
    timer_is_set_ = false;
    timer_.cancel();
}

void UpdateLog::resume() {
    is_paused_ = false;
    write_soon();
}

void UpdateLog::abandon(const Error& why) {
    pause();
    for (Waiting& waiting : std::exchange(waiting_, {}))
        waiting.done(std::unexpected(why));
}

void UpdateLog::folded(const LogPosition& part, std::size_t count, std::size_t bytes) {
    for (const auto& [writer, number] : part) {
        const auto found = position_.find(writer);
        if (found != position_.end() && found->second <= number) position_.erase(found);
    }
    count_ -= std::min(count_, count);
    log_bytes_ -= std::min(log_bytes_, bytes);
}

}  // namespace codencollab::room
