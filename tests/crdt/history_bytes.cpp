#include "crdt/update_functions.h"
#include "history.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace codencollab::crdt::vectors {
namespace {

namespace json = boost::json;

std::string taken(
    std::expected<std::string, DecodeError> bytes, std::string_view what, Check& check) {
    if (bytes) return *std::move(bytes);
    check.holds(false, fmt::format("{}: refused: {}", what, describe(bytes.error())));
    return std::string(2, '\0');
}

std::string converted(const DeliveredUpdate& update, Format to, Check& check) {
    return taken(convert_update(update.bytes, update.format, to), "convert", check);
}

std::string merged(std::span<const std::string> updates, Format format, Check& check) {
    const std::vector<std::string_view> views(updates.begin(), updates.end());
    return taken(merge_updates(views, format), "merge", check);
}

void check_state_vector(
    std::string_view what,
    std::string_view update,
    Format format,
    std::string_view expected,
    Check& check) {
    const auto state = state_vector_of(update, format);
    check.holds(state.has_value(), fmt::format("{}: no state vector", what));
    if (state) check.equal(fmt::format("{}: state vector", what), state->encode(), expected);
}

/// Two updates that need not be the same bytes: on an empty document, and before and after all the
/// rest, they come to the same.
void check_equivalent(
    const History& history,
    std::string_view what,
    const DeliveredUpdate& actual,
    const DeliveredUpdate& expected,
    Check& check) {
    Document ours = holding(history, {actual}, check);
    const Document theirs = holding(history, {expected}, check);
    ours.check_invariants();
    check.holds(
        ours.state_vector() == theirs.state_vector(),
        fmt::format("{}: another state vector", what));
    check.holds(
        ours.has_pending() == theirs.has_pending(), fmt::format("{}: pending or not", what));
    if (!ours.has_pending()) {  // Yjs' merges forget the key bit of what waits for its parent
        const std::string how = fmt::format("{}: on an empty document", what);
        check.equal_update(how, ours.encode(), theirs.encode(), Format::v1);
    }
    for (const auto& [format, bytes] : history.updates)
        must_apply(ours, bytes, format, check);
    check_end(history, ours, what, check);
    const Document after = holding(history, {{Format::v1, history.v1}, actual}, check);
    check_end(history, after, what, check);
}

void check_merges(const History& history, const json::object& level, Check& check) {
    for (const auto& entry : level.at("merges").as_array()) {
        const json::object& merge = entry.as_object();
        std::vector<std::string> v1;
        std::vector<std::string> v2;
        for (const auto& input : merge.at("inputs").as_array()) {
            v1.push_back(bytes_of(input));
            v2.push_back(converted({Format::v1, v1.back()}, Format::v2, check));
        }
        const std::string state = bytes_of(merge, "sv");
        for (const Format format : {Format::v1, Format::v2}) {
            const bool first = format == Format::v1;
            const std::string what = first ? "merge v1" : "merge v2";
            const std::string actual = merged(first ? v1 : v2, format, check);
            const std::string expected = bytes_of(merge, first ? "v1" : "v2");
            check_equivalent(history, what, {format, actual}, {format, expected}, check);
            check_state_vector(what, actual, format, state, check);
            check_state_vector(what + " by Yjs", expected, format, state, check);
            const std::string again = merged(std::vector{actual, actual}, format, check);
            check.equal_update(what + " with itself", again, actual, format);
        }
    }
}

void check_diffs(const History& history, const json::object& level, Check& check) {
    for (const auto& entry : level.at("diffs").as_array()) {
        const json::object& diff = entry.as_object();
        const auto known = StateVector::decode(bytes_of(diff, "sv"));
        check.holds(known.has_value(), "a state vector is refused");
        if (!known) continue;
        for (const Format format : {Format::v1, Format::v2}) {
            const bool first = format == Format::v1;
            const std::string& whole = first ? history.v1 : history.v2;
            const std::string actual =
                taken(diff_update(whole, *known, format), "diff of bytes", check);
            const std::string expected = bytes_of(diff, first ? "v1" : "v2");
            const char* what = first ? "diff of bytes v1" : "diff of bytes v2";
            check_equivalent(history, what, {format, actual}, {format, expected}, check);
        }
    }
}

void check_conversions(const History& history, const json::object& level, Check& check) {
    const DeliveredUpdate v1{Format::v1, history.v1};
    const DeliveredUpdate v2{Format::v2, history.v2};
    const DeliveredUpdate to_v2{Format::v2, converted(v1, Format::v2, check)};
    const DeliveredUpdate to_v1{Format::v1, converted(v2, Format::v1, check)};
    const DeliveredUpdate yjs_v2{Format::v2, bytes_of(level, "v1ToV2")};
    const DeliveredUpdate yjs_v1{Format::v1, bytes_of(level, "v2ToV1")};
    const DeliveredUpdate references{Format::v2, bytes_of(level, "v2KeyReferences")};
    check.equal_update("v1 to v2", to_v2.bytes, yjs_v2.bytes, Format::v2);
    check.equal_update("v2 to v1", to_v1.bytes, yjs_v1.bytes, Format::v1);
    const std::string plain = holding(history, {v1}, check).encode();
    for (const auto& [what, update] :
         {std::pair{"v1 to v2", &to_v2},
          std::pair{"v2 to v1", &to_v1},
          std::pair{"v1 to v2 by Yjs", &yjs_v2},
          std::pair{"v2 to v1 by Yjs", &yjs_v1},
          std::pair{"v2 with references", &references}}) {
        const Document loaded = holding(history, {*update}, check);
        check_end(history, loaded, what, check);
        check.equal_update(what, loaded.encode(), plain, Format::v1);
    }
}

/// All updates merged two and two before they are applied, and then merged to one.
void check_merged_deliveries(const History& history, Check& check) {
    std::vector<std::string> pairs;
    for (std::size_t i = 0; i < history.updates.size(); i += 2) {
        std::vector<std::string> pair;
        for (std::size_t j = i; j < std::min(i + 2, history.updates.size()); ++j) {
            pair.push_back(converted(history.updates[j], Format::v1, check));
        }
        pairs.push_back(merged(pair, Format::v1, check));
    }
    Document document = history.empty_document();
    for (const std::string& pair : pairs)
        must_apply(document, pair, Format::v1, check);
    check_end(history, document, "merged in pairs", check);
    const std::string all = merged(pairs, Format::v1, check);
    check_end(history, holding(history, {{Format::v1, all}}, check), "merged to one", check);
    check_state_vector("merged to one", all, Format::v1, history.state_vector, check);
}

}  // namespace

void check_bytes(const History& history, Check& check) {
    const json::object& level = history.fields.at("byteLevel").as_object();
    check_merges(history, level, check);
    check_diffs(history, level, check);
    check_conversions(history, level, check);
    check_merged_deliveries(history, check);
}

}  // namespace codencollab::crdt::vectors
