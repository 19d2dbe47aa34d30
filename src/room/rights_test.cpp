#include "room/rights.h"

#include <gtest/gtest.h>

#include <optional>

namespace codencollab::room {
namespace {

constexpr std::optional<ErrorCode> allowed;
constexpr auto no = ErrorCode::forbidden;

struct Right {
    Action action;
    std::optional<ErrorCode> viewer, editor, owner, locked_editor;
};

class Rights : public testing::TestWithParam<Right> {};

std::optional<ErrorCode> answer(Action action, std::optional<Role> role, bool locked) {
    const Result<> result = check_right(action, role, locked);
    if (result) return std::nullopt;
    return result.error().code;
}

TEST_P(Rights, AreThoseOfTheTable) {
    const Right& right = GetParam();
    EXPECT_EQ(answer(right.action, Role::viewer, false), right.viewer);
    EXPECT_EQ(answer(right.action, Role::editor, false), right.editor);
    EXPECT_EQ(answer(right.action, Role::owner, false), right.owner);
    EXPECT_EQ(answer(right.action, Role::editor, true), right.locked_editor);
    EXPECT_EQ(answer(right.action, Role::owner, true), right.owner);
    EXPECT_EQ(answer(right.action, std::nullopt, false), ErrorCode::room_not_found);
}

INSTANTIATE_TEST_SUITE_P(
    ActionByRole,
    Rights,
    testing::Values(
        Right{Action::view_room, allowed, allowed, allowed, allowed},
        Right{Action::read_text, allowed, allowed, allowed, allowed},
        Right{Action::move_cursor, allowed, allowed, allowed, allowed},
        Right{Action::send_chat, allowed, allowed, allowed, allowed},
        Right{Action::edit_text, no, allowed, allowed, ErrorCode::locked},
        Right{Action::change_language, no, allowed, allowed, ErrorCode::locked},
        Right{Action::run_code, no, allowed, allowed, allowed},
        Right{Action::change_settings, no, no, allowed, no},
        Right{Action::manage_members, no, no, allowed, no},
        Right{Action::delete_room, no, no, allowed, no}));

}  // namespace
}  // namespace codencollab::room
