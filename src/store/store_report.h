#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace codencollab::store {

struct StoreProblem {
    std::string what;
    std::string how;  // to mend it
};

/// What a data directory holds and what is wrong with it.
struct StoreReport {
    bool is_there = false;
    int schema = 0;
    std::int64_t rooms = 0;
    std::uintmax_t bytes = 0;
    std::vector<StoreProblem> problems;
};

/// Looks at the database in `directory` and changes nothing; a server may be running on it.
StoreReport report_on(const std::filesystem::path& directory);

}  // namespace codencollab::store
