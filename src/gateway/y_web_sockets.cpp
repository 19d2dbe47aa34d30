#include "gateway/y_web_sockets.h"

#include "gateway/answers.h"
#include "gateway/bearer.h"
#include "room/rights.h"
#include "wire/base64.h"
#include "wire/web_socket_frame.h"

#include <array>
#include <string>
#include <utility>

namespace codencollab::gateway {

namespace {

constexpr std::string_view path_start = "/yjs/";
constexpr std::size_t drain_slices = 20;

class WebSocketLine final : public YLine {
  public:
    explicit WebSocketLine(net::WebSocket socket) : socket_(std::move(socket)) {}

    void start(net::WebSocketHandler handler) override { socket_.start(std::move(handler)); }
    void send(net::SharedBytes frames) override { socket_.send_frames(std::move(frames)); }
    void ping() override { socket_.ping(); }
    void close(std::uint16_t code, std::string_view reason) override {
        socket_.close(code, reason);
    }
    void drop_queued() override { socket_.drop_queued(); }
    std::size_t queued_bytes() const override { return socket_.queued_bytes(); }
    std::chrono::milliseconds stalled_for() const override { return socket_.stalled_for(); }
    SteadyTime heard_at() const override { return socket_.heard_at(); }

  private:
    net::WebSocket socket_;
};

/// Browsers cannot set a header on a WebSocket: theirs stands in the query.
Result<std::string> token_of(const net::HttpRequest& request) {
    const std::string_view token = request.parameter("token");
    if (token.empty() || request.headers.contains("authorization")) return bearer_token(request);
    return std::string(token);
}

std::string new_sid(Random& random) {
    std::array<std::byte, 15> bytes{};
    random.fill(bytes);
    return wire::base64url_encoded(
        std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace

struct YWebSockets::Knock {
    Loop& loop;  // of the request
    RoomId room;
    YSession::Client client;
    net::WebSocketUpgrade upgrade;
};

struct YWebSockets::Slices {
    std::vector<std::weak_ptr<YSession>> left;
    std::size_t size = 1;
    std::chrono::milliseconds pause{0};
    Timer timer;
};

YWebSockets::YWebSockets(
    const RoomHomes& homes,
    Identity& identity,
    const Cors& cors,
    const Clock& clock,
    Random& random,
    const Limits& limits,
    YMessages& messages,
    YOptions options)
    : cors_(cors),
      random_(random),
      sessions_(homes.size()),
      world_{
          homes,
          identity,
          clock,
          limits,
          messages,
          options.ping_interval,
          options.ping_timeout,
          sessions_} {
    for (std::size_t i = 0; i < homes.size(); ++i)
        slices_.push_back(std::make_unique<Slices>());
}

YWebSockets::~YWebSockets() = default;

bool YWebSockets::is_path(std::string_view path) {
    return path.starts_with(path_start) && path.size() > path_start.size() &&
           path.find('/', path_start.size()) == std::string_view::npos;
}

// The way in: origin, token, room; the first that is wrong answers.

void YWebSockets::on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) {
    const std::string_view origin = request.headers.get("origin");
    if (!origin.empty() && !cors_.is_allowed(request, origin)) {
        return upgrade.refuse(
            error_answer({ErrorCode::forbidden, "This origin may not use this server."}));
    }
    if (is_draining_.load(std::memory_order_relaxed)) {
        return upgrade.refuse(
            error_answer({ErrorCode::store_unavailable, "The server is about to restart."}));
    }
    auto token = token_of(request);
    if (!token) return upgrade.refuse(error_answer(token.error()));

    Loop& loop = *request.loop;
    world_.identity.verify(
        *token,
        loop,
        [this,
         &loop,
         token = *token,
         id = request.path.substr(path_start.size()),
         upgrade = std::move(upgrade)](Result<Caller> caller) mutable {
            if (!caller) return upgrade.refuse(error_answer(caller.error()));
            const auto room = RoomId::parse(id);
            if (!room) return upgrade.refuse(error_answer(room::room_not_found()));
            YSession::Client client{new_sid(random_), std::move(token), std::move(*caller)};
            knock_at_room(
                std::make_unique<Knock>(Knock{loop, *room, std::move(client), std::move(upgrade)}));
        });
}

void YWebSockets::knock_at_room(std::unique_ptr<Knock> knock) {
    const RoomHomes::Home& home = world_.homes.home_of(knock->room);
    home.loop.post([this, &home, knock = std::move(knock)]() mutable {
        const RoomId id = knock->room;
        home.rooms.with_room(
            id, [this, knock = std::move(knock)](Result<room::Room*> room) mutable {
                Result<> allowed;
                if (!room) {
                    allowed = std::unexpected(room.error());
                } else if (auto view = (*room)->view(knock->client.caller.user.id); !view) {
                    allowed = std::unexpected(view.error());
                }
                Loop& loop = knock->loop;
                loop.post([this, knock = std::move(knock), allowed = std::move(allowed)] {
                    if (!allowed) return knock->upgrade.refuse(error_answer(allowed.error()));
                    let_in(*knock);
                });
            });
    });
}

void YWebSockets::let_in(Knock& knock) {
    net::WebSocketOptions options;
    options.message_bytes_max = world_.limits.message_bytes_hard;
    net::WebSocket socket = knock.upgrade.accept(options);
    if (!socket) return;  // the connection has gone meanwhile
    Loop& home = world_.homes.home_of(knock.room).loop;
    if (&home == &knock.loop) {
        return begin(knock.room, std::move(knock.client), std::move(socket));
    }
    auto moving = std::make_unique<net::WebSocket>(std::move(socket));
    net::WebSocket& handle = *moving;
    handle.move_to(
        home,
        [this,
         room = knock.room,
         client = std::move(knock.client),
         moving = std::move(moving)]() mutable {
            begin(room, std::move(client), std::move(*moving));
        });
}

void YWebSockets::begin(const RoomId& room, YSession::Client client, net::WebSocket socket) {
    auto session = std::make_shared<YSession>(
        world_, room, std::move(client), std::make_unique<WebSocketLine>(std::move(socket)));
    sessions_.add(world_.homes.index_of(room), session);
    session->start();
    if (is_draining_.load(std::memory_order_relaxed)) {
        session->end(wire::close_code::service_restart, "service restart");
    }
}

void YWebSockets::recheck(const UserId& user) {
    for (std::size_t i = 0; i < world_.homes.size(); ++i) {
        world_.homes.at(i).loop.post([this, i, user] {
            for (const auto& session : sessions_.on(i)) {
                if (session->user() == user) session->recheck();
            }
        });
    }
}

// The way out, for all.

void YWebSockets::drain(std::chrono::milliseconds duration) {
    if (is_draining_.exchange(true, std::memory_order_relaxed)) return;
    for (std::size_t i = 0; i < world_.homes.size(); ++i) {
        world_.homes.at(i).loop.post([this, i, duration] {
            const auto all = sessions_.on(i);
            Slices& slices = *slices_[i];
            slices.left.assign(all.begin(), all.end());
            slices.size = all.size() / drain_slices + 1;
            slices.pause = duration / drain_slices;
            close_slice(i);
        });
    }
}

void YWebSockets::close_slice(std::size_t loop) {
    Slices& slices = *slices_[loop];
    for (std::size_t n = 0; n < slices.size && !slices.left.empty(); ++n) {
        const auto session = slices.left.back().lock();
        slices.left.pop_back();
        if (session) session->end(wire::close_code::service_restart, "service restart");
    }
    if (slices.left.empty()) return;
    slices.timer =
        world_.homes.at(loop).loop.after(slices.pause, [this, loop] { close_slice(loop); });
}

}  // namespace codencollab::gateway
