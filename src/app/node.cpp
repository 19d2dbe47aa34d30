#include "app/node.h"

#include "app/counting_executor.h"
#include "app/places.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "executor/piston_executor.h"
#include "executor/runner_process.h"
#include "gateway/auth_routes.h"
#include "gateway/contract_codec.h"
#include "gateway/cors.h"
#include "gateway/event_rates.h"
#include "gateway/http_gateway.h"
#include "gateway/room_homes.h"
#include "gateway/room_routes.h"
#include "gateway/room_sockets.h"
#include "gateway/service_routes.h"
#include "gateway/socket_io/socket_io_server.h"
#include "gateway/static_site.h"
#include "gateway/y_messages.h"
#include "gateway/y_web_sockets.h"
#include "identity/embedded.h"
#include "identity/supabase.h"
#include "net/loops.h"
#include "net/server.h"
#include "room/limiters.h"
#include "room/rooms.h"
#include "store/sqlite_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace codencollab::app {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds poll_interval{20};

// The parts of a drain together stay under the ten seconds that the contract allows.
constexpr milliseconds drain_runs_max{4'000};
constexpr milliseconds drain_save_max{2'000};
constexpr milliseconds drain_sockets_max{3'000};
constexpr milliseconds drain_a_socket{20};

/// Waits for something that has no event of its own; whether it happened in time.
template <class Happened>
bool wait_until(milliseconds at_most, Happened&& happened) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!happened()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(poll_interval);
    }
    return true;
}

executor::PistonSettings piston_settings(const Limits& limits) {
    executor::PistonSettings settings;
    settings.compile_wall = limits.compile_wall;
    settings.run_wall = limits.run_wall;
    settings.run_wall_interactive = limits.run_wall_interactive;
    settings.output_bytes = 2 * limits.run_output_bytes;
    return settings;
}

gateway::SocketIoOptions socket_io_options(const Limits& limits, const gateway::Cors& cors) {
    gateway::SocketIoOptions options;
    options.message_bytes = limits.message_bytes;
    options.message_bytes_hard = limits.message_bytes_hard;
    options.large_events = {"code_change", "yjs"};
    options.unauthenticated_sessions_per_address = limits.unauthenticated_sessions_per_address;
    options.outbox_bytes = limits.outbox_bytes;
    options.outbox_stall = limits.outbox_stall;
    options.is_origin_allowed = [&cors](const net::HttpRequest& request, std::string_view origin) {
        return cors.is_allowed(request, origin);
    };
    return options;
}

/// What each loop has of its own.
struct LoopParts {
    std::unique_ptr<room::RoomStore> store;
    std::unique_ptr<room::Executor> executor;
    std::unique_ptr<gateway::ContractCodec> codec;
    std::unique_ptr<room::Rooms> rooms;
};

}  // namespace

/// Everything, in the order in which it is made; it goes in the reverse one, after the loops have
/// been stopped.
class Node::Parts {
  public:
    explicit Parts(Settings chosen)
        : settings(std::move(chosen)),
          loops(settings.threads),
          piston(piston_settings(settings.limits)),
          limiters(settings.limits, clock),
          cors(settings.frontend_origins) {}

    ~Parts() {
        server.reset();
        socket_io.reset();
        runner.reset();
        loops.stop();
    }

    Result<> open();
    Result<> open_identity();
    void make_rooms();
    void make_gateway();
    void start_runner(const RunnerCommand& command);
    bool save_all_rooms();

    Settings settings;
    SystemClock clock;
    SystemRandom random;
    ListenAddress address;
    net::LoopPool loops;
    std::unique_ptr<store::SqliteDatabase> database;
    std::unique_ptr<identity::AccountStore> account_store;
    std::unique_ptr<identity::EmbeddedIdentity> embedded;
    std::unique_ptr<identity::SupabaseIdentity> supabase;
    executor::PistonClient piston;
    std::unique_ptr<executor::RunnerProcess> runner;
    room::Limiters limiters;
    std::shared_ptr<RunCount> run_count = std::make_shared<RunCount>(0);
    std::vector<LoopParts> on_loop;
    std::unique_ptr<gateway::RoomHomes> homes;
    gateway::Cors cors;
    std::unique_ptr<gateway::AuthRoutes> auth;
    std::unique_ptr<gateway::ServiceRoutes> service;
    std::unique_ptr<gateway::RoomRoutes> room_routes;
    std::unique_ptr<gateway::EventRates> rates;
    std::unique_ptr<gateway::YMessages> y_messages;
    std::unique_ptr<gateway::RoomSockets> sockets;
    std::unique_ptr<gateway::YWebSockets> y_web_sockets;
    std::unique_ptr<gateway::StaticSite> site;
    std::unique_ptr<gateway::SocketIoServer> socket_io;
    std::unique_ptr<gateway::HttpGateway> http;
    std::unique_ptr<net::Server> server;

  private:
    gateway::Identity& identity() const {
        if (embedded) return *embedded;
        return *supabase;
    }
};

Result<> Node::Parts::open() {
    auto opened = store::SqliteDatabase::open(settings.data, clock);
    if (!opened) return std::unexpected(std::move(opened).error());
    database = std::move(*opened);
    if (auto identified = open_identity(); !identified) return identified;
    make_rooms();
    make_gateway();

    server = std::make_unique<net::Server>(loops, net::HttpLimits{}, *http);
    const auto port = server->listen(settings.listen.host, settings.listen.port);
    if (!port) return std::unexpected(port.error());
    address = {settings.listen.host, *port};
    return {};
}

Result<> Node::Parts::open_identity() {
    if (!settings.supabase_url.empty()) {
        auto opened = identity::SupabaseIdentity::open(
            settings.supabase_url, settings.supabase_jwt_secret, clock);
        if (!opened) return std::unexpected(std::move(opened).error());
        supabase = std::move(*opened);
        return {};
    }
    identity::EmbeddedConfig config;
    config.data_directory = settings.data;
    // The port as it was asked for: with 0, tokens stay good over a restart on another one.
    config.base_url = settings.public_url.empty()
                          ? fmt::format("http://{}", to_string(settings.listen))
                          : settings.public_url;
    account_store = database->make_account_store();
    auto opened =
        identity::EmbeddedIdentity::open(config, *account_store, clock, random, settings.limits);
    if (!opened) return std::unexpected(std::move(opened).error());
    embedded = std::move(*opened);
    loops.run_on(0, [this] { embedded->start_sweeping(loops.loop(0)); });
    return {};
}

void Node::Parts::make_rooms() {
    on_loop.resize(loops.size());
    std::vector<gateway::RoomHomes::Home> all;
    all.reserve(loops.size());
    for (std::size_t i = 0; i < loops.size(); ++i) {
        loops.run_on(i, [this, i] {
            Loop& loop = loops.loop(i);
            LoopParts& parts = on_loop[i];
            parts.store = database->make_room_store(loop);
            parts.executor = std::make_unique<CountingExecutor>(piston.make_for(loop), run_count);
            parts.codec = std::make_unique<gateway::ContractCodec>(settings.limits);
            parts.rooms = std::make_unique<room::Rooms>(room::RoomsPorts{
                loop,
                clock,
                random,
                *parts.store,
                *parts.executor,
                *parts.codec,
                settings.limits,
                limiters});
        });
        all.push_back({loops.loop(i), *on_loop[i].rooms, *on_loop[i].executor});
    }
    homes = std::make_unique<gateway::RoomHomes>(std::move(all));
}

void Node::Parts::make_gateway() {
    if (embedded) auth = std::make_unique<gateway::AuthRoutes>(*embedded, cors, version);
    service = std::make_unique<gateway::ServiceRoutes>(
        *homes,
        settings.limits,
        gateway::ClientConfig{version, settings.supabase_url, settings.supabase_anon_key},
        [this] { return database->unavailable_reason(); });
    room_routes = std::make_unique<gateway::RoomRoutes>(*homes, identity());
    rates = std::make_unique<gateway::EventRates>(settings.limits, clock);
    y_messages = std::make_unique<gateway::YMessages>(settings.limits, rates->code_events);
    sockets = std::make_unique<gateway::RoomSockets>(
        *homes, identity(), clock, settings.limits, *rates, *y_messages);
    y_web_sockets = std::make_unique<gateway::YWebSockets>(
        *homes, identity(), cors, clock, random, settings.limits, *y_messages);
    site = std::make_unique<gateway::StaticSite>(
        settings.static_dir.empty() ? web_client_dir() : settings.static_dir,
        settings.supabase_url);
    socket_io = std::make_unique<gateway::SocketIoServer>(
        loops, clock, random, socket_io_options(settings.limits, cors), *sockets);
    http = std::make_unique<gateway::HttpGateway>(gateway::HttpGateway::Parts{
        settings.limits,
        cors,
        identity(),
        *service,
        *room_routes,
        *sockets,
        *socket_io,
        *y_web_sockets,
        *site,
        auth.get()});
}

void Node::Parts::start_runner(const RunnerCommand& command) {
    if (!settings.piston_api.empty()) return piston.set_address({settings.piston_api, {}});
    piston.set_unavailable("The runner is starting. Try again in a moment.");
    runner = std::make_unique<executor::RunnerProcess>(
        runner_process_settings(settings, command),
        random,
        [this](executor::PistonAddress at) { piston.set_address(std::move(at)); },
        [this](std::string reason) { piston.set_unavailable(std::move(reason)); });
}

bool Node::Parts::save_all_rooms() {
    std::vector<std::future<void>> saved;
    saved.reserve(loops.size());
    for (std::size_t i = 0; i < loops.size(); ++i) {
        // Shared: the room store may answer when nobody waits here any more.
        auto done = std::make_shared<std::promise<void>>();
        saved.push_back(done->get_future());
        loops.loop(i).post(
            [this, i, done] { on_loop[i].rooms->save_all([done] { done->set_value(); }); });
    }
    const auto end = std::chrono::steady_clock::now() + drain_save_max;
    return std::ranges::all_of(saved, [end](const std::future<void>& one) {
        return one.wait_until(end) == std::future_status::ready;
    });
}

Result<std::unique_ptr<Node>> Node::start(Settings settings, const RunnerCommand& runner) {
    auto parts = std::make_unique<Parts>(std::move(settings));
    if (auto opened = parts->open(); !opened) return std::unexpected(std::move(opened).error());
    parts->start_runner(runner);
    return std::unique_ptr<Node>(new Node(std::move(parts)));
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() = default;

const ListenAddress& Node::address() const {
    return parts_->address;
}

std::string Node::wait_for_runner(milliseconds at_most) {
    std::string reason;
    wait_until(at_most, [this, &reason] {
        parts_->loops.run_on(0, [this, &reason] {
            const room::Executor& executor = *parts_->on_loop[0].executor;
            reason = executor.unavailable_reason();
            if (reason.empty() && executor.runtimes()->empty())
                reason = "No language is known yet.";
        });
        return reason.empty();
    });
    return reason;
}

bool Node::drain() {
    Parts& parts = *parts_;
    parts.service->start_draining();
    parts.server->stop_accepting();
    wait_until(
        drain_runs_max, [&] { return parts.run_count->load(std::memory_order_relaxed) == 0; });
    parts.save_all_rooms();

    const auto sockets_left = [&parts] {
        return parts.socket_io->session_count() + parts.y_web_sockets->session_count();
    };
    const auto slices = std::min<milliseconds>(
        drain_sockets_max, drain_a_socket * static_cast<milliseconds::rep>(sockets_left()));
    parts.socket_io->drain(slices);
    parts.y_web_sockets->drain(slices);
    wait_until(drain_sockets_max, [&] { return sockets_left() == 0; });
    parts.server->close_idle();

    // What was typed until the last socket closed.
    if (parts.save_all_rooms()) return true;
    spdlog::error("Not every room's text could be stored before the end.");
    return false;
}

}  // namespace codencollab::app
