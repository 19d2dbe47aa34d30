#include "runner/connect_session.h"

#include "base/utf8_repair.h"
#include "runner/piston_answer.h"
#include "runner/piston_words.h"
#include "wire/json_text.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace codencollab::runner {

namespace json = boost::json;

namespace {

// The program's pipes are left full while the client takes less than it is sent.
constexpr std::size_t queued_pause_bytes = 256 << 10;
constexpr std::size_t queued_resume_bytes = 64 << 10;
constexpr std::chrono::milliseconds queue_look{10};

enum class CloseCode : std::uint16_t {
    already_initialized = 4000,
    initialization_timeout = 4001,
    notified_error = 4002,
    not_initialized = 4003,
    only_stdin = 4004,
    invalid_signal = 4005,
    completed = 4999,
};

const char* reason_of(CloseCode code) {
    switch (code) {
        case CloseCode::already_initialized:
            return "Already Initialized";
        case CloseCode::initialization_timeout:
            return "Initialization Timeout";
        case CloseCode::notified_error:
            return "Notified Error";
        case CloseCode::not_initialized:
            return "Not yet Initialized";
        case CloseCode::only_stdin:
            return "Can only write to stdin";
        case CloseCode::invalid_signal:
            return "Invalid signal";
        case CloseCode::completed:
            return "Job Completed";
    }
    return "";
}

std::string text_field(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

/// The number of the session's run; lives on the board's loop.
struct RunHandle {
    std::optional<RunBoard::RunNumber> run;
};

class ConnectSession : public std::enable_shared_from_this<ConnectSession> {
  public:
    ConnectSession(const ApiPorts& ports, net::WebSocket socket)
        : ports_(ports), loop_(socket.loop()), socket_(std::move(socket)) {}

    void start() {
        // The handlers keep the session until the connection is over.
        auto self = shared_from_this();
        socket_.start(
            {.message = [self](net::MessageKind, std::string_view text) { self->on_message(text); },
             .closed =
                 [self](const net::WebSocketClosed&) mutable {
                     self->on_closed();
                     self.reset();
                 }});
        init_timer_ = loop_.after(
            ports_.settings.init_timeout, [this] { close(CloseCode::initialization_timeout); });
    }

  private:
    void on_message(std::string_view text) {
        if (closing_) return;
        const auto parsed = wire::parse_json(text);
        if (!parsed) return fail_with("message is not valid JSON: " + parsed.error().message);
        if (!parsed->is_object()) return fail_with("message must be an object");
        const json::object& message = parsed->get_object();
        const std::string type = text_field(message, "type");
        if (type == "init") return on_init(*parsed);
        if (type != "data" && type != "signal") return;
        if (!initialized_) return close(CloseCode::not_initialized);
        if (type == "data") return on_data(message);
        const auto signal = parse_signal(text_field(message, "signal"));
        if (!signal) return close(CloseCode::invalid_signal);
        with_run([number = *signal](RunBoard& board, RunBoard::RunNumber run) {
            board.signal(run, number);
        });
    }

    void on_init(const json::value& message) {
        if (initialized_) return close(CloseCode::already_initialized);
        init_timer_.cancel();
        RequestRules rules;
        rules.interactive_wall = ports_.settings.interactive_wall;
        auto request = parse_request(message, ports_.runtimes, rules);
        if (!request) return fail_with(request.error().message);
        initialized_ = true;
        if (!request->send_stdin) request->stdin_bytes.clear();
        language_ = request->runtime->language;
        version_ = request->runtime->version.str();
        ports_.loop.post([self = shared_from_this(), request = std::move(*request)]() mutable {
            const auto number = self->ports_.board.submit(std::move(request), true, self->events());
            if (number) {
                self->handle_->run = *number;
                return;
            }
            self->on_loop([self, message = number.error().message] { self->fail_with(message); });
        });
    }

    void on_data(const json::object& message) {
        if (text_field(message, "stream") != "stdin") return close(CloseCode::only_stdin);
        const json::value* eof = message.if_contains("eof");
        const bool ends = eof != nullptr && eof->is_bool() && eof->get_bool();
        with_run(
            [data = text_field(message, "data"), ends](RunBoard& board, RunBoard::RunNumber run) {
                board.write_input(run, data, ends);
            });
    }

    /// Called on the board's loop, like all its events; they go to the session's loop in order.
    RunEvents events() {
        RunEvents events;
        auto self = shared_from_this();
        events.queued = [self](std::size_t position) {
            self->on_loop(
                [self, position] { self->send({{"type", "queued"}, {"position", position}}); });
        };
        events.stage_started = [self](StageKind stage) {
            self->on_loop([self, stage] { self->on_stage_started(stage); });
        };
        events.output = [self](OutputStream stream, std::string_view bytes) {
            self->on_loop(
                [self, stream, text = std::string(bytes)] { self->on_output(stream, text); });
        };
        events.stage_ended = [self](const StageOutcome& outcome) {
            self->on_loop([self, outcome] { self->on_stage_ended(outcome); });
        };
        events.finished = [self] { self->on_loop([self] { self->close(CloseCode::completed); }); };
        events.refused = [self](std::string message) {
            self->on_loop([self, message = std::move(message)] { self->fail_with(message); });
        };
        return events;
    }

    void on_stage_started(StageKind stage) {
        if (!told_runtime_) {
            told_runtime_ = true;
            send({{"type", "runtime"}, {"language", language_}, {"version", version_}});
        }
        repairs_ = {};
        send({{"type", "stage"}, {"stage", to_string(stage)}});
    }

    void on_output(OutputStream stream, std::string_view bytes) {
        send_text(stream, repairs_[static_cast<std::size_t>(stream)].push(bytes));
        if (socket_ && socket_.queued_bytes() > queued_pause_bytes && !paused_) {
            set_paused(true);
            look_at_queue();
        }
    }

    void on_stage_ended(const StageOutcome& outcome) {
        const bool over[] = {outcome.out_over, outcome.errors_over};
        for (const OutputStream stream : {OutputStream::out, OutputStream::errors}) {
            const auto at = static_cast<std::size_t>(stream);
            if (!over[at]) send_text(stream, repairs_[at].finish());
        }
        json::object message{{"type", "exit"}, {"stage", to_string(outcome.stage)}};
        for (auto& entry : outcome_answer(outcome))
            message[entry.key()] = std::move(entry.value());
        send(message);
    }

    void send_text(OutputStream stream, const std::string& text) {
        if (text.empty()) return;
        send({{"type", "data"}, {"stream", to_string(stream)}, {"data", text}, {"seq", seq_++}});
    }

    void set_paused(bool paused) {
        paused_ = paused;
        with_run(
            [paused](RunBoard& board, RunBoard::RunNumber run) { board.set_paused(run, paused); });
    }

    void look_at_queue() {
        queue_timer_ = loop_.after(queue_look, [this] {
            if (socket_.queued_bytes() <= queued_resume_bytes)
                set_paused(false);
            else
                look_at_queue();
        });
    }

    void send(const json::object& message) {
        if (closing_) return;
        std::string text;
        wire::append_json(text, message);
        socket_.send(net::MessageKind::text, text);
    }

    void fail_with(const std::string& message) {
        send({{"type", "error"}, {"message", message}});
        close(CloseCode::notified_error);
    }

    void close(CloseCode code) {
        if (std::exchange(closing_, true)) return;
        init_timer_.cancel();
        queue_timer_.cancel();
        if (code != CloseCode::completed) cancel_run();
        socket_.close(static_cast<std::uint16_t>(code), reason_of(code));
    }

    void on_closed() {
        closing_ = true;
        init_timer_.cancel();
        queue_timer_.cancel();
        cancel_run();
    }

    void cancel_run() {
        with_run([](RunBoard& board, RunBoard::RunNumber run) { board.cancel(run); });
    }

    void on_loop(Task task) { loop_.post(std::move(task)); }

    /// Calls `use` on the board's loop if the run was taken there.
    template <class Use>
    void with_run(Use use) {
        ports_.loop.post([&board = ports_.board, handle = handle_, use = std::move(use)] {
            if (handle->run) use(board, *handle->run);
        });
    }

    const ApiPorts& ports_;
    Loop& loop_;
    net::WebSocket socket_;
    Timer init_timer_;
    Timer queue_timer_;
    std::shared_ptr<RunHandle> handle_ = std::make_shared<RunHandle>();
    bool initialized_ = false;
    bool closing_ = false;
    bool told_runtime_ = false;
    bool paused_ = false;
    std::string language_;
    std::string version_;
    std::uint64_t seq_ = 0;
    std::array<Utf8Repair, 2> repairs_;
};

}  // namespace

void serve_connect(const ApiPorts& ports, net::WebSocket socket) {
    std::make_shared<ConnectSession>(ports, std::move(socket))->start();
}

}  // namespace codencollab::runner
