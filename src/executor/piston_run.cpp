#include "executor/piston_run.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <fmt/format.h>

#include <utility>

namespace codencollab::executor {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using room::RunFailure;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t message_bytes_max = 8 << 20;
constexpr milliseconds stop_patience{2'000};
constexpr std::size_t input_bytes_max = 1 << 20;

template <class... Kinds>
struct Overloaded : Kinds... {
    using Kinds::operator()...;
};

}  // namespace

void ObserverPost::queued(std::size_t position) {
    loop_.post([observer = observer_, position] {
        if (observer->queued) observer->queued(position);
    });
}

void ObserverPost::started(std::string version) {
    loop_.post([observer = observer_, version = std::move(version)]() mutable {
        if (observer->started) observer->started(std::move(version));
    });
}

void ObserverPost::output(room::OutputStream stream, std::string data) {
    loop_.post([observer = observer_, stream, data = std::move(data)]() mutable {
        if (observer->output) observer->output(stream, std::move(data));
    });
}

void ObserverPost::finished(room::RunResult result) {
    if (std::exchange(finished_, true)) return;
    loop_.post([observer = std::move(observer_), result = std::move(result)]() mutable {
        if (observer->finished) observer->finished(std::move(result));
    });
}

PistonRun::PistonRun(
    boost::asio::io_context& io,
    const PistonSettings& settings,
    room::RunRequest request,
    ObserverPost observer,
    OnOver on_over)
    : settings_(settings),
      request_(std::move(request)),
      observer_(std::move(observer)),
      on_over_(std::move(on_over)),
      resolver_(io),
      socket_(io),
      watchdog_(io),
      record_(settings.output_bytes),
      run_began_(std::chrono::steady_clock::now()),
      input_(std::exchange(request_.stdin_text, {})),
      input_ended_(!request_.interactive) {}

void PistonRun::start(const PistonUrl& url, const std::string& token) {
    give_up_after(
        settings_.connect_timeout,
        RunFailure::sandbox_unavailable,
        "The runner does not answer. Try again in a moment.");
    resolver_.async_resolve(
        url.host,
        url.port,
        [self = shared_from_this(), authority = url.authority(), path = url.path, token](
            Error error, const boost::asio::ip::tcp::resolver::results_type& results) {
            if (error) return self->on_lost();
            beast::get_lowest_layer(self->socket_)
                .async_connect(results, [self, authority, path, token](Error failed, const auto&) {
                    if (failed) return self->on_lost();
                    self->on_connected(authority, path, token);
                });
        });
}

void PistonRun::on_connected(
    const std::string& authority, const std::string& path, const std::string& token) {
    Error ignored;
    beast::get_lowest_layer(socket_).socket().set_option(
        boost::asio::ip::tcp::no_delay(true), ignored);
    socket_.read_message_max(message_bytes_max);
    socket_.set_option(websocket::stream_base::decorator([token](websocket::request_type& request) {
        if (!token.empty()) request.set(beast::http::field::authorization, "Bearer " + token);
    }));
    socket_.async_handshake(
        authority, path + "/api/v2/connect", [self = shared_from_this()](Error error) {
            if (error) return self->on_lost();
            self->on_open();
        });
}

void PistonRun::on_open() {
    if (over_) return;
    open_ = true;
    give_up_after(
        settings_.queue_wait,
        RunFailure::sandbox_unavailable,
        "No runner is free at the moment. Try again in a moment.");
    send(init_message(request_));
    request_.code.clear();
    read();
}

void PistonRun::read() {
    socket_.async_read(incoming_, [self = shared_from_this()](Error error, std::size_t) {
        if (error) return self->on_lost();
        const auto bytes = self->incoming_.cdata();
        self->on_message({static_cast<const char*>(bytes.data()), bytes.size()});
        self->incoming_.consume(self->incoming_.size());
        if (!self->over_) self->read();
    });
}

void PistonRun::on_message(std::string_view text) {
    if (over_) return;
    std::visit(
        Overloaded{
            [](const Unknown&) {},
            [this](const Queued& queued) { observer_.queued(queued.position); },
            [this](const Prepared& prepared) { observer_.started(prepared.version); },
            [this](const StageStarted& started) { on_stage(started); },
            [this](const Data& data) { on_data(data); },
            [this](StageExit exit) {
                record_.on_exit(std::move(exit));
                if (!record_.is_complete()) return;
                const auto elapsed = std::chrono::duration_cast<milliseconds>(
                    std::chrono::steady_clock::now() - run_began_);
                finish(std::move(record_).result(stopped_, elapsed));
            },
            [this](const Refused& refused) {
                const bool busy = refused.message.starts_with("runner is busy");
                const bool unknown = refused.message.ends_with("runtime is unknown");
                if (unknown) {
                    return abandon(
                        RunFailure::unsupported_language,
                        fmt::format("The runner has no language '{}'.", request_.language));
                }
                abandon(
                    busy ? RunFailure::sandbox_unavailable : RunFailure::internal,
                    busy ? "No runner is free at the moment. Try again in a moment."
                         : fmt::format("The runner refused the run: {}.", refused.message));
            }},
        parse_message(text));
}

void PistonRun::on_stage(const StageStarted& started) {
    record_.on_stage(started.stage);
    run_began_ = std::chrono::steady_clock::now();
    stage_started_ = true;
    milliseconds limit = settings_.compile_wall;
    if (started.stage == Stage::run) {
        limit = request_.interactive ? settings_.run_wall_interactive : settings_.run_wall;
        program_started_ = true;
        send_input();
    }
    give_up_after(
        limit + settings_.grace,
        RunFailure::internal,
        "The runner did not end the run in time. Run again.");
}

void PistonRun::on_data(const Data& data) {
    const std::string_view within = record_.on_data(data.is_error, data.text);
    if (!within.empty()) {
        room::OutputStream stream =
            data.is_error ? room::OutputStream::stderr_ : room::OutputStream::stdout_;
        if (record_.stage() == Stage::compile) stream = room::OutputStream::compile;
        observer_.output(stream, std::string(within));
    }
    if (record_.is_over()) stop();
}

void PistonRun::write_stdin(const std::string& data, bool eof) {
    if (over_ || input_ended_) return;
    input_.append(data, 0, input_bytes_max - std::min(input_bytes_max, input_.size()));
    input_ended_ = eof;
    if (program_started_) send_input();
}

void PistonRun::send_input() {
    if (input_.empty() && !input_ended_) return;
    send(input_message(input_, input_ended_));
    input_.clear();
}

void PistonRun::stop() {
    if (over_ || std::exchange(stopped_, true)) return;
    if (!stage_started_) return abandon(RunFailure::killed, "The run was stopped.");
    send(kill_message());
    give_up_after(stop_patience, RunFailure::killed, "The run was stopped.");
}

void PistonRun::send(std::string text) {
    if (over_ || !open_) return;
    outgoing_.push_back(std::move(text));
    if (outgoing_.size() == 1) write_next();
}

void PistonRun::write_next() {
    socket_.text(true);
    socket_.async_write(
        boost::asio::buffer(outgoing_.front()),
        [self = shared_from_this()](Error error, std::size_t) {
            if (error) return self->on_lost();
            self->outgoing_.pop_front();
            if (!self->outgoing_.empty() && !self->over_) self->write_next();
        });
}

void PistonRun::on_lost() {
    if (over_) return;
    if (stopped_) return abandon(RunFailure::killed, "The run was stopped.");
    abandon(
        RunFailure::sandbox_unavailable,
        stage_started_ ? "The runner stopped during this run. Run again."
                       : "The runner does not answer. Try again in a moment.");
}

void PistonRun::give_up_after(milliseconds patience, RunFailure failure, std::string message) {
    // Setting it anew cancels what it was set to before.
    watchdog_.expires_after(patience);
    watchdog_.async_wait(
        [self = shared_from_this(), failure, message = std::move(message)](Error error) mutable {
            if (error) return;
            self->abandon(failure, std::move(message));
        });
}

void PistonRun::abandon(RunFailure failure, std::string message) {
    if (over_) return;
    finish(std::move(record_).broken(failure, std::move(message)));
}

void PistonRun::finish(room::RunResult result) {
    if (std::exchange(over_, true)) return;
    watchdog_.cancel();
    resolver_.cancel();
    // Closing without a handshake is enough: the runner ends a run whose connection goes.
    beast::get_lowest_layer(socket_).close();
    observer_.finished(std::move(result));
    on_over_();
}

}  // namespace codencollab::executor
