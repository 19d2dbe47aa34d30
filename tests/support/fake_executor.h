#pragma once

#include "room/executor.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace codencollab {

/// An executor whose runs do what the test says.
class FakeExecutor final : public room::Executor {
  public:
    struct Started {
        Started(room::RunRequest asked, room::RunObserver told)
            : request(std::move(asked)), observer(std::move(told)) {}

        room::RunRequest request;
        room::RunObserver observer;
        std::string input;
        bool input_ended = false;
        bool was_stopped = false;
    };

    FakeExecutor() {
        set_runtimes(
            {{"python", "3.11.2", {"py"}, "Python 3.11", ".py", "print(\"hello\")\n"},
             {"javascript", "20.9.0", {"js"}, "JavaScript", ".js", "console.log('hello')\n"}});
    }

    std::vector<std::unique_ptr<Started>> runs;
    std::string reason;  // of being unavailable; empty while runs are possible

    void set_runtimes(std::vector<room::Runtime> runtimes) {
        runtimes_ = std::make_shared<const std::vector<room::Runtime>>(std::move(runtimes));
    }

    Started& last() { return *runs.back(); }

    std::shared_ptr<const std::vector<room::Runtime>> runtimes() const override {
        return runtimes_;
    }
    std::string unavailable_reason() const override { return reason; }
    void start(room::RunRequest request, room::RunObserver observer) override {
        runs.push_back(std::make_unique<Started>(std::move(request), std::move(observer)));
    }
    void write_stdin(const RunId& run, std::string data, bool eof) override {
        if (Started* started = find(run)) {
            started->input += data;
            started->input_ended = started->input_ended || eof;
        }
    }
    void stop(const RunId& run) override {
        if (Started* started = find(run)) started->was_stopped = true;
    }

  private:
    Started* find(const RunId& run) {
        for (const auto& started : runs) {
            if (started->request.id == run) return started.get();
        }
        return nullptr;
    }

    std::shared_ptr<const std::vector<room::Runtime>> runtimes_;
};

}  // namespace codencollab
