#include "polling_client.h"

#include "http_client.h"
#include "wire/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace codencollab {

namespace {

constexpr const char* path = "/socket.io/?EIO=4&transport=polling";
constexpr char separator = '\x1e';

std::string json_text(const boost::json::value& value) {
    std::string text;
    wire::append_json(text, value);
    return text;
}

}  // namespace

PollingClient::PollingClient(std::uint16_t port, const std::string& token) : port_(port) {
    const auto opened = http(port_, "GET", path);
    if (opened.status != 200) {
        refusal_ = fmt::format("handshake: {} {}", opened.status, opened.body);
        return;
    }
    engine_sid_ = wire::parse_json(opened.body.substr(1))->at("sid").as_string().c_str();
    post(token.empty() ? "40" : "40" + json_text({{"token", token}}));
    while (sid_.empty() && refusal_.empty()) {
        if (is_closed_) refusal_ = "closed";
        poll();
    }
}

boost::json::value PollingClient::ask(const std::string& event, const boost::json::value& payload) {
    const std::uint64_t id = next_ack_++;
    post(fmt::format("42{}[\"{}\",{}]", id, event, json_text(payload)));
    for (;;) {
        const auto found = std::ranges::find(acks_, id, [](const auto& ack) { return ack.first; });
        if (found != acks_.end()) {
            auto answer = found->second;
            acks_.erase(found);
            return answer;
        }
        if (is_closed_) return {};
        poll();
    }
}

void PollingClient::emit(const std::string& event, const boost::json::value& payload) {
    post(fmt::format("42[\"{}\",{}]", event, json_text(payload)));
}

boost::json::value PollingClient::hear(const std::string& event) {
    for (;;) {
        const auto found = std::ranges::find(heard_, event, &Heard::event);
        if (found != heard_.end()) {
            auto payload = found->payload;
            heard_.erase(found);
            return payload;
        }
        if (is_closed_) return {};
        poll();
    }
}

bool PollingClient::hears_goodbye() {
    while (!said_goodbye_ && !is_closed_) {
        poll();
    }
    return said_goodbye_;
}

void PollingClient::post(const std::string& packet) {
    http(
        port_,
        "POST",
        fmt::format("{}&sid={}", path, engine_sid_),
        {{"Content-Type", "text/plain;charset=UTF-8"}},
        packet);
}

void PollingClient::poll() {
    const auto answer = http(port_, "GET", fmt::format("{}&sid={}", path, engine_sid_));
    is_closed_ = answer.status != 200;
    if (is_closed_) return;
    std::string_view rest = answer.body;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(separator), rest.size());
        const auto packet = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (packet == "1") {
            is_closed_ = true;
        } else if (packet == "2") {
            post("3");
        } else if (packet.starts_with('4')) {
            take(packet.substr(1));
        }
    }
}

void PollingClient::take(std::string_view packet) {
    if (packet.empty()) return;
    const char type = packet.front();
    packet.remove_prefix(1);
    std::uint64_t id = 0;
    const auto [digits_end, error] =
        std::from_chars(packet.data(), packet.data() + packet.size(), id);
    packet.remove_prefix(static_cast<std::size_t>(digits_end - packet.data()));
    const auto json = packet.empty() ? boost::json::value() : *wire::parse_json(packet);
    switch (type) {
        case '0':
            sid_ = json.at("sid").as_string().c_str();
            break;
        case '1':
            said_goodbye_ = true;
            break;
        case '2':
            heard_.push_back(
                {json.at(0).as_string().c_str(),
                 json.as_array().size() > 1 ? json.at(1) : boost::json::value()});
            break;
        case '3':
            acks_.emplace_back(id, json.at(0));
            break;
        case '4':
            refusal_ = json.at("message").as_string().c_str();
            break;
        default:
            break;
    }
}

}  // namespace codencollab
