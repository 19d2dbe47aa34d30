#include "http_client.h"

#include "base/unique_fd.h"
#include "wire/json_text.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstdlib>
#include <string_view>

namespace codencollab {

namespace {

constexpr int patience_s = 30;

UniqueFd connect_to(std::uint16_t port) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{patience_s, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fd.reset();
    return fd;
}

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string receive_all(int fd) {
    std::string bytes;
    char piece[16'384];
    for (;;) {
        const auto count = ::recv(fd, piece, sizeof piece, 0);
        if (count <= 0) return bytes;
        bytes.append(piece, static_cast<std::size_t>(count));
    }
}

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

std::string HttpAnswer::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

boost::json::value HttpAnswer::json() const {
    auto parsed = wire::parse_json(body);
    return parsed ? *parsed : boost::json::value();
}

std::string HttpAnswer::error_code() const {
    const auto parsed = json();
    const auto* fields = parsed.if_object();
    const auto* error = fields ? fields->if_contains("error") : nullptr;
    const auto* code =
        error && error->is_object() ? error->as_object().if_contains("code") : nullptr;
    return code && code->is_string() ? std::string(code->as_string().c_str()) : std::string();
}

HttpAnswer http(
    std::uint16_t port,
    const std::string& method,
    const std::string& target,
    const HttpFields& fields,
    const std::string& body) {
    const UniqueFd fd = connect_to(port);
    if (!fd) return {};
    std::string request = fmt::format(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", method, target, port);
    for (const auto& [name, value] : fields)
        request += fmt::format("{}: {}\r\n", name, value);
    if (!body.empty()) request += fmt::format("Content-Length: {}\r\n", body.size());
    send_all(fd.get(), request + "\r\n" + body);

    const std::string bytes = receive_all(fd.get());
    const auto head_end = bytes.find("\r\n\r\n");
    HttpAnswer answer;
    if (!bytes.starts_with("HTTP/1.1 ") || head_end == std::string::npos) return answer;
    answer.status = std::atoi(bytes.c_str() + std::string_view("HTTP/1.1 ").size());
    std::size_t line = bytes.find("\r\n") + 2;
    while (line < head_end + 2) {
        const auto end = bytes.find("\r\n", line);
        const auto colon = bytes.find(": ", line);
        if (colon < end) {
            answer.headers.emplace(
                lower(bytes.substr(line, colon - line)), bytes.substr(colon + 2, end - colon - 2));
        }
        line = end + 2;
    }
    answer.body = bytes.substr(head_end + 4);
    return answer;
}

}  // namespace codencollab
