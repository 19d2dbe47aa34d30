#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

/// The messages of y-websocket, one in each binary frame: sync and awareness of y-protocols, and
/// what stands around them. Pure functions: what an update or a state vector says is the engine's
/// affair. Views point into what was decoded.
/// Source: y-protocols 1.0, y-websocket 2; docs/wire-format.md, section 9.
namespace codencollab::wire {

/// The sender's state vector: asks for a step 2 that holds what the sender lacks.
struct SyncStep1 {
    std::string_view state_vector;
    friend bool operator==(const SyncStep1&, const SyncStep1&) = default;
};

/// The answer to a step 1: an update, empty of structs if nothing was lacking.
struct SyncStep2 {
    std::string_view update;
    friend bool operator==(const SyncStep2&, const SyncStep2&) = default;
};

/// An update that nobody asked for: somebody typed. Applied like a step 2.
struct SyncUpdate {
    std::string_view update;
    friend bool operator==(const SyncUpdate&, const SyncUpdate&) = default;
};

/// States of people, as crdt::Awareness reads and writes them.
struct AwarenessMessage {
    std::string_view update;
    friend bool operator==(const AwarenessMessage&, const AwarenessMessage&) = default;
};

/// From a server that refuses a connection, or an edit.
struct PermissionDenied {
    std::string_view reason;
    friend bool operator==(const PermissionDenied&, const PermissionDenied&) = default;
};

/// Asks for an awareness message with all known states.
struct QueryAwareness {
    friend bool operator==(const QueryAwareness&, const QueryAwareness&) = default;
};

/// A kind that this protocol does not know, or not yet: to be ignored.
struct UnknownMessage {
    friend bool operator==(const UnknownMessage&, const UnknownMessage&) = default;
};

using YMessage = std::variant<
    SyncStep1,
    SyncStep2,
    SyncUpdate,
    AwarenessMessage,
    PermissionDenied,
    QueryAwareness,
    UnknownMessage>;

/// Why a frame's bytes were refused; `at` counts bytes from its start.
struct YMessageError {
    enum class Code : std::uint8_t {
        truncated,     // the frame ends inside a value
        bad_integer,   // longer than 2^53-1
        bad_utf8,      // a reason that is not strictly UTF-8
        unknown_sync,  // a sync message that is neither step 1, step 2 nor update
    };
    Code code;
    std::size_t at = 0;
};

/// Takes the message out of a binary frame. What follows a whole message is ignored, as Yjs does.
std::expected<YMessage, YMessageError> decode_y_message(std::string_view frame);

/// The frame of a message. An UnknownMessage has none: its frame is empty.
std::string encode_y_message(const YMessage& message);

}  // namespace codencollab::wire
