#pragma once

#include "base/loop.h"
#include "base/unique_fd.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::net {

class WebSocketUpgrade;  // net/web_socket.h

/// The fields of a message in their order. Names are compared without regard to case.
class HttpHeaders {
  public:
    HttpHeaders() = default;
    HttpHeaders(std::initializer_list<std::pair<std::string, std::string>> fields)
        : fields_(fields) {}

    /// Appends; `set` replaces all of that name.
    void add(std::string name, std::string value);
    void set(std::string name, std::string value);
    /// The first value of that name; empty when there is none.
    std::string_view get(std::string_view name) const;
    bool contains(std::string_view name) const;
    /// Whether a comma-separated field holds this token (`Connection: keep-alive, Upgrade`).
    bool has_token(std::string_view name, std::string_view token) const;

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// Told once, on the request's loop, when the connection goes before the request is answered; never
/// after the answer. Set `notify` within on_request or later on that loop.
struct RequestAbandoned {
    std::move_only_function<void()> notify;
};

/// One request, checked and decoded.
struct HttpRequest {
    std::string method;  // as sent, upper case: "GET"
    std::string target;  // as sent: "/rooms/1?x=%20"
    std::string
        path;  // percent-decoded once; valid UTF-8, no "..", NUL or backslash; starts with '/'
    std::map<std::string, std::string, std::less<>> query;  // decoded; the first of a name counts
    HttpHeaders headers;
    std::string body;            // whole; within body_limit
    std::string remote_address;  // "192.0.2.1", without the port
    Loop* loop = nullptr;        // where it was received and where its handler runs
    std::shared_ptr<RequestAbandoned> abandoned;

    /// A query parameter; empty when absent.
    std::string_view parameter(std::string_view name) const;
};

/// A file to send as a body: read from `fd` from its start while it is sent.
struct HttpFile {
    UniqueFd fd;
    std::uint64_t size_bytes = 0;
};

/// One answer. Content-Length, Date and Connection are the server's own; it also compresses text
/// of 1 KiB and more when the client takes gzip and no Content-Encoding is set, and leaves the body
/// of an answer to HEAD out.
struct HttpResponse {
    int status = 200;
    HttpHeaders headers;
    std::string body;
    std::optional<HttpFile> file;  // instead of `body`; never compressed by the server
};

/// Answers one request, once. Dropped without a call it answers 500. Threads: may be called or
/// dropped on any thread; calls after the connection went are ignored.
using Respond = std::move_only_function<void(HttpResponse)>;

/// What a Server serves. Called on the loop of the request's connection, so on several threads at
/// once; must not throw. Outlives the Server.
class HttpHandler {
  public:
    virtual ~HttpHandler() = default;
    /// The most bytes of body that this request may have, decided when its header is read (`body`
    /// is still empty). More is answered 413 and the connection closed.
    virtual std::size_t body_limit(const HttpRequest& head) const = 0;
    /// The answer to a body over that limit; by default 413 with the contract's error.
    virtual HttpResponse on_body_too_large(const HttpRequest& head);
    virtual void on_request(HttpRequest request, Respond respond) = 0;
    /// A GET with a well-formed WebSocket handshake. Accept or refuse it now or later, on its loop.
    virtual void on_upgrade(HttpRequest request, WebSocketUpgrade upgrade) = 0;
};

}  // namespace codencollab::net
