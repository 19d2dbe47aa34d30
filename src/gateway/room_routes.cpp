#include "gateway/room_routes.h"

#include "gateway/answers.h"
#include "gateway/bearer.h"
#include "gateway/history_rest.h"
#include "gateway/rest_json.h"
#include "room/rights.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::gateway {

using net::Respond;
using Json = boost::json::value;

/// A request whose caller is known, with its body read.
struct RoomRoutes::Call {
    Route route;
    net::HttpRequest request;
    room::User caller;
    Json body;

    RouteMatch match() const { return *match_route(request.path); }
};

/// A page of rooms while the loops are asked, one after the other, who is in them.
struct ListedRooms {
    room::RoomPage page;
    std::vector<std::vector<room::Presence>> online;
};

namespace {

constexpr std::size_t page_default = 20;
constexpr std::size_t page_max = 100;
constexpr std::size_t runs_shown = 20;

bool has_body(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

/// Answers what failed, or what `show` makes of the value.
template <class T, class Show>
void answer(Respond respond, const Result<T>& result, Show&& show) {
    respond(result ? show(*result) : error_answer(result.error()));
}

void answer_empty(Respond respond, const Result<>& result) {
    respond(result ? empty_answer() : error_answer(result.error()));
}

/// A callback that answers with nothing, once the act is done.
Callback<> then_empty(Respond respond) {
    return [respond = std::move(respond)](Result<> result) mutable {
        answer_empty(std::move(respond), result);
    };
}

net::HttpResponse text_answer(std::string text) {
    return {
        200,
        {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
        std::move(text),
        {}};
}

}  // namespace

void RoomRoutes::handle(Route route, net::HttpRequest request, Respond respond) {
    if (route == Route::preview) {  // the one that anybody may ask
        const std::string id(match_route(request.path)->room);
        return in_room(id, std::move(respond), [](room::Room& room, Respond to) {
            answer(std::move(to), room.preview(), [](const room::RoomPreview& preview) {
                return json_answer(200, preview_json(preview));
            });
        });
    }
    auto token = bearer_token(request);
    if (!token) return respond(error_answer(token.error()));
    Loop& loop = *request.loop;
    identity_.verify(
        std::move(*token),
        loop,
        [this, route, request = std::move(request), respond = std::move(respond)](
            Result<Caller> caller) mutable {
            if (!caller) return respond(error_answer(caller.error()));
            Json body;
            if (has_body(request.method)) {
                auto parsed = json_body(request);
                if (!parsed) return respond(error_answer(parsed.error()));
                body = std::move(*parsed);
            }
            dispatch(
                {route, std::move(request), std::move(caller->user), std::move(body)},
                std::move(respond));
        });
}

void RoomRoutes::dispatch(Call call, Respond respond) {
    if (call.route == Route::rooms) {
        if (call.request.method == "POST") return create_room(std::move(call), std::move(respond));
        return list_rooms(std::move(call), std::move(respond));
    }
    const std::string id(call.match().room);
    auto act = act_of(std::move(call));
    if (!act) return respond(error_answer(act.error()));
    in_room(id, std::move(respond), std::move(*act));
}

void RoomRoutes::in_room(std::string_view room_id, Respond respond, Act act) {
    const auto id = RoomId::parse(room_id);
    if (!id) return respond(error_answer(room::room_not_found()));
    const RoomHomes::Home& home = homes_.home_of(*id);
    home.loop.post([&home, id = *id, respond = std::move(respond), act = std::move(act)]() mutable {
        home.rooms.with_room(
            id,
            [respond = std::move(respond), act = std::move(act)](Result<room::Room*> room) mutable {
                if (!room) return respond(error_answer(room.error()));
                act(**room, std::move(respond));
            });
    });
}

void RoomRoutes::create_room(Call call, Respond respond) {
    auto wanted = parse_new_room(call.body);
    if (!wanted) return respond(error_answer(wanted.error()));
    auto key = idempotency_key(call.request);
    if (!key) return respond(error_answer(key.error()));
    wanted->idempotency_key = std::move(*key);
    homes_.at(homes_.index_of(*call.request.loop))
        .rooms.create(
            call.caller,
            std::move(*wanted),
            [respond = std::move(respond)](Result<room::RoomRecord> room) mutable {
                answer(std::move(respond), room, [](const room::RoomRecord& made) {
                    return json_answer(201, new_room_json(made));
                });
            });
}

void RoomRoutes::list_rooms(Call call, Respond respond) {
    const auto count = page_size(call.request, page_default, page_max);
    if (!count) return respond(error_answer(count.error()));
    homes_.at(homes_.index_of(*call.request.loop))
        .rooms.list(
            call.caller.id,
            std::string(call.request.parameter("before")),
            *count,
            [this, respond = std::move(respond)](Result<room::RoomPage> page) mutable {
                if (!page) return respond(error_answer(page.error()));
                auto listed = std::make_shared<ListedRooms>();
                listed->online.resize(page->rooms.size());
                listed->page = std::move(*page);
                add_online(std::move(listed), 0, std::move(respond));
            });
}

void RoomRoutes::add_online(
    std::shared_ptr<ListedRooms> listed, std::size_t home, Respond respond) {
    if (home == homes_.size()) {
        return respond(json_answer(200, room_page_json(listed->page, listed->online)));
    }
    homes_.at(home).loop.post(
        [this, listed = std::move(listed), home, respond = std::move(respond)]() mutable {
            for (std::size_t i = 0; i < listed->page.rooms.size(); ++i) {
                const RoomId& id = listed->page.rooms[i].room.id;
                if (homes_.index_of(id) != home) continue;
                listed->online[i] = homes_.at(home).rooms.online(id);
            }
            add_online(std::move(listed), home + 1, std::move(respond));
        });
}

Result<RoomRoutes::Act> RoomRoutes::act_of(Call call) {
    switch (call.route) {
        case Route::room:
            if (call.request.method == "PATCH") return change_settings(std::move(call));
            if (call.request.method == "DELETE") {
                return [caller = call.caller](room::Room& room, Respond respond) {
                    room.remove(caller, then_empty(std::move(respond)));
                };
            }
            return [caller = call.caller.id](room::Room& room, Respond respond) {
                answer(std::move(respond), room.view(caller), [](const room::RoomView& view) {
                    return json_answer(200, room_json(view));
                });
            };
        case Route::join:
            return [caller = call.caller](room::Room& room, Respond respond) {
                room.join(caller, [respond = std::move(respond)](Result<room::Role> role) mutable {
                    answer(std::move(respond), role, [](room::Role got) {
                        return json_answer(
                            200,
                            fmt::format("{{\"joined\":true,\"role\":\"{}\"}}", to_string(got)));
                    });
                });
            };
        case Route::member:
            return member_act(std::move(call));
        case Route::run:
            return start_run(std::move(call));
        case Route::one_run:
        case Route::run_input:
            return run_act(std::move(call));
        case Route::runs:
            return [caller = call.caller.id](room::Room& room, Respond respond) {
                room.recent_runs(
                    caller,
                    runs_shown,
                    [respond =
                         std::move(respond)](Result<std::vector<room::RunRecord>> runs) mutable {
                        answer(std::move(respond), runs, [](const auto& recent) {
                            return json_answer(200, runs_json(recent));
                        });
                    });
            };
        case Route::code:
            return read_text(call);
        case Route::history:
            return read_history(call);
        default:
            return fail(ErrorCode::not_found, "There is no such route.");
    }
}

Result<RoomRoutes::Act> RoomRoutes::read_text(const Call& call) {
    const UserId& caller = call.caller.id;
    const std::string_view at = call.request.parameter("at");
    if (at.empty()) {
        return [caller](room::Room& room, Respond respond) {
            answer(std::move(respond), room.text(caller), text_answer);
        };
    }
    const auto time = parse_time("at", at);
    if (!time) return std::unexpected(time.error());
    return [caller, time = *time](room::Room& room, Respond respond) {
        room.text_at(
            caller, time, [respond = std::move(respond)](Result<std::string> text) mutable {
                answer(std::move(respond), text, text_answer);
            });
    };
}

Result<RoomRoutes::Act> RoomRoutes::read_history(const Call& call) {
    auto query = parse_history_query(call.request);
    if (!query) return std::unexpected(std::move(query).error());
    return [caller = call.caller.id, query = std::move(*query)](
               room::Room& room, Respond respond) mutable {
        auto view = room.view(caller);
        if (!view) return respond(error_answer(view.error()));
        room.history(
            caller,
            std::move(query),
            [members = std::move(view->members),
             respond = std::move(respond)](Result<room::HistoryPage> page) mutable {
                answer(std::move(respond), page, [&](const room::HistoryPage& found) {
                    return json_answer(200, history_json(found, members));
                });
            });
    };
}

Result<RoomRoutes::Act> RoomRoutes::change_settings(Call call) {
    auto patch = parse_settings_patch(call.body);
    if (!patch) return std::unexpected(std::move(patch).error());
    return [caller = std::move(call.caller), patch = std::move(*patch)](
               room::Room& room, Respond respond) mutable {
        room.change_settings(
            caller,
            std::move(patch),
            [respond = std::move(respond)](Result<room::RoomView> view) mutable {
                answer(std::move(respond), view, [](const room::RoomView& changed) {
                    return json_answer(200, room_json(changed));
                });
            });
    };
}

Result<RoomRoutes::Act> RoomRoutes::start_run(Call call) {
    auto order = parse_run_order(call.body);
    if (!order) return std::unexpected(std::move(order).error());
    auto key = idempotency_key(call.request);
    if (!key) return std::unexpected(std::move(key).error());
    order->idempotency_key = std::move(*key);
    return [caller = std::move(call.caller), order = std::move(*order)](
               room::Room& room, Respond respond) mutable {
        room.start_run(
            caller, std::move(order), [respond = std::move(respond)](Result<RunId> run) mutable {
                answer(std::move(respond), run, [](const RunId& id) {
                    return json_answer(
                        202,
                        fmt::format(
                            "{{\"status\":\"Execution triggered\",\"run_id\":\"{}\"}}", id.view()));
                });
            });
    };
}

Result<RoomRoutes::Act> RoomRoutes::member_act(Call call) {
    const bool is_removal = call.request.method == "DELETE";
    auto role = is_removal ? Result<room::Role>(room::Role::viewer) : parse_member_role(call.body);
    if (!role) return std::unexpected(std::move(role).error());
    return [caller = std::move(call.caller),
            member = UserId::parse(call.match().second),
            role = *role,
            is_removal](room::Room& room, Respond respond) mutable {
        // Who may not manage members is told so (or 404) before anything about the member.
        if (!member) {
            auto allowed = room.view(caller.id);
            return respond(error_answer(
                allowed ? Error{ErrorCode::not_found, "There is no such member."}
                        : std::move(allowed).error()));
        }
        if (is_removal) {
            room.remove_member(caller, *member, then_empty(std::move(respond)));
        } else {
            room.set_role(caller, *member, role, then_empty(std::move(respond)));
        }
    };
}

Result<RoomRoutes::Act> RoomRoutes::run_act(Call call) {
    const bool is_input = call.route == Route::run_input;
    auto input = is_input ? parse_run_input(call.body) : Result<RunInput>(RunInput{});
    if (!input) return std::unexpected(std::move(input).error());
    return [caller = std::move(call.caller),
            run = RunId::parse(call.match().second),
            input = std::move(*input),
            is_input](room::Room& room, Respond respond) mutable {
        if (!run) {
            auto allowed = room.view(caller.id);
            return respond(error_answer(
                allowed ? Error{ErrorCode::run_not_found, "There is no such run."}
                        : std::move(allowed).error()));
        }
        answer_empty(
            std::move(respond),
            is_input ? room.write_stdin(caller, *run, std::move(input.data), input.eof)
                     : room.stop_run(caller, *run));
    };
}

}  // namespace codencollab::gateway
