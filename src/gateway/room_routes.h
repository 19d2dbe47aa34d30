#pragma once

#include "base/limits.h"
#include "gateway/identity.h"
#include "gateway/room_homes.h"
#include "gateway/route.h"
#include "net/http.h"
#include "room/user.h"

#include <boost/json/value.hpp>

#include <functional>

namespace codencollab::gateway {

/// The routes below /rooms (contract, section 1): each becomes a call on the room where it lives.
/// In this order, and the first that fails answers: token, body, room.
///
/// Ownership: everything handed in outlives it. Threads: any; `handle` on the request's loop.
class RoomRoutes {
  public:
    RoomRoutes(const RoomHomes& homes, Identity& identity) : homes_(homes), identity_(identity) {}

    /// A route that has a room, or `Route::rooms`; the method is one that it allows.
    void handle(Route route, net::HttpRequest request, net::Respond respond);

  private:
    struct Call;  // a request with its caller and its parsed body
    using Act = std::move_only_function<void(room::Room&, net::Respond)>;

    void dispatch(Call call, net::Respond respond);
    void create_room(Call call, net::Respond respond);
    void list_rooms(Call call, net::Respond respond);
    void add_online(
        std::shared_ptr<struct ListedRooms> listed, std::size_t home, net::Respond respond);
    Result<Act> act_of(Call call);
    Result<Act> change_settings(Call call);
    Result<Act> start_run(Call call);
    Result<Act> member_act(Call call);
    Result<Act> run_act(Call call);
    static Result<Act> read_text(const Call& call);
    static Result<Act> read_history(const Call& call);
    /// Opens the room on its loop and acts there.
    void in_room(std::string_view room_id, net::Respond respond, Act act);

    const RoomHomes& homes_;
    Identity& identity_;
};

}  // namespace codencollab::gateway
