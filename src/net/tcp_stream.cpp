#include "net/tcp_stream.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <utility>

namespace codencollab::net {
namespace {

using boost::asio::posix::stream_descriptor;

IoOutcome outcome_of(ssize_t returned) {
    if (returned >= 0) return {IoStatus::done, static_cast<std::size_t>(returned)};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return {IoStatus::would_block, 0};
    return {IoStatus::failed, 0};
}

}  // namespace

// Lives on while Asio still holds a cancelled wait of it, after the stream has gone.
struct TcpStream::State {
    State(AsioLoop& loop, int fd) : socket(loop.context(), fd) {}
    stream_descriptor socket;
    Task readable;
    Task writable;
    bool waits_readable = false;
    bool waits_writable = false;
};

TcpStream::TcpStream(AsioLoop& loop, UniqueFd fd)
    : state_(std::make_shared<State>(loop, fd.release())) {}

TcpStream::~TcpStream() {
    state_->readable = nullptr;
    state_->writable = nullptr;
    boost::system::error_code ignored;
    state_->socket.close(ignored);
}

IoOutcome TcpStream::read_some(std::span<char> into) {
    const ssize_t got =
        ::recv(state_->socket.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    if (got == 0 && !into.empty()) return {IoStatus::ended, 0};
    return outcome_of(got);
}

IoOutcome TcpStream::write_some(std::span<const iovec> buffers) {
    msghdr message{};
    // sendmsg only reads through this pointer.
    message.msg_iov = const_cast<iovec*>(buffers.data());  // NOLINT(*-const-cast)
    message.msg_iovlen = buffers.size();
    return outcome_of(
        ::sendmsg(state_->socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

IoOutcome TcpStream::send_file(int file, std::uint64_t offset, std::size_t bytes_max) {
    auto at = static_cast<off_t>(offset);
    const ssize_t sent = ::sendfile(state_->socket.native_handle(), file, &at, bytes_max);
    if (sent == 0 && bytes_max > 0) return {IoStatus::ended, 0};  // the file became shorter
    return outcome_of(sent);
}

void TcpStream::shutdown_write() {
    ::shutdown(state_->socket.native_handle(), SHUT_WR);
}

void TcpStream::when_readable(Task ready) {
    state_->readable = std::move(ready);
    if (std::exchange(state_->waits_readable, true)) return;
    state_->socket.async_wait(
        stream_descriptor::wait_read, [state = state_](boost::system::error_code error) {
            state->waits_readable = false;
            if (error || !state->readable) return;
            Task call = std::exchange(state->readable, nullptr);
            call();
        });
}

void TcpStream::when_writable(Task ready) {
    state_->writable = std::move(ready);
    if (std::exchange(state_->waits_writable, true)) return;
    state_->socket.async_wait(
        stream_descriptor::wait_write, [state = state_](boost::system::error_code error) {
            state->waits_writable = false;
            if (error || !state->writable) return;
            Task call = std::exchange(state->writable, nullptr);
            call();
        });
}

UniqueFd TcpStream::release() {
    state_->readable = nullptr;
    state_->writable = nullptr;
    return UniqueFd(state_->socket.release());
}

}  // namespace codencollab::net
