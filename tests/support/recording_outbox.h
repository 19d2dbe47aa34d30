#pragma once

#include "room/outbox.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace codencollab {

/// A frame that is the event itself, so that tests can look at it.
struct EventFrame final : room::Frame {
    explicit EventFrame(room::Event told) : event(std::move(told)) {}
    std::size_t size_bytes() const override { return 1; }
    room::Event event;
};

class EventEncoder final : public room::FrameEncoder {
  public:
    std::size_t encoded = 0;

    room::SharedFrame encode(const room::Event& event, room::ClientKind kind) override {
        if (!is_told(event, kind)) return nullptr;
        ++encoded;
        return std::make_shared<const EventFrame>(event);
    }

    /// As the gateway has it: replicas by the document's updates and awareness, delta clients by
    /// changes and cursors, and y-websocket knows nothing of all else.
    static bool is_told(const room::Event& event, room::ClientKind kind) {
        const bool is_shared = std::holds_alternative<room::DocumentUpdate>(event) ||
                               std::holds_alternative<room::SyncRequest>(event) ||
                               std::holds_alternative<room::SyncReply>(event) ||
                               std::holds_alternative<room::AwarenessUpdate>(event);
        const bool is_denial = std::holds_alternative<room::EditDenied>(event);
        const bool is_delta = std::holds_alternative<room::InitialCode>(event) ||
                              std::holds_alternative<room::CodeUpdate>(event) ||
                              std::holds_alternative<room::CursorMoved>(event);
        switch (kind) {
            case room::ClientKind::delta:
                return !is_shared && !is_denial;
            case room::ClientKind::yjs:
                return !is_delta && !is_denial;
            case room::ClientKind::y_websocket:
                return is_shared || is_denial;
        }
        return false;
    }
};

/// Remembers what was pushed; says `over_limit` once the test wants it to.
class RecordingOutbox final : public room::Outbox {
  public:
    std::vector<room::SharedFrame> frames;
    std::optional<room::CloseReason> closed;
    bool is_full = false;

    room::Push push(room::SharedFrame frame) override {
        if (is_full) return room::Push::over_limit;
        frames.push_back(std::move(frame));
        return room::Push::queued;
    }
    void close(room::CloseReason reason) override { closed = reason; }

    /// The events of one kind, in order.
    template <class T>
    std::vector<T> all() const {
        std::vector<T> found;
        for (const room::SharedFrame& frame : frames) {
            const room::Event& event = static_cast<const EventFrame&>(*frame).event;
            if (const T* is_it = std::get_if<T>(&event)) found.push_back(*is_it);
        }
        return found;
    }
    /// The newest event of one kind; the test must know that there is one.
    template <class T>
    T last() const {
        return all<T>().back();
    }
    template <class T>
    std::size_t count() const {
        return all<T>().size();
    }
};

}  // namespace codencollab
