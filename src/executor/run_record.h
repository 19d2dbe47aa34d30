#pragma once

#include "executor/piston_messages.h"
#include "room/run_result.h"

#include <chrono>
#include <string>

namespace codencollab::executor {

/// What one run has told so far, and the result that follows from it. Pure: no network, no clock.
class RunRecord {
  public:
    explicit RunRecord(std::size_t output_bytes_max) : output_bytes_max_(output_bytes_max) {}

    void on_stage(Stage stage) { stage_ = stage; }
    Stage stage() const { return stage_; }
    /// Keeps output, and gives the part that is within the bound. Past it `is_over()`.
    std::string_view on_data(bool is_error, std::string_view text);
    bool is_over() const { return over_; }
    void on_exit(StageExit exit);
    /// Whether the run's last stage has ended: nothing more is to come.
    bool is_complete() const { return complete_; }

    /// The result of a run that was told to its end. `stopped`: somebody asked for the end.
    room::RunResult result(bool stopped, std::chrono::milliseconds elapsed) &&;
    /// The result of a run that was not.
    room::RunResult broken(room::RunFailure failure, std::string message) &&;

  private:
    std::size_t output_bytes_max_;
    std::size_t bytes_ = 0;
    bool over_ = false;
    bool complete_ = false;
    Stage stage_ = Stage::run;
    StageExit last_;
    room::RunResult result_;
};

}  // namespace codencollab::executor
