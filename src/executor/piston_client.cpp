#include "base/guarded.h"
#include "executor/piston_executor.h"
#include "executor/piston_messages.h"
#include "executor/piston_run.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <map>
#include <optional>
#include <thread>
#include <utility>

namespace codencollab::executor {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using room::RunFailure;
using Runtimes = std::shared_ptr<const std::vector<room::Runtime>>;

namespace {

/// What all threads see of the service.
struct Shown {
    Runtimes runtimes = std::make_shared<const std::vector<room::Runtime>>();
    std::string unavailable_reason = "The runner is being started. Try again in a moment.";
};

/// One GET of the languages. Threads: the client's.
class Fetch : public std::enable_shared_from_this<Fetch> {
  public:
    using OnDone = std::move_only_function<void(Result<std::vector<room::Runtime>>)>;

    Fetch(asio::io_context& io, OnDone on_done)
        : resolver_(io), stream_(io), on_done_(std::move(on_done)) {
        response_.body_limit(4 << 20);
    }

    void start(const PistonUrl& url, const std::string& token, std::chrono::milliseconds timeout) {
        request_ = {http::verb::get, url.path + "/api/v2/runtimes", 11};
        request_.set(http::field::host, url.authority());
        if (!token.empty()) request_.set(http::field::authorization, "Bearer " + token);
        stream_.expires_after(timeout);
        resolver_.async_resolve(
            url.host,
            url.port,
            [self = shared_from_this()](Error error, const Endpoints& endpoints) {
                if (error) return self->fail_with(error.message());
                self->connect(endpoints);
            });
    }

  private:
    using Error = beast::error_code;
    using Endpoints = asio::ip::tcp::resolver::results_type;

    void connect(const Endpoints& endpoints) {
        stream_.async_connect(endpoints, [self = shared_from_this()](Error error, const auto&) {
            if (error) return self->fail_with(error.message());
            http::async_write(self->stream_, self->request_, [self](Error failed, std::size_t) {
                if (failed) return self->fail_with(failed.message());
                self->read();
            });
        });
    }
    void read() {
        http::async_read(
            stream_, buffer_, response_, [self = shared_from_this()](Error error, std::size_t) {
                if (error) return self->fail_with(error.message());
                const auto& response = self->response_.get();
                if (response.result() != http::status::ok) {
                    return self->fail_with(fmt::format("status {}", response.result_int()));
                }
                self->on_done_(parse_runtimes(response.body()));
            });
    }
    void fail_with(const std::string& why) {
        on_done_(codencollab::fail(ErrorCode::sandbox_unavailable, why));
    }

    asio::ip::tcp::resolver resolver_;
    beast::tcp_stream stream_;
    http::request<http::empty_body> request_;
    http::response_parser<http::string_body> response_;
    beast::flat_buffer buffer_;
    OnDone on_done_;
};

}  // namespace

/// Shared by the client and its executors; the client ends the thread, so handlers need not own it.
class PistonClient::Core {
  public:
    explicit Core(PistonSettings settings)
        : settings_(settings), refresh_timer_(io_), work_(asio::make_work_guard(io_)) {}

    void start_thread() {
        thread_ = std::jthread([this] { io_.run(); });
    }

    /// Ends every run and then the thread. What is posted afterwards never runs.
    void stop() {
        asio::post(io_, [this] {
            closed_ = true;
            refresh_timer_.cancel();
            for (const auto& [id, run] : std::map(runs_)) {
                run->abandon(
                    RunFailure::sandbox_unavailable,
                    "The server stopped during this run. Run again.");
            }
            work_.reset();
            io_.stop();
        });
        if (thread_.joinable()) thread_.join();
    }

    void set_address(PistonAddress address) {
        asio::post(io_, [this, address = std::move(address)] {
            auto url = parse_piston_url(address.url);
            if (!url) return show_nothing(url.error().message);
            url_ = std::move(*url);
            token_ = address.token;
            ++generation_;
            fetch();
        });
    }

    void set_unavailable(std::string reason) {
        asio::post(io_, [this, reason = std::move(reason)] {
            url_.reset();
            ++generation_;
            refresh_timer_.cancel();
            show_nothing(reason);
        });
    }

    Shown shown() {
        return shown_.with_lock([](const Shown& shown) { return shown; });
    }

    void start_run(room::RunRequest request, ObserverPost observer) {
        asio::post(
            io_, [this, request = std::move(request), observer = std::move(observer)]() mutable {
                begin(std::move(request), std::move(observer));
            });
    }

    template <class Use>
    void with_run(const RunId& id, Use use) {
        asio::post(io_, [this, id, use = std::move(use)]() mutable {
            const auto found = runs_.find(id);
            if (found != runs_.end()) use(*std::shared_ptr(found->second));
        });
    }

  private:
    void begin(room::RunRequest request, ObserverPost observer) {
        if (closed_ || !url_) {
            room::RunResult result;
            result.failure = RunFailure::sandbox_unavailable;
            result.message = shown().unavailable_reason;
            if (result.message.empty())
                result.message = "No runner answers. Try again in a moment.";
            return observer.finished(std::move(result));
        }
        const RunId id = request.id;
        auto run = std::make_shared<PistonRun>(
            io_, settings_, std::move(request), std::move(observer), [this, id] {
                runs_.erase(id);
            });
        runs_[id] = run;
        run->start(*url_, token_);
    }

    void fetch() {
        if (!url_ || closed_) return;
        auto fetch = std::make_shared<Fetch>(
            io_, [this, generation = generation_](Result<std::vector<room::Runtime>> runtimes) {
                if (generation == generation_) on_fetched(std::move(runtimes));
            });
        fetch->start(*url_, token_, settings_.connect_timeout);
    }

    void on_fetched(Result<std::vector<room::Runtime>> runtimes) {
        if (runtimes) {
            auto shared = std::make_shared<const std::vector<room::Runtime>>(std::move(*runtimes));
            shown_.with_lock([&](Shown& shown) { shown = {std::move(shared), {}}; });
            failed_before_ = false;
            return fetch_after(settings_.refresh);
        }
        if (!std::exchange(failed_before_, true)) {
            spdlog::warn(
                "The runner at {} does not answer: {}",
                url_ ? url_->authority() : "no address",
                runtimes.error().message);
        }
        show_nothing("The runner does not answer. Try again in a moment.");
        fetch_after(settings_.retry);
    }

    void fetch_after(std::chrono::milliseconds delay) {
        if (closed_) return;
        refresh_timer_.expires_after(delay);
        refresh_timer_.async_wait([this](beast::error_code error) {
            if (!error) fetch();
        });
    }

    void show_nothing(std::string reason) {
        shown_.with_lock([&](Shown& shown) {
            shown = {std::make_shared<const std::vector<room::Runtime>>(), std::move(reason)};
        });
    }

    const PistonSettings settings_;
    Guarded<Shown> shown_;
    asio::io_context io_{1};
    // On the thread alone from here on.
    asio::steady_timer refresh_timer_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::optional<PistonUrl> url_;
    std::string token_;
    std::uint64_t generation_ = 0;  // answers that belong to an earlier address are dropped
    bool failed_before_ = false;
    bool closed_ = false;
    std::map<RunId, std::shared_ptr<PistonRun>> runs_;
    std::jthread thread_;
};

namespace {

class LoopExecutor final : public room::Executor {
  public:
    LoopExecutor(std::shared_ptr<PistonClient::Core> core, Loop& loop)
        : core_(std::move(core)), loop_(loop) {}

    Runtimes runtimes() const override { return core_->shown().runtimes; }
    std::string unavailable_reason() const override { return core_->shown().unavailable_reason; }
    void start(room::RunRequest request, room::RunObserver observer) override {
        core_->start_run(std::move(request), ObserverPost(loop_, std::move(observer)));
    }
    void write_stdin(const RunId& run, std::string data, bool eof) override {
        core_->with_run(run, [data = std::move(data), eof](PistonRun& piston_run) {
            piston_run.write_stdin(data, eof);
        });
    }
    void stop(const RunId& run) override {
        core_->with_run(run, [](PistonRun& piston_run) { piston_run.stop(); });
    }

  private:
    std::shared_ptr<PistonClient::Core> core_;
    Loop& loop_;
};

}  // namespace

PistonClient::PistonClient(PistonSettings settings) : core_(std::make_shared<Core>(settings)) {
    core_->start_thread();
}

PistonClient::~PistonClient() {
    core_->stop();
}

void PistonClient::set_address(PistonAddress address) {
    core_->set_address(std::move(address));
}

void PistonClient::set_unavailable(std::string reason) {
    core_->set_unavailable(std::move(reason));
}

std::unique_ptr<room::Executor> PistonClient::make_for(Loop& loop) {
    return std::make_unique<LoopExecutor>(core_, loop);
}

}  // namespace codencollab::executor
