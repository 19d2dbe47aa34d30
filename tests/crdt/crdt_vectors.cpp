#include "cases.h"
#include "vector_file.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// crdt_vectors [--explain SEED] FILE…: what Yjs says of documents, against the engine. Prints each
// case that fails, and last how many passed and failed. With --explain only the case of that seed
// runs, and differences are printed whole.

namespace {

namespace vectors = codencollab::crdt::vectors;
using vectors::Check;

using CheckCase = void (*)(const boost::json::object&, Check&);
const std::map<std::string_view, CheckCase> kinds{
    {"history", vectors::check_history},
    {"local", vectors::check_local},
    {"encoding", vectors::check_encoding},
    {"malformed", vectors::check_malformed},
    {"protocol", vectors::check_protocol},
};

struct Tally {
    std::size_t passed = 0;
    std::size_t failed = 0;
};

void run_case(const std::string& line, std::optional<std::uint64_t> only, Tally& tally) {
    Check check(only ? 1'000 : 8);
    std::string kind = "?";
    std::uint64_t seed = 0;
    std::string thrown;
    try {
        const boost::json::object one = vectors::parse_case(line);
        kind = vectors::text_of(one, "kind");
        seed = one.at("seed").to_number<std::uint64_t>();
        if (only && *only != seed) return;
        const auto found = kinds.find(kind);
        if (found == kinds.end()) {
            thrown = "a kind that is not known";
        } else {
            found->second(one, check);
        }
    } catch (const std::exception& error) {
        thrown = error.what();
    }
    if (check.failures().empty() && thrown.empty()) {
        ++tally.passed;
        return;
    }
    ++tally.failed;
    std::size_t left = only ? 1'000 : 3;
    for (const std::string& failure : check.failures()) {
        if (left-- == 0) break;
        fmt::print("{} seed {}: {}\n", kind, seed, failure);
    }
    if (!thrown.empty()) fmt::print("{} seed {}: {}\n", kind, seed, thrown);
    if (check.failures().size() > 1) {
        fmt::print("{} seed {}: {} differences\n", kind, seed, check.failures().size());
    }
    std::fflush(stdout);  // what is known before an assertion ends the process
}

}  // namespace

int main(int argc, char** argv) {
    std::span<char*> arguments(argv + 1, static_cast<std::size_t>(argc - 1));
    std::optional<std::uint64_t> only;
    if (arguments.size() > 2 && std::string_view(arguments[0]) == "--explain") {
        only = std::stoull(arguments[1]);
        arguments = arguments.subspan(2);
    }
    if (arguments.empty()) {
        fmt::print(stderr, "crdt_vectors [--explain SEED] FILE...\n");
        return 2;
    }
    Tally tally;
    for (const char* path : arguments) {
        try {
            for (const std::string& line : vectors::gunzip_lines(path)) {
                run_case(line, only, tally);
            }
        } catch (const std::exception& error) {
            fmt::print("{}\n", error.what());
            ++tally.failed;
        }
    }
    fmt::print("{} passed, {} failed\n", tally.passed, tally.failed);
    return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
