#include "room/shared_document.h"

#include "base/lib0.h"
#include "base/log.h"
#include "base/utf.h"
#include "crdt/update_functions.h"
#include "room/pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>

namespace codencollab::room {

namespace {

constexpr std::string_view language_key = "language";
constexpr std::uint8_t any_string = 119;
// What waits for something that has not arrived, of all participants together.
constexpr std::size_t waiting_bytes_max = 1 << 20;

crdt::Document make_document(std::size_t units_max) {
    crdt::DocumentOptions options;
    options.limits.text_units = units_max;
    options.limits.pending_bytes = waiting_bytes_max;
    return crdt::Document(options);
}

std::string any_of(std::string_view text) {
    lib0::Writer out;
    out.byte(any_string);
    out.var_bytes(text);
    return out.take();
}

Error refusal(const crdt::DecodeError& error, std::size_t units_max) {
    using Code = crdt::DecodeError::Code;
    if (error.code == Code::too_large || error.code == Code::too_many_clients) {
        return {
            ErrorCode::code_too_large,
            fmt::format("A room holds {} characters of text. The change is not taken.", units_max)};
    }
    return {ErrorCode::bad_payload, "This is no update of a document: " + describe(error)};
}

}  // namespace

Edits edits_of(std::span<const crdt::TextChange> changes) {
    if (changes.empty()) return {};
    if (changes.size() == 1) {  // almost always
        const crdt::TextChange& change = changes.front();
        return {{change.index, change.index + change.removed, to_utf16(change.inserted)}};
    }
    const std::size_t half = changes.size() / 2;
    return compose(edits_of(changes.first(half)), edits_of(changes.subspan(half)));
}

SharedDocument::SharedDocument(crdt::Document document, std::size_t units_max)
    : document_(std::move(document)),
      code_(document_.text("code")),
      meta_(document_.map("meta")),
      units_max_(units_max) {
    document_.watch(code_);
}

void SharedDocument::choose_client(Random& random) {
    do {
        client_ = random.next_u64() & 0xFFFF'FFFF;  // as long as those of Yjs
    } while (client_ == 0 || has_client(client_));
}

Result<SharedDocument> SharedDocument::load(
    const StoredDocument& stored, const Limits& limits, Random& random) {
    // A room that was filled under a larger limit opens all the same, with that as its own.
    std::size_t units_max = limits.document_units;
    constexpr std::size_t no_limit = std::numeric_limits<std::uint32_t>::max();
    for (const bool measures : {false, true}) {
        crdt::Document document = make_document(units_max);
        std::size_t most = 0;
        bool is_too_large = false;
        for (const std::string& update : stored.updates) {
            const auto applied = document.apply(update);
            if (!applied) {
                is_too_large = applied.error().code == crdt::DecodeError::Code::too_large;
                if (is_too_large && !measures) break;
                spdlog::error("A stored update is damaged: {}", describe(applied.error()));
                return fail(
                    ErrorCode::store_unavailable,
                    "The stored text is damaged. Ask who runs this server to look at its log.");
            }
            most = std::max(most, document.text_units());
        }
        if (is_too_large) {
            units_max = no_limit;
            continue;
        }
        if (document.has_pending()) {
            spdlog::error("A stored document lacks something that its updates refer to.");
            document.drop_pending();
        }
        SharedDocument loaded(std::move(document), std::max(limits.document_units, most));
        loaded.stored_ = loaded.document_.state_vector();
        loaded.note_language();
        loaded.choose_client(random);
        loaded.document_.shrink();
        return loaded;
    }
    return fail(ErrorCode::store_unavailable, "The stored text is larger than a room can hold.");
}

std::string SharedDocument::first_update(
    std::string_view starter, std::string_view language, const Limits& limits, Random& random) {
    SharedDocument fresh(make_document(limits.document_units), limits.document_units);
    fresh.choose_client(random);
    crdt::Transaction transaction(fresh.document_, fresh.client_);
    // A starter that is no text, or too large, is left out: the room is there all the same.
    static_cast<void>(fresh.code_.insert(transaction, 0, starter));
    static_cast<void>(fresh.meta_.set(transaction, language_key, any_of(language)));
    return std::string(transaction.commit().update);
}

// All removals first, so that the text is never longer on the way than before or after.
crdt::Applied SharedDocument::make(const Edits& edits, bool& is_whole) {
    crdt::Transaction transaction(document_, client_);
    std::size_t removed = 0;
    for (const Edit& edit : std::views::reverse(edits)) {
        if (edit.begin == edit.end) continue;
        is_whole = code_.erase(transaction, edit.begin, edit.end - edit.begin) && is_whole;
        removed += edit.end - edit.begin;
    }
    for (const Edit& edit : std::views::reverse(edits)) {
        removed -= edit.end - edit.begin;
        if (edit.text.empty()) continue;
        const std::string text = to_utf8(edit.text);
        is_whole = code_.insert(transaction, edit.begin - removed, text) && is_whole;
    }
    return transaction.commit();
}

DocumentEffect SharedDocument::edit(const Edits& edits) {
    DocumentEffect effect;
    bool is_whole = true;
    const crdt::Applied applied = make(edits, is_whole);
    if (!applied.changed) return effect;
    effect.update = std::make_shared<const std::string>(applied.update);
    // What the engine did not take as it was asked to is told as it came out.
    if (shown_) tell_shown(is_whole ? edits : edits_of(applied.changes), effect);
    return effect;
}

bool SharedDocument::fits(const Edits& edits) const {
    std::size_t inserted = 0;
    std::size_t removed = 0;
    std::size_t removed_text = 0;
    for (const Edit& edit : edits) {
        inserted += edit.text.size();
        removed += edit.end - edit.begin;
    }
    const std::size_t units = document_.text_units();
    const std::size_t length = code_.length();
    if (std::max(units, length) + inserted <= units_max_) return true;  // almost always
    for (const Edit& edit : edits) {
        for (std::size_t at = edit.begin; at < edit.end; ++at)
            removed_text += shown_->text()[at] == u'\xFFFC' ? 0 : 1;
    }
    return length - removed + inserted <= units_max_ &&
           units - removed_text + inserted <= units_max_;
}

Result<DocumentEffect> SharedDocument::apply(std::string_view update) {
    const auto applied = document_.apply(update);
    if (!applied) return std::unexpected(refusal(applied.error(), units_max_));
    DocumentEffect effect;
    effect.waits = applied->pending;
    effect.dropped = applied->dropped_pending;
    if (!applied->changed) return effect;
    effect.update = std::make_shared<const std::string>(applied->update);
    const bool has_cr = std::ranges::any_of(applied->changes, [](const crdt::TextChange& change) {
        return change.inserted.contains('\r');
    });
    Edits edits;
    if (shown_) edits = edits_of(applied->changes);
    if (has_cr) {
        const Edits without = carriage_returns();
        bool is_whole = true;
        effect.correction = std::make_shared<const std::string>(make(without, is_whole).update);
        if (shown_) edits = compose(edits, without);
    }
    if (shown_) tell_shown(std::move(edits), effect);
    effect.language_changed = note_language();
    return effect;
}

void SharedDocument::tell_shown(Edits edits, DocumentEffect& effect) {
    if (edits.empty()) return;
    edits = widen_to_characters(std::move(edits), shown_->text());
    effect.changes = std::make_shared<const Changes>(write_changes(*shown_, edits));
    effect.effect = std::make_shared<const AppliedEdits>(shown_->apply(edits));
}

Edits SharedDocument::carriage_returns() const {
    std::string utf8;
    code_.append_slice(0, code_.length(), utf8);
    const std::u16string text = to_utf16(utf8);
    Edits edits;
    for (std::size_t at = text.find(u'\r'); at != text.npos;) {
        const std::size_t end = std::min(text.find_first_not_of(u'\r', at), text.size());
        edits.push_back({at, end, {}});
        at = text.find(u'\r', end);
    }
    return edits;
}

DocumentEffect SharedDocument::drop_carriage_returns() {
    if (!code_.to_string().contains('\r')) return {};
    return edit(carriage_returns());
}

bool SharedDocument::knows(std::string_view update) const {
    if (lacks_for(update)) return false;
    const auto deletes = crdt::delete_set_of(update, crdt::Format::v1);
    if (!deletes) return false;
    if (deletes->empty()) return true;
    const crdt::DeleteSet known = document_.snapshot().deletes;
    return std::ranges::all_of(deletes->ranges(), [&](const crdt::DeleteSet::Range& range) {
        return known.units_within(range.client, range.clock, range.end()) == range.length;
    });
}

bool SharedDocument::lacks_for(std::string_view update) const {
    return crdt::has_structs_beyond(update, document_.state_vector(), crdt::Format::v1)
        .value_or(true);
}

std::optional<std::string> SharedDocument::language() const {
    const auto entry = meta_.entry(language_key);
    if (!entry || entry->kind != crdt::Kind::any) return std::nullopt;
    lib0::Reader in(entry->bytes);
    if (in.byte() != any_string) return std::nullopt;
    const std::string_view text = in.var_string();
    if (in.failed()) return std::nullopt;
    return std::string(text);
}

// Whether it is another one than the last time.
bool SharedDocument::note_language() {
    const auto entry = meta_.entry(language_key);
    const std::string_view now = entry ? entry->bytes : std::string_view();
    if (now == language_) return false;  // almost always
    language_ = now;
    return true;
}

DocumentEffect SharedDocument::set_language(std::string_view language) {
    DocumentEffect effect;
    crdt::Transaction transaction(document_, client_);
    // Refused where the document is full; the room's record has it all the same.
    static_cast<void>(meta_.set(transaction, language_key, any_of(language)));
    const crdt::Applied applied = transaction.commit();
    if (applied.changed) effect.update = std::make_shared<const std::string>(applied.update);
    note_language();
    return effect;
}

Result<std::string> SharedDocument::encode_since(std::string_view state_vector) const {
    const auto known = crdt::StateVector::decode(state_vector);
    if (!known) {
        return fail(ErrorCode::bad_payload, "This is no state vector: " + describe(known.error()));
    }
    // What waits is its author's alone: another replica would send it back and wait for its rest.
    return document_.encode_integrated(*known);
}

void SharedDocument::show() {
    if (shown_) return;
    std::string utf8;
    code_.append_slice(0, code_.length(), utf8);
    shown_.emplace(to_utf16(utf8));
}

std::optional<crdt::RelativePosition> SharedDocument::stick_to(std::size_t offset) {
    return document_.relative_position(code_, std::min(offset, code_.length()));
}

std::optional<std::size_t> SharedDocument::find(const crdt::RelativePosition& position) {
    const auto offset = document_.resolve(position);
    if (!offset || *offset > code_.length()) return std::nullopt;
    return offset;
}

}  // namespace codencollab::room
