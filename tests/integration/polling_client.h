#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <deque>
#include <string>

namespace codencollab {

/// A Socket.IO client over long-polling: everything that it hears it keeps, so that no event is
/// missed by listening too late. Blocks; a test's own thread alone.
class PollingClient {
  public:
    /// Connects with this token; `refusal` says why when that failed.
    PollingClient(std::uint16_t port, const std::string& token);

    /// Empty when connected, else the message of the server's refusal.
    const std::string& refusal() const { return refusal_; }
    const std::string& sid() const { return sid_; }

    /// Emits and waits for the ack's first argument.
    boost::json::value ask(const std::string& event, const boost::json::value& payload);
    void emit(const std::string& event, const boost::json::value& payload);
    /// The first unheard event of that name, now or later; null when the server closed instead.
    boost::json::value hear(const std::string& event);
    /// Whether the server said `41`, sooner or later.
    bool hears_goodbye();

  private:
    struct Heard {
        std::string event;
        boost::json::value payload;
    };
    void post(const std::string& packet);
    /// One poll. What it brings may end with the session's end: look at what was heard first.
    void poll();
    void take(std::string_view packet);

    std::uint16_t port_;
    std::string engine_sid_;
    std::string sid_;
    std::string refusal_;
    std::deque<Heard> heard_;
    std::deque<std::pair<std::uint64_t, boost::json::value>> acks_;
    std::uint64_t next_ack_ = 0;
    bool said_goodbye_ = false;
    bool is_closed_ = false;
};

}  // namespace codencollab
