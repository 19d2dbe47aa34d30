#include "y_peer.h"

#include "base/lib0.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

namespace codencollab {

namespace {

crdt::ClientNumber next_client() {
    static crdt::ClientNumber last = 1'000;
    return ++last;
}

}  // namespace

YPeer::YPeer(std::uint16_t port, const std::string& target, std::string_view more_fields)
    : client_(port),
      opened_(client_.open_web_socket(target, more_fields)),
      replica_(next_client()) {}

void YPeer::say(const wire::YMessage& message) {
    say_bytes(wire::encode_y_message(message));
}

void YPeer::synchronise() {
    is_synchronised_ = false;
    say(wire::SyncStep1{replica_.state_vector()});
    while (!is_synchronised_ && listen()) {
    }
    EXPECT_TRUE(is_synchronised_);
}

void YPeer::type(std::size_t offset, std::string_view text) {
    say(wire::SyncUpdate{replica_.insert(offset, text)});
}

void YPeer::say_state(std::uint64_t clock, std::string_view json) {
    lib0::Writer update;
    update.var_uint(1);
    update.var_uint(replica_.client());
    update.var_uint(clock);
    update.var_bytes(json);
    say(wire::AwarenessMessage{update.view()});
}

bool YPeer::hears_text(std::string_view text) {
    while (replica_.text() != text) {
        if (!listen()) return false;
    }
    return true;
}

std::string YPeer::hears_denial() {
    while (denials_.empty()) {
        if (!listen()) return "";
    }
    return denials_.front();
}

bool YPeer::hears_awareness(std::string_view part) {
    const auto holds_part = [part](const std::string& update) {
        return update.find(part) != std::string::npos;
    };
    while (std::ranges::none_of(awareness_, holds_part)) {
        if (!listen()) return false;
    }
    std::erase_if(awareness_, holds_part);
    return true;
}

int YPeer::hears_close() {
    while (listen()) {
    }
    return close_code_;
}

bool YPeer::listen() {
    constexpr int binary = 2;
    constexpr int close = 8;
    const auto frame = client_.read_frame();
    if (frame.opcode == close && frame.payload.size() >= 2) {
        close_code_ = static_cast<unsigned char>(frame.payload[0]) << 8 |
                      static_cast<unsigned char>(frame.payload[1]);
    }
    if (frame.opcode < 0 || frame.opcode == close) return false;
    if (frame.opcode != binary) return true;

    const auto message = wire::decode_y_message(frame.payload);
    EXPECT_TRUE(message);
    if (!message) return false;
    if (const auto* asks = std::get_if<wire::SyncStep1>(&*message)) {
        const auto known = crdt::StateVector::decode(asks->state_vector);
        EXPECT_TRUE(known);
        say(wire::SyncStep2{replica_.document().encode(*known)});
    } else if (const auto* reply = std::get_if<wire::SyncStep2>(&*message)) {
        EXPECT_TRUE(replica_.apply(reply->update));
        is_synchronised_ = true;
    } else if (const auto* update = std::get_if<wire::SyncUpdate>(&*message)) {
        EXPECT_TRUE(replica_.apply(update->update));
    } else if (const auto* denied = std::get_if<wire::PermissionDenied>(&*message)) {
        denials_.emplace_back(denied->reason);
    } else if (const auto* awareness = std::get_if<wire::AwarenessMessage>(&*message)) {
        awareness_.emplace_back(awareness->update);
    }
    return true;
}

}  // namespace codencollab
