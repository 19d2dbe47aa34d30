#include "crdt/document.h"

#include "crdt/store.h"

namespace codencollab::crdt {

Document::Document(DocumentOptions options) : store_(std::make_unique<Store>(options)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

std::expected<Applied, DecodeError> Document::apply(std::string_view update, Format format) {
    return store_->apply(update, format);
}

StateVector Document::state_vector() const {
    std::vector<StateVector::Entry> entries;
    entries.reserve(store_->clients_.size());
    for (const std::uint32_t client : store_->clients_descending()) {
        const Client& here = store_->clients_[client];
        entries.push_back({here.number, here.state});
    }
    return StateVector::of(std::move(entries));
}

Clock Document::state(ClientNumber client) const {
    return store_->state(client);
}

std::string Document::encode(const StateVector& known, Format format) const {
    return store_->encode(known, format);
}

std::string Document::encode_integrated(const StateVector& known, Format format) const {
    return store_->encode_integrated(known, format);
}

std::size_t Document::text_units() const {
    return store_->text_units_;
}

bool Document::has_pending() const {
    return !store_->pending_.empty();
}

void Document::drop_pending() {
    store_->pending_.clear();
}

SharedType Document::root(std::string_view name) {
    return {store_.get(), store_->root_type(name)};
}
Text Document::text(std::string_view name) {
    return Text(root(name));
}
Map Document::map(std::string_view name) {
    return Map(root(name));
}
Array Document::array(std::string_view name) {
    return Array(root(name));
}

bool Document::has_root(std::string_view name) const {
    return store_->find_root(name) != none;
}

std::optional<SharedType> Document::type_of(Id id) {
    if (id.clock >= store_->state(id.client)) return {};
    const std::uint32_t client = store_->client_index(id.client);
    const std::uint32_t at = store_->find(client, id.clock, Store::Look::right);
    const Item& item = store_->items_[store_->clients_[client].structs[at]];
    if (item.kind() != Kind::type || item.deleted != 0) return {};
    return SharedType(store_.get(), item.content);
}

void Document::watch(const Text& text) {
    store_->need_tree(text.type_);
    store_->watched_ = text.type_;
}

MemoryUse Document::memory_use() const {
    return store_->memory_use();
}
void Document::shrink() {
    store_->shrink();
}
void Document::check_invariants() const {
    store_->check_invariants();
}

bool Document::has_crossed_origins() const {
    return store_->has_crossed_origins();
}

}  // namespace codencollab::crdt
