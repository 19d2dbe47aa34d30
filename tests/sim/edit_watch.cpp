#include "sim/edit_watch.h"

#include "sim/checks.h"
#include "sim/world.h"

#include <fmt/format.h>

namespace codencollab::sim {

EditWatch::EditWatch(World& world, const UserId& author)
    : world_(world), standing_(world.rights().of(author)) {
    if (standing_ == Rights::Standing::may_not) text_ = text_at_node(world_);
}

bool EditWatch::note(const Error* refusal, std::u16string_view typed) const {
    if (refusal != nullptr) {
        const bool is_about_rights =
            refusal->code == ErrorCode::forbidden || refusal->code == ErrorCode::locked;
        if (standing_ == Rights::Standing::may && is_about_rights) {
            world_.violation("somebody who may edit was refused: " + refusal->message);
        }
        return is_about_rights;
    }
    const Disk::Kept* kept = world_.disk().find(world_.room());
    for (const char16_t unit : typed) {
        // What its author has removed again may never have been seen.
        if (world_.tokens().fate(unit) != Fate::open) continue;
        if (kept == nullptr || kept->tokens.contains(unit)) continue;  // none: deleted since
        world_.violation(
            fmt::format("U+{:04X} is acknowledged, and not stored", static_cast<unsigned>(unit)));
        return false;
    }
    return false;
}

void EditWatch::check_text() const {
    if (text_ && text_at_node(world_) != text_) {
        world_.violation("somebody who may not edit has edited");
    }
}

}  // namespace codencollab::sim
