#pragma once

#include "base/lib0.h"
#include "crdt/id.h"
#include "crdt/update_records.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace codencollab::crdt {

/// The part of a struct to be written, in units from its start.
struct Cut {
    std::uint32_t from = 0;
    std::uint32_t to = 0;  // past the last unit
};

/// What an item's info byte says besides its kind.
inline constexpr std::uint8_t info_origin = 0x80;
inline constexpr std::uint8_t info_right_origin = 0x40;
inline constexpr std::uint8_t info_key = 0x20;

/// Writes the fields of an update in the order of the wire, as v1.
class EncoderV1 {
  public:
    static constexpr Format format = Format::v1;

    void begin_structs(std::uint64_t client_count) {
        begin();
        out_.var_uint(client_count);
    }
    void begin_client(std::uint64_t struct_count, ClientNumber client, Clock first) {
        put(struct_count, client, first);
    }
    void gc(std::uint32_t length) { put_byte_and(static_cast<std::uint8_t>(Kind::gc), length); }
    void skip(std::uint32_t length) { put_byte_and(static_cast<std::uint8_t>(Kind::skip), length); }
    void item_info(std::uint8_t info) { out_.byte(info); }
    void origin(Id id) { put(id.client, id.clock); }
    void right_origin(Id id) { put(id.client, id.clock); }
    void root_parent(std::string_view name) {
        out_.byte(1);
        out_.var_bytes(name);
    }
    void item_parent(Id id) { put(0, id.client, id.clock); }
    void key(std::string_view key) { out_.var_bytes(key); }  // parentSub
    void deleted(std::uint32_t length) { out_.var_uint(length); }
    void string(std::string_view utf8, std::uint32_t /*units*/) { out_.var_bytes(utf8); }
    void binary(std::string_view bytes) { out_.var_bytes(bytes); }
    void embed(std::string_view any) { put_json(any); }
    void format_content(std::string_view key, std::string_view any) {
        out_.var_bytes(key);
        put_json(any);
    }
    void type(TypeKind kind, std::string_view name) {
        out_.byte(static_cast<std::uint8_t>(kind));
        if (has_name(kind)) out_.var_bytes(name);
    }
    void any(std::uint32_t count, std::string_view values) {
        out_.var_uint(count);
        out_.bytes(values);
    }
    void json(std::uint32_t count, std::string_view values);
    void subdocument(std::string_view guid, std::string_view options) {
        out_.var_bytes(guid);
        out_.bytes(options);
    }

    void begin_deletes(std::uint64_t client_count) {
        begin();
        out_.var_uint(client_count);
    }
    void begin_client_deletes(ClientNumber client, std::uint64_t range_count) {
        put(client, range_count);
    }
    void delete_range(Clock clock, std::uint32_t length) { put(clock, length); }

    /// The update; the encoder is as new afterwards (but keeps its memory where it can).
    std::string finish() {
        finished_ = false;
        return out_.take();
    }
    /// The same as a view, valid until the next call on the encoder.
    std::string_view finish_view() {
        finished_ = true;
        return out_.view();
    }
    void reserve(std::size_t bytes) { out_.reserve(bytes); }

  private:
    void begin() {
        if (finished_) out_.clear();
        finished_ = false;
    }
    template <class... Integers>
    void put(Integers... values) {
        char* at = out_.room(sizeof...(values) * lib0::var_uint_room);
        ((at = lib0::put_var_uint(at, values)), ...);
        out_.advance_to(at);
    }
    void put_byte_and(std::uint8_t byte, std::uint64_t value) {
        char* at = out_.room(1 + lib0::var_uint_room);
        *at = static_cast<char>(byte);
        out_.advance_to(lib0::put_var_uint(at + 1, value));
    }
    void put_json(std::string_view any);

    lib0::Writer out_;
    std::string json_;  // scratch
    bool finished_ = false;
};

}  // namespace codencollab::crdt
