#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::crdt {

/// Whether an object that is given these keys, in this order, has them in this order in JavaScript:
/// each once, array indices ("0", "17") first and ascending.
bool keys_are_in_order(const std::vector<std::string_view>& keys, std::size_t first);

/// Writes values in lib0's any form, normalised: numbers in the form that Yjs chooses, an object's
/// keys as a JavaScript object would have them (a repeated key keeps its first place and its last
/// value).
class ValueBuilder {
  public:
    void undefined();
    void null();
    void boolean(bool value);
    void number(double value);
    void big_integer(std::uint64_t bits);
    void string(std::string_view utf8);
    void bytes(std::string_view value);
    /// One value that is in normal form already.
    void value(std::string_view any);
    void begin_array();
    void begin_object();
    /// Before each value of an object.
    void key(std::string_view utf8);
    void end();

    /// Containers that are open.
    std::size_t depth() const { return open_.size(); }
    bool in_object() const { return !open_.empty() && open_.back().is_object; }

    /// What has been written; whole once nothing is open.
    std::string_view view() const { return out_; }
    std::string take() { return std::move(out_); }
    void clear();

  private:
    struct Open {
        bool is_object;
        std::size_t begin;        // of its first element in out_
        std::size_t count;        // elements
        std::size_t first_entry;  // objects: in entries_
    };
    struct Entry {
        std::size_t begin;  // its key's length prefix, in out_
        std::size_t key;
        std::size_t value;  // where the key ends
    };

    void element();
    void put_type(std::uint8_t type);
    void put_var_uint(std::uint64_t value);
    void put_var_bytes(std::string_view value);
    void open(bool is_object);
    std::size_t put_entries_in_order(const Open& object);

    std::string out_;
    std::vector<Open> open_;
    std::vector<Entry> entries_;  // of all open objects
};

}  // namespace codencollab::crdt
