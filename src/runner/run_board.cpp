#include "runner/run_board.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace codencollab::runner {

std::string_view to_string(StageKind stage) {
    return stage == StageKind::compile ? "compile" : "run";
}

std::string_view to_string(OutputStream stream) {
    return stream == OutputStream::out ? "stdout" : "stderr";
}

bool StageOutcome::succeeded() const {
    return end.verdict == Verdict::ended && WIFEXITED(end.wait_status) &&
           WEXITSTATUS(end.wait_status) == 0 && !out_over && !errors_over;
}

namespace {

struct Pipe {
    UniqueFd read_end;
    UniqueFd write_end;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) {
        return fail(ErrorCode::internal, "The runner has no descriptors left for a pipe.");
    }
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void set_non_blocking(const UniqueFd& fd) {
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

}  // namespace

/// One run, from its turn in the queue to its end. Knows its slot once it has one.
class RunBoard::Run {
  public:
    Run(RunBoard& board, RunNumber number, PistonRequest request, bool keep_input, RunEvents events)
        : board_(board),
          number_(number),
          request_(std::move(request)),
          keep_input_(keep_input),
          events_(std::move(events)) {}

    ~Run() {
        if (!stage_running_) return;
        board_.spawner_.kill(name_);
    }

    RunNumber number() const { return number_; }
    RunEvents& events() { return events_; }
    Timer& waiting() { return waiting_; }
    bool has_slot() const { return has_slot_; }
    std::uint32_t slot() const { return name_.slot; }
    bool is(StageName name) const { return stage_running_ && name_.stage == name.stage; }
    bool is_cancelled() const { return cancelled_; }

    void begin(std::uint32_t slot) {
        waiting_.cancel();
        name_.slot = slot;
        has_slot_ = true;
        start(request_.runtime->compile ? StageKind::compile : StageKind::run, true);
    }

    void write_input(std::string_view bytes, bool eof) {
        const std::size_t room =
            board_.settings_.input_bytes - std::min(board_.settings_.input_bytes, input_.size());
        input_.append(bytes.substr(0, room));
        input_ended_ = input_ended_ || eof;
        feed();
    }

    void send_signal(int signal) {
        if (!stage_running_) return;
        // A program cannot refuse it, so the whole sandbox may go at once.
        if (signal == SIGKILL)
            board_.spawner_.kill(name_);
        else
            board_.spawner_.signal(name_, signal);
    }

    void cancel() {
        cancelled_ = true;
        if (stage_running_) board_.spawner_.kill(name_);
    }

    void set_paused(bool paused) {
        paused_ = paused;
        watch_output();
    }

    /// The stage is over: nothing of it lives, so its pipes end. False when the run is over too.
    bool on_end(StageEnd end) {
        stage_running_ = false;
        input_watch_.cancel();
        input_fd_.reset();
        paused_ = false;
        for (Stream& stream : streams_)
            drain(stream);
        for (Stream& stream : streams_) {
            stream.watch.cancel();
            stream.fd.reset();
        }
        if (cancelled_) return false;
        StageOutcome outcome{
            .stage = kind_,
            .end = std::move(end),
            .limits = limits_,
            .out_over = streams_[0].over,
            .errors_over = streams_[1].over};
        events_.stage_ended(outcome);
        if (kind_ == StageKind::compile && outcome.succeeded()) {
            start(StageKind::run, false);
            return true;
        }
        events_.finished();
        return false;
    }

  private:
    struct Stream {
        OutputStream kind = OutputStream::out;
        UniqueFd fd;
        PollLoop::Watch watch;
        std::size_t told = 0;
        bool over = false;
    };

    void start(StageKind kind, bool new_folder) {
        kind_ = kind;
        const StageRecipe& recipe = recipe_of(kind);
        limits_ = kind == StageKind::compile ? request_.compile_limits : request_.run_limits;
        StageSpec spec;
        spec.argv = command_of(recipe, request_);
        spec.env = {
            "PATH=/usr/bin:/usr/local/bin:/bin",
            "HOME=/tmp",
            "LANG=C.UTF-8",
            "PISTON_LANGUAGE=" + request_.runtime->language};
        spec.env.insert(spec.env.end(), recipe.env.begin(), recipe.env.end());
        spec.binds = request_.runtime->binds;
        spec.limits = limits_;
        spec.loopback = kind == StageKind::run;
        if (new_folder) spec.files = std::move(request_.files);
        if (new_folder && !spec.files.empty()) {
            // The commands of both stages name the main file.
            request_.files.clear();
            request_.files.push_back({spec.files.front().path, {}});
        }

        events_.stage_started(kind);
        name_.stage = board_.next_stage_++;
        auto in = make_pipe();
        auto out = make_pipe();
        auto errors = make_pipe();
        if (!in || !out || !errors)
            return fail_to_start("The runner has no descriptors left for a pipe.");
        input_fd_ = std::move(in->write_end);
        streams_[0] = {OutputStream::out, std::move(out->read_end), {}, 0, false};
        streams_[1] = {OutputStream::errors, std::move(errors->read_end), {}, 0, false};
        set_non_blocking(input_fd_);
        set_non_blocking(streams_[0].fd);
        set_non_blocking(streams_[1].fd);
        const auto started = board_.spawner_.start_stage(
            name_,
            spec,
            new_folder,
            std::move(in->read_end),
            std::move(out->write_end),
            std::move(errors->write_end));
        if (!started) return fail_to_start(started.error().message);
        stage_running_ = true;
        watch_output();
        if (kind == StageKind::run) {
            input_.insert(0, std::exchange(request_.stdin_bytes, {}));
            if (!keep_input_) input_ended_ = true;
        }
        feed();
    }

    const StageRecipe& recipe_of(StageKind kind) const {
        const Runtime& runtime = *request_.runtime;
        return kind == StageKind::compile && runtime.compile ? *runtime.compile : runtime.run;
    }

    /// The spawner could not even be asked; its end of life is noticed elsewhere.
    void fail_to_start(std::string message) {
        stage_running_ = true;
        StageEnd end;
        end.message = std::move(message);
        board_.loop_.post([&board = board_, name = name_, end = std::move(end)]() mutable {
            board.on_stage_end(name, std::move(end));
        });
    }

    void watch_output() {
        for (Stream& stream : streams_) {
            if (paused_ || !stream.fd) {
                stream.watch.cancel();
            } else if (!stream.watch) {
                stream.watch = board_.loop_.watch(
                    stream.fd.get(), PollLoop::Direction::readable, [this, &stream] {
                        read_some(stream);
                    });
            }
        }
    }

    /// One read; false when there is nothing more now or for ever.
    bool read_some(Stream& stream) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): read() fills what is looked at
        std::array<char, 65'536> buffer;
        const ssize_t count = ::read(stream.fd.get(), buffer.data(), buffer.size());
        if (count <= 0) {
            if (count == 0 || (errno != EAGAIN && errno != EINTR)) stream.watch.cancel();
            return false;
        }
        const std::size_t limit = board_.settings_.output_bytes;
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
        const std::string_view within = bytes.substr(0, limit - stream.told);
        if (within.size() < bytes.size() && !stream.over) {
            stream.over = true;
            if (stage_running_) board_.spawner_.kill(name_);
        }
        stream.told += within.size();
        // Past the limit it is read and forgotten: a full pipe must not keep anybody waiting.
        if (!within.empty() && !cancelled_) events_.output(stream.kind, within);
        return true;
    }

    void drain(Stream& stream) {
        if (!stream.fd) return;
        while (read_some(stream)) {
        }
    }

    /// Gives the program as much of the waiting input as its pipe takes.
    void feed() {
        if (!stage_running_ || !input_fd_) return;
        if (kind_ == StageKind::compile) {
            // Compilers read no input: what comes meanwhile waits for the program.
            input_fd_.reset();
            return;
        }
        while (!input_.empty()) {
            const ssize_t count = ::write(input_fd_.get(), input_.data(), input_.size());
            if (count < 0 && errno == EAGAIN) {
                feed_when_writable();
                return;
            }
            if (count <= 0) {
                input_.clear();  // the program has closed its input
                break;
            }
            input_.erase(0, static_cast<std::size_t>(count));
        }
        input_watch_.cancel();
        if (input_ended_) input_fd_.reset();
    }

    void feed_when_writable() {
        if (input_watch_) return;
        input_watch_ =
            board_.loop_.watch(input_fd_.get(), PollLoop::Direction::writable, [this] { feed(); });
    }

    RunBoard& board_;
    RunNumber number_;
    PistonRequest request_;
    bool keep_input_;
    RunEvents events_;
    Timer waiting_;
    bool has_slot_ = false;
    StageName name_;
    StageKind kind_ = StageKind::run;
    StageLimits limits_;
    bool stage_running_ = false;
    bool cancelled_ = false;
    bool paused_ = false;
    std::string input_;
    bool input_ended_ = false;
    UniqueFd input_fd_;
    PollLoop::Watch input_watch_;
    std::array<Stream, 2> streams_;
};

RunBoard::RunBoard(PollLoop& loop, Spawner spawner, BoardSettings settings)
    : loop_(loop), spawner_(std::move(spawner)), settings_(settings), slots_(settings.slots) {
    reports_ =
        loop_.watch(spawner_.fd(), PollLoop::Direction::readable, [this] { take_reports(); });
}

RunBoard::~RunBoard() = default;

std::size_t RunBoard::running_now() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(slots_, [](const auto& run) { return run != nullptr; }));
}

Result<RunBoard::RunNumber> RunBoard::submit(
    PistonRequest request, bool keep_input, RunEvents events) {
    if (queue_.size() >= settings_.queue_max) {
        return fail(
            ErrorCode::sandbox_unavailable,
            fmt::format(
                "runner is busy: {} jobs running, {} waiting", running_now(), queue_.size()),
            1);
    }
    const RunNumber number = next_run_++;
    queue_.push_back(
        std::make_unique<Run>(*this, number, std::move(request), keep_input, std::move(events)));
    queue_.back()->waiting() =
        loop_.after(settings_.queue_wait, [this, number] { give_up_waiting(number); });
    loop_.post([this, number] {
        start_waiting();
        std::size_t position = 0;
        for (const auto& run : queue_) {
            if (run->number() == number) run->events().queued(position);
            ++position;
        }
    });
    return number;
}

void RunBoard::start_waiting() {
    for (std::size_t slot = 0; slot < slots_.size() && !queue_.empty(); ++slot) {
        if (slots_[slot]) continue;
        slots_[slot] = std::move(queue_.front());
        queue_.pop_front();
        slots_[slot]->begin(static_cast<std::uint32_t>(slot));
    }
}

void RunBoard::give_up_waiting(RunNumber number) {
    const auto found =
        std::ranges::find_if(queue_, [&](const auto& run) { return run->number() == number; });
    if (found == queue_.end()) return;
    const std::unique_ptr<Run> run = std::move(*found);
    queue_.erase(found);
    run->events().refused(
        fmt::format("runner is busy: {} jobs running, {} waiting", running_now(), queue_.size()));
}

RunBoard::Run* RunBoard::find(RunNumber number) {
    for (const auto& run : slots_) {
        if (run && run->number() == number) return run.get();
    }
    for (const auto& run : queue_) {
        if (run->number() == number) return run.get();
    }
    return nullptr;
}

void RunBoard::write_input(RunNumber number, std::string_view bytes, bool eof) {
    if (Run* run = find(number)) run->write_input(bytes, eof);
}

void RunBoard::signal(RunNumber number, int signal) {
    if (Run* run = find(number)) run->send_signal(signal);
}

void RunBoard::set_paused(RunNumber number, bool paused) {
    if (Run* run = find(number)) run->set_paused(paused);
}

void RunBoard::cancel(RunNumber number) {
    Run* run = find(number);
    if (run == nullptr) return;
    if (run->has_slot()) {
        run->cancel();  // the slot is free once its sandbox is gone
        return;
    }
    std::erase_if(queue_, [&](const auto& one) { return one->number() == number; });
}

void RunBoard::take_reports() {
    while (true) {
        auto report = spawner_.receive();
        if (!report) {
            reports_.cancel();
            spdlog::error("{}", report.error().message);
            if (spawner_gone_) spawner_gone_();
            return;
        }
        std::optional<Spawner::Report>& ended = *report;
        if (!ended) return;
        on_stage_end(ended->name, std::move(ended->end));
    }
}

void RunBoard::on_stage_end(StageName name, StageEnd end) {
    if (end.verdict == Verdict::failed) spdlog::warn("slot {}: {}", name.slot, end.message);
    std::unique_ptr<Run>& run = slots_[name.slot];
    if (!run || !run->is(name)) return;
    if (run->on_end(std::move(end))) return;
    run.reset();
    spawner_.drop_folder(name.slot);
    start_waiting();
}

}  // namespace codencollab::runner
