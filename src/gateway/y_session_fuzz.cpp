#include "gateway/y_session.h"

#include "base/log.h"
#include "gateway/contract_codec.h"
#include "gateway/event_rates.h"
#include "support/fake_identity.h"
#include "support/fake_y_line.h"
#include "support/house.h"
#include "support/replica.h"
#include "wire/y_protocol.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace codencollab {
namespace {

/// A room with one client that says whatever it likes, and one that only listens.
class World {
  public:
    World() {
        spdlog::set_level(spdlog::level::off);
        room_ = house_.make_room(owner_);
        stranger_ = connect();
        witness_ = connect();
        follow();
        witness_->send(wire::encode_y_message(wire::SyncStep1{replica_.state_vector()}));
        follow();
    }

    void say(std::string_view message) {
        if (stranger_->close_code != 0) stranger_ = connect();
        stranger_->send(message);
        house_.wait(std::chrono::milliseconds(10));
        follow();
    }

    /// Whatever was said: the room has one text, the witness holds it, and was not closed.
    void check() {
        house_.wait(std::chrono::seconds(1));
        follow();
        std::string text;
        rooms_.with_room(room_, [&](Result<room::Room*> room) {
            if (!room) std::abort();
            text = (*room)->text(owner_.id).value();
        });
        if (witness_->close_code != 0 || replica_.text() != text) std::abort();
    }

  private:
    std::shared_ptr<YClient> connect() {
        auto client = std::make_shared<YClient>();
        client->heard_at = house_.clock.steady_now() + std::chrono::hours(1);
        const gateway::Caller caller{
            owner_, house_.clock.wall_now() + std::chrono::hours(1), std::nullopt};
        auto session = std::make_shared<gateway::YSession>(
            world_,
            room_,
            gateway::YSession::Client{std::to_string(++last_sid_), "token", caller},
            std::make_unique<FakeYLine>(client));
        sessions_.add(0, session);
        session->start();
        // Too many joins in a second are refused, as everybody's are.
        house_.wait(std::chrono::seconds(1));
        if (!client->is_read()) std::abort();
        return client;
    }

    void follow() {
        for (; read_ < witness_->heard.size(); ++read_) {
            const auto message = wire::decode_y_message(witness_->heard[read_]);
            if (!message) std::abort();
            if (const auto* reply = std::get_if<wire::SyncStep2>(&*message)) {
                if (!replica_.apply(reply->update)) std::abort();
            } else if (const auto* update = std::get_if<wire::SyncUpdate>(&*message)) {
                if (!replica_.apply(update->update)) std::abort();
            }
        }
    }

    House house_;
    room::User owner_ = house_.person("Ada");
    gateway::ContractCodec codec_{house_.limits};
    room::Rooms rooms_{room::RoomsPorts{
        house_.loop,
        house_.clock,
        house_.random,
        house_.store,
        house_.executor,
        codec_,
        house_.limits,
        house_.limiters}};
    RoomId room_ = RoomId::random(house_.random);
    FakeIdentity identity_;
    gateway::RoomHomes homes_{{{house_.loop, rooms_, house_.executor}}};
    gateway::EventRates rates_{house_.limits, house_.clock};
    gateway::YMessages messages_{house_.limits, rates_.code_events};
    gateway::YSessions sessions_{1};
    gateway::YWorld world_{
        homes_,
        identity_,
        house_.clock,
        house_.limits,
        messages_,
        std::chrono::seconds(25),
        std::chrono::seconds(20),
        sessions_};
    int last_sid_ = 0;
    std::shared_ptr<YClient> stranger_;
    std::shared_ptr<YClient> witness_;
    std::size_t read_ = 0;
    Replica replica_{7};
};

}  // namespace
}  // namespace codencollab

// Messages of one client after another, each behind its length in one byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    codencollab::World world;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    while (!rest.empty()) {
        const std::size_t length = static_cast<unsigned char>(rest.front());
        rest.remove_prefix(1);
        world.say(rest.substr(0, length));
        rest.remove_prefix(std::min(length, rest.size()));
    }
    world.check();
    return 0;
}
