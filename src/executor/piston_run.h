#pragma once

#include "executor/piston_executor.h"
#include "executor/piston_messages.h"
#include "executor/run_record.h"
#include "room/executor.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace codencollab::executor {

/// Hands an observer's calls to its loop, `finished` once. Threads: any; the observer itself is
/// touched on its loop alone.
class ObserverPost {
  public:
    ObserverPost(Loop& loop, room::RunObserver observer)
        : loop_(loop), observer_(std::make_shared<room::RunObserver>(std::move(observer))) {}

    void queued(std::size_t position);
    void started(std::string version);
    void output(room::OutputStream stream, std::string data);
    void finished(room::RunResult result);
    bool is_finished() const { return finished_; }

  private:
    Loop& loop_;
    std::shared_ptr<room::RunObserver> observer_;
    bool finished_ = false;
};

/// One run over one WebSocket. Threads: the client's alone.
class PistonRun : public std::enable_shared_from_this<PistonRun> {
  public:
    using OnOver = std::move_only_function<void()>;

    PistonRun(
        boost::asio::io_context& io,
        const PistonSettings& settings,
        room::RunRequest request,
        ObserverPost observer,
        OnOver on_over);

    void start(const PistonUrl& url, const std::string& token);
    void write_stdin(const std::string& data, bool eof);
    void stop();
    /// Ends the run here and now, with a failure unless it is over.
    void abandon(room::RunFailure failure, std::string message);

  private:
    using Error = boost::beast::error_code;

    void on_connected(
        const std::string& authority, const std::string& path, const std::string& token);
    void on_open();
    void read();
    void on_message(std::string_view text);
    void on_stage(const StageStarted& started);
    void on_data(const Data& data);
    void on_lost();
    void send(std::string text);
    void write_next();
    void send_input();
    void give_up_after(
        std::chrono::milliseconds patience, room::RunFailure failure, std::string message);
    void finish(room::RunResult result);

    const PistonSettings& settings_;
    room::RunRequest request_;
    ObserverPost observer_;
    OnOver on_over_;
    boost::asio::ip::tcp::resolver resolver_;
    boost::beast::websocket::stream<boost::beast::tcp_stream> socket_;
    boost::asio::steady_timer watchdog_;
    boost::beast::flat_buffer incoming_;
    std::deque<std::string> outgoing_;
    RunRecord record_;
    std::chrono::steady_clock::time_point run_began_;
    std::string input_;  // waits for the program to start
    bool input_ended_ = false;
    bool program_started_ = false;
    bool stage_started_ = false;
    bool open_ = false;
    bool stopped_ = false;
    bool over_ = false;
};

}  // namespace codencollab::executor
