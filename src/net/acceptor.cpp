#include "net/acceptor.h"

#include "base/log.h"

#include <fmt/format.h>
#include <netdb.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <system_error>
#include <utility>

namespace codencollab::net {
namespace {

constexpr int backlog = 4096;
// Accepted in one turn, so that a flood of connections does not hold up those that are open.
constexpr int accepted_a_turn = 64;
constexpr std::chrono::milliseconds pause_without_descriptors{50};

std::string words_for(int error) {
    return std::generic_category().message(error);
}

std::string remote_text(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
        ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    } else {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
        ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    }
    return text.data();
}

std::uint16_t port_of(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(
        address.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in*>(&address)->sin_port
                                     : reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
}

// A listening socket on one address; else the errno.
std::expected<UniqueFd, int> listen_at(const addrinfo& address, std::uint16_t port) {
    UniqueFd fd(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return std::unexpected(errno);
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_storage bound{};
    std::memcpy(&bound, address.ai_addr, address.ai_addrlen);
    if (address.ai_family == AF_INET6) {
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port = htons(port);
    } else {
        reinterpret_cast<sockaddr_in*>(&bound)->sin_port = htons(port);
    }
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&bound), address.ai_addrlen) != 0 ||
        ::listen(fd.get(), backlog) != 0) {
        return std::unexpected(errno);
    }
    return fd;
}

Error cannot_listen(const std::string& host, std::uint16_t port, int error) {
    std::string mend;
    if (error == EADDRINUSE) mend = " Stop what uses it, or choose another port with --listen.";
    if (error == EACCES) mend = " Ports below 1024 need root; choose a higher one with --listen.";
    if (error == EADDRNOTAVAIL) mend = " This machine has no such address.";
    return Error{
        ErrorCode::internal,
        fmt::format("Cannot listen on {}:{}: {}.{}", host, port, words_for(error), mend)};
}

}  // namespace

Result<std::vector<ListeningSocket>> listen_on(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
        return fail(
            ErrorCode::internal,
            fmt::format("Cannot listen on {}: {}.", host, ::gai_strerror(error)));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);

    std::vector<ListeningSocket> sockets;
    int last_error = EADDRNOTAVAIL;
    for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
        auto fd = listen_at(*at, sockets.empty() ? port : sockets.front().port);
        if (fd) {
            const std::uint16_t bound = port_of(fd->get());
            sockets.push_back({std::move(*fd), bound});
            continue;
        }
        last_error = fd.error();
        // A name may stand for an address of a family that this machine has switched off.
        const bool is_absent = last_error == EADDRNOTAVAIL || last_error == EAFNOSUPPORT;
        if (!is_absent) return std::unexpected(cannot_listen(host, port, last_error));
    }
    if (sockets.empty()) return std::unexpected(cannot_listen(host, port, last_error));
    return sockets;
}

struct Acceptor::State final : Watcher, std::enable_shared_from_this<Acceptor::State> {
    State(EventLoop& l, UniqueFd s, Accepted a)
        : loop(l), socket(std::move(s)), accepted(std::move(a)) {
        reopen_reserve();
    }

    void start() {
        if (loop.watch(socket.get(), *this)) return;
        spdlog::error("No connection can be accepted: {}. It is tried again.", words_for(errno));
        pause = loop.after(pause_without_descriptors, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->start();
        });
    }

    void reopen_reserve() { reserve = UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

    void on_ready(std::uint32_t /*events*/) override { accept_some(); }

    void stop() {
        accepted = nullptr;
        pause.cancel();
        loop.forget_descriptor(socket.get(), shared_from_this());
        socket.reset();
    }

    // The rest of a flood in a later turn: no event tells of it again.
    Task more() {
        return [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->accept_some();
        };
    }

    UniqueFd accept_one(sockaddr_storage& address) {
        socklen_t size = sizeof address;
        return UniqueFd(::accept4(
            socket.get(),
            reinterpret_cast<sockaddr*>(&address),
            &size,
            SOCK_NONBLOCK | SOCK_CLOEXEC));
    }

    void accept_some() {
        for (int i = 0; accepted && i < accepted_a_turn; ++i) {
            sockaddr_storage address{};
            UniqueFd fd = accept_one(address);
            if (fd) {
                const int on = 1;
                ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                ::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
                accepted(std::move(fd), remote_text(address));
                continue;
            }
            if (errno == EMFILE || errno == ENFILE) return refuse_one();
            if (errno == EAGAIN || errno == EWOULDBLOCK) return;
            // ECONNABORTED and other ends of a connection that was never ours: the next one.
        }
        if (accepted) loop.post(more());
    }

    // Out of descriptors: the one in reserve lets us take the connection, to close it.
    void refuse_one() {
        reserve.reset();
        sockaddr_storage address{};
        accept_one(address).reset();
        reopen_reserve();
        if (!std::exchange(told, true)) {
            spdlog::error(
                "Out of file descriptors: new connections are closed. Raise the limit (ulimit "
                "-n).");
        }
        pause = loop.after(pause_without_descriptors, more());
    }

    EventLoop& loop;
    UniqueFd socket;
    Accepted accepted;  // none once the acceptor has gone
    UniqueFd reserve;
    Timer pause;
    bool told = false;
};

Acceptor::Acceptor(EventLoop& loop, UniqueFd listening, Accepted accepted)
    : state_(std::make_shared<State>(loop, std::move(listening), std::move(accepted))) {
    state_->start();
}

Acceptor::~Acceptor() {
    state_->stop();
}

}  // namespace codencollab::net
