#include "crdt/update_records.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::crdt {
namespace {

TEST(UpdateRecords, GiveEachClientOneIndex) {
    // Below, at and far above the number of clients that are searched one by one.
    for (const std::uint32_t clients : {1U, 7U, 8U, 9U, 31U, 33U, 1'000U, 100'000U}) {
        UpdateRecords records;
        for (int round = 0; round < 2; ++round) {
            for (std::uint32_t i = 0; i < clients; ++i) {
                ASSERT_EQ(records.client_index(ClientNumber{i} << 20U), i);
            }
        }
        EXPECT_EQ(records.clients.size(), clients);
        records.clear();
        EXPECT_EQ(records.client_index(77), 0);
        EXPECT_EQ(records.client_index(0), 1);
        EXPECT_EQ(records.clients, (std::vector<ClientNumber>{77, 0}));
    }
}

TEST(Arena, KeepsItsViewsWhileItGrows) {
    Arena arena;
    std::vector<std::pair<std::string, std::string_view>> stored;
    for (std::size_t length : {0UL, 1UL, 4'000UL, 96UL, 5'000UL, 1UL, 100'000UL, 7UL}) {
        const std::string text(length, static_cast<char>('a' + stored.size()));
        stored.emplace_back(text, arena.store(text));
    }
    for (int i = 0; i < 1'000; ++i)
        arena.store("something more");
    for (const auto& [text, view] : stored)
        EXPECT_EQ(view, text);
    arena.clear();
    EXPECT_EQ(arena.store("again"), "again");
}

}  // namespace
}  // namespace codencollab::crdt
