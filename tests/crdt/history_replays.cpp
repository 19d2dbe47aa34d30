#include "base/utf.h"
#include "history.h"
#include "values.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>

namespace codencollab::crdt::vectors {
namespace {

namespace json = boost::json;

std::size_t after_of(const json::object& entry) {
    return entry.at("after").to_number<std::size_t>();
}

/// The type that a position is on: the root `code`, or the type that an item holds.
std::optional<SharedType> type_named(Document& document, const json::value& name) {
    if (name.is_string()) return document.root(name.get_string());
    const json::array& id = name.as_array();
    return document.type_of({id.at(0).to_number<ClientNumber>(), id.at(1).to_number<Clock>()});
}

void check_resolves(
    Document& document, const json::object& entry, std::string_view what, Check& check) {
    const auto position = RelativePosition::decode(bytes_of(entry, "encoded"));
    check.holds(position.has_value(), what);
    if (!position) return;
    check.equal(
        fmt::format("{}, encoded again", what), position->encode(), bytes_of(entry, "encoded"));
    const auto index = document.resolve(*position);
    const json::value actual = index ? json::value(*index) : json::value(nullptr);
    check.equal_value(fmt::format("{} resolves", what), actual, entry.at("resolves"));
}

void check_position(
    Document& document, const json::object& entry, std::string_view what, Check& check) {
    const auto type = type_named(document, entry.at("type"));
    check.holds(type.has_value(), fmt::format("{}: there is no such type", what));
    if (!type) return;
    const auto position = document.relative_position(
        *type, entry.at("index").to_number<std::size_t>(), entry.at("assoc").as_int64());
    check.holds(position.has_value(), fmt::format("{}: no position", what));
    if (position) check.equal(what, position->encode(), bytes_of(entry, "encoded"));
}

void check_checkpoint(
    const History& history, const Document& document, const json::object& point, Check& check) {
    const std::string what = fmt::format("after {} updates", after_of(point));
    const std::string expected = bytes_of(point, "sv");
    if (flag_of(point, "pending")) {  // the engine may be ahead
        const auto least = StateVector::decode(expected);
        check.holds(least.has_value(), "a state vector is refused");
        if (!least) return;
        for (const auto& entry : least->entries()) {
            check.holds(
                document.state(entry.client) >= entry.clock,
                fmt::format("{}: behind for client {}", what, entry.client));
        }
        return;
    }
    check.holds(!document.has_pending(), what + ": nothing should be pending");
    check.equal(what + ": state vector", document.state_vector().encode(), expected);
    if (history.canonical == History::Canonical::none) return;
    // Yjs may leave structs apart on the way that it would join after a load.
    for (const Format format : {Format::v1, Format::v2}) {
        const std::string bytes = bytes_of(point, format == Format::v1 ? "v1" : "v2");
        const Document loaded = holding(history, {{format, bytes}}, check);
        check.equal_update(what + ": v1", document.encode(), loaded.encode(), Format::v1);
    }
}

/// The history as it came: every answer on the way and at the end.
class InOrder {
  public:
    InOrder(const History& history, Check& check)
        : history_(history),
          check_(check),
          fields_(history.fields),
          document_(history.empty_document()) {}

    const Document& document() const { return document_; }

    void play() {
        const auto& emits = fields_.at("emits").as_string();
        for (std::size_t i = 0; i < history_.updates.size(); ++i) {
            const auto& [format, bytes] = history_.updates[i];
            const std::string before = document_.snapshot().encode(Format::v1);
            const Applied applied = must_apply(document_, bytes, format, check_);
            check_.holds(
                applied.changed == (document_.snapshot().encode(Format::v1) != before),
                fmt::format("update {}: changed or not", i));
            check_.holds(
                applied.changed == !applied.update.empty(),
                fmt::format("update {}: changed, yet nothing to relay, or the reverse", i));
            check_.holds(
                applied.pending == document_.has_pending(),
                fmt::format("update {}: pending or not", i));
            pass_checkpoints(i + 1);
            // Yjs may hold back for a while what is complete: from then on it may notice an update
            // that told the engine nothing new, and the reverse.
            check_.holds(
                yjs_may_lag_ || applied.changed == (emits.at(i) == '1'),
                fmt::format("update {}: changed is not '{}'", i, emits.at(i)));
            yjs_may_lag_ = yjs_may_lag_ || applied.pending;
        }
        check_end(history_, document_, "in order", check_);
    }

    void ask() {
        check_snapshot();
        check_roots();
        check_diffs();
        for (const auto& entry : fields_.at("positions").as_array()) {
            check_position(document_, entry.as_object(), "position", check_);
            check_resolves(document_, entry.as_object(), "position", check_);
        }
        for (const auto& entry : fields_.at("anchors").as_array()) {
            check_resolves(document_, entry.as_object(), "anchor", check_);
        }
        check_restored();
        check_.holds(document_.memory_use().bytes > 0, "a document uses no memory");
        document_.shrink();
        check_end(history_, document_, "shrunk", check_);
    }

  private:
    void pass_checkpoints(std::size_t after) {
        bool pending = false;
        bool any = false;
        for (const auto& entry : fields_.at("checkpoints").as_array()) {
            const json::object& point = entry.as_object();
            if (after_of(point) != after) continue;
            any = true;
            pending = flag_of(point, "pending");
            check_checkpoint(history_, document_, point, check_);
        }
        if (!any) return;
        if (pending) return;
        for (const auto& entry : fields_.at("anchors").as_array()) {
            if (after_of(entry.as_object()) != after) continue;
            check_position(document_, entry.as_object(), "anchor", check_);
        }
        for (const auto& entry : fields_.at("restored").as_array()) {
            if (after_of(entry.as_object()) != after) continue;
            check_.equal(
                "snapshot on the way",
                document_.snapshot().encode(Format::v1),
                bytes_of(entry.as_object(), "snapshot_v1"));
        }
    }

    bool comparable() const {
        return history_.canonical != History::Canonical::none || !history_.stuck;
    }

    void check_snapshot() {
        if (!comparable()) return;
        const json::object& expect = fields_.at("expect").as_object();
        for (const Format format : {Format::v1, Format::v2}) {
            const char* field = format == Format::v1 ? "snapshot_v1" : "snapshot_v2";
            const std::string expected = bytes_of(expect, field);
            check_.equal(field, document_.snapshot().encode(format), expected);
            const auto decoded = Snapshot::decode(expected, format);
            check_.holds(decoded.has_value(), "a snapshot is refused");
            if (decoded) check_.equal("snapshot again", decoded->encode(format), expected);
        }
    }

    void check_roots() {
        if (!comparable()) return;
        const json::object& roots = fields_.at("roots").as_object();
        for (const auto& [name, expected] : roots) {
            check_.holds(document_.has_root(name), fmt::format("there is no root '{}'", name));
            const std::string_view kind = expected.as_object().at("kind").as_string();
            const json::object actual = root_value(document_, name, kind);
            const std::string what = fmt::format("root '{}'", name);
            if (history_.canonical == History::Canonical::none) {
                // Where a pair was cut in what waits, Yjs keeps the halves and the engine may have
                // had the whole character from another update.
                check_.equal_value(what, with_pairs_cut(actual), with_pairs_cut(expected));
            } else {
                check_.equal_value(what, actual, expected);
            }
        }
    }

    void check_diffs() {
        for (const auto& entry : fields_.at("diffs").as_array()) {
            const json::object& diff = entry.as_object();
            const auto known = StateVector::decode(bytes_of(diff, "sv"));
            check_.holds(known.has_value(), "a state vector is refused");
            if (!known) continue;
            for (const Format format : {Format::v1, Format::v2}) {
                const std::string actual = document_.encode(*known, format);
                const std::string expected = bytes_of(diff, format == Format::v1 ? "v1" : "v2");
                if (history_.canonical == History::Canonical::exact) {
                    check_.equal_update("diff", actual, expected, format);
                }
                const Document ours = holding(history_, {{format, actual}}, check_);
                const Document theirs = holding(history_, {{format, expected}}, check_);
                check_.holds(
                    ours.state_vector() == theirs.state_vector(), "diff: another state vector");
                const DeliveredUpdate whole{Format::v1, history_.v1};
                const DeliveredUpdate part{format, actual};
                check_end(history_, holding(history_, {whole, part}, check_), "diff after", check_);
                check_end(history_, holding(history_, {part, whole}, check_), "diff first", check_);
            }
        }
    }

    void check_restored() {
        for (const auto& entry : fields_.at("restored").as_array()) {
            const json::object& old = entry.as_object();
            const auto snapshot = Snapshot::decode(bytes_of(old, "snapshot_v1"), Format::v1);
            check_.holds(snapshot.has_value(), "a snapshot is refused");
            if (!snapshot) continue;
            const auto update = document_.encode_at(*snapshot);
            check_.holds(update.has_value(), "an old state is not given");
            if (!update) continue;
            Document restored;
            must_apply(restored, *update, Format::v1, check_);
            restored.check_invariants();
            check_.equal(
                "restored: state vector", restored.state_vector().encode(), bytes_of(old, "sv"));
            for (const auto& [name, expected] : old.at("roots").as_object()) {
                const std::string_view kind = expected.as_object().at("kind").as_string();
                check_.equal_value(
                    fmt::format("restored root '{}'", name),
                    root_value(restored, name, kind),
                    expected);
            }
        }
    }

    const History& history_;
    Check& check_;
    const json::object& fields_;
    Document document_;
    bool yjs_may_lag_ = false;
};

void check_backwards(const History& history, Check& check) {
    Document document = history.empty_document();
    for (const auto& [format, bytes] : history.updates | std::views::reverse) {
        must_apply(document, bytes, format, check);
    }
    check_end(history, document, "reversed", check);
    for (const auto& [format, bytes] : history.updates) {
        check.holds(
            !must_apply(document, bytes, format, check).changed,
            "a known update changed something");
    }
    check_end(history, document, "everything twice", check);
}

/// What the first document sends on is all that a second one needs.
void check_relayed(const History& history, Check& check) {
    Document document = history.empty_document();
    Document relayed = history.empty_document();
    for (const auto& [format, bytes] : history.updates) {
        const Applied applied = must_apply(document, bytes, format, check);
        if (!applied.changed) continue;
        const Applied second = must_apply(relayed, applied.update, Format::v1, check);
        check.holds(!second.pending, "a relayed update lacks something");
    }
    check_end(history, relayed, "relayed", check);
}

/// The changes of the text `code` that the document reports, played on a plain string.
void check_watched(const History& history, Check& check) {
    Document document = history.empty_document();
    const Text text = document.text("code");
    document.watch(text);
    std::u16string model;
    for (std::size_t i = 0; i < history.updates.size(); ++i) {
        const auto& [format, bytes] = history.updates[i];
        const Applied applied = must_apply(document, bytes, format, check);
        for (const TextChange& change : applied.changes) {
            if (change.index > model.size() || change.removed > model.size() - change.index) {
                check.holds(false, fmt::format("update {}: a change outside the text", i));
                return;
            }
            model.replace(change.index, change.removed, to_utf16(change.inserted));
        }
        std::string whole;
        text.append_slice(0, text.length(), whole);
        if (to_utf16(whole) != model) {
            check.equal(
                fmt::format("update {}: the text after its changes", i), to_utf8(model), whole);
            return;
        }
        if (i % 16 == 0) document.check_invariants();
    }
    check_end(history, document, "watched", check);
}

void check_loads(const History& history, const Document& first, Check& check) {
    const std::string v1 = first.encode();
    const std::string v2 = first.encode({}, Format::v2);
    const std::string state = first.state_vector().encode();
    for (const DeliveredUpdate& update :
         {DeliveredUpdate{Format::v1, v1}, DeliveredUpdate{Format::v2, v2}}) {
        const Document loaded = holding(history, {update}, check);
        const char* how = update.format == Format::v1 ? "loaded by v1" : "loaded by v2";
        check_end(history, loaded, how, check);
        check.equal(how, loaded.state_vector().encode(), state);
        check.equal_update(how, loaded.encode(), v1, Format::v1);
        check.equal_update(how, loaded.encode({}, Format::v2), v2, Format::v2);
    }
    for (const DeliveredUpdate& update :
         {DeliveredUpdate{Format::v1, history.v1}, DeliveredUpdate{Format::v2, history.v2}}) {
        check_end(history, holding(history, {update}, check), "loaded from Yjs", check);
    }
}

}  // namespace

void check_replays(const History& history, Check& check) {
    InOrder in_order(history, check);
    in_order.play();
    in_order.ask();
    check_loads(history, in_order.document(), check);
    check_backwards(history, check);
    check_relayed(history, check);
    check_watched(history, check);
}

}  // namespace codencollab::crdt::vectors
