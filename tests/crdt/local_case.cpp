#include "cases.h"
#include "crdt/document.h"
#include "values.h"
#include "vector_file.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace codencollab::crdt::vectors {
namespace {

namespace json = boost::json;

void must(const std::expected<void, EditError>& edited) {
    if (!edited) throw std::runtime_error("an edit is refused");
}

void edit_map(Document& document, Transaction& transaction, const json::object& edit) {
    Map map = document.map(text_of(edit, "map"));
    if (const json::value* remove = edit.if_contains("remove"); remove && remove->as_bool()) {
        map.erase(transaction, text_of(edit, "key"));
        return;
    }
    must(map.set(transaction, text_of(edit, "key"), bytes_of(edit, "any")));
}

void edit_text(Document& document, Transaction& transaction, const json::object& edit) {
    Text text = document.text("code");
    const auto index = edit.at("index").to_number<std::size_t>();
    const auto remove = edit.at("remove").to_number<std::size_t>();
    if (remove > 0) must(text.erase(transaction, index, remove));
    must(text.insert(transaction, index, text_of(edit, "insert")));
}

}  // namespace

void check_local(const json::object& one, Check& check) {
    Document document(
        DocumentOptions{.gc = flag_of(one.at("spec").as_object(), "gc"), .limits = {}});
    if (!document.apply(bytes_of(one, "start"))) throw std::runtime_error("the start is refused");
    const auto author = one.at("client").to_number<ClientNumber>();

    // A document that gets only what the first one sends.
    Document follower(DocumentOptions{.gc = true, .limits = {}});
    if (!follower.apply(bytes_of(one, "start"))) throw std::runtime_error("the start is refused");

    std::size_t number = 0;
    for (const auto& entry : one.at("edits").as_array()) {
        const json::object& edit = entry.as_object();
        const bool is_map = edit.contains("map");
        Transaction transaction(document, author);
        (is_map ? edit_map : edit_text)(document, transaction, edit);
        const std::string update(transaction.commit().update);
        const std::string what = fmt::format("edit {}", number++);
        check.equal_update(what, update, bytes_of(edit, "update"), Format::v1);
        if (!is_map) {
            check.equal_value(what + ": length", document.text("code").length(), edit.at("length"));
        } else if (edit.contains("value")) {
            const std::string key = text_of(edit, "key");
            const json::object map = root_value(document, text_of(edit, "map"), "map");
            const json::value* value = map.at("entries").as_object().if_contains(key);
            check.equal_value(what, value ? *value : json::value(), edit.at("value"));
        }
        check.holds(follower.apply(update).has_value(), what + ": the own update is refused");
    }
    document.check_invariants();

    const json::object& expect = one.at("expect").as_object();
    check.equal("state vector", document.state_vector().encode(), bytes_of(expect, "sv"));
    check.equal_update("v1", document.encode(), bytes_of(expect, "v1"), Format::v1);
    check.equal_update("v2", document.encode({}, Format::v2), bytes_of(expect, "v2"), Format::v2);
    check.equal("text", document.text("code").to_string(), text_of(expect, "text"));
    check.equal_update("the follower's v1", follower.encode(), bytes_of(expect, "v1"), Format::v1);
}

}  // namespace codencollab::crdt::vectors
