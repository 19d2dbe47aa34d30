#include "crdt/update_encoder.h"

#include "crdt/any.h"
#include "crdt/json_value.h"

namespace codencollab::crdt {

namespace {

/// Calls `write` with each of the values as the JSON text that stands for it in legacy content.
template <class Write>
void for_each_json(
    std::uint32_t count, std::string_view values, std::string& scratch, const Write& write) {
    for (; count > 0; --count) {
        const std::string_view value = values.substr(0, skip_values(values, 1));
        values.remove_prefix(value.size());
        scratch.clear();
        if (value == any_undefined) {
            scratch = "undefined";
        } else {
            append_json(value, scratch);
        }
        write(std::string_view(scratch));
    }
}

}  // namespace

void EncoderV1::put_json(std::string_view any) {
    json_.clear();
    append_json(any, json_);
    out_.var_bytes(json_);
}

void EncoderV1::json(std::uint32_t count, std::string_view values) {
    out_.var_uint(count);
    for_each_json(count, values, json_, [this](std::string_view text) { out_.var_bytes(text); });
}

void EncoderV2::json(std::uint32_t count, std::string_view values) {
    lengths_.put(count);
    for_each_json(count, values, json_, [this](std::string_view text) { strings_.put(text); });
}

void EncoderV2::assemble() {
    const std::string_view names = names_.finish();
    const std::string_view clients = clients_.finish();
    const std::string_view origin_clocks = origin_clocks_.finish();
    const std::string_view right_clocks = right_clocks_.finish();
    const std::string_view infos = infos_.finish();
    const std::string_view text = strings_.text();
    const std::string_view text_lengths = strings_.finish_lengths();
    const std::string_view parents = parents_.finish();
    const std::string_view types = types_.finish();
    const std::string_view lengths = lengths_.finish();
    const std::string_view rest = rest_.view();
    constexpr std::size_t columns = 11;  // the flag and the text's own size included

    out_.clear();
    out_.reserve(
        columns * lib0::var_uint_room + names.size() + clients.size() + origin_clocks.size() +
        right_clocks.size() + infos.size() + text.size() + text_lengths.size() + parents.size() +
        types.size() + lengths.size() + rest.size());
    out_.byte(0);  // feature flag
    out_.var_bytes(names);
    out_.var_bytes(clients);
    out_.var_bytes(origin_clocks);
    out_.var_bytes(right_clocks);
    out_.var_bytes(infos);
    out_.var_uint(lib0::var_uint_size(text.size()) + text.size() + text_lengths.size());
    out_.var_bytes(text);
    out_.bytes(text_lengths);
    out_.var_bytes(parents);
    out_.var_bytes(types);
    out_.var_bytes(lengths);
    out_.bytes(rest);
}

void EncoderV2::clear() {
    names_.clear();
    clients_.clear();
    origin_clocks_.clear();
    right_clocks_.clear();
    infos_.clear();
    strings_.clear();
    parents_.clear();
    types_.clear();
    lengths_.clear();
    rest_.clear();
    name_count_ = 0;
    deletes_end_ = 0;
    finished_ = false;
}

std::string EncoderV2::finish() {
    assemble();
    clear();
    return out_.take();
}

std::string_view EncoderV2::finish_view() {
    assemble();
    finished_ = true;
    return out_.view();
}

}  // namespace codencollab::crdt
