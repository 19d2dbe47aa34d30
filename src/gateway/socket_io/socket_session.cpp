#include "gateway/socket_io/socket_session.h"

#include "wire/base64.h"
#include "wire/json_text.h"
#include "wire/web_socket_frame.h"

#include <algorithm>
#include <array>
#include <utility>

namespace codencollab::gateway {
namespace {

namespace close_code = wire::close_code;
using wire::SocketType;
using Step = wire::SocketDecoder::Step;

constexpr std::size_t refusals_max = 5;
constexpr std::chrono::milliseconds leave_after_refusal{1'000};
// What a client may send while it is not known yet who it is.
constexpr std::size_t waiting_packets_max = 64;
constexpr std::size_t waiting_bytes_max = 64 << 10;

// `<type>[<namespace>,]`, the start of a packet without attachments.
std::string packet_start(char type, std::string_view socket_namespace) {
    std::string text{'4', type};
    if (socket_namespace != "/") {
        text += socket_namespace;
        text += ',';
    }
    return text;
}

std::string failure_json(const Error& error) {
    std::string json = R"({"code":)";
    wire::append_json_string(json, to_string(error.code));
    json += R"(,"message":)";
    wire::append_json_string(json, error.message);
    return json + "}";
}

DisconnectReason reason_of(EngineEnd end) {
    switch (end) {
        case EngineEnd::client_left:
            return DisconnectReason::client_left;
        case EngineEnd::ping_timeout:
            return DisconnectReason::ping_timeout;
        case EngineEnd::protocol_error:
            return DisconnectReason::protocol_error;
        case EngineEnd::slow_consumer:
            return DisconnectReason::slow_consumer;
        case EngineEnd::server:
            return DisconnectReason::server;
    }
    return DisconnectReason::server;
}

std::string new_sid(Random& random) {
    std::array<std::byte, 15> bytes{};
    random.fill(bytes);
    return wire::base64url_encoded(
        std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace

class SocketSession::NamespaceSocket final
    : public Socket,
      public std::enable_shared_from_this<SocketSession::NamespaceSocket> {
  public:
    enum class State { connecting, connected, gone };

    NamespaceSocket(SocketSession& session, std::string name, std::string sid)
        : session_(&session), name_(std::move(name)), sid_(std::move(sid)) {}

    const std::string& sid() const override { return sid_; }
    const std::string& remote_address() const override { return session_->line_.remote_address(); }
    Loop& loop() const override { return session_->line_.loop(); }
    std::weak_ptr<Socket> weak() override { return weak_from_this(); }
    bool is_open() const override { return state == State::connected && session_->line_.is_open(); }

    void emit(const SharedPacket& packet) override {
        if (is_open()) session_->line_.send(packet);
    }
    void emit(std::string_view name, std::string_view arguments_json) override {
        emit(name, arguments_json, {});
    }
    void emit(
        std::string_view name,
        std::string_view arguments_json,
        const std::vector<std::string>& attachments) override {
        emit(Packet::event(name, arguments_json, attachments, name_));
    }
    void ack(std::uint64_t id, std::string_view arguments_json) override {
        ack(id, arguments_json, {});
    }
    void ack(
        std::uint64_t id,
        std::string_view arguments_json,
        const std::vector<std::string>& attachments) override {
        std::string text =
            attachments.empty() ? "43" : "46" + std::to_string(attachments.size()) + "-";
        if (name_ != "/") text += name_ + ",";
        text += std::to_string(id);
        text += '[';
        text += arguments_json;
        text += ']';
        emit(std::make_shared<const Packet>(text, attachments));
    }

    void disconnect() override {
        if (!is_open()) return;
        session_->line_.send(std::make_shared<const Packet>(packet_start('1', name_)));
        session_->line_.close(EngineEnd::server, close_code::normal, "disconnected");
    }
    void close(std::uint16_t code, std::string_view reason) override {
        session_->line_.close(EngineEnd::server, code, reason);
    }
    void move_to(Loop& to, Task then) override { session_->line_.move_to(to, std::move(then)); }
    std::size_t queued_bytes() const override { return session_->line_.queued_bytes(); }

    const std::string& name() const { return name_; }

    State state = State::connecting;
    std::deque<wire::SocketPacket> waiting{};  // events that came before it was known who it is
    std::size_t waiting_bytes = 0;

  private:
    SocketSession* session_;  // outlives every call: sockets go with it
    std::string name_;
    std::string sid_;
};

SocketSession::SocketSession(std::shared_ptr<const SocketWorld> world, EngineLine& line)
    : world_(std::move(world)),
      line_(line),
      decoder_(wire::SocketDecoderLimits{
          world_->options.message_bytes,
          world_->options.message_bytes_hard,
          4,
          world_->options.large_events}) {
    expect_connect(world_->options.connect_timeout);
}

SocketSession::~SocketSession() {
    for (const auto& [name, socket] : sockets_)
        socket->state = NamespaceSocket::State::gone;
}

// Input.

void SocketSession::on_text(std::string_view text) {
    if (!admit(text.size())) return;
    packet_bytes_ = text.size();
    take(decoder_.feed_text(text));
}

void SocketSession::on_binary(std::string bytes) {
    if (!admit(bytes.size())) return;
    packet_bytes_ += bytes.size();
    take(decoder_.feed_binary(std::move(bytes)));
}

// Whether a stranger may still say this much.
bool SocketSession::admit(std::size_t bytes) {
    if (!sockets_.empty()) return true;
    bytes_before_connect_ += bytes;
    if (bytes_before_connect_ <= world_->options.unauthenticated_bytes) return true;
    fail_protocol();
    return false;
}

void SocketSession::take(Step step) {
    if (step == Step::incomplete) return;
    if (step == Step::failed) {
        fail_protocol();
        return;
    }
    wire::SocketPacket packet = decoder_.take();
    if (packet.type == SocketType::connect) {
        connect(std::move(packet));
        return;
    }
    const auto found = sockets_.find(packet.socket_namespace);
    if (found == sockets_.end()) {
        fail_protocol();
        return;
    }
    const auto socket = found->second;
    if (packet.type == SocketType::disconnect) {
        disconnect(packet.socket_namespace);
    } else if (step == Step::too_large) {
        answer_too_large(*socket, packet);
    } else if (packet.type == SocketType::event || packet.type == SocketType::binary_event) {
        take_event(*socket, std::move(packet));
    }
    // What is left are acks, and we ask for none.
}

void SocketSession::take_event(NamespaceSocket& socket, wire::SocketPacket packet) {
    const bool is_connected = socket.state == NamespaceSocket::State::connected;
    if (is_connected && socket.waiting.empty()) {
        deliver(socket, std::move(packet));
        return;
    }
    socket.waiting_bytes += packet_bytes_;
    if (socket.waiting.size() == waiting_packets_max || socket.waiting_bytes > waiting_bytes_max) {
        fail_protocol();
        return;
    }
    socket.waiting.push_back(std::move(packet));
}

void SocketSession::deliver(NamespaceSocket& socket, wire::SocketPacket packet) {
    world_->app.on_event(
        socket,
        SocketEvent{
            std::move(packet.name),
            std::move(packet.payload.as_array()),
            std::move(packet.attachments),
            packet.id,
            packet_bytes_});
}

// In a later turn: first the application has its say.
void SocketSession::post_waiting(NamespaceSocket& socket) {
    if (socket.waiting.empty()) return;
    socket.loop().post([this, weak = socket.weak_from_this()] {
        const auto alive = weak.lock();
        if (alive && alive->is_open()) deliver_waiting(*alive);
    });
}

void SocketSession::deliver_waiting(NamespaceSocket& socket) {
    while (!socket.waiting.empty() && socket.is_open() && !line_.is_moving()) {
        wire::SocketPacket packet = std::move(socket.waiting.front());
        socket.waiting.pop_front();
        deliver(socket, std::move(packet));
    }
}

void SocketSession::answer_too_large(NamespaceSocket& socket, const wire::SocketPacket& packet) {
    const std::string failure =
        failure_json({ErrorCode::too_large, "This message is too large: nothing of it was taken."});
    if (packet.id) {
        socket.ack(*packet.id, R"({"ok":false,"error":)" + failure + "}");
    } else {
        socket.emit("error-message", failure);
    }
}

// Coming and going.

void SocketSession::connect(wire::SocketPacket packet) {
    const auto& names = world_->options.namespaces;
    if (std::ranges::find(names, packet.socket_namespace) == names.end()) {
        line_.send(std::make_shared<const Packet>(
            packet_start('4', packet.socket_namespace) + R"({"message":"Invalid namespace"})"));
        return;
    }
    if (sockets_.contains(packet.socket_namespace)) {
        fail_protocol();
        return;
    }
    auto socket =
        std::make_shared<NamespaceSocket>(*this, packet.socket_namespace, new_sid(world_->random));
    sockets_.emplace(packet.socket_namespace, socket);
    connect_timer_.cancel();
    waits_for_connect_ = false;
    world_->app.on_connect(
        *socket,
        std::move(packet.payload),
        // The socket's session is there as long as the socket is neither gone nor forgotten.
        [this, weak = std::weak_ptr<NamespaceSocket>(socket)](Result<> verdict) {
            const auto alive = weak.lock();
            if (alive && alive->state == NamespaceSocket::State::connecting) {
                on_verdict(*alive, std::move(verdict));
            }
        });
}

void SocketSession::on_verdict(NamespaceSocket& socket, Result<> verdict) {
    if (!line_.is_open()) return;
    if (!verdict) {
        refuse(socket.name(), verdict.error());
        return;
    }
    socket.state = NamespaceSocket::State::connected;
    refusals_ = 0;
    line_.confirm();
    line_.send(std::make_shared<const Packet>(
        packet_start('0', socket.name()) + R"({"sid":")" + socket.sid() + R"("})"));
    post_waiting(socket);
}

void SocketSession::refuse(const std::string& socket_namespace, const Error& error) {
    const std::string name = socket_namespace;  // it may be the socket's own
    sockets_.extract(name).mapped()->state = NamespaceSocket::State::gone;
    if (error.code == ErrorCode::identity_unavailable) {
        line_.close(EngineEnd::server, close_code::try_again_later, "try again later");
        return;
    }
    std::string text = packet_start('4', name) + R"({"message":)";
    wire::append_json_string(text, error.message);
    text += R"(,"data":{"code":)";
    wire::append_json_string(text, to_string(error.code));
    line_.send(std::make_shared<const Packet>(text + "}}"));
    if (++refusals_ >= refusals_max) {
        line_.close(EngineEnd::server, close_code::policy, "refused too often");
    } else if (sockets_.empty()) {
        expect_connect(leave_after_refusal);
    }
}

void SocketSession::disconnect(const std::string& socket_namespace) {
    const auto socket = sockets_.extract(socket_namespace).mapped();
    const auto state = std::exchange(socket->state, NamespaceSocket::State::gone);
    if (sockets_.empty()) expect_connect(world_->options.connect_timeout);
    if (state == NamespaceSocket::State::connected) {
        world_->app.on_disconnect(*socket, DisconnectReason::client_left);
    }
}

void SocketSession::expect_connect(std::chrono::milliseconds within) {
    waits_for_connect_ = true;
    bytes_before_connect_ = 0;
    connect_timer_ = line_.loop().after(
        within, [this] { line_.close(EngineEnd::client_left, close_code::policy, "no sign-in"); });
}

void SocketSession::fail_protocol() {
    line_.close(EngineEnd::protocol_error, close_code::protocol_error, "parse error");
}

void SocketSession::on_closed(EngineEnd end) {
    connect_timer_.cancel();
    for (const auto& [name, socket] : std::exchange(sockets_, {})) {
        const auto state = std::exchange(socket->state, NamespaceSocket::State::gone);
        if (state == NamespaceSocket::State::connected) {
            world_->app.on_disconnect(*socket, reason_of(end));
        }
    }
}

void SocketSession::on_leaving() {
    connect_timer_.cancel();
}

void SocketSession::on_arrived() {
    if (!line_.is_open()) return;
    if (waits_for_connect_) expect_connect(world_->options.connect_timeout);
    for (const auto& [name, socket] : sockets_)
        post_waiting(*socket);
}

}  // namespace codencollab::gateway
