#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/lib0.h"
#include "crdt/columns.h"
#include "crdt/update_records.h"

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

    void begin_structs(std::uint64_t client_count);
    void begin_client(std::uint64_t struct_count, ClientNumber client, Clock first);
    void gc(std::uint32_t length);
    void skip(std::uint32_t length);
    void item_info(std::uint8_t info);
    void origin(Id id);
    void right_origin(Id id);
    void root_parent(std::string_view name);
    void item_parent(Id id);
    void key(std::string_view key);  // parentSub
    void deleted(std::uint32_t length);
    void string(std::string_view utf8, std::uint32_t units);
    void binary(std::string_view bytes);
    void embed(std::string_view any);
    void format_content(std::string_view key, std::string_view any);
    void type(TypeKind kind, std::string_view name);
    void any(std::uint32_t count, std::string_view values);
    void json(std::uint32_t count, std::string_view values);
    void subdocument(std::string_view guid, std::string_view options);

    void begin_deletes(std::uint64_t client_count);
    void begin_client_deletes(ClientNumber client, std::uint64_t range_count);
    void delete_range(Clock clock, std::uint32_t length);

    /// The update; the encoder is as new afterwards (but keeps its memory where it can).
    std::string finish();
    /// The same as a view, valid until the next call on the encoder.
    std::string_view finish_view();
    void reserve(std::size_t bytes) { out_.reserve(bytes); }

  private:
    lib0::Writer out_;
    bool finished_ = false;
};

/// The same for v2.
class EncoderV2;  // as EncoderV1; the helper that writes columns.h completes it

/// Writes the part `cut` of a struct. A part that does not begin at 0 has the unit before it as its
/// origin. `clients` maps the record's client indices to numbers.
template <class Encoder>
void write_struct(Encoder& encoder,
                  const StructRecord& record,
                  const RecordDetails* details,
                  const ClientNumber* clients,
                  Cut cut);

}  // namespace codencollab::crdt
