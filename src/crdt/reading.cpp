// Reading types, and converting between offsets and lines.
#include "crdt/any.h"
#include "crdt/store.h"

#include <algorithm>

namespace codencollab::crdt {

TypeKind SharedType::kind() const {
    return store_->types_[type_].kind;
}

std::string_view SharedType::node_name() const {
    const TypeEntry& type = store_->types_[type_];
    return has_name(type.kind) ? store_->names_.get(type.name) : std::string_view();
}

std::size_t SharedType::length() const {
    return store_->types_[type_].length;
}

// `scratch` holds text that is not kept as UTF-8.
ContentView Store::view(const Item& item, std::string& scratch) const {
    ContentView view;
    view.kind = item.kind();
    view.length = item.length;
    switch (item.kind()) {
        case Kind::string:
            scratch.clear();
            append_text_of(item, 0, item.length, scratch);
            view.bytes = scratch;
            break;
        case Kind::type:
            view.type = item.content;
            break;
        case Kind::format:
        case Kind::subdocument:
            view.name = names_.get(payloads_.name(item.content));
            view.bytes = payloads_.bytes(item.content);
            break;
        case Kind::json:
        case Kind::any:
        case Kind::binary:
        case Kind::embed:
            view.bytes = payloads_.bytes(item.content);
            break;
        case Kind::gc:
        case Kind::deleted:
        case Kind::skip:
            break;
    }
    return view;
}

void SharedType::for_each(const std::function<void(const ContentView&)>& visit) const {
    std::string scratch;
    for (std::uint32_t index = store_->types_[type_].first; index != none;
         index = store_->items_[index].right) {
        const Item& item = store_->items_[index];
        if (item.deleted == 0) visit(store_->view(item, scratch));
    }
}

void SharedType::for_each_entry(
    const std::function<void(std::string_view key, const ContentView&)>& visit) const {
    for (std::uint32_t slot = store_->types_[type_].slots; slot != none;
         slot = store_->slots_[slot].next) {
        const std::string_view key = store_->names_.get(store_->slots_[slot].key);
        if (const auto content = entry(key)) visit(key, *content);
    }
}

std::optional<ContentView> SharedType::entry(std::string_view key) const {
    const std::uint32_t name = store_->names_.find(key);
    const std::uint32_t slot = name == none ? none : store_->slot(type_, name, false);
    if (slot == none || store_->slots_[slot].last == none) return {};
    const Item& item = store_->items_[store_->slots_[slot].last];
    if (item.deleted != 0) return {};
    ContentView view = store_->view(item, store_->entry_text_);
    if (item.kind() == Kind::any || item.kind() == Kind::json) {
        view.bytes = last_value(view.bytes, view.length);
        view.length = 1;
    }
    return view;
}

SharedType SharedType::nested(const ContentView& content) const {
    return {store_, content.type};
}

std::string Text::to_string() const {
    std::string text;
    text.reserve(length());
    for (std::uint32_t index = store_->types_[type_].first; index != none;
         index = store_->items_[index].right) {
        const Item& item = store_->items_[index];
        if (item.deleted == 0 && item.kind() == Kind::string) {
            store_->append_text_of(item, 0, item.length, text);
        }
    }
    return text;
}

void Text::append_slice(std::size_t index, std::size_t count, std::string& out) const {
    if (index >= length()) return;
    count = std::min(count, length() - index);
    store_->need_tree(type_);
    const auto [item, before] = store_->tree_.find_unit(type_, static_cast<std::uint32_t>(index));
    auto skip = static_cast<std::uint32_t>(index) - before.units;
    for (std::uint32_t i = item; count > 0 && i != none; i = store_->items_[i].right) {
        const Item& here = store_->items_[i];
        if (!here.is_visible()) continue;
        const auto take =
            static_cast<std::uint32_t>(std::min<std::size_t>(count, here.length - skip));
        store_->append_text_of(here, skip, take, out);
        skip = 0;
        count -= take;
    }
}

std::size_t Text::line_count() const {
    store_->need_lines(type_);
    return store_->tree_.total(type_).lines + 1;
}

std::string Text::line(std::size_t line) const {
    const std::size_t from = to_offset({line, 0});
    const std::size_t count = line_count();
    if (line >= count) return {};
    const std::size_t to = line + 1 == count ? length() : to_offset({line + 1, 0}) - 1;
    std::string text;
    append_slice(from, to - from, text);
    return text;
}

// Where the line begins; it exists.
std::size_t Text::line_start(std::size_t line) const {
    if (line == 0) return 0;
    const auto newline = static_cast<std::uint32_t>(line - 1);
    const auto [index, before] = store_->tree_.find_line(type_, newline);
    const Item& item = store_->items_[index];
    const std::uint32_t at =
        store_->clients_[item.client].text.newline_at(item.content, newline - before.lines);
    return before.units + (at - item.content) + 1;
}

LineColumn Text::to_line_column(std::size_t offset) const {
    store_->need_lines(type_);
    std::size_t line = 0;
    if (offset >= length()) {
        offset = length();
        line = store_->tree_.total(type_).lines;
    } else {
        const auto [index, before] =
            store_->tree_.find_unit(type_, static_cast<std::uint32_t>(offset));
        const Item& item = store_->items_[index];
        line = before.lines;
        if (item.kind() == Kind::string) {
            line += store_->clients_[item.client].text.newlines(
                item.content, static_cast<std::uint32_t>(offset) - before.units);
        }
    }
    return {line, offset - line_start(line)};
}

std::size_t Text::to_offset(LineColumn position) const {
    const std::size_t last = line_count() - 1;
    if (position.line > last) return length();
    const std::size_t start = line_start(position.line);
    const std::size_t end = position.line == last ? length() : line_start(position.line + 1) - 1;
    return start + std::min(position.column, end - start);
}

}  // namespace codencollab::crdt
