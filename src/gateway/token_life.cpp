#include "gateway/token_life.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace codencollab::gateway {

namespace {

constexpr std::chrono::milliseconds look_again_after = std::chrono::hours(1);

}  // namespace

void TokenLife::watch(Loop& loop, WallTime expires_at, Task ended) {
    loop_ = &loop;
    expires_at_ = expires_at;
    ended_ = std::move(ended);
    look();
}

void TokenLife::cancel() {
    timer_.cancel();
    ended_ = nullptr;
}

void TokenLife::look() {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(expires_at_ - clock_.wall_now());
    if (left > std::chrono::milliseconds(0)) {
        timer_ = loop_->after(std::min(left, look_again_after), [this] { look(); });
        return;
    }
    // Not called here: whoever watches may stand within a call of the connection.
    timer_ = loop_->after(std::chrono::milliseconds(0), [this] {
        Task ended = std::exchange(ended_, nullptr);  // it may end what this belongs to
        ended();
    });
}

}  // namespace codencollab::gateway
