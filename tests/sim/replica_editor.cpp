#include "sim/replica_editor.h"

#include "base/utf.h"
#include "room/edit.h"
#include "sim/client.h"
#include "sim/edit_watch.h"
#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

namespace codencollab::sim {

ReplicaEditor::ReplicaEditor(World& world, Client& client, room::ClientKind kind, Dice dice)
    : world_(world), client_(client), kind_(kind), dice_(dice) {
    start_replica();
}

// A number for each page, as Yjs has it.
void ReplicaEditor::start_replica() {
    replica_ = std::make_unique<Replica>(1 + dice_.below(0xFFFF'FFFE));
}

void ReplicaEditor::on_event(const room::Event& event) {
    if (const auto* update = std::get_if<room::DocumentUpdate>(&event)) {
        if (!replica_->apply(*update->update))
            world_.violation("an update that is none is relayed");
        world_.trace().note("replica.update", client_.place(), update->update->size());
    } else if (const auto* reply = std::get_if<room::SyncReply>(&event)) {
        world_.trace().note("replica.reply", client_.place(), reply->update.size());
        if (!replica_->apply(reply->update)) world_.violation("a sync reply is no update");
    } else if (const auto* request = std::get_if<room::SyncRequest>(&event)) {
        answer_sync(request->state_vector);
    } else if (const auto* awareness = std::get_if<room::AwarenessUpdate>(&event)) {
        const bool is_new = presence_.hear(*awareness->update, world_.scheduler().now());
        // y-websocket clients say again what they hear.
        if (!is_new || kind_ != room::ClientKind::y_websocket) return;
        client_.at_node([echo = awareness->update](Session& session) {
            static_cast<void>(session.seat().move_awareness(*echo));
        });
    } else if (const auto* denied = std::get_if<room::EditDenied>(&event)) {
        world_.trace().note("replica.denied", client_.place());
        if (!denied->reason.starts_with("Too many")) discard();
    }
}

void ReplicaEditor::on_joined() {
    is_open_ = true;
    client_.at_node([vector = replica_->state_vector()](Session& session) {
        static_cast<void>(session.seat().sync(vector));
    });
    presence_.forget_all();
    presence_.introduce(
        1 + dice_.below(0xFFFF'FFFE),
        fmt::format("{{\"sid\":\"{}\",\"user\":{{\"name\":\"x\"}}}}", client_.sid()));
    renew_presence();
}

void ReplicaEditor::on_cut() {
    is_open_ = false;
    presence_timer_.cancel();
    presence_.forget_all();
    for (Sent& sent : std::exchange(unanswered_, {}))
        keep_for_later(std::move(sent.said));
}

void ReplicaEditor::keep_for_later(Said said) {
    unsent_.typed += said.typed;
    unsent_.removed += said.removed;
}

void ReplicaEditor::forget() {
    const std::string copy = replica_->document().encode();
    start_replica();
    if (dice_.one_in(2)) {
        static_cast<void>(replica_->apply(copy));
    } else {
        unsent_ = {};
    }
}

void ReplicaEditor::discard() {
    world_.trace().note("replica.discard", client_.place());
    client_.reload();
    start_replica();
    unsent_ = {};
}

void ReplicaEditor::answer_sync(std::string_view state_vector) {
    const auto known = crdt::StateVector::decode(state_vector);
    if (!known) return world_.violation("a sync request has no state vector");
    world_.trace().note("replica.sync", client_.place(), unsent_.typed.size());
    is_open_ = true;  // whatever is typed from now on is not in this answer
    send(replica_->document().encode(*known), std::exchange(unsent_, {}));
}

std::u16string ReplicaEditor::new_tokens(std::size_t count) {
    std::u16string units;
    for (std::size_t i = 0; i < count; ++i) {
        if (const auto unit = world_.tokens().make(client_.place())) units += *unit;
    }
    return units;
}

std::size_t ReplicaEditor::somewhere(const std::u16string& text) {
    std::size_t at = dice_.below(text.size() + 1);
    if (dice_.one_in(4)) at = std::min(at, dice_.below(4));
    const bool is_inside = at > 0 && room::is_high_surrogate(text[at - 1]);
    return is_inside ? at - 1 : at;
}

std::optional<std::size_t> ReplicaEditor::own_token(const std::u16string& text) {
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const Tokens& tokens = world_.tokens();
        if (tokens.is_known(text[i]) && tokens.typist(text[i]) == client_.place()) own.push_back(i);
    }
    if (own.empty()) return std::nullopt;
    return own[dice_.below(own.size())];
}

void ReplicaEditor::type() {
    static const std::array<std::u16string, 6> fillers = {
        u"", u"", u"a", u"\n", u"\U0001F600", u"x\n"};
    const std::size_t at = somewhere(text());
    edit(at, at, new_tokens(1) + fillers[dice_.below(fillers.size())]);
}

void ReplicaEditor::paste(std::size_t tokens) {
    const std::u16string units = new_tokens(tokens);
    world_.tokens().remember_paste(units);
    const std::size_t at = somewhere(text());
    edit(at, at, units);
}

void ReplicaEditor::remove() {
    if (const auto at = own_token(text())) edit(*at, *at + 1, {});
}

void ReplicaEditor::replace() {
    if (const auto at = own_token(text())) edit(*at, *at + 1, new_tokens(1));
}

void ReplicaEditor::send_nonsense() {
    if (!is_open_) return;
    if (dice_.one_in(2)) {
        client_.at_node([](Session& session) {
            static_cast<void>(session.seat().move_awareness("\x01\xFF\xFF"));
        });
        return;
    }
    // Cut in the middle, so that it cannot be read; or of a stranger, who builds on what nobody
    // has.
    Replica stranger(1 + dice_.below(0xFFFF'FFFE));
    static_cast<void>(stranger.insert(0, "lost"));
    const std::string gap = stranger.insert(2, "never");
    const bool is_cut = dice_.one_in(2);
    send(is_cut ? gap.substr(0, gap.size() / 2) : gap, {});
}

void ReplicaEditor::move_caret() {
    if (is_open_) tell_presence();
}

void ReplicaEditor::edit(std::size_t begin, std::size_t end, const std::u16string& inserted) {
    const std::u16string before = text();
    Said said;
    for (const char16_t unit : inserted) {
        if (Tokens::is_token(unit)) said.typed += unit;
    }
    for (std::size_t i = begin; i < end; ++i) {
        if (!Tokens::is_token(before[i])) continue;
        said.removed += before[i];
        world_.tokens().begin_removal(before[i]);
    }
    // Two updates of a replacement, in one message.
    const std::string added = inserted.empty() ? "" : replica_->insert(end, to_utf8(inserted));
    const std::string removed = begin == end ? "" : replica_->erase(begin, end - begin);
    if (!is_open_) return keep_for_later(std::move(said));
    if (!added.empty()) send(added, {said.typed, {}});
    if (!removed.empty()) send(removed, {{}, said.removed});
}

void ReplicaEditor::send(std::string update, Said said) {
    const std::uint64_t number = ++last_number_;
    world_.trace().note("replica.send", client_.place(), number);
    client_.at_node(
        [this, update = std::move(update), typed = said.typed, number](Session& session) {
            const EditWatch watch(world_, session.user().id);
            session.seat().update(
                update,
                [this, typed, number, watch, way_back = client_.way_back(session)](
                    const Result<>& result) {
                    watch.note(result ? nullptr : &result.error(), typed);
                    if (kind_ == room::ClientKind::y_websocket) return;
                    way_back([this, number, result] { on_answer(number, result); });
                });
            watch.check_text();
        });
    if (kind_ == room::ClientKind::yjs) unanswered_.push_back({number, std::move(said)});
}

void ReplicaEditor::on_answer(std::uint64_t number, const Result<>& result) {
    const auto found = std::ranges::find(unanswered_, number, &Sent::number);
    if (found == unanswered_.end()) return;
    world_.trace().note(
        result ? "replica.stored" : to_string(result.error().code), client_.place(), number);
    Sent sent = std::move(*found);
    unanswered_.erase(found);
    if (!result) {
        const ErrorCode code = result.error().code;
        // Of what came too fast the room asks again.
        keep_for_later(std::move(sent.said));
        if (code != ErrorCode::rate_limited && code != ErrorCode::not_joined) discard();
        return;
    }
    Tokens& tokens = world_.tokens();
    for (const char16_t unit : sent.said.typed)
        tokens.acknowledge(unit);
    for (const char16_t unit : sent.said.removed)
        tokens.end_removal(unit, true);
}

std::u16string ReplicaEditor::text() const {
    return to_utf16(replica_->text());
}

bool ReplicaEditor::is_settled() const {
    if (kind_ == room::ClientKind::y_websocket) return is_open_;
    return unanswered_.empty() && unsent_.typed.empty() && unsent_.removed.empty();
}

void ReplicaEditor::tell_presence() {
    client_.at_node([update = presence_.renew(world_.scheduler().now())](Session& session) {
        static_cast<void>(session.seat().move_awareness(update));
    });
}

// As y-protocols does it, each fifteen seconds.
void ReplicaEditor::renew_presence() {
    tell_presence();
    presence_timer_ =
        world_.scheduler().timer(std::chrono::seconds(15), [this] { renew_presence(); });
}

std::string ReplicaEditor::complaint_about_presence(const std::set<std::string>& here) {
    const std::set<std::string> seen = presence_.seen(world_.scheduler().now());
    for (const std::string& sid : seen) {
        if (!here.contains(sid)) return fmt::format("{} is a ghost in awareness", sid);
    }
    return {};
}

}  // namespace codencollab::sim
