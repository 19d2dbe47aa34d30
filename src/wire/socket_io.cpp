#include "wire/socket_io.h"

#include "wire/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

namespace codencollab::wire {
namespace {

namespace json = boost::json;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The number at the front, which is taken off; none when it has no digit or is over `max`.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t max) {
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
        number = number * 10 + static_cast<std::uint64_t>(text[digits] - '0');
        if (number > max) return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return number;
}

bool is_binary(SocketType type) {
    return type == SocketType::binary_event || type == SocketType::binary_ack;
}

bool is_event(SocketType type) {
    return type == SocketType::event || type == SocketType::binary_event;
}

bool is_reserved(std::string_view name) {
    constexpr std::array<std::string_view, 6> reserved{
        "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};
    return std::ranges::find(reserved, name) != reserved.end();
}

// Whether every placeholder refers to an attachment.
bool has_good_placeholders(const json::value& value, std::size_t attachments) {
    if (const json::array* array = value.if_array()) {
        return std::ranges::all_of(*array, [&](const json::value& element) {
            return has_good_placeholders(element, attachments);
        });
    }
    const json::object* object = value.if_object();
    if (object == nullptr) return true;
    const json::value* mark = object->if_contains("_placeholder");
    if (mark != nullptr && mark->is_bool() && mark->get_bool()) {
        const json::value* number = object->if_contains("num");
        return number != nullptr && number->is_int64() && number->get_int64() >= 0 &&
               static_cast<std::uint64_t>(number->get_int64()) < attachments;
    }
    return std::ranges::all_of(*object, [&](const json::key_value_pair& field) {
        return has_good_placeholders(field.value(), attachments);
    });
}

// Takes the name off the front of an event's payload.
std::optional<std::string> take_name(json::array& payload) {
    if (payload.empty()) return std::nullopt;
    std::string name;
    const json::value& first = payload.front();
    if (const json::string* text = first.if_string()) {
        name.assign(text->data(), text->size());
        if (is_reserved(name)) return std::nullopt;
    } else if (first.is_number()) {
        append_json(name, first);
    } else {
        return std::nullopt;
    }
    payload.erase(payload.begin());
    return name;
}

// Reads the JSON of a packet into `packet`; false when it is not what its type has.
bool read_payload(SocketPacket& packet, std::string_view payload, std::size_t attachments) {
    if (packet.type == SocketType::disconnect) return payload.empty();
    if (packet.type == SocketType::connect_error) return false;  // servers alone send it
    if (payload.empty()) return packet.type == SocketType::connect;
    auto value = parse_json(payload);
    if (!value) return false;
    packet.payload = std::move(*value);
    if (packet.type == SocketType::connect) return packet.payload.is_object();

    json::array* array = packet.payload.if_array();
    if (array == nullptr) return false;
    if (is_binary(packet.type) && !has_good_placeholders(packet.payload, attachments)) return false;
    if (!is_event(packet.type)) return packet.id.has_value();
    auto name = take_name(*array);
    if (!name) return false;
    packet.name = std::move(*name);
    return true;
}

}  // namespace

std::optional<SocketPacketText> parse_socket_packet(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '6') return std::nullopt;
    SocketPacketText packet;
    packet.type = static_cast<SocketType>(text.front() - '0');
    text.remove_prefix(1);
    if (is_binary(packet.type)) {
        const auto count = take_number(text, 1'000);
        if (!count || *count == 0 || !text.starts_with('-')) return std::nullopt;
        packet.attachments = static_cast<std::size_t>(*count);
        text.remove_prefix(1);
    }
    if (text.starts_with('/')) {
        const auto end = std::min(text.find(','), text.size());
        packet.socket_namespace = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!text.empty() && is_digit(text.front())) {
        packet.id = take_number(text, ack_id_max);
        if (!packet.id) return std::nullopt;
    }
    packet.payload = text;
    return packet;
}

std::string event_name_of(std::string_view payload) {
    const auto start = payload.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || payload[start] != '[') return {};
    const auto quote = payload.find_first_not_of(" \t\r\n", start + 1);
    if (quote == std::string_view::npos || payload[quote] != '"') return {};
    std::size_t end = quote + 1;
    while (end < payload.size() && payload[end] != '"')
        end += payload[end] == '\\' ? 2 : 1;
    if (end >= payload.size()) return {};
    const auto name = parse_json(payload.substr(quote, end + 1 - quote));
    if (!name || !name->is_string()) return {};
    return std::string(name->get_string().data(), name->get_string().size());
}

SocketDecoder::SocketDecoder(SocketDecoderLimits limits) : limits_(std::move(limits)) {}

SocketDecoder::Step SocketDecoder::feed_text(std::string_view text) {
    if (attachments_left_ > 0) return Step::failed;  // its attachments must come first
    const auto parts = parse_socket_packet(text);
    if (!parts || parts->attachments > limits_.attachments_max) return Step::failed;

    packet_ = SocketPacket{};
    packet_.type = parts->type;
    packet_.socket_namespace = std::string(parts->socket_namespace);
    packet_.id = parts->id;
    size_bytes_ = text.size();
    is_too_large_ = false;
    if (text.size() > limits_.message_bytes) {
        // Only looked at: what is too large is not worth parsing.
        packet_.name = event_name_of(parts->payload);
        is_too_large_ =
            std::ranges::find(limits_.large_events, packet_.name) == limits_.large_events.end();
        if (is_too_large_ && !is_event(packet_.type)) return Step::failed;
    }
    if (!is_too_large_ && !read_payload(packet_, parts->payload, parts->attachments)) {
        return Step::failed;
    }
    attachments_left_ = parts->attachments;
    return attachments_left_ > 0 ? Step::incomplete : finish();
}

SocketDecoder::Step SocketDecoder::feed_binary(std::string bytes) {
    if (attachments_left_ == 0) return Step::failed;
    size_bytes_ += bytes.size();
    if (size_bytes_ > limits_.message_bytes_hard) return Step::failed;
    const bool is_bounded =
        std::ranges::find(limits_.large_events, packet_.name) == limits_.large_events.end();
    if (is_bounded && size_bytes_ > limits_.message_bytes) {
        is_too_large_ = true;
        packet_.attachments.clear();
        packet_.payload = nullptr;
    }
    if (!is_too_large_) packet_.attachments.push_back(std::move(bytes));
    return --attachments_left_ > 0 ? Step::incomplete : finish();
}

SocketDecoder::Step SocketDecoder::finish() const {
    if (!is_too_large_) return Step::packet;
    return is_event(packet_.type) ? Step::too_large : Step::failed;
}

SocketPacket SocketDecoder::take() {
    return std::move(packet_);
}

}  // namespace codencollab::wire
