#include "wire/y_protocol.h"

#include "base/lib0.h"

namespace codencollab::wire {
namespace {

enum class Type : std::uint8_t { sync = 0, awareness = 1, auth = 2, query_awareness = 3 };
enum class Sync : std::uint8_t { step_1 = 0, step_2 = 1, update = 2 };
constexpr std::uint8_t permission_denied = 0;

std::unexpected<YMessageError> failed(const lib0::Reader& reader) {
    using Failure = lib0::Reader::Failure;
    const auto code = reader.failure() == Failure::bad_integer ? YMessageError::Code::bad_integer
                      : reader.failure() == Failure::bad_utf8  ? YMessageError::Code::bad_utf8
                                                               : YMessageError::Code::truncated;
    return std::unexpected(YMessageError{code, reader.offset()});
}

/// `message` if all of it could be read.
std::expected<YMessage, YMessageError> whole(const lib0::Reader& reader, YMessage message) {
    if (reader.failed()) return failed(reader);
    return message;
}

std::expected<YMessage, YMessageError> decode_sync(lib0::Reader& reader) {
    const std::size_t at = reader.offset();
    const std::uint64_t type = reader.var_uint();
    if (reader.failed()) return failed(reader);
    if (type > static_cast<std::uint8_t>(Sync::update)) {
        return std::unexpected(YMessageError{YMessageError::Code::unknown_sync, at});
    }
    const std::string_view bytes = reader.var_bytes();
    switch (static_cast<Sync>(type)) {
        case Sync::step_1:
            return whole(reader, SyncStep1{bytes});
        case Sync::step_2:
            return whole(reader, SyncStep2{bytes});
        case Sync::update:
            break;
    }
    return whole(reader, SyncUpdate{bytes});
}

std::expected<YMessage, YMessageError> decode_auth(lib0::Reader& reader) {
    const std::uint64_t type = reader.var_uint();
    if (type != permission_denied) return whole(reader, UnknownMessage{});
    return whole(reader, PermissionDenied{reader.var_string()});
}

/// Each message's bytes, one function a kind.
struct Encode {
    lib0::Writer& out;

    void type(Type value) { out.byte(static_cast<std::uint8_t>(value)); }
    void sync(Sync kind, std::string_view bytes) {
        out.reserve(bytes.size() + 12);  // both numbers and a length: one allocation a frame
        type(Type::sync);
        out.byte(static_cast<std::uint8_t>(kind));
        out.var_bytes(bytes);
    }

    void operator()(const SyncStep1& message) { sync(Sync::step_1, message.state_vector); }
    void operator()(const SyncStep2& message) { sync(Sync::step_2, message.update); }
    void operator()(const SyncUpdate& message) { sync(Sync::update, message.update); }
    void operator()(const AwarenessMessage& message) {
        out.reserve(message.update.size() + 11);
        type(Type::awareness);
        out.var_bytes(message.update);
    }
    void operator()(const PermissionDenied& message) {
        type(Type::auth);
        out.byte(permission_denied);
        out.var_bytes(message.reason);
    }
    void operator()(const QueryAwareness&) { type(Type::query_awareness); }
    void operator()(const UnknownMessage&) {}
};

}  // namespace

std::expected<YMessage, YMessageError> decode_y_message(std::string_view frame) {
    lib0::Reader reader(frame);
    const std::uint64_t type = reader.var_uint();
    if (reader.failed()) return failed(reader);
    if (type > static_cast<std::uint8_t>(Type::query_awareness)) return UnknownMessage{};
    switch (static_cast<Type>(type)) {
        case Type::sync:
            return decode_sync(reader);
        case Type::awareness:
            return whole(reader, AwarenessMessage{reader.var_bytes()});
        case Type::auth:
            return decode_auth(reader);
        case Type::query_awareness:
            break;
    }
    return QueryAwareness{};
}

std::string encode_y_message(const YMessage& message) {
    lib0::Writer out;
    std::visit(Encode{out}, message);
    return out.take();
}

}  // namespace codencollab::wire
