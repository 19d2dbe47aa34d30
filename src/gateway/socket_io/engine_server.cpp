#include "gateway/socket_io/engine.h"
#include "gateway/socket_io/engine_core.h"
#include "gateway/socket_io/engine_http.h"
#include "wire/base64.h"
#include "wire/web_socket_frame.h"

#include <algorithm>
#include <array>
#include <utility>

namespace codencollab::gateway {
namespace {

namespace close_code = wire::close_code;

constexpr std::size_t drain_slices = 20;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Why a request is refused before any session sees it; the order is the protocol's.
std::optional<net::HttpResponse> refusal(
    const EngineServer::Core& core, const net::HttpRequest& request, bool is_upgrade) {
    const std::string_view transport = request.parameter("transport");
    const std::string_view origin = request.headers.get("Origin");
    const std::string sid(request.parameter("sid"));
    const bool is_websocket = transport == "websocket";
    if (!is_websocket && transport != "polling")
        return engine_error(EngineError::unknown_transport);
    if (!is_ascii(origin)) return engine_error(EngineError::bad_request);
    if (!sid.empty()) {
        if (!core.directory.find(sid)) return engine_error(EngineError::unknown_sid);
    } else if (request.method != "GET") {
        return engine_error(EngineError::bad_handshake_method);
    }
    if (is_websocket != is_upgrade || request.query.contains("j")) {
        return engine_error(EngineError::bad_request);
    }
    if (request.parameter("EIO") != "4") {
        return engine_error(
            sid.empty() ? EngineError::unsupported_version : EngineError::bad_request);
    }
    const auto& is_allowed = core.options.is_origin_allowed;
    if (!origin.empty() && is_allowed && !is_allowed(request, origin)) {
        return engine_error(EngineError::forbidden, "Origin not allowed");
    }
    if (sid.empty() && core.is_draining()) {
        return engine_error(EngineError::forbidden, "Shutting down");
    }
    return std::nullopt;
}

net::HttpResponse too_many_sessions() {
    return engine_error(EngineError::forbidden, "Too many sessions without a sign-in");
}

}  // namespace

EngineServer::Core::Core(
    net::LoopPool& loops,
    const Clock& the_clock,
    Random& random,
    EngineOptions the_options,
    EngineUserFactory make_user)
    : options(std::move(the_options)),
      clock(the_clock),
      loops_(loops),
      random_(random),
      make_user_(std::move(make_user)),
      drains_(loops.size()) {}

void EngineServer::Core::with_session(std::string sid, WithSession act) {
    const auto entry = directory.find(sid);
    if (!entry) {
        act(nullptr);
        return;
    }
    if (entry->loop->is_current() && entry->session->is_settled()) {
        act(entry->session.get());
        return;
    }
    // It lives elsewhere, or arrives here in a later turn; by then it may have gone on.
    entry->loop->post(
        [core = shared_from_this(), sid = std::move(sid), act = std::move(act)]() mutable {
            core->with_session(std::move(sid), std::move(act));
        });
}

std::shared_ptr<EngineSession> EngineServer::Core::open_session(
    Loop& loop, const std::string& remote_address) {
    if (!directory.admit_stranger(remote_address, options.unconfirmed_sessions_per_address)) {
        return nullptr;
    }
    std::array<std::byte, 16> bytes{};
    random_.fill(bytes);
    const std::string sid = wire::base64url_encoded(
        std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    auto session = std::make_shared<EngineSession>(shared_from_this(), sid, remote_address, loop);
    directory.add(sid, {&loop, session, false});
    return session;
}

void EngineServer::Core::offer_probe(
    const std::string& sid, std::unique_ptr<net::WebSocket> probe) {
    const auto entry = directory.find(sid);
    if (!entry) {
        probe->close(close_code::policy, "no such session");
        return;
    }
    net::WebSocket& socket = *probe;
    if (entry->loop->is_current() && entry->session->is_settled()) {
        entry->session->take_probe(std::move(socket));
        return;
    }
    socket.move_to(
        *entry->loop, [core = shared_from_this(), sid, probe = std::move(probe)]() mutable {
            core->offer_probe(sid, std::move(probe));
        });
}

void EngineServer::Core::drain(std::chrono::milliseconds duration) {
    if (is_draining_.exchange(true)) return;
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        loops_.loop(i).post([core = shared_from_this(), i, duration] {
            Drain& drain = core->drains_[i];
            drain.sids = core->directory.sids_on(core->loops_.loop(i));
            drain.slice_size = drain.sids.size() / drain_slices + 1;
            drain.pause = duration / drain_slices;
            core->drain_slice(i);
        });
    }
}

void EngineServer::Core::drain_slice(std::size_t i) {
    Drain& drain = drains_[i];
    for (std::size_t n = 0; n < drain.slice_size && !drain.sids.empty(); ++n) {
        with_session(std::move(drain.sids.back()), [](EngineSession* session) {
            if (session == nullptr) return;
            session->close(EngineEnd::server, close_code::service_restart, "service restart");
        });
        drain.sids.pop_back();
    }
    if (drain.sids.empty()) return;
    drain.timer = loops_.loop(i).after(drain.pause, [weak = weak_from_this(), i] {
        if (const auto core = weak.lock()) core->drain_slice(i);
    });
}

void EngineServer::Core::stop() {
    is_stopped_ = true;
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        loops_.run_on(i, [&, i] {
            drains_[i] = Drain{};
            for (const std::string& sid : directory.sids_on(loops_.loop(i))) {
                const auto entry = directory.find(sid);
                // One on its way drops itself where it arrives.
                if (entry && entry->session->is_settled()) entry->session->drop();
            }
        });
    }
    directory.clear();
}

EngineServer::EngineServer(
    net::LoopPool& loops,
    const Clock& clock,
    Random& random,
    EngineOptions options,
    EngineUserFactory make_user)
    : core_(
          std::make_shared<Core>(loops, clock, random, std::move(options), std::move(make_user))) {}

EngineServer::~EngineServer() {
    core_->stop();
}

void EngineServer::on_request(net::HttpRequest request, net::Respond respond) {
    if (request.method == "OPTIONS") {
        net::HttpResponse response;
        response.status = 204;
        respond(std::move(response));
        return;
    }
    if (auto refused = refusal(*core_, request, false)) {
        respond(std::move(*refused));
        return;
    }
    std::string sid(request.parameter("sid"));
    if (sid.empty()) {
        core_->open_polling(request, std::move(respond));
    } else if (request.method == "GET") {
        core_->poll(request, std::move(sid), std::move(respond));
    } else if (request.method == "POST") {
        core_->with_session(
            std::move(sid),
            [body = std::move(request.body),
             respond = std::move(respond)](EngineSession* session) mutable {
                if (session == nullptr) {
                    respond(engine_error(EngineError::unknown_sid));
                    return;
                }
                const auto alive = session->shared_from_this();
                session->post(body, std::move(respond));
            });
    } else {
        respond(engine_error(EngineError::bad_handshake_method));
    }
}

void EngineServer::Core::open_polling(const net::HttpRequest& request, net::Respond answer) {
    const auto session = open_session(*request.loop, request.remote_address);
    if (!session) {
        answer(too_many_sessions());
        return;
    }
    net::HttpResponse response;
    response.headers.add("Content-Type", "text/plain; charset=UTF-8");
    response.headers.add("Cache-Control", "no-store");
    response.body = session->open_polling(make_user_(*session));
    answer(std::move(response));
}

void EngineServer::Core::poll(
    const net::HttpRequest& request, std::string sid, net::Respond answer) {
    auto token = std::make_shared<const int>(0);
    request.abandoned->notify = [core = weak_from_this(), sid, token] {
        const auto alive = core.lock();
        if (!alive) return;
        alive->with_session(sid, [token](EngineSession* session) {
            if (session == nullptr) return;
            const auto self = session->shared_from_this();
            session->abandon_poll(token);
        });
    };
    with_session(
        std::move(sid), [token, answer = std::move(answer)](EngineSession* session) mutable {
            if (session == nullptr) {
                answer(engine_error(EngineError::unknown_sid));
                return;
            }
            const auto self = session->shared_from_this();
            session->poll(std::move(token), std::move(answer));
        });
}

void EngineServer::on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) {
    if (auto refused = refusal(*core_, request, true)) {
        upgrade.refuse(std::move(*refused));
        return;
    }
    core_->open_web_socket(request, std::move(upgrade));
}

void EngineServer::Core::open_web_socket(
    const net::HttpRequest& request, net::WebSocketUpgrade upgrade) {
    net::WebSocketOptions socket_options;
    socket_options.message_bytes_max = options.unconfirmed_bytes_max;
    const std::string sid(request.parameter("sid"));
    if (!sid.empty()) {
        auto probe = std::make_unique<net::WebSocket>(upgrade.accept(socket_options));
        if (*probe) offer_probe(sid, std::move(probe));
        return;
    }
    const auto session = open_session(*request.loop, request.remote_address);
    if (!session) {
        upgrade.refuse(too_many_sessions());
        return;
    }
    net::WebSocket socket = upgrade.accept(socket_options);
    if (!socket) {
        session->drop();
        return;
    }
    session->open_web_socket(make_user_(*session), std::move(socket));
}

std::size_t EngineServer::body_limit(const net::HttpRequest& head) const {
    const auto entry = core_->directory.find(std::string(head.parameter("sid")));
    return entry && entry->is_confirmed ? core_->options.payload_bytes_max
                                        : core_->options.unconfirmed_bytes_max;
}

net::HttpResponse EngineServer::on_body_too_large(const net::HttpRequest& head) {
    core_->with_session(std::string(head.parameter("sid")), [](EngineSession* session) {
        if (session == nullptr) return;
        const auto self = session->shared_from_this();
        session->close(EngineEnd::protocol_error, close_code::too_large, "message too large");
    });
    net::HttpResponse response;
    response.status = 413;
    return response;
}

std::size_t EngineServer::session_count() const {
    return core_->directory.size();
}

void EngineServer::drain(std::chrono::milliseconds duration) {
    core_->drain(duration);
}

}  // namespace codencollab::gateway
