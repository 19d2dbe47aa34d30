#include "crdt/relative_position.h"

#include "base/lib0.h"
#include "crdt/read_error.h"

#include <string>
#include <string_view>
#include <utility>

namespace codencollab::crdt {

namespace {

enum class AnchorType : std::uint8_t { item = 0, root_name = 1, type_item = 2 };

}  // namespace

std::expected<RelativePosition, DecodeError> RelativePosition::decode(std::string_view bytes) {
    lib0::Reader in(bytes);
    RelativePosition position;
    const auto read_id = [&in] {
        const ClientNumber client = in.var_uint();
        return Id{.client = client, .clock = read_clock(in)};
    };
    const std::uint64_t type = in.var_uint();
    if (in.failed()) return std::unexpected(read_error(in));
    if (type > static_cast<std::uint64_t>(AnchorType::type_item)) {
        return std::unexpected(DecodeError{.code = DecodeError::Code::bad_content, .at = 0});
    }
    switch (static_cast<AnchorType>(type)) {
        case AnchorType::item:
            position.anchor = read_id();
            break;
        case AnchorType::root_name:
            position.anchor = RootName{std::string(in.var_string())};
            break;
        case AnchorType::type_item:
            position.anchor = TypeItem{read_id()};
            break;
    }
    if (!in.at_end()) {
        const lib0::VarInt assoc = in.var_int();
        const auto magnitude = static_cast<std::int64_t>(assoc.magnitude);
        position.assoc = assoc.negative ? -magnitude : magnitude;
    }
    if (in.failed()) return std::unexpected(read_error(in));
    return position;
}

std::string RelativePosition::encode() const {
    lib0::Writer out;
    const auto put = [&out](AnchorType type, Id id) {
        out.var_uint(static_cast<std::uint64_t>(type));
        out.var_uint(id.client);
        out.var_uint(id.clock);
    };
    if (const auto* id = std::get_if<Id>(&anchor)) {
        put(AnchorType::item, *id);
    } else if (const auto* root = std::get_if<RootName>(&anchor)) {
        out.var_uint(static_cast<std::uint64_t>(AnchorType::root_name));
        out.var_bytes(root->name);
    } else {
        put(AnchorType::type_item, std::get<TypeItem>(anchor).id);
    }
    out.var_int(
        {.magnitude = static_cast<std::uint64_t>(assoc < 0 ? -assoc : assoc),
         .negative = assoc < 0});
    return out.take();
}

}  // namespace codencollab::crdt
