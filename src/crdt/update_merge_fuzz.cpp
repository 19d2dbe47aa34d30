#include "crdt/fuzz_checks.h"
#include "crdt/update_functions.h"

#include <vector>

// Merging is a fixed point, and what it gives is an update like any other.
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

    const auto known = crdt::state_vector_of(*merged, format, fuzz::limits);
    fuzz::must(known.has_value());

    // Not compared with a document that takes them one by one: fuzzed updates say of one struct
    // now this, now that, and then it counts which is read first.
    crdt::Document document(fuzz::options());
    if (!fuzz::apply(document, *merged, format, true)) return 0;  // a document checks more
    if (!document.has_pending()) fuzz::must(document.state_vector() == *known);
    return 0;
}
