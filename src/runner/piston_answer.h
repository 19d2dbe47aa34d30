#pragma once

#include "base/utf8_repair.h"
#include "runner/run_board.h"
#include "runner/runtimes.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>

namespace codencollab::runner {

/// The entries of `GET /api/v2/runtimes`, with our optional fields.
boost::json::array runtimes_answer(const Runtimes& runtimes);
/// The entries of `GET /api/v2/packages`: every runtime file, installed or not.
boost::json::array packages_answer(const Runtimes& runtimes);

/// What both answers say about a stage's end: code, signal, status, message, times, memory, limit.
boost::json::object outcome_answer(const StageOutcome& outcome);

/// Gathers the output of one stage for the answer of `/execute`.
class StageText {
  public:
    void add(OutputStream stream, std::string_view bytes);
    /// The whole stage result. Past a limit the text ends at a character's boundary.
    boost::json::object finish(const StageOutcome& outcome, bool with_base64);

  private:
    struct Text {
        std::string bytes;
        std::string text;
        Utf8Repair repair;
    };
    Text out_;
    Text errors_;
    Text both_;
};

}  // namespace codencollab::runner
