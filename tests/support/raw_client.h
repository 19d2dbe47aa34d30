#pragma once

#include "base/unique_fd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace codencollab {

/// A plain TCP client for tests: says bytes, reads bytes, and gives up after ten seconds of
/// silence, so that a server that forgot to answer fails a test and does not hang it.
class RawClient {
  public:
    explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience{10, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const int on = 1;
        ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0) {
            fd_.reset();
        }
    }

    bool is_connected() const { return static_cast<bool>(fd_); }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    void shutdown_write() { ::shutdown(fd_.get(), SHUT_WR); }
    void close() { fd_.reset(); }
    /// Makes the kernel keep little for this client, so that the server notices soon that it is
    /// slow.
    void set_receive_buffer(int bytes) {
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }

    /// Bytes up to and with `end`; what came until the connection ended when it never comes.
    std::string read_until(std::string_view end) {
        while (read_.find(end) == std::string::npos) {
            if (!read_more()) return std::exchange(read_, {});
        }
        return take(read_.find(end) + end.size());
    }

    std::string read_bytes(std::size_t count) {
        while (read_.size() < count) {
            if (!read_more()) return std::exchange(read_, {});
        }
        return take(count);
    }

    /// Everything until the server closes.
    std::string read_to_end() {
        while (read_more()) {
        }
        return std::exchange(read_, {});
    }

    /// Whether the server ends the connection; what it still says is dropped.
    bool is_closed_by_server() {
        read_to_end();
        return ended_;
    }

    struct Response {
        int status = 0;
        std::string head;
        std::string body;
    };
    /// One HTTP answer with a Content-Length.
    Response read_response(bool to_head = false) {
        Response response;
        response.head = read_until("\r\n\r\n");
        if (response.head.size() > 12) response.status = std::atoi(response.head.c_str() + 9);
        const auto at = response.head.find("Content-Length: ");
        if (!to_head && at != std::string::npos) {
            response.body =
                read_bytes(static_cast<std::size_t>(std::atoll(response.head.c_str() + at + 16)));
        }
        return response;
    }

    struct Frame {
        int opcode = -1;  // -1: the connection ended
        bool is_final = false;
        std::string payload;
    };
    Frame read_frame() {
        const std::string start = read_bytes(2);
        if (start.size() < 2) return {};
        std::uint64_t size = static_cast<std::uint8_t>(start[1]) & 0x7F;
        const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (more > 0) {
            size = 0;
            for (const char c : read_bytes(more))
                size = size << 8 | static_cast<std::uint8_t>(c);
        }
        const auto first = static_cast<std::uint8_t>(start[0]);
        return {first & 0x0F, (first & 0x80) != 0, read_bytes(static_cast<std::size_t>(size))};
    }

    static std::string frame(int opcode, std::string_view payload, bool is_final = true) {
        std::string out;
        out += static_cast<char>((is_final ? 0x80 : 0) | opcode);
        std::size_t length_bytes = 0;
        if (payload.size() <= 125) {
            out += static_cast<char>(0x80 | payload.size());
        } else if (payload.size() <= 0xFFFF) {
            out += static_cast<char>(0x80 | 126);
            length_bytes = 2;
        } else {
            out += static_cast<char>(0x80 | 127);
            length_bytes = 8;
        }
        for (std::size_t i = length_bytes; i > 0; --i) {
            out += static_cast<char>((payload.size() >> (8 * (i - 1))) & 0xFF);
        }
        constexpr std::array<unsigned char, 4> mask{0x12, 0x34, 0x56, 0x78};
        for (const unsigned char c : mask)
            out += static_cast<char>(c);
        for (std::size_t i = 0; i < payload.size(); ++i) {
            out += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask[i % 4]);
        }
        return out;
    }
    void send_text(std::string_view payload) { send(frame(1, payload)); }

    /// Asks for a WebSocket at `target`; the answer's head.
    Response open_web_socket(std::string_view target, std::string_view more_fields = {}) {
        send(
            "GET " + std::string(target) +
            " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
            std::string(more_fields) + "\r\n");
        return read_response();
    }

  private:
    bool read_more() {
        std::array<char, 65536> chunk{};
        const ssize_t got = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
        ended_ = got == 0 || (got < 0 && errno == ECONNRESET);
        if (got <= 0) return false;
        read_.append(chunk.data(), static_cast<std::size_t>(got));
        return true;
    }
    std::string take(std::size_t count) {
        std::string out = read_.substr(0, count);
        read_.erase(0, count);
        return out;
    }

    UniqueFd fd_;
    std::string read_;
    bool ended_ = false;
};

}  // namespace codencollab
