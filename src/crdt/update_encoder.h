#pragma once

#include "base/lib0.h"
#include "crdt/columns.h"
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
    void origin(Id id) { put_id(id); }
    void right_origin(Id id) { put_id(id); }
    void root_parent(std::string_view name) {
        out_.byte(1);
        out_.var_bytes(name);
    }
    void item_parent(Id id) { put(0, id.client, id.clock); }
    void key(std::string_view key) { out_.var_bytes(key); }  // parentSub
    void deleted(std::uint32_t length) { out_.var_uint(length); }
    void string(std::string_view utf8, std::uint32_t /*units*/) {
        char* at = put_mostly_alike(out_.room(lib0::var_uint_room + utf8.size()), utf8.size());
        if (!utf8.empty()) std::memcpy(at, utf8.data(), utf8.size());
        out_.advance_to(at + utf8.size());
    }
    /// A string of `bytes` bytes that comes in parts.
    void begin_string(std::size_t bytes, std::uint32_t /*units*/) { out_.var_uint(bytes); }
    void string_part(std::string_view utf8) { out_.bytes(utf8); }
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
        ((at = lib0::put_var_uint(at, static_cast<std::uint64_t>(values))), ...);
        out_.advance_to(at);
    }
    void put_id(Id id) {
        char* const at = put_mostly_alike(out_.room(2 * lib0::var_uint_room), id.client);
        out_.advance_to(lib0::put_var_uint(at, id.clock));
    }
    /// For what is one byte nearly always, as the length of a run, or always or never in a
    /// document, as a client: here the length can be foreseen.
    static char* put_mostly_alike(char* at, std::uint64_t value) {
        if (value > 0x7F) return lib0::put_var_uint(at, value);
        *at = static_cast<char>(value);
        return at + 1;
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

/// The same for v2: each field goes into its column; finish() puts them together.
class EncoderV2 {
  public:
    static constexpr Format format = Format::v2;

    void begin_structs(std::uint64_t client_count) {
        begin();
        rest_.var_uint(client_count);
    }
    void begin_client(std::uint64_t struct_count, ClientNumber client, Clock first) {
        rest_.var_uint(struct_count);
        clients_.put(client);
        rest_.var_uint(first);
    }
    void gc(std::uint32_t length) {
        infos_.put(static_cast<std::uint8_t>(Kind::gc));
        lengths_.put(length);
    }
    void skip(std::uint32_t length) {
        infos_.put(static_cast<std::uint8_t>(Kind::skip));
        rest_.var_uint(length);
    }
    void item_info(std::uint8_t info) { infos_.put(info); }
    void origin(Id id) {
        clients_.put(id.client);
        origin_clocks_.put(id.clock);
    }
    void right_origin(Id id) {
        clients_.put(id.client);
        right_clocks_.put(id.clock);
    }
    void root_parent(std::string_view name) {
        parents_.put(1);
        strings_.put(name);
    }
    void item_parent(Id id) {
        parents_.put(0);
        origin(id);
    }
    void key(std::string_view key) { strings_.put(key); }
    void deleted(std::uint32_t length) { lengths_.put(length); }
    void string(std::string_view utf8, std::uint32_t units) { strings_.put(utf8, units); }
    void begin_string(std::size_t /*bytes*/, std::uint32_t units) { strings_.put({}, units); }
    void string_part(std::string_view utf8) { strings_.add(utf8); }
    void binary(std::string_view bytes) { rest_.var_bytes(bytes); }
    void embed(std::string_view any) { rest_.bytes(any); }
    void format_content(std::string_view key, std::string_view any) {
        put_name(key);
        rest_.bytes(any);
    }
    void type(TypeKind kind, std::string_view name) {
        types_.put(static_cast<std::uint8_t>(kind));
        if (has_name(kind)) put_name(name);
    }
    void any(std::uint32_t count, std::string_view values) {
        lengths_.put(count);
        rest_.bytes(values);
    }
    void json(std::uint32_t count, std::string_view values);
    void subdocument(std::string_view guid, std::string_view options) {
        strings_.put(guid);
        rest_.bytes(options);
    }

    void begin_deletes(std::uint64_t client_count) {
        begin();
        rest_.var_uint(client_count);
    }
    void begin_client_deletes(ClientNumber client, std::uint64_t range_count) {
        rest_.var_uint(client);
        rest_.var_uint(range_count);
        deletes_end_ = 0;
    }
    void delete_range(Clock clock, std::uint32_t length) {
        rest_.var_uint(clock - deletes_end_);
        rest_.var_uint(length - 1);
        deletes_end_ = clock + length;
    }

    std::string finish();
    std::string_view finish_view();
    void reserve(std::size_t bytes) { rest_.reserve(bytes / 4); }

  private:
    void begin() {
        if (finished_) clear();
    }
    void clear();
    void assemble();
    // Yjs numbers every key anew, known or not; it reads references that it never writes.
    void put_name(std::string_view name) {
        names_.put(name_count_++);
        strings_.put(name);
    }

    DiffRunWriter names_;
    UintRunWriter clients_;
    DiffRunWriter origin_clocks_;
    DiffRunWriter right_clocks_;
    ByteRunWriter infos_;
    StringColumnWriter strings_;
    ByteRunWriter parents_;
    UintRunWriter types_;
    UintRunWriter lengths_;
    lib0::Writer rest_;
    lib0::Writer out_;
    std::string json_;  // scratch
    std::uint64_t name_count_ = 0;
    Clock deletes_end_ = 0;
    bool finished_ = false;
};

}  // namespace codencollab::crdt
