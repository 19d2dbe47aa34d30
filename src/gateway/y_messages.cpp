#include "gateway/y_messages.h"

#include "base/log.h"
#include "wire/y_protocol.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace codencollab::gateway {

namespace {

/// "MiB" as people read it; the limits are whole ones by default.
std::string size_text(std::size_t bytes) {
    constexpr std::size_t mib = 1 << 20;
    if (bytes >= mib && bytes % mib == 0) return fmt::format("{} MiB", bytes / mib);
    return fmt::format("{} bytes", bytes);
}

}  // namespace

/// One overload a kind of message; each answers `done`.
struct YMessages::Taker {
    YMessages& messages;
    room::Seat& seat;
    const UserId& user;
    Callback<> done;

    void operator()(const wire::SyncStep1& message) {
        if (is_allowed()) done(seat.sync(message.state_vector));
    }
    // How often a user may type is the room's to judge: it asks again for what it refused.
    void operator()(const wire::SyncStep2& message) {
        seat.update(message.update, std::move(done));
    }
    void operator()(const wire::SyncUpdate& message) {
        seat.update(message.update, std::move(done));
    }
    void operator()(const wire::AwarenessMessage& message) {
        if (!is_allowed()) return;
        const Result<bool> is_new = seat.move_awareness(message.update);
        // Clients send back all that they hear of others; that is no act of a person.
        if (is_new && !*is_new) messages.code_events_.give_back(user.view());
        done(is_new ? Result<>() : Result<>(std::unexpected(is_new.error())));
    }
    void operator()(const wire::QueryAwareness&) {
        if (is_allowed()) done(seat.query_awareness());
    }
    // From servers alone.
    void operator()(const wire::PermissionDenied&) { done({}); }
    void operator()(const wire::UnknownMessage&) { done({}); }

  private:
    /// Whether the user may say more in this second; else that is the answer.
    bool is_allowed() {
        auto allowed = messages.code_events_.take(user.view(), "Too many changes at once.");
        if (allowed) return true;
        done(std::move(allowed));
        return false;
    }
};

void YMessages::take(
    std::string_view message, room::Seat& seat, const UserId& user, Callback<> done) {
    const auto decoded = wire::decode_y_message(message);
    if (!decoded) {
        return done(fail(
            ErrorCode::bad_payload,
            fmt::format("This is no y-protocols message (byte {}).", decoded.error().at)));
    }
    const std::size_t bytes_max = std::holds_alternative<wire::SyncStep2>(*decoded)
                                      ? limits_.sync_bytes
                                      : limits_.message_bytes;
    if (message.size() > bytes_max) {
        too_large_.fetch_add(1, std::memory_order_relaxed);
        return done(fail(
            ErrorCode::too_large,
            fmt::format(
                "This message is larger than {}: nothing of it was taken.", size_text(bytes_max))));
    }
    std::visit(Taker{*this, seat, user, std::move(done)}, *decoded);
}

void YMessages::note_malformed(const Error& error, const UserId& user) {
    malformed_.fetch_add(1, std::memory_order_relaxed);
    spdlog::info("A malformed Yjs message of user {}: {}", user.view(), error.message);
}

}  // namespace codencollab::gateway
