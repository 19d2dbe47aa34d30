#pragma once

#include "base/utf.h"
#include "crdt/document.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace codencollab {

/// A Yjs client's document with the text `code`, edited as Yjs would.
class Replica {
  public:
    explicit Replica(crdt::ClientNumber client) : client_(client), code_(document_.text("code")) {}

    crdt::ClientNumber client() const { return client_; }
    crdt::Document& document() { return document_; }
    std::string state_vector() const { return document_.state_vector().encode(); }
    std::string text() const { return code_.to_string(); }
    std::size_t size() const { return code_.length(); }

    bool apply(std::string_view update) { return document_.apply(update).has_value(); }

    /// The update that says so.
    std::string insert(std::size_t offset, std::string_view utf8) {
        crdt::Transaction transaction(document_, client_);
        static_cast<void>(code_.insert(transaction, offset, utf8));
        return std::string(transaction.commit().update);
    }
    std::string erase(std::size_t offset, std::size_t count) {
        crdt::Transaction transaction(document_, client_);
        static_cast<void>(code_.erase(transaction, offset, count));
        return std::string(transaction.commit().update);
    }
    /// `value` in lib0's any form.
    std::string set(std::string_view map, std::string_view key, std::string_view value) {
        crdt::Map target = document_.map(map);
        crdt::Transaction transaction(document_, client_);
        static_cast<void>(target.set(transaction, key, value));
        return std::string(transaction.commit().update);
    }

  private:
    crdt::ClientNumber client_;
    crdt::Document document_;
    crdt::Text code_;
};

}  // namespace codencollab
