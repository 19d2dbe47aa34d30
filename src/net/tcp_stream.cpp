#include "net/tcp_stream.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <utility>

namespace codencollab::net {
namespace {

// An interrupted call is tried again in a later turn.
IoOutcome outcome_of(ssize_t returned) {
    if (returned >= 0) return {IoStatus::done, static_cast<std::size_t>(returned)};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return {IoStatus::would_block, 0};
    return {IoStatus::failed, 0};
}

}  // namespace

// A direction that was not used to its end stays ready, for no further event tells of it.
struct TcpStream::State final : Watcher, std::enable_shared_from_this<TcpStream::State> {
    struct Direction {
        bool is_ready = false;
        Task waiting;
    };

    State(EventLoop& l, UniqueFd f) : loop(l), fd(std::move(f)) {
        if (loop.watch(fd.get(), *this)) return;
        // Nothing would ever be heard of it: it ends here.
        ::shutdown(fd.get(), SHUT_RDWR);
        has_ended = readable.is_ready = writable.is_ready = true;
    }

    void on_ready(std::uint32_t events) override {
        constexpr std::uint32_t both = EPOLLERR | EPOLLHUP;
        if ((events & (EPOLLRDHUP | both)) != 0) has_ended = true;
        // Either may close the stream.
        if ((events & (EPOLLIN | EPOLLRDHUP | both)) != 0) become_ready(readable);
        if ((events & (EPOLLOUT | both)) != 0) become_ready(writable);
    }

    static void become_ready(Direction& direction) {
        direction.is_ready = true;
        if (!direction.waiting) return;
        Task call = std::exchange(direction.waiting, nullptr);
        call();
    }

    void wait_for(Direction State::* which, Task ready) {
        Direction& direction = this->*which;
        const bool is_posted = direction.is_ready && direction.waiting;
        direction.waiting = std::move(ready);
        if (!direction.is_ready || is_posted) return;
        loop.post([self = shared_from_this(), which] {
            if ((self.get()->*which).is_ready) become_ready(self.get()->*which);
        });
    }

    UniqueFd stop() {
        readable.waiting = nullptr;
        writable.waiting = nullptr;
        if (fd) loop.forget_descriptor(fd.get(), shared_from_this());
        return std::move(fd);
    }

    EventLoop& loop;
    UniqueFd fd;
    Direction readable;
    Direction writable;
    bool has_ended = false;  // the peer's end, or an error, is to be read
};

TcpStream::TcpStream(EventLoop& loop, UniqueFd fd)
    : state_(std::make_shared<State>(loop, std::move(fd))) {}

TcpStream::~TcpStream() {
    state_->stop();
}

IoOutcome TcpStream::read_some(std::span<char> into) {
    const ssize_t got = ::recv(state_->fd.get(), into.data(), into.size(), MSG_DONTWAIT);
    // Less than there was room for: the next bytes come with an event of their own.
    const bool is_emptied = got < 0 ? errno == EAGAIN : static_cast<std::size_t>(got) < into.size();
    if (is_emptied && !state_->has_ended) state_->readable.is_ready = false;
    if (got == 0 && !into.empty()) return {IoStatus::ended, 0};
    return outcome_of(got);
}

IoOutcome TcpStream::write_some(std::span<const iovec> buffers) {
    msghdr message{};
    // sendmsg only reads through this pointer.
    message.msg_iov = const_cast<iovec*>(buffers.data());  // NOLINT(*-const-cast)
    message.msg_iovlen = buffers.size();
    return written(::sendmsg(state_->fd.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

IoOutcome TcpStream::send_file(int file, std::uint64_t offset, std::size_t bytes_max) {
    auto at = static_cast<off_t>(offset);
    const ssize_t sent = ::sendfile(state_->fd.get(), file, &at, bytes_max);
    if (sent == 0 && bytes_max > 0) return {IoStatus::ended, 0};  // the file became shorter
    return written(sent);
}

IoOutcome TcpStream::written(std::ptrdiff_t returned) {
    if (returned < 0 && errno == EAGAIN && !state_->has_ended) state_->writable.is_ready = false;
    return outcome_of(returned);
}

void TcpStream::shutdown_write() {
    ::shutdown(state_->fd.get(), SHUT_WR);
}

void TcpStream::when_readable(Task ready) {
    state_->wait_for(&State::readable, std::move(ready));
}

void TcpStream::when_writable(Task ready) {
    state_->wait_for(&State::writable, std::move(ready));
}

UniqueFd TcpStream::release() {
    return state_->stop();
}

}  // namespace codencollab::net
