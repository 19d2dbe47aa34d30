#include "gateway/socket_io/packet.h"

#include "wire/base64.h"
#include "wire/json_text.h"
#include "wire/web_socket_frame.h"

namespace codencollab::gateway {

Packet::Packet(std::string_view text, const std::vector<std::string>& attachments) {
    std::size_t size = text.size() + 10;
    for (const std::string& bytes : attachments)
        size += bytes.size() + 10;
    frames_.reserve(size);
    append(text, false);
    for (const std::string& bytes : attachments)
        append(bytes, true);
}

void Packet::append(std::string_view payload, bool is_binary) {
    wire::append_frame(frames_, is_binary ? wire::Opcode::binary : wire::Opcode::text, payload);
    parts_.push_back({frames_.size() - payload.size(), payload.size(), is_binary});
}

std::shared_ptr<const Packet> Packet::message(std::string_view data) {
    return std::make_shared<const Packet>("4" + std::string(data));
}

std::shared_ptr<const Packet> Packet::binary_message(std::string_view bytes) {
    std::shared_ptr<Packet> packet(new Packet);  // the constructor is private
    packet->append(bytes, true);
    return packet;
}

std::shared_ptr<const Packet> Packet::event(
    std::string_view name,
    std::string_view arguments_json,
    const std::vector<std::string>& attachments,
    std::string_view socket_namespace) {
    std::string text;
    text.reserve(name.size() + arguments_json.size() + 32);
    if (attachments.empty()) {
        text = "42";
    } else {
        text = "45" + std::to_string(attachments.size()) + "-";
    }
    if (socket_namespace != "/") {
        text += socket_namespace;
        text += ',';
    }
    text += '[';
    wire::append_json_string(text, name);
    if (!arguments_json.empty()) text += ',';
    text += arguments_json;
    text += ']';
    return std::make_shared<const Packet>(text, attachments);
}

std::string_view Packet::part_bytes(std::size_t i) const {
    return std::string_view(frames_).substr(parts_[i].offset, parts_[i].size);
}

std::string_view Packet::polling_part(std::size_t i) const {
    if (!parts_[i].is_binary) return part_bytes(i);
    std::call_once(base64_made_, [&] {
        for (std::size_t at = 0; at < parts_.size(); ++at) {
            base64_.push_back(
                parts_[at].is_binary ? "b" + wire::base64_encoded(part_bytes(at)) : std::string());
        }
    });
    return base64_[i];
}

}  // namespace codencollab::gateway
