#include "sim/delta_editor.h"

#include "room/edit.h"
#include "sim/client.h"
#include "sim/edit_watch.h"
#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

namespace codencollab::sim {

void DeltaEditor::on_event(const room::Event& event) {
    if (const auto* initial = std::get_if<room::InitialCode>(&event)) {
        model_.set_text(initial->code);
        rev_ = initial->rev;
        is_open_ = true;
        type_again();
    } else if (const auto* update = std::get_if<room::CodeUpdate>(&event)) {
        model_.apply_edits(*update->changes);
        rev_ = update->rev;
        world_.trace().note("client.update", client_.place(), rev_);
    }
}

void DeltaEditor::on_cut() {
    is_open_ = false;
    nonsense_ = 0;
    forget_other_lives();
    for (const Sent& sent : std::exchange(unanswered_, {})) {
        if (!world_.has_replicas() || sent.life == life_) to_type_again_ += sent.typed;
    }
}

void DeltaEditor::forget_other_lives() {
    const std::size_t now = world_.node().lives();
    if (std::exchange(life_, now) != now && world_.has_replicas()) to_type_again_.clear();
}

// What of the unacknowledged is not there is typed again, as somebody would who sees it missing.
// Not after the node has died: a replica may still have it, and bring it back.
void DeltaEditor::type_again() {
    forget_other_lives();
    const std::u16string text = model_.text();
    std::u16string missing;
    for (const char16_t unit : std::exchange(to_type_again_, {})) {
        const bool is_wanted = world_.tokens().fate(unit) == Fate::open;
        if (is_wanted && !text.contains(unit)) missing += unit;
    }
    if (missing.empty()) return;
    const std::size_t at = somewhere(text);
    edit(at, at, missing);
}

std::u16string DeltaEditor::new_tokens(std::size_t count) {
    std::u16string units;
    for (std::size_t i = 0; i < count; ++i) {
        if (const auto unit = world_.tokens().make(client_.place())) units += *unit;
    }
    return units;
}

std::u16string DeltaEditor::with_filler(std::u16string tokens) {
    static const std::array<std::u16string, 8> fillers = {
        u"", u"", u"", u"a", u"\n", u"\U0001F600", u"x\n", u"\n\n"};
    return std::move(tokens) + fillers[dice_.below(fillers.size())];
}

std::size_t DeltaEditor::somewhere(const std::u16string& text) {
    std::size_t at = dice_.below(text.size() + 1);
    if (dice_.one_in(3)) at = std::min(caret_, text.size());
    // The beginning is where everybody meets.
    if (dice_.one_in(4)) at = std::min(at, dice_.below(4));
    // No editor lets a caret stand inside an emoji.
    const bool is_inside = at > 0 && room::is_high_surrogate(text[at - 1]);
    return is_inside ? at - 1 : at;
}

std::optional<std::size_t> DeltaEditor::own_token(const std::u16string& text) {
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const Tokens& tokens = world_.tokens();
        if (tokens.is_known(text[i]) && tokens.typist(text[i]) == client_.place()) own.push_back(i);
    }
    if (own.empty()) return std::nullopt;
    return own[dice_.below(own.size())];
}

void DeltaEditor::type() {
    if (!can_edit()) return;
    const std::size_t at = somewhere(model_.text());
    edit(at, at, with_filler(new_tokens(1)));
}

void DeltaEditor::paste(std::size_t tokens) {
    if (!can_edit()) return;
    const std::u16string units = new_tokens(tokens);
    world_.tokens().remember_paste(units);
    const std::size_t at = somewhere(model_.text());
    edit(at, at, units);
}

void DeltaEditor::remove() {
    if (!can_edit()) return;
    if (const auto at = own_token(model_.text())) edit(*at, *at + 1, {});
}

void DeltaEditor::replace() {
    if (!can_edit()) return;
    if (const auto at = own_token(model_.text())) edit(*at, *at + 1, with_filler(new_tokens(1)));
}

void DeltaEditor::send_nonsense() {
    if (!can_edit()) return;
    const std::u16string lost = new_tokens(1);
    const std::int64_t far = 1'000'000;
    const std::array<room::Change, 4> nonsense = {
        room::Change{{{1, 1}, {1, 1}}, far, 0, lost},
        room::Change{{{1, 1}, {1, 1}}, -1, 0, lost},
        room::Change{{{far, far}, {far, far}}, 0, far, lost},
        room::Change{{{1, 1}, {1, 1}}, 7, 1, lost}};
    send({nonsense[dice_.below(nonsense.size())]}, {0, lost, {}, 0});
    nonsense_ = last_number_;
}

void DeltaEditor::move_caret() {
    client_.at_node([line = dice_.below(20)](Session& session) {
        static_cast<void>(
            session.seat().move_cursor({{static_cast<std::int64_t>(line), 1}, std::nullopt}));
    });
}

void DeltaEditor::edit(std::size_t begin, std::size_t end, std::u16string inserted) {
    const std::u16string before = model_.text();
    Sent sent{0, {}, {}, 0};
    for (const char16_t unit : inserted) {
        if (Tokens::is_token(unit)) sent.typed += unit;
    }
    for (std::size_t i = begin; i < end; ++i) {
        if (!Tokens::is_token(before[i])) continue;
        sent.removed += before[i];
        world_.tokens().begin_removal(before[i]);
    }
    caret_ = begin + inserted.size();
    room::Change change{
        {model_.position_at(begin), model_.position_at(end)},
        static_cast<std::int64_t>(begin),
        static_cast<std::int64_t>(end - begin),
        std::move(inserted)};
    model_.apply_edits({change});
    send({std::move(change)}, std::move(sent));
}

void DeltaEditor::send(room::Changes changes, Sent sent) {
    sent.number = ++last_number_;
    sent.life = world_.node().lives();
    room::CodeChange change;
    change.changes = std::move(changes);
    if (habits_.sends_rev) change.rev = rev_;
    if (habits_.sends_code) change.code = model_.text();
    if (habits_.sends_id) change.id = fmt::format("{}:{}", client_.place(), sent.number);
    const std::size_t times =
        habits_.sends_id && world_.options().has(Fault::repeat) && dice_.one_in(10) ? 2 : 1;
    world_.trace().note("client.change", client_.place(), sent.number);
    for (std::size_t i = 0; i < times; ++i) {
        client_.at_node([this, change, typed = sent.typed, number = sent.number](
                            Session& session) mutable {
            const EditWatch watch(world_, session.user().id);
            session.seat().change(
                std::move(change),
                [this, typed, number, watch, way_back = client_.way_back(session)](
                    const Result<std::uint64_t>& result) {
                    const bool is_refused = watch.note(result ? nullptr : &result.error(), typed);
                    if (is_refused) world_.refuse(typed);
                    way_back([this, number, result] { on_answer(number, result); });
                });
            watch.check_text();
        });
    }
    unanswered_.push_back(std::move(sent));
}

void DeltaEditor::on_answer(std::uint64_t number, const Result<std::uint64_t>& result) {
    if (number == nonsense_) nonsense_ = 0;
    const auto found = std::ranges::find(unanswered_, number, &Sent::number);
    if (found == unanswered_.end()) return;  // the answer to the repetition
    const Sent sent = std::move(*found);
    unanswered_.erase(found);
    Tokens& tokens = world_.tokens();
    for (const char16_t unit : sent.typed) {
        if (result) {
            tokens.acknowledge(unit);
        } else {
            tokens.set(unit, Fate::refused);
        }
    }
    for (const char16_t unit : sent.removed)
        tokens.end_removal(unit, result.has_value());
}

}  // namespace codencollab::sim
