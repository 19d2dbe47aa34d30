#include "store/sqlite_database.h"
#include "support/fake_store.h"
#include "support/manual_clock.h"
#include "support/room_history_port_test.h"
#include "support/room_store_port_test.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

namespace codencollab::store {
namespace {

class OnDisk final : public RoomStoreUnderTest {
  public:
    room::RoomStore& store() override { return *store_; }

  private:
    TemporaryDirectory directory_;
    ManualClock clock_;
    std::unique_ptr<SqliteDatabase> database_ =
        SqliteDatabase::open(directory_.path() / "data", clock_).value();
    std::unique_ptr<room::RoomStore> store_ = database_->make_room_store(loop);
};

class InMemory final : public RoomStoreUnderTest {
  public:
    room::RoomStore& store() override { return store_; }

  private:
    FakeStore store_{loop};
};

}  // namespace
}  // namespace codencollab::store

namespace codencollab {
INSTANTIATE_TEST_SUITE_P(
    Sqlite,
    RoomStorePort,
    testing::Values(MakeRoomStore([] { return std::make_unique<store::OnDisk>(); })),
    [](const auto&) { return "OnDisk"; });
INSTANTIATE_TEST_SUITE_P(
    Fake,
    RoomStorePort,
    testing::Values(MakeRoomStore([] { return std::make_unique<store::InMemory>(); })),
    [](const auto&) { return "InMemory"; });
}  // namespace codencollab
