#pragma once

#include "base/error.h"
#include "base/id.h"
#include "sim/rights.h"

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::sim {

class World;

/// Looks at one edit as a node takes it in: what its author may do at that moment, and so how it
/// must be answered and whether the text may change by it.
class EditWatch {
  public:
    /// To be made just before the edit.
    EditWatch(World& world, const UserId& author);

    /// The answer: null, or why it was refused. What is acknowledged must be stored; who may edit
    /// is not refused for want of a right. True when it was refused for want of one.
    bool note(const Error* refusal, std::u16string_view typed) const;
    /// Just after the edit: who may not edit has changed nothing.
    void check_text() const;

  private:
    World& world_;
    Rights::Standing standing_;
    std::optional<std::u16string> text_;  // of the room, when the author may not edit
};

}  // namespace codencollab::sim
