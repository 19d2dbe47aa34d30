#include "net/web_socket_core.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace codencollab::net {
namespace {

namespace close_code = wire::close_code;
using Step = wire::FrameDecoder::Step;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 64 << 10;
// IOV_MAX is 1024; more than this in one call gains nothing any more.
constexpr std::size_t buffers_a_write = 64;
constexpr std::size_t control_frames_a_second = 32;

}  // namespace

WebSocket::Core::Core(
    EventLoop& loop,
    UniqueFd fd,
    std::string remote_address,
    std::string received,
    WebSocketOptions options)
    : loop_(&loop),
      remote_address_(std::move(remote_address)),
      options_(options),
      heard_at_(SteadyClock::now()),
      decoder_(options.message_bytes_max),
      received_(std::move(received)) {
    attach(loop, std::move(fd));
}

WebSocket::Core::~Core() {
    if (link_) link_->core = nullptr;
}

void WebSocket::Core::attach(EventLoop& loop, UniqueFd fd) {
    loop_ = &loop;
    link_ = std::make_shared<Link>(Link{this});
    stream_.emplace(loop, std::move(fd));
    flush_posted_ = false;
    waits_writable_ = false;
    if (!out_.empty() || pong_) request_flush();
    if (state_ == State::closing) {
        close_timer_ = loop.after(options_.close_timeout, linked(&Core::finish));
    }
    if (!started_) return;
    if (received_at_ < received_.size()) {
        loop.post(linked(&Core::decode));
    } else {
        wait_readable();
    }
}

UniqueFd WebSocket::Core::detach() {
    link_->core = nullptr;
    link_.reset();
    close_timer_.cancel();
    if (!stream_) return {};
    UniqueFd fd = stream_->release();
    stream_.reset();
    return fd;
}

Task WebSocket::Core::linked(void (Core::*act)()) {
    return [link = link_, act] {
        if (link->core == nullptr) return;
        const auto self = link->core->shared_from_this();  // `act` may drop the last owner
        (self.get()->*act)();
    };
}

void WebSocket::Core::start(WebSocketHandler handler) {
    assert(!started_);
    started_ = true;
    handler_ = std::make_shared<WebSocketHandler>(std::move(handler));
    if (!stream_ || state_ == State::closed) {  // ended before it began: tell in a later turn
        state_ = State::closing;
        loop_->post(linked(&Core::finish));
        return;
    }
    if (received_.empty()) {
        wait_readable();
    } else {
        loop_->post(linked(&Core::decode));
    }
}

void WebSocket::Core::move_to(Loop& to, Task then) {
    Move move{&dynamic_cast<EventLoop&>(to), std::move(then)};
    if (decoding_) {
        pending_move_ = std::move(move);  // once the handler has returned: it still reads a payload
    } else {
        leave_for(std::move(move));
    }
}

void WebSocket::Core::leave_for(Move move) {
    EventLoop& to = *move.to;
    auto fd = std::make_shared<UniqueFd>(detach());
    loop_ = &to;
    to.post([self = shared_from_this(), &to, fd, then = std::move(move.then)]() mutable {
        if (*fd) {
            self->attach(to, std::move(*fd));
        } else {
            self->link_ = std::make_shared<Link>(Link{self.get()});
        }
        then();
    });
}

void WebSocket::Core::abandon() {
    handler_.reset();
    abandoned_ = true;
    if (state_ == State::closing && stream_) {
        loop_->keep(shared_from_this());
        if (!std::exchange(started_, true)) wait_readable();
        return;
    }
    state_ = State::closed;
    if (link_) link_->core = nullptr;
    close_timer_.cancel();
    stream_.reset();
}

// Reading.

void WebSocket::Core::wait_readable() {
    stream_->when_readable(linked(&Core::on_readable));
}

void WebSocket::Core::on_readable() {
    // One for each thread and not for each connection: most connections are silent most of the
    // time.
    thread_local std::array<char, read_bytes> chunk;
    const IoOutcome got = stream_->read_some(chunk);
    if (got.status == IoStatus::would_block) {
        wait_readable();
        return;
    }
    if (got.status != IoStatus::done) {
        finish();
        return;
    }
    heard_at_ = SteadyClock::now();
    received_.assign(chunk.data(), got.bytes);
    received_at_ = 0;
    decode();
}

void WebSocket::Core::decode() {
    decoding_ = true;
    while (stream_ && !pending_move_ && received_at_ < received_.size() && !peer_closed_ &&
           !broken_) {
        std::string_view input = std::string_view(received_).substr(received_at_);
        const Step step = decoder_.next(input);
        received_at_ = received_.size() - input.size();
        if (step == Step::need_more || !take_step(step)) break;
    }
    decoding_ = false;
    if (pending_move_) {
        leave_for(*std::exchange(pending_move_, std::nullopt));
        return;
    }
    if (!stream_) return;
    received_.clear();
    received_at_ = 0;
    if (pong_) request_flush();
    wait_readable();
}

// False when nothing more is to be decoded.
bool WebSocket::Core::take_step(Step step) {
    const bool is_control = step == Step::ping || step == Step::pong;
    if (is_control && !allow_control_frame()) {
        broken_ = true;
        begin_closing(close_code::policy, "too many control frames", false);
        return false;
    }
    switch (step) {
        case Step::text:
        case Step::binary:
            if (state_ == State::open && handler_) {
                const auto handler = handler_;
                const auto kind = step == Step::text ? MessageKind::text : MessageKind::binary;
                handler->message(kind, decoder_.payload());
            }
            return true;
        case Step::ping:
            if (state_ == State::open) pong_ = decoder_.payload();
            return true;
        case Step::pong:
            return true;
        case Step::close:
            answer_close();
            return false;
        case Step::failed:
            broken_ = true;
            begin_closing(decoder_.close_code(), decoder_.payload(), false);
            return false;
        case Step::need_more:
            break;
    }
    return false;
}

bool WebSocket::Core::allow_control_frame() {
    const auto now = SteadyClock::now();
    if (now - control_second_ >= std::chrono::seconds(1)) {
        control_second_ = now;
        control_frames_ = 0;
    }
    return ++control_frames_ <= control_frames_a_second;
}

void WebSocket::Core::answer_close() {
    peer_closed_ = true;
    if (state_ == State::closing) {  // the answer to ours
        if (close_flushed_) finish();
        return;
    }
    const std::uint16_t code = decoder_.close_code();
    begin_closing(code, "", true);
    closed_.reason = std::string(decoder_.payload());
}

// Writing.

void WebSocket::Core::send_raw(std::string bytes) {
    queue(std::make_shared<const std::string>(std::move(bytes)));
}

void WebSocket::Core::send_frames(SharedBytes frames) {
    if (state_ == State::open) queue(std::move(frames));
}

void WebSocket::Core::queue(SharedBytes bytes) {
    if (bytes->empty()) return;
    if (queued_bytes_ == 0) progress_at_ = SteadyClock::now();
    queued_bytes_ += bytes->size();
    out_.push_back(std::move(bytes));
    request_flush();
}

void WebSocket::Core::request_flush() {
    if (!link_ || waits_writable_ || std::exchange(flush_posted_, true)) return;
    loop_->post(linked(&Core::flush));
}

void WebSocket::Core::flush() {
    flush_posted_ = false;
    if (!stream_ || waits_writable_) return;
    if (pong_ && !close_queued_) {
        std::string frame;
        wire::append_frame(frame, wire::Opcode::pong, *pong_);
        pong_.reset();
        queue(std::make_shared<const std::string>(std::move(frame)));
    }
    while (!out_.empty()) {
        if (!write_once()) return;
    }
    after_flush();
}

// False when the socket takes no more now, or for good.
bool WebSocket::Core::write_once() {
    std::array<iovec, buffers_a_write> buffers;
    std::size_t count = 0;
    for (; count < std::min(out_.size(), buffers.size()); ++count) {
        const std::string& bytes = *out_[count];
        const std::size_t offset = count == 0 ? out_offset_ : 0;
        // The kernel only reads through this pointer.
        auto* data = const_cast<char*>(bytes.data());  // NOLINT(*-const-cast)
        buffers[count] = iovec{data + offset, bytes.size() - offset};
    }
    const IoOutcome sent = stream_->write_some(std::span(buffers.data(), count));
    if (sent.status == IoStatus::would_block) {
        waits_writable_ = true;
        stream_->when_writable([link = link_] {
            if (link->core == nullptr) return;
            const auto self = link->core->shared_from_this();
            self->waits_writable_ = false;
            self->flush();
        });
        return false;
    }
    if (sent.status != IoStatus::done) {
        finish();
        return false;
    }
    if (sent.bytes > 0) progress_at_ = SteadyClock::now();
    queued_bytes_ -= sent.bytes;
    out_offset_ += sent.bytes;
    while (!out_.empty() && out_offset_ >= out_.front()->size()) {
        out_offset_ -= out_.front()->size();
        out_.pop_front();
    }
    return true;
}

void WebSocket::Core::after_flush() {
    if (!close_queued_ || std::exchange(close_flushed_, true)) return;
    // Else the peer's close frame is still to come, and ends it. Not closed at once: unread bytes
    // of the peer would make the kernel send a reset that overtakes our close frame.
    if (peer_closed_ || broken_) stream_->shutdown_write();
}

void WebSocket::Core::drop_queued() {
    const std::size_t keep = out_offset_ > 0 ? 1 : 0;  // half a frame has gone out already
    while (out_.size() > keep) {
        queued_bytes_ -= out_.back()->size();
        out_.pop_back();
    }
}

std::chrono::milliseconds WebSocket::Core::stalled_for() const {
    if (queued_bytes_ == 0) return std::chrono::milliseconds(0);
    return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - progress_at_);
}

// Ending.

void WebSocket::Core::close(std::uint16_t code, std::string_view reason) {
    begin_closing(code, reason, false);
}

void WebSocket::Core::begin_closing(std::uint16_t code, std::string_view reason, bool by_peer) {
    if (state_ != State::open) return;
    state_ = State::closing;
    closed_ = {code, std::string(reason), by_peer};
    std::string frame;
    wire::append_close_frame(frame, code, reason);
    pong_.reset();
    queue(std::make_shared<const std::string>(std::move(frame)));
    close_queued_ = true;
    close_timer_ = loop_->after(options_.close_timeout, linked(&Core::finish));
}

void WebSocket::Core::finish() {
    const auto self = shared_from_this();
    stream_.reset();
    close_timer_.cancel();
    if (state_ == State::open) closed_ = WebSocketClosed{};
    state_ = State::closed;
    out_.clear();
    queued_bytes_ = 0;
    const auto handler = std::exchange(handler_, nullptr);
    if (abandoned_) loop_->forget(this);
    if (handler && handler->closed) handler->closed(closed_);
}

}  // namespace codencollab::net
