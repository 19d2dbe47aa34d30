#include "crdt/fields_v2.h"

#include <optional>

namespace codencollab::crdt {

// The members are read from `in` in the order in which they stand in the class, which is the
// wire's.
FieldsV2::FieldsV2(lib0::Reader in, const char* begin)
    : begin_(begin),
      keys_((in.var_uint(), in.var_bytes())),  // a feature flag, ignored, comes first
      clients_(in.var_bytes()),
      origin_clocks_(in.var_bytes()),
      right_clocks_(in.var_bytes()),
      infos_(in.var_bytes()),
      strings_(in.var_bytes()),
      parents_(in.var_bytes()),
      types_(in.var_bytes()),
      lengths_(in.var_bytes()),
      rest_begin_(in.offset()),
      rest_(in.bytes(in.left())) {
    if (in.failed()) rest_.fail(in.failure());
}

DecodeError FieldsV2::error() const {
    if (rest_.failed()) return {.code = code_of(rest_.failure()), .at = offset()};
    const auto of = [this](const ColumnReader& column) -> std::optional<DecodeError> {
        if (!column.failed()) return std::nullopt;
        const auto at = column.at() == nullptr ? 0 : column.at() - begin_;
        return DecodeError{.code = code_of(column.failure()), .at = static_cast<std::size_t>(at)};
    };
    for (const ColumnReader* column : std::initializer_list<const ColumnReader*>{
             &keys_,
             &clients_,
             &origin_clocks_,
             &right_clocks_,
             &infos_,
             &strings_,
             &strings_.lengths(),
             &parents_,
             &types_,
             &lengths_}) {
        if (const auto error = of(*column)) return *error;
    }
    return {.code = DecodeError::Code::truncated, .at = offset()};
}

std::string_view FieldsV2::key(Arena& arena) {
    const std::uint64_t clock = keys_.next();
    if (clock < known_keys_.size()) return known_keys_[clock];
    const std::string_view key = string(arena);
    if (!failed()) known_keys_.push_back(key);
    return key;
}

}  // namespace codencollab::crdt
