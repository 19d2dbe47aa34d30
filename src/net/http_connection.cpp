#include "net/http_connection.h"

#include "net/http_response_text.h"
#include "net/http_text.h"
#include "net/web_socket_core.h"
#include "net/web_socket_upgrade.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace codencollab::net {
namespace {

namespace http = boost::beast::http;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 64 << 10;
// Input that is kept while an answer is under way: pipelined requests.
constexpr std::size_t pipelined_bytes_max = 64 << 10;
constexpr std::size_t chunk_header_bytes_max = 16 << 10;
constexpr std::chrono::seconds linger_timeout{30};
constexpr std::chrono::seconds linger_silence_max{2};
constexpr std::size_t file_slice_bytes = 1 << 20;

// One for each thread: most connections are silent most of the time.
std::span<char> read_buffer() {
    thread_local std::array<char, read_bytes> buffer;
    return buffer;
}

// What a Respond holds: answers on the connection's loop, wherever it is called or dropped.
class Answer {
  public:
    Answer(std::weak_ptr<HttpConnection> connection, EventLoop& loop, std::uint64_t serial)
        : connection_(std::move(connection)), loop_(&loop), serial_(serial) {}
    Answer(Answer&& other) noexcept
        : connection_(std::move(other.connection_)),
          loop_(std::exchange(other.loop_, nullptr)),
          serial_(other.serial_) {}
    Answer& operator=(Answer&&) = delete;
    ~Answer() {
        if (loop_ != nullptr) {
            (*this)(error_response(500, "internal", "The server forgot to answer."));
        }
    }

    void operator()(HttpResponse response) {
        EventLoop* loop = std::exchange(loop_, nullptr);
        if (loop == nullptr) return;
        // The weak handle is locked on the loop alone: there the connection has to die.
        auto deliver = [connection = std::move(connection_),
                        serial = serial_](HttpResponse answer) {
            if (const auto alive = connection.lock()) alive->respond(serial, std::move(answer));
        };
        if (loop->is_current()) {
            deliver(std::move(response));
        } else {
            loop->post([deliver = std::move(deliver), response = std::move(response)]() mutable {
                deliver(std::move(response));
            });
        }
    }

  private:
    std::weak_ptr<HttpConnection> connection_;
    EventLoop* loop_;
    std::uint64_t serial_;
};

class UpgradeAnswer final : public WebSocketUpgrade::Waiting {
  public:
    UpgradeAnswer(
        std::weak_ptr<HttpConnection> connection, std::uint64_t serial, std::string answer)
        : connection_(std::move(connection)), serial_(serial), answer_(std::move(answer)) {}
    ~UpgradeAnswer() override {
        if (!answered_) refuse(error_response(500, "internal", "The server forgot to answer."));
    }

    WebSocket accept(WebSocketOptions options) override {
        answered_ = true;
        const auto connection = connection_.lock();
        return connection ? connection->upgrade(serial_, std::move(answer_), options) : WebSocket();
    }
    void refuse(HttpResponse response) override {
        answered_ = true;
        if (const auto connection = connection_.lock()) {
            connection->respond(serial_, std::move(response));
        }
    }

  private:
    std::weak_ptr<HttpConnection> connection_;
    std::uint64_t serial_;
    std::string answer_;
    bool answered_ = false;
};

bool has_bare_line_feed(std::string_view text) {
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        if (at == 0 || text[at - 1] != '\r') return true;
    }
    return false;
}

}  // namespace

HttpConnection::HttpConnection(
    std::shared_ptr<HttpShard> shard, UniqueFd fd, std::string remote_address)
    : shard_(std::move(shard)), remote_address_(std::move(remote_address)) {
    stream_.emplace(shard_->loop, std::move(fd));
}

void HttpConnection::start() {
    advance();
}

Task HttpConnection::alive(void (HttpConnection::*act)()) {
    return [weak = weak_from_this(), act] {
        if (const auto self = weak.lock()) (self.get()->*act)();
    };
}

void HttpConnection::close() {
    if (phase_ == Phase::closed) return;
    const auto self = shared_from_this();
    phase_ = Phase::closed;
    deadline_.cancel();
    stream_.reset();
    shard_->connections.erase(self);
    const auto abandoned = std::exchange(abandoned_, nullptr);
    if (abandoned && abandoned->notify && !shard_->is_stopped) abandoned->notify();
}

void HttpConnection::close_when_idle() {
    if (phase_ == Phase::head && in_.empty()) {
        close();
    } else {
        keep_alive_ = false;
    }
}

// Reading.

void HttpConnection::wait_readable() {
    if (stream_ && !input_ended_) stream_->when_readable(alive(&HttpConnection::on_readable));
}

void HttpConnection::on_readable() {
    const IoOutcome got = stream_->read_some(read_buffer());
    switch (got.status) {
        case IoStatus::would_block:
            wait_readable();
            return;
        case IoStatus::failed:
            close();
            return;
        case IoStatus::ended:
            on_input_ended();
            return;
        case IoStatus::done:
            break;
    }
    if (phase_ == Phase::lingering) {
        linger_on();
        return;
    }
    in_.append(read_buffer().data(), got.bytes);
    if (phase_ == Phase::body) body_received_ += got.bytes;
    const bool was_reading = phase_ == Phase::head || phase_ == Phase::body;
    if (was_reading) {
        advance();
    } else if (in_.size() <= pipelined_bytes_max) {
        wait_readable();
    }
}

void HttpConnection::on_input_ended() {
    input_ended_ = true;
    const bool is_awaited = phase_ == Phase::handling || phase_ == Phase::writing;
    const bool is_watched = abandoned_ && abandoned_->notify;
    // A client may shut its half down and still want the answer; but not one that waits for news.
    if (is_awaited && !is_watched) {
        keep_alive_ = false;
    } else {
        close();
    }
}

void HttpConnection::advance() {
    if (std::exchange(advancing_, true)) return;
    const auto self = shared_from_this();
    bool more = true;
    while (more) {
        switch (phase_) {
            case Phase::head:
                more = take_head();
                break;
            case Phase::body:
                more = take_body();
                break;
            default:
                more = false;
        }
    }
    advancing_ = false;
    if (phase_ == Phase::closed) return;
    if (phase_ == Phase::lingering || in_.size() <= pipelined_bytes_max || phase_ == Phase::body) {
        wait_readable();
    }
}

// True when the head was whole, so that there is more to do.
bool HttpConnection::take_head() {
    while (in_.starts_with("\r\n"))
        in_.erase(0, 2);  // RFC 9112, 2.2: be lenient before a request
    if (in_.empty()) {
        if (input_ended_) {
            close();
        } else if (!std::exchange(waits_for_first_byte_, true)) {
            deadline_ = loop().after(shard_->limits.keep_alive, alive(&HttpConnection::close));
        }
        return false;
    }
    const HttpLimits& limits = shard_->limits;
    if (std::exchange(waits_for_first_byte_, false) || serial_ == 0) {
        deadline_ = loop().after(limits.header_timeout, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->refuse(408, "The request came too slowly.");
        });
    }
    const auto line_end = std::min(in_.find("\r\n"), in_.size());
    if (line_end > limits.request_line_bytes) {
        refuse(414, "The request line is too long.");
        return false;
    }
    const auto end = in_.find("\r\n\r\n");
    if (std::min(end, in_.size()) - line_end > limits.header_bytes) {
        refuse(431, "The header is too large.");
        return false;
    }
    if (end == std::string::npos) {
        if (has_bare_line_feed(in_)) refuse(400, "Lines end with CR LF.");
        return false;
    }
    begin_request(end + 4);
    return phase_ != Phase::closed;
}

void HttpConnection::begin_request(std::size_t head_bytes) {
    ++serial_;
    deadline_.cancel();
    const std::string head = in_.substr(0, head_bytes);
    in_.erase(0, head_bytes);
    if (const auto checked = check_head(head, shard_->limits.header_fields); !checked) {
        refuse(checked.error().status, checked.error().message);
        return;
    }
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(head.size() + 1));
    parser_->body_limit(boost::none);
    parser_->eager(false);
    boost::system::error_code error;
    parser_->put(boost::asio::buffer(head), error);
    if (error || !parser_->is_header_done()) {
        refuse(400, "The header is not HTTP.");
        return;
    }
    if (!read_fields()) return;

    body_limit_ = shard_->handler.body_limit(request_);
    const auto length = parser_->content_length();
    const bool has_body = parser_->chunked() || (length && *length > 0);
    if (is_web_socket_handshake(request_)) {
        if (has_body) {
            refuse(400, "A WebSocket handshake has no body.");
        } else {
            dispatch_upgrade();
        }
        return;
    }
    if (length && *length > body_limit_) {
        keep_alive_ = false;
        write_response(shard_->handler.on_body_too_large(request_));
        return;
    }
    if (has_body && expects_more_than_we_take()) return;
    begin_body();
}

// Fills request_; false when it was refused.
bool HttpConnection::read_fields() {
    const auto& message = parser_->get();
    request_ = HttpRequest{};
    request_.method = std::string(message.method_string());
    request_.target = std::string(message.target());
    for (const auto& field : message) {
        request_.headers.add(std::string(field.name_string()), std::string(field.value()));
    }
    request_.remote_address = remote_address_;
    request_.loop = &loop();
    request_.abandoned = std::make_shared<RequestAbandoned>();
    keep_alive_ = parser_->keep_alive() && !shard_->is_draining && !input_ended_ &&
                  serial_ < shard_->limits.requests_per_connection;
    is_head_request_ = request_.method == "HEAD";
    takes_gzip_ = net::takes_gzip(request_.headers);
    if (message.version() == 11 && !request_.headers.contains("Host")) {
        refuse(400, "The Host field is missing.");
        return false;
    }
    const auto target = decode_target(request_, request_.headers.get("Host"));
    if (!target) refuse(target.error().status, target.error().message);
    return target.has_value();
}

// Answers `Expect`; true when the request was refused for it.
bool HttpConnection::expects_more_than_we_take() {
    const std::string_view expected = request_.headers.get("Expect");
    if (expected.empty()) return false;
    if (!equal_ignoring_case(expected, "100-continue")) {
        refuse(417, "Only 'Expect: 100-continue' is known.");
        return true;
    }
    if (in_.empty()) {
        constexpr std::string_view answer = "HTTP/1.1 100 Continue\r\n\r\n";
        std::string text(answer);
        const iovec buffer{text.data(), text.size()};
        // An idle socket takes 25 bytes at once; if it does not, the client's own timer goes on.
        stream_->write_some(std::span(&buffer, 1));
    }
    return false;
}

void HttpConnection::begin_body() {
    phase_ = Phase::body;
    parser_->eager(true);
    body_received_ = in_.size();
    body_began_ = SteadyClock::now();
    if (!parser_->is_done()) {
        deadline_ =
            loop().after(shard_->limits.body_timeout, alive(&HttpConnection::on_body_deadline));
    }
}

void HttpConnection::on_body_deadline() {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(SteadyClock::now() - body_began_);
    const auto wanted =
        static_cast<std::size_t>(seconds.count()) * shard_->limits.body_bytes_per_second;
    if (body_received_ < wanted) {
        refuse(408, "The body came too slowly.");
        return;
    }
    deadline_ = loop().after(std::chrono::seconds(5), alive(&HttpConnection::on_body_deadline));
}

bool HttpConnection::take_body() {
    if (!parser_->is_done()) {
        boost::system::error_code error;
        const std::size_t used = parser_->put(boost::asio::buffer(in_), error);
        in_.erase(0, used);
        if (error && error != http::error::need_more) {
            refuse(400, "The body is not HTTP.");
            return false;
        }
        if (parser_->get().body().size() > body_limit_) {
            keep_alive_ = false;
            write_response(shard_->handler.on_body_too_large(request_));
            return false;
        }
        if (!parser_->is_done()) {
            if (in_.size() > chunk_header_bytes_max) refuse(400, "A chunk's header is too large.");
            return false;
        }
    }
    deadline_.cancel();
    dispatch();
    return true;
}

void HttpConnection::dispatch() {
    phase_ = Phase::handling;
    request_.body = std::move(parser_->get().body());
    parser_.reset();
    abandoned_ = request_.abandoned;
    shard_->handler.on_request(std::move(request_), Answer(weak_from_this(), loop(), serial_));
}

void HttpConnection::dispatch_upgrade() {
    auto answer = web_socket_answer(request_);
    if (!answer) {
        keep_alive_ = false;
        write_response(std::move(answer).error());
        return;
    }
    phase_ = Phase::handling;
    parser_.reset();
    abandoned_ = request_.abandoned;
    shard_->handler.on_upgrade(
        std::move(request_),
        WebSocketUpgrade(
            std::make_unique<UpgradeAnswer>(weak_from_this(), serial_, std::move(*answer))));
}

WebSocket HttpConnection::upgrade(
    std::uint64_t serial, std::string answer, WebSocketOptions options) {
    if (phase_ != Phase::handling || serial != serial_) return {};
    abandoned_.reset();
    auto core = std::make_shared<WebSocket::Core>(
        loop(), stream_->release(), remote_address_, std::move(in_), options);
    core->send_raw(std::move(answer));
    close();
    return WebSocket(std::move(core));
}

// Writing.

void HttpConnection::refuse(int status, std::string_view message) {
    if (phase_ == Phase::closed) return;
    keep_alive_ = false;
    const std::string_view code = status == 413   ? "too_large"
                                  : status == 404 ? "not_found"
                                                  : "bad_request";
    write_response(error_response(status, code, message));
}

void HttpConnection::respond(std::uint64_t serial, HttpResponse response) {
    if (phase_ != Phase::handling || serial != serial_) return;
    write_response(std::move(response));
}

void HttpConnection::write_response(HttpResponse response) {
    abandoned_.reset();
    parser_.reset();
    phase_ = Phase::writing;
    if (shard_->is_draining) keep_alive_ = false;
    out_head_ = finish_response(response, {is_head_request_, keep_alive_, takes_gzip_});
    out_body_ = std::move(response.body);
    out_file_ = std::move(response.file);
    out_offset_ = 0;
    file_offset_ = 0;
    written_ = 0;
    written_before_ = 0;
    deadline_ = loop().after(shard_->limits.write_stall, alive(&HttpConnection::on_write_stall));
    write();
}

void HttpConnection::write() {
    while (out_offset_ < out_head_.size() + out_body_.size()) {
        std::array<iovec, 2> buffers{};
        std::size_t count = 0;
        if (out_offset_ < out_head_.size()) {
            buffers[count++] = {out_head_.data() + out_offset_, out_head_.size() - out_offset_};
        }
        const std::size_t body_at =
            out_offset_ > out_head_.size() ? out_offset_ - out_head_.size() : 0;
        if (body_at < out_body_.size()) {
            buffers[count++] = {out_body_.data() + body_at, out_body_.size() - body_at};
        }
        const IoOutcome sent = stream_->write_some(std::span(buffers.data(), count));
        if (sent.status == IoStatus::would_block) {
            stream_->when_writable(alive(&HttpConnection::write));
            return;
        }
        if (sent.status != IoStatus::done) {
            close();
            return;
        }
        out_offset_ += sent.bytes;
        written_ += sent.bytes;
    }
    if (out_file_ && !write_file()) return;
    end_response();
}

// True when the file has gone out whole.
bool HttpConnection::write_file() {
    if (file_offset_ >= out_file_->size_bytes) return true;
    const auto left = out_file_->size_bytes - file_offset_;
    const IoOutcome sent = stream_->send_file(
        out_file_->fd.get(),
        file_offset_,
        static_cast<std::size_t>(std::min<std::uint64_t>(left, file_slice_bytes)));
    if (sent.status == IoStatus::ended || sent.status == IoStatus::failed) {
        close();
        return false;
    }
    file_offset_ += sent.bytes;
    written_ += sent.bytes;
    if (file_offset_ >= out_file_->size_bytes) return true;
    // A slice a turn, so that a large file does not hold up the loop.
    stream_->when_writable(alive(&HttpConnection::write));
    return false;
}

void HttpConnection::on_write_stall() {
    if (std::exchange(written_before_, written_) == written_) {
        close();
        return;
    }
    deadline_ = loop().after(shard_->limits.write_stall, alive(&HttpConnection::on_write_stall));
}

void HttpConnection::end_response() {
    deadline_.cancel();
    out_head_.clear();
    out_body_.clear();
    out_file_.reset();
    if (!keep_alive_) {
        linger();
        return;
    }
    phase_ = Phase::head;
    waits_for_first_byte_ = false;
    if (!in_.empty()) waits_for_first_byte_ = true;  // the next one is here: its time runs from now
    advance();
}

// Closing with unread input would make the kernel send a reset that overtakes the answer. However
// much still comes, it is dropped as it is read: only its time is bounded.
void HttpConnection::linger() {
    if (input_ended_) {
        close();
        return;
    }
    phase_ = Phase::lingering;
    stream_->shutdown_write();
    linger_until_ = std::chrono::steady_clock::now() + linger_timeout;
    linger_on();
}

void HttpConnection::linger_on() {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        linger_until_ - std::chrono::steady_clock::now());
    deadline_ = loop().after(
        std::clamp<std::chrono::milliseconds>(left, {}, linger_silence_max),
        alive(&HttpConnection::close));
    wait_readable();
}

}  // namespace codencollab::net
