#include "crdt/update_encoder.h"

#include "crdt/any.h"
#include "crdt/json_value.h"

namespace codencollab::crdt {

void EncoderV1::put_json(std::string_view any) {
    json_.clear();
    append_json(any, json_);
    out_.var_bytes(json_);
}

void EncoderV1::json(std::uint32_t count, std::string_view values) {
    out_.var_uint(count);
    for (; count > 0; --count) {
        const std::string_view value = values.substr(0, skip_values(values, 1));
        values.remove_prefix(value.size());
        if (value == any_undefined) {
            out_.var_bytes("undefined");
        } else {
            put_json(value);
        }
    }
}

}  // namespace codencollab::crdt
