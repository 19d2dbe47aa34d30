#include "history.h"

#include "cases.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace codencollab::crdt::vectors {
namespace {

History::Canonical canonical_of(std::string_view name) {
    if (name == "exact") return History::Canonical::exact;
    if (name == "normal") return History::Canonical::normal;
    if (name == "none") return History::Canonical::none;
    throw std::runtime_error("unknown canonical");
}

}  // namespace

History::History(const boost::json::object& one)
    : fields(one),
      gc(flag_of(one.at("spec").as_object(), "gc")),
      stuck(flag_of(one, "stuck")),
      canonical(canonical_of(text_of(one, "canonical"))) {
    for (const auto& entry : one.at("updates").as_array()) {
        updates.push_back(delivered(entry.as_string()));
    }
    const auto& expect = one.at("expect").as_object();
    state_vector = bytes_of(expect, "sv");
    v1 = bytes_of(expect, "v1");
    v2 = bytes_of(expect, "v2");
    normal_v1 = bytes_of(expect, "normal_v1");
}

Applied must_apply(Document& document, std::string_view update, Format format, Check& check) {
    const auto applied = document.apply(update, format);
    if (applied) return *applied;
    check.holds(
        false,
        fmt::format("refused an update of {} bytes: {}", update.size(), describe(applied.error())));
    return {};
}

Document holding(
    const History& history, std::initializer_list<DeliveredUpdate> updates, Check& check) {
    Document document = history.empty_document();
    for (const DeliveredUpdate& update : updates) {
        must_apply(document, update.bytes, update.format, check);
    }
    return document;
}

void check_end(
    const History& history, const Document& document, std::string_view how, Check& check) {
    const auto what = [&](std::string_view field) { return fmt::format("{}: {}", how, field); };
    document.check_invariants();
    check.holds(!document.has_pending(), what("nothing should be pending"));
    check.equal(what("state vector"), document.state_vector().encode(), history.state_vector);
    if (history.canonical == History::Canonical::none) return;
    check.equal_update(what("v1"), document.encode(), history.normal_v1, Format::v1);
    if (history.canonical == History::Canonical::normal) return;
    check.equal_update(what("v2"), document.encode({}, Format::v2), history.v2, Format::v2);
}

void check_history(const boost::json::object& one, Check& check) {
    const History history(one);
    check_replays(history, check);
    check_bytes(history, check);
}

}  // namespace codencollab::crdt::vectors
