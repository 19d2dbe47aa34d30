// What the document engine costs, phase by phase.
//
//   crdt_bench PHASE INPUT_DIR TRACE REPS   one measurement of a recorded trace, as one JSON line
//   crdt_bench                              every phase on a history that it makes itself
//   crdt_bench replay                       for a profiler: its keystrokes once, nothing timed
//
// local         every edit a transaction of its own, its update bytes produced
// local_quiet   the same, nobody asking for the update
// remote        the recorded updates one by one, then the text: what a room does for a keystroke
// load:v1, :v2  the whole saved document decoded, and its text made
// encode:v1, :v2  the whole document encoded
// merge         the updates merged as bytes, in groups of 1,000 and then the groups
// diff          the saved state against its own state vector, as bytes
// mem           memory of 2 x REPS loaded documents, each shrunk as a room's is after loading
// mem_interview memory of 1,000 loaded documents, 20 different ones
// storm         remote, of a trace in which many type at one place at once
// allocations   allocations for each update of the trace applied one by one
//
// The first run of each timed phase warms up and is dropped. Each result is checked.

#include "bench/allocation_count.h"
#include "bench/crdt_inputs.h"
#include "crdt/document.h"
#include "crdt/update_functions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace codencollab::bench {
namespace {

using crdt::Document;
using crdt::Format;

constexpr std::string_view root = "t";

/// One JSON line's fields, in order.
struct Outcome {
    std::size_t ops = 0;
    std::size_t bytes = 0;
    std::vector<double> ms;
    std::string more;  // fields of a phase that is not timed
};

void check(bool holds, std::string_view what) {
    if (!holds) give_up(std::string(what));
}

template <class T, class E>
T taken(std::expected<T, E> result, std::string_view what) {
    if (!result) give_up(fmt::format("{} was refused: {}", what, describe(result.error())));
    return std::move(*result);
}

std::string text_of(Document& document) {
    return document.text(root).to_string();
}

Document loaded(std::string_view state, Format format) {
    Document document;
    taken(document.apply(state, format), "the saved document");
    return document;
}

/// Runs `body` once more than `reps` and times all but the first. What it returns is checked and
/// freed outside of the time.
std::vector<double> timed(std::size_t reps, const auto& body, const auto& check_result) {
    using Time = std::chrono::steady_clock;
    std::vector<double> ms;
    for (std::size_t i = 0; i <= reps; ++i) {
        const auto start = Time::now();
        auto result = body();
        const std::chrono::duration<double, std::milli> took = Time::now() - start;
        if (i > 0) ms.push_back(took.count());
        check_result(result);
    }
    return ms;
}

struct WithText {
    Document document;
    std::string text;
};

Outcome local(const Trace& trace, std::size_t reps, bool is_quiet) {
    const auto play = [&] {
        WithText all;
        std::size_t update_bytes = 0;
        for (const Edit& edit : trace.edits) {
            crdt::Transaction transaction(all.document, 1);
            crdt::Text text = all.document.text(root);
            bool is_taken = true;
            if (edit.removed > 0) {
                is_taken = text.erase(transaction, edit.position, edit.removed).has_value();
            }
            if (!edit.inserted.empty()) {
                is_taken &= text.insert(transaction, edit.position, edit.inserted).has_value();
            }
            check(is_taken, "an edit was refused");
            if (!is_quiet) update_bytes += transaction.commit().update.size();
        }
        check(is_quiet || update_bytes > 0, "the edits made no updates");
        all.text = text_of(all.document);
        return all;
    };
    const auto is_right = [&](const WithText& all) { check(all.text == trace.text, "wrong text"); };
    return {trace.edits.size(), 0, timed(reps, play, is_right), {}};
}

void apply_all(Document& document, const std::vector<std::string>& updates) {
    for (const std::string& update : updates) {
        check(document.apply(update).has_value(), "an update was refused");
    }
}

Outcome remote(const Trace& trace, std::size_t reps) {
    const auto play = [&] {
        WithText all;
        apply_all(all.document, trace.updates);
        all.text = text_of(all.document);
        return all;
    };
    const auto is_right = [&](const WithText& all) { check(all.text == trace.text, "wrong text"); };
    std::size_t bytes = 0;
    for (const std::string& update : trace.updates)
        bytes += update.size();
    return {trace.updates.size(), bytes, timed(reps, play, is_right), {}};
}

Outcome load(const Trace& trace, std::size_t reps, Format format) {
    const std::string& state = format == Format::v1 ? trace.v1 : trace.v2;
    const auto play = [&] {
        WithText all{loaded(state, format), {}};
        all.text = text_of(all.document);
        return all;
    };
    const auto is_right = [&](const WithText& all) { check(all.text == trace.text, "wrong text"); };
    return {0, state.size(), timed(reps, play, is_right), {}};
}

Outcome encode(const Trace& trace, std::size_t reps, Format format) {
    const std::string& state = format == Format::v1 ? trace.v1 : trace.v2;
    const Document document = loaded(state, format);
    const auto is_right = [&](const std::string& bytes) { check(bytes == state, "wrong bytes"); };
    return {
        0, state.size(), timed(reps, [&] { return document.encode({}, format); }, is_right), {}};
}

Outcome merge(const Trace& trace, std::size_t reps) {
    constexpr std::size_t group_size = 1'000;
    const std::vector<std::string_view> all(trace.updates.begin(), trace.updates.end());
    const auto play = [&] {
        std::vector<std::string> groups;
        for (std::size_t first = 0; first < all.size(); first += group_size) {
            const auto group =
                std::span(all).subspan(first, std::min(group_size, all.size() - first));
            groups.push_back(taken(crdt::merge_updates(group, Format::v1), "a group"));
        }
        const std::vector<std::string_view> views(groups.begin(), groups.end());
        return taken(crdt::merge_updates(views, Format::v1), "the groups");
    };
    std::size_t bytes = 0;
    const auto is_right = [&](const std::string& merged) {
        bytes = merged.size();
        Document document = loaded(merged, Format::v1);
        check(text_of(document) == trace.text, "wrong text");
    };
    auto ms = timed(reps, play, is_right);
    return {trace.updates.size(), bytes, std::move(ms), {}};
}

Outcome diff(const Trace& trace, std::size_t reps) {
    const auto known = taken(crdt::state_vector_of(trace.v1, Format::v1), "the saved document");
    const auto play = [&] {
        return taken(crdt::diff_update(trace.v1, known, Format::v1), "the saved document");
    };
    std::size_t bytes = 0;
    const auto is_right = [&](const std::string& update) {
        bytes = update.size();
        check(update.starts_with('\0'), "a diff against all holds structs");
    };
    auto ms = timed(reps, play, is_right);
    return {0, bytes, std::move(ms), {}};
}

struct Memory {
    std::size_t rss_bytes = 0;   // of the process
    std::size_t heap_bytes = 0;  // as the allocator counts

    static Memory now() {
        malloc_trim(0);
        std::ifstream statm("/proc/self/statm");
        std::size_t size = 0;
        Memory memory;
        statm >> size >> memory.rss_bytes;
        memory.rss_bytes *= static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const auto heap = mallinfo2();
        memory.heap_bytes = heap.uordblks + heap.hblkhd;
        return memory;
    }
};

Outcome memory_of(const std::vector<std::string>& states, std::size_t count, Format format) {
    const auto load_one = [&](std::size_t i) {
        Document document = loaded(states[i % states.size()], format);
        check(!text_of(document).empty(), "no text");
        document.shrink();
        return document;
    };
    const Document first = load_one(0);  // the process's own first needs are not a document's
    std::vector<Document> held;
    held.reserve(count);
    const Memory before = Memory::now();
    for (std::size_t i = 0; i < count; ++i)
        held.push_back(load_one(i));
    const Memory after = Memory::now();
    std::size_t bytes = 0;
    for (const std::string& state : states)
        bytes += state.size();
    return {
        0,
        bytes / states.size(),
        {},
        fmt::format(
            R"("docs":{},"rss_bytes":{},"heap_bytes":{})",
            count,
            after.rss_bytes - before.rss_bytes,
            after.heap_bytes - before.heap_bytes)};
}

Outcome allocations(const Trace& trace) {
    Document document;
    const std::size_t before = allocation_count();
    apply_all(document, trace.updates);
    const std::size_t count = allocation_count() - before;
    check(text_of(document) == trace.text, "wrong text");
    const auto each = static_cast<double>(count) / static_cast<double>(trace.updates.size());
    return {
        trace.updates.size(),
        0,
        {},
        fmt::format(R"("allocations":{},"allocations_each":{:.6f})", count, each)};
}

/// None for a phase that is not known, or that the trace has no data for.
std::optional<Outcome> measure(std::string_view phase, const Trace& trace, std::size_t reps) {
    const bool is_v2 = phase.ends_with(":v2");
    const Format format = is_v2 ? Format::v2 : Format::v1;
    const std::string_view name = phase.substr(0, phase.find(':'));
    const bool has_state = !(is_v2 ? trace.v2 : trace.v1).empty();
    if (name == "local" && !trace.edits.empty()) return local(trace, reps, false);
    if (name == "local_quiet" && !trace.edits.empty()) return local(trace, reps, true);
    if (name == "load" && has_state) return load(trace, reps, format);
    if (name == "encode" && has_state) return encode(trace, reps, format);
    if (name == "diff" && has_state) return diff(trace, reps);
    if (name == "mem" && has_state) {
        return memory_of({is_v2 ? trace.v2 : trace.v1}, 2 * reps, format);
    }
    if (trace.updates.empty()) return std::nullopt;
    if (name == "remote" || name == "storm") return remote(trace, reps);
    if (name == "merge") return merge(trace, reps);
    if (name == "allocations") return allocations(trace);
    return std::nullopt;
}

std::string json_line(std::string_view trace, std::string_view phase, Outcome outcome) {
    std::string line = fmt::format(
        R"({{"engine":"codencollab","version":"{}","trace":"{}","phase":"{}","ok":true,"ops":{},"bytes":{})",
        CODENCOLLAB_VERSION,
        trace,
        phase,
        outcome.ops,
        outcome.bytes);
    if (!outcome.more.empty()) line += ',' + outcome.more;
    if (!outcome.ms.empty()) {
        line += fmt::format(R"(,"ms":[{:.4f}])", fmt::join(outcome.ms, ","));
        std::ranges::sort(outcome.ms);
        line += fmt::format(
            R"(,"median_ms":{:.4f},"min_ms":{:.4f})",
            outcome.ms[outcome.ms.size() / 2],
            outcome.ms.front());
    }
    return line + '}';
}

int measure_one(
    std::string_view phase,
    const std::string& directory,
    const std::string& name,
    std::size_t reps) {
    std::optional<Outcome> outcome;
    if (phase.starts_with("mem_interview")) {
        constexpr std::size_t documents = 1'000;
        const Format format = phase.ends_with(":v2") ? Format::v2 : Format::v1;
        const std::string file = name + (format == Format::v2 ? ".v2" : ".v1");
        outcome = memory_of(read_blobs(std::filesystem::path(directory) / file), documents, format);
    } else if (name != "interview") {
        outcome = measure(phase, read_trace(directory, name), reps);
    }
    if (outcome) {
        fmt::print("{}\n", json_line(name, phase, std::move(*outcome)));
    } else {
        fmt::print("{}\n", R"({"ok":false,"skip":true})");
    }
    return 0;
}

int measure_all() {
    constexpr std::size_t reps = 5;
    const auto print = [&](const Trace& trace, std::initializer_list<std::string_view> phases) {
        for (const std::string_view phase : phases) {
            if (auto outcome = measure(phase, trace, reps)) {
                fmt::print("{}\n", json_line(trace.name, phase, std::move(*outcome)));
            }
        }
    };
    print(
        make_trace(1, 50'000),
        {"local",
         "local_quiet",
         "remote",
         "load:v1",
         "load:v2",
         "encode:v1",
         "encode:v2",
         "merge",
         "diff",
         "mem",
         "allocations"});
    for (const std::size_t clients : {100U, 500U, 2'000U}) {
        print(make_storm(clients, 20, Caret::moves_along), {"storm"});
    }
    print(make_storm(500, 20, Caret::stays_in_front), {"storm"});
    return 0;
}

/// A profiler counts inside of this function alone.
[[gnu::noinline]] void integrate_keystrokes(
    Document& document, const std::vector<std::string>& updates) {
    apply_all(document, updates);
}

/// For a profiler: a history that it makes, applied once and not timed; prints its keystrokes.
int replay() {
    const Trace trace = make_trace(1, 10'000);
    Document document;
    integrate_keystrokes(document, trace.updates);
    check(text_of(document) == trace.text, "wrong text");
    fmt::print("{}\n", trace.updates.size());
    return 0;
}

}  // namespace
}  // namespace codencollab::bench

int main(int argc, char** argv) {
    namespace bench = codencollab::bench;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) return bench::measure_all();
    if (arguments.size() == 1 && arguments[0] == "replay") return bench::replay();
    if (arguments.size() != 4) {
        bench::give_up("usage: crdt_bench [PHASE INPUT_DIR TRACE REPS]");
    }
    const std::string& last = arguments[3];
    std::size_t reps = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), reps);
    if (error != std::errc{} || end != last.data() + last.size() || reps == 0) {
        bench::give_up("REPS is a number from 1 on");
    }
    return bench::measure_one(arguments[0], arguments[1], arguments[2], reps);
}
