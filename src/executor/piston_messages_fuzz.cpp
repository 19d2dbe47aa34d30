#include "executor/piston_messages.h"

#include "base/utf.h"
#include "executor/run_record.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace codencollab::executor {

// Messages of a foreign service, one a line: whatever they say, the run's texts are valid UTF-8 and
// within the bound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t bound = 64;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    RunRecord record(bound);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        auto message = parse_message(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (const auto* stage = std::get_if<StageStarted>(&message)) record.on_stage(stage->stage);
        if (const auto* told = std::get_if<Data>(&message))
            record.on_data(told->is_error, told->text);
        if (auto* exit = std::get_if<StageExit>(&message)) record.on_exit(std::move(*exit));
    }
    const auto result = std::move(record).result(false, std::chrono::milliseconds(0));
    for (const std::string* text :
         {&result.output, &result.stdout_text, &result.stderr_text, &result.compile_output}) {
        if (!is_valid_utf8(*text) || text->size() > bound) std::abort();
    }
    return 0;
}

}  // namespace codencollab::executor
