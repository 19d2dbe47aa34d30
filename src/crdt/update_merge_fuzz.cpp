#include "crdt/fuzz_checks.h"
#include "crdt/update_functions.h"

#include <vector>

// Updates merged come to the same as applied one by one, and merging is a fixed point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace crdt = codencollab::crdt;
    namespace fuzz = crdt::fuzz;
    const std::string bytes(data, data + size);
    std::string_view input = bytes;
    const auto format = fuzz::take_byte(input) % 2 == 0 ? crdt::Format::v1 : crdt::Format::v2;
    std::vector<std::string_view> updates;
    while (!input.empty() && updates.size() < 16)
        updates.push_back(fuzz::take_piece(input));

    const auto merged = crdt::merge_updates(updates, format, fuzz::limits);
    if (!merged) return 0;
    const std::vector<std::string_view> twice{*merged, *merged};
    const auto again = crdt::merge_updates(twice, format, fuzz::limits);
    fuzz::must(again && *again == *merged);

    crdt::Document one_by_one(fuzz::options());
    for (const std::string_view update : updates) {
        if (!one_by_one.apply(update, format)) return 0;  // a document checks more
    }
    crdt::Document at_once(fuzz::options());
    if (!at_once.apply(*merged, format)) return 0;  // more may wait at once than ever one by one
    at_once.check_invariants();
    fuzz::must(at_once.state_vector() == one_by_one.state_vector());
    fuzz::must(at_once.has_pending() == one_by_one.has_pending());
    if (!at_once.has_pending()) fuzz::must(at_once.encode() == one_by_one.encode());
    return 0;
}
