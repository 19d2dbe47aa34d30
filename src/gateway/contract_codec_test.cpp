#include "gateway/contract_codec.h"

#include "base/time_text.h"
#include "base/utf.h"
#include "gateway/event_json.h"
#include "wire/base64.h"
#include "wire/json_text.h"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>

namespace codencollab::gateway {
namespace {

using testing::HasSubstr;
namespace json = boost::json;

// The samples of every contract event, which the client's tests read as well.
const std::filesystem::path samples = "tests/contract";

json::value sample_of(const std::string& name) {
    std::ifstream file(samples / (name + ".json"));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto sample = wire::parse_json(text);
    return sample ? *sample : json::value{{"payload", "cannot read " + name}};
}

json::value payload_of(const std::string& name) {
    json::value sample = sample_of(name);
    return std::move(sample.at("payload"));
}

/// What a sample of the event `yjs` carries.
std::string attachment_of(const std::string& name) {
    const json::value sample = sample_of(name);
    const auto& text = sample.at("attachment").as_string();
    return wire::base64_decoded({text.data(), text.size()}).value_or("no base64");
}

const RoomId room_id = *RoomId::parse("3f2c6a1e-8b4d-4c7a-9e51-0d6f2b7a9c30");
const RunId run_id = *RunId::parse("5a90e7d2-3c41-4f18-8b6d-e1c27f04a935");
const UserId ada_id = *UserId::parse("8d1f4c52-6e0b-4a3f-b7c8-2e915a60d417");
const UserId ben_id = *UserId::parse("c47b9e03-15fa-4d86-a2be-7f30c81d5a69");
const room::Presence ada{"Qm3VtX0aPz8LkN2eAAAB", ada_id, "Ada", 1, room::Role::owner};
const room::Presence ben{"f7RwYc4uJb1HsD9gAAAD", ben_id, "Ben", 2, room::Role::editor};
const WallTime at = from_unix_ms(1'795'528'987'125);  // 2026-11-24T14:03:07.125Z

room::RunOutput question() {
    return {run_id, 0, room::OutputStream::stdout_, "minutes needed? ", std::nullopt, ""};
}

room::RoomState state() {
    const room::RunState run{
        run_id, ada_id, "Ada", "python", "3.12.4", room::RunPhase::running, {}, {question()}, {}};
    return {
        .room = room_id,
        .title = "Free time between bookings",
        .role = room::Role::editor,
        .language = "python",
        .you = ben,
        .users = {ada, ben},
        .run = run,
        .server_time = at};
}

room::ChatMessage message() {
    return {
        *MessageId::parse("b2de41f8-70c3-4a95-8e16-94d3c05f7ab1"), ada_id, "Ada", "Hi Ben.", at};
}

room::CodeUpdate code_update() {
    return {
        std::make_shared<const room::Changes>(room::Changes{
            {{{2, 1}, {2, 6}}, 23, 5, u"show"},
            {{{1, 10}, {1, 10}}, 9, 0, u"\"Mira\", "},
        }),
        42};
}

room::RunResult good_result() {
    room::RunResult result;
    result.output = result.stdout_text = "minutes needed? first gap: 11:00\n";
    result.exit_code = 0;
    result.wall_time_ms = 6210;
    result.cpu_time_ms = 60;
    result.memory_bytes = 11'744'051;
    return result;
}

struct SampleEvent {
    std::string sample;
    room::Event event;
};

std::vector<SampleEvent> sample_events() {
    return {
        {"room-state", state()},
        {"initial-code", room::InitialCode{u"names = [\"Ada\", \"Ben\"]\nprint(names)\n", 41}},
        {"code-update", code_update()},
        {"cursor-relayed", room::CursorMoved{ada, {{1, 10}, room::Range{{1, 1}, {1, 10}}}}},
        {"user-joined", room::UserJoined{ben}},
        {"user-disconnected", room::UserLeft{ben.sid, ben_id}},
        {"new-message", room::NewMessage{message()}},
        {"chat-history", room::ChatHistory{{message()}}},
        {"language-update", room::LanguageUpdate{"javascript"}},
        {"execution-started", room::RunStarted{run_id, ada_id, "Ada", "python", "3.12.4"}},
        {"execution-queued", room::RunQueued{run_id, 2}},
        {"execution-output",
         room::RunOutput{run_id, 1, room::OutputStream::stdin_, "45\n", ben_id, "Ben"}},
        {"execution-result", room::RunFinished{run_id, good_result()}},
        {"room-updated",
         room::RoomUpdated{
             room_id,
             "Free time between bookings",
             room::Visibility::link,
             room::Role::editor,
             false,
             {},
             {}}},
        {"room-updated-saved", room::RoomUpdated{room_id, {}, {}, {}, {}, false, at}},
        {"role-changed", room::RoleChanged{room_id, ben_id, room::Role::viewer, "Ada"}},
        {"room-closed", room::RoomClosed{room_id, room::ClosedBecause::deleted}},
    };
}

class ServerEvent : public testing::TestWithParam<SampleEvent> {};
TEST_P(ServerEvent, IsEncodedAsItsSample) {
    std::string text;
    append_event_json(text, GetParam().event, Limits{});
    const auto encoded = wire::parse_json(text);
    ASSERT_TRUE(encoded) << text;
    EXPECT_EQ(*encoded, payload_of(GetParam().sample)) << text;
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind, ServerEvent, testing::ValuesIn(sample_events()), [](const auto& tested) {
        std::string name = tested.param.sample;
        std::ranges::replace(name, '-', '_');
        return name;
    });

// The events that a replica alone is told, each with the sample of what it becomes.
std::vector<SampleEvent> replica_events() {
    const auto shared = [](std::string_view base64) {
        return std::make_shared<const std::string>(*wire::base64_decoded(base64));
    };
    const std::string update = *shared("AQEHDEQHAAkjIMOp8J+YgAoA");
    const std::string state =
        R"({"user":{"name":"Ada","color":"#1d4ed8","colorLight":"#1d4ed833"}})";
    return {
        {"yjs/sync-step-1", room::SyncRequest{*shared("AQcM")}},
        {"yjs/sync-step-2", room::SyncReply{update}},
        {"yjs/update", room::DocumentUpdate{std::make_shared<const std::string>(update)}},
        {"yjs/awareness",
         room::AwarenessUpdate{std::make_shared<const std::string>(
             std::string("\1\7\3") + static_cast<char>(state.size()) + state)}},
        {"yjs/denied", room::EditDenied{"Viewers cannot change the code."}},
    };
}

class ReplicaEvent : public testing::TestWithParam<SampleEvent> {};
TEST_P(ReplicaEvent, IsTheSampleForEachKindOfReplica) {
    const Limits limits;
    ContractCodec codec(limits);
    const std::string message = attachment_of(GetParam().sample);

    const auto packet = codec.encode(GetParam().event, room::ClientKind::yjs);
    const Packet& sent = *dynamic_cast<const PacketFrame&>(*packet).packet();
    EXPECT_EQ(sent.polling_part(0), R"(451-["yjs",{"_placeholder":true,"num":0}])");
    ASSERT_EQ(sent.part_count(), 2U);
    EXPECT_EQ(sent.part_bytes(1), message);
    EXPECT_EQ(packet->size_bytes(), sent.size_bytes());

    const auto frame = codec.encode(GetParam().event, room::ClientKind::y_websocket);
    const std::string header{'\x82', static_cast<char>(message.size())};
    EXPECT_EQ(*dynamic_cast<const YFrame&>(*frame).bytes(), header + message);
    EXPECT_EQ(frame->size_bytes(), header.size() + message.size());

    EXPECT_EQ(codec.encode(GetParam().event, room::ClientKind::delta), nullptr);
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind, ReplicaEvent, testing::ValuesIn(replica_events()), [](const auto& tested) {
        std::string name = tested.param.sample.substr(4);
        std::ranges::replace(name, '-', '_');
        return name;
    });

TEST(ContractCodec, TellsReplicasOfTheTextByTheirDocumentAlone) {
    const Limits limits;
    ContractCodec codec(limits);
    const std::set<std::string_view> for_delta_alone = {"initial-code", "code-update", "cursor"};
    for (const SampleEvent& sample : sample_events()) {
        const std::string_view name = event_name(sample.event);
        EXPECT_NE(codec.encode(sample.event, room::ClientKind::delta), nullptr) << name;
        const bool is_told = codec.encode(sample.event, room::ClientKind::yjs) != nullptr;
        EXPECT_EQ(is_told, !for_delta_alone.contains(name)) << name;
        EXPECT_EQ(codec.encode(sample.event, room::ClientKind::y_websocket), nullptr) << name;
    }
}

TEST(ContractCodec, KnowsAnEventForEachKindOfTheDomain) {
    std::set<std::size_t> kinds;
    for (const auto& all : {sample_events(), replica_events()}) {
        for (const SampleEvent& sample : all)
            kinds.insert(sample.event.index());
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<room::Event>);
}

TEST(ContractCodec, TheAnswerToAJoinIsOkAndTheState) {
    std::string text;
    JsonWriter json(text);
    json.flag("ok", true);
    write_room_state(json, state(), Limits{});
    json.close();
    EXPECT_EQ(*wire::parse_json(text), payload_of("ack-join"));
}

TEST(ContractCodec, PacketsCarryNameAndPayload) {
    const Limits limits;
    ContractCodec codec(limits);
    const auto frame = codec.encode(room::LanguageUpdate{"c"}, room::ClientKind::delta);
    const auto& packet = dynamic_cast<const PacketFrame&>(*frame).packet();
    EXPECT_EQ(packet->polling_part(0), "42[\"language-update\",{\"language\":\"c\"}]");
    EXPECT_EQ(frame->size_bytes(), packet->size_bytes());
}

TEST(ContractCodec, HalfAnEmojiIsEscaped) {
    std::string text;
    append_event_json(text, room::InitialCode{std::u16string(u"a\xd83d") + u"b", 1}, Limits{});
    EXPECT_EQ(text, "{\"code\":\"a\\ud83db\",\"rev\":1}");
}

// Client events.

TEST(ClientEvent, JoinIsRead) {
    const auto join = parse_join(payload_of("join"));
    ASSERT_TRUE(join) << join.error().message;
    EXPECT_EQ(join->room_id, room_id.view());
    EXPECT_EQ(join->kind, room::ClientKind::delta);
    EXPECT_EQ(parse_join(payload_of("join-yjs"))->kind, room::ClientKind::yjs);
}

TEST(ClientEvent, CodeChangeIsRead) {
    const auto change = parse_code_change(payload_of("code_change"));
    ASSERT_TRUE(change) << change.error().message;
    ASSERT_EQ(change->changes.size(), 1U);
    EXPECT_EQ(change->changes[0], (room::Change{{{2, 5}, {2, 8}}, 20, 3, u"é😀"}));
    EXPECT_EQ(change->code, u"names = ['Ada']\nsay é😀\n");
    EXPECT_EQ(change->rev, 41U);
    EXPECT_EQ(change->id, "k3x9-17");
}

TEST(ClientEvent, CursorIsReadAndItsUserIgnored) {
    const auto cursor = parse_cursor(payload_of("cursor"));
    ASSERT_TRUE(cursor) << cursor.error().message;
    EXPECT_EQ(cursor->position, (room::Position{2, 7}));
    EXPECT_EQ(cursor->selection, (room::Range{{2, 3}, {2, 7}}));
}

TEST(ClientEvent, TheOthersAreRead) {
    EXPECT_EQ(
        *parse_chat_message(payload_of("chat_message")),
        "May I assume the bookings arrive unsorted?");
    EXPECT_EQ(*parse_language_change(payload_of("language_change")), "javascript");
    EXPECT_EQ(*parse_refresh(payload_of("refresh")), "header.payload.signature");
    const auto input = parse_execution_input(payload_of("execution-input"));
    ASSERT_TRUE(input);
    EXPECT_EQ(input->run_id, run_id.view());
    EXPECT_EQ(input->data, "45\n");
    EXPECT_FALSE(input->eof);
}

TEST(ClientEvent, HalfAnEmojiStaysAUnit) {
    const auto payload = wire::parse_json(
        R"({"changes":[{"range":{"startLineNumber":1,"startColumn":1,"endLineNumber":1,)"
        R"("endColumn":1},"rangeOffset":0,"rangeLength":0,"text":"\ud83d"}]})");
    ASSERT_TRUE(payload);
    const auto change = parse_code_change(*payload);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->changes[0].text, std::u16string(1, char16_t{0xd83d}));
}

struct BadEvent {
    std::string event, payload, named;
};
void PrintTo(const BadEvent& bad, std::ostream* out) {
    *out << bad.event << ' ' << bad.payload;
}

Result<> parse(const std::string& event, const json::value& payload) {
    const auto outcome = [](const auto& parsed) -> Result<> {
        if (!parsed) return std::unexpected(parsed.error());
        return {};
    };
    if (event == "join") return outcome(parse_join(payload));
    if (event == "code_change") return outcome(parse_code_change(payload));
    if (event == "cursor") return outcome(parse_cursor(payload));
    if (event == "chat_message") return outcome(parse_chat_message(payload));
    if (event == "language_change") return outcome(parse_language_change(payload));
    if (event == "execution-input") return outcome(parse_execution_input(payload));
    return outcome(parse_refresh(payload));
}

class MalformedEvent : public testing::TestWithParam<BadEvent> {};
TEST_P(MalformedEvent, IsRefusedAndSaysWhichField) {
    const auto& [event, payload, named] = GetParam();
    const auto parsed = parse(event, *wire::parse_json(payload));
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, ErrorCode::bad_payload);
    EXPECT_THAT(parsed.error().message, HasSubstr(named));
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    MalformedEvent,
    testing::Values(
        BadEvent{"join", "null", "join"},
        BadEvent{"join", "{}", "'room_id'"},
        BadEvent{"join", R"({"room_id":5})", "'room_id'"},
        BadEvent{"join", R"({"room_id":"x","sync":"xml"})", "'sync'"},
        BadEvent{"code_change", "[]", "code_change"},
        BadEvent{"code_change", R"({"changes":"x"})", "'changes'"},
        BadEvent{"code_change", R"({"changes":[5]})", "changes[0]"},
        BadEvent{"code_change", R"({"changes":[{}]})", "'range'"},
        BadEvent{
            "code_change",
            R"({"changes":[{"range":{},"rangeOffset":0,"rangeLength":0,"text":""}]})",
            "'startLineNumber'"},
        BadEvent{
            "code_change",
            R"({"changes":[{"range":{"startLineNumber":0,"startColumn":1,"endLineNumber":1,)"
            R"("endColumn":1},"rangeOffset":0,"rangeLength":0,"text":""}]})",
            "'startLineNumber'"},
        BadEvent{"code_change", R"({"changes":[],"code":5})", "'code'"},
        BadEvent{"code_change", R"({"changes":[],"rev":-1})", "'rev'"},
        BadEvent{"code_change", R"({"changes":[],"rev":1.5})", "'rev'"},
        BadEvent{"code_change", R"({"changes":[],"rev":1e300})", "'rev'"},
        BadEvent{"cursor", R"({"lineNumber":1})", "'column'"},
        BadEvent{"cursor", R"({"lineNumber":1,"column":1,"selection":5})", "'selection'"},
        BadEvent{"chat_message", R"({"text":null})", "'text'"},
        BadEvent{"language_change", R"({"language":["c"]})", "'language'"},
        BadEvent{"execution-input", R"({"run_id":"x","data":"y","eof":1})", "'eof'"},
        BadEvent{"refresh", R"({"token":true})", "'token'"}));

}  // namespace
}  // namespace codencollab::gateway
