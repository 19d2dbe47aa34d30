#include "store/database_for_tests.h"
#include "support/captured_log.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace codencollab::store {
namespace {

/// A closed room with two runs, two messages and two events, of which the newer are damaged.
class RowDamage : public Database {
  protected:
    void SetUp() override {
        ASSERT_TRUE(open());
        ASSERT_TRUE(create(room_));
        for (const char* name : {"older", "newer"}) {
            say(name);
            run(name);
            note(name);
        }
        close();
    }
    void say(const std::string& text) {
        room::ChatMessage message{
            .id = MessageId::random(random_),
            .user = owner_,
            .sender = "Ada",
            .text = text,
            .at = clock_.wall_now()};
        ASSERT_TRUE(call([&](auto done) { store_->append_chat(room_, message, std::move(done)); }));
    }
    void run(const std::string& output) {
        room::RunRecord run{
            .id = RunId::random(random_),
            .user = owner_,
            .user_name = "Ada",
            .language = "python",
            .version = "3.12",
            .started_at = clock_.wall_now(),
            .finished_at = {},
            .result = {}};
        ASSERT_TRUE(call<room::RunRecord>(
            [&](auto done) { store_->start_run(room_, run, output, std::move(done)); }));
        ASSERT_TRUE(call<bool>([&](auto done) {
            store_->finish_run(
                run.id, "3.12", {.output = output}, clock_.wall_now(), std::move(done));
        }));
    }
    void note(const std::string& title) {
        room::HistoryEvent event{
            .id = MessageId::random(random_),
            .kind = room::HistoryEventKind::title,
            .at = clock_.wall_now(),
            .user = owner_,
            .name = "Ada",
            .value = title,
            .subject = {}};
        ASSERT_TRUE(call([&](auto done) { store_->append_event(room_, event, std::move(done)); }));
    }
    /// `change` of the newest row of the table, whatever its schema says.
    void damage(const std::string& table, const std::string& change) {
        execute(
            "pragma ignore_check_constraints = on; update " + table + " set " + change +
            " where seq = (select max(seq) from " + table + ")");
    }
    std::optional<room::StoredRoom> opened() {
        const auto loaded = load(room_);
        EXPECT_TRUE(loaded) << loaded.error().message;
        return loaded ? *loaded : std::nullopt;
    }
};

struct DamagedResult {
    const char* what;
    const char* change;
};
void PrintTo(const DamagedResult& damage, std::ostream* out) {
    *out << damage.what;
}
class ResultDamage : public RowDamage, public testing::WithParamInterface<DamagedResult> {};
TEST_P(ResultDamage, IsToldInItsPlaceAndKeepsNoRoomShut) {
    damage("runs", GetParam().change);
    const CapturedLog log;
    ASSERT_TRUE(open());
    const auto room = opened();
    ASSERT_TRUE(room && room->last_run && room->last_run->result);
    EXPECT_EQ(room->last_run->result->failure, room::RunFailure::internal);
    EXPECT_TRUE(room->last_run->result->message.contains("damaged"));
    EXPECT_EQ(room->last_run->version, "3.12") << "what is good of it is used";
    EXPECT_TRUE(log.holds(room->last_run->id.str())) << log.text();

    const auto page = history(room_);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->runs.size(), 2U);
    EXPECT_EQ(page->runs[0].result->output, "older");
    EXPECT_EQ(page->runs[1].result->failure, room::RunFailure::internal);
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    ResultDamage,
    testing::Values(
        DamagedResult{"no JSON", "result = substr(result, 2)"},
        DamagedResult{"no object", "result = '[]'"},
        DamagedResult{"a field is missing", "result = replace(result, 'output', 'outpu+')"},
        DamagedResult{"a wrong type", "result = replace(result, 'false', '0')"},
        DamagedResult{"not a whole number", "result = json_set(result, '$.wall_time_ms', 1.5)"},
        DamagedResult{"a failure of no kind", "result = json_set(result, '$.failure', 'none')"}));

struct DamagedRow {
    const char* table;
    const char* change;
};
void PrintTo(const DamagedRow& damage, std::ostream* out) {
    *out << damage.table << ": " << damage.change;
}
class EachRow : public RowDamage, public testing::WithParamInterface<DamagedRow> {};
TEST_P(EachRow, ThatIsDamagedCostsItselfAlone) {
    const std::string table = GetParam().table;
    damage(table, GetParam().change);
    const CapturedLog log;
    ASSERT_TRUE(open());
    const auto room = opened();
    ASSERT_TRUE(room);
    EXPECT_EQ(room->document.updates, Updates{"starter"});
    EXPECT_FALSE(room->document.is_recovered);

    const auto page = history(room_);
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_EQ(page->updates.size(), 1U);
    ASSERT_EQ(page->chat.size(), table == "chat_messages" ? 1U : 2U);
    ASSERT_EQ(page->runs.size(), table == "runs" ? 1U : 2U);
    ASSERT_EQ(page->events.size(), table == "room_events" ? 2U : 3U) << "created, and the notes";
    EXPECT_EQ(page->chat[0].text, "older");
    EXPECT_EQ(page->runs[0].result->output, "older");
    EXPECT_EQ(page->events[1].value, "older");
    const std::string row = table == "room_events" ? "Row 3 of " : "Row 2 of ";
    EXPECT_TRUE(log.holds(row + table + " is damaged and left out")) << log.text();
}
INSTANTIATE_TEST_SUITE_P(
    OfEachTable,
    EachRow,
    testing::Values(
        DamagedRow{"chat_messages", "id = x'00'"},
        DamagedRow{"chat_messages", "user_id = zeroblob(17)"},
        DamagedRow{"runs", "user_id = x''"},
        DamagedRow{"room_events", "kind = 'titel'"},
        DamagedRow{"room_events", "kind = ''"},
        DamagedRow{"room_events", "user_id = x'00'"},
        DamagedRow{"room_events", "subject_id = x'00'"}));

}  // namespace
}  // namespace codencollab::store
