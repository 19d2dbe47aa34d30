#include "crdt/document.h"
#include "store/database_for_tests.h"
#include "store/first_update.h"
#include "store/history_segment.h"
#include "store/migrations.h"
#include "store/sealed_bytes.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace codencollab::store {
namespace {

using std::chrono::milliseconds;

std::string text_of(const std::string& update) {
    crdt::Document document;
    const auto applied = document.apply(update);
    EXPECT_TRUE(applied.has_value());
    if (applied) {
        EXPECT_FALSE(applied->pending);
    }
    return document.text("code").to_string();
}

TEST(FirstUpdate, IsTheTextOfARoomThatHadNothingElse) {
    for (const char* text : {"", "x", "print('h\u00e9 \U0001F600')\n", "two\nlines\n"})
        EXPECT_EQ(text_of(first_update(text, "python")), text);
    EXPECT_EQ(text_of(first_update("a\r\nb\r", "python")), "a\nb");
    EXPECT_EQ(text_of(first_update("half \xed\xa0\xbd emoji", "python")), "half \ufffd emoji");
    EXPECT_EQ(first_update("same", "cpp"), first_update("same", "cpp"));
}

TEST(FirstUpdate, HoldsTheLanguage) {
    crdt::Document document;
    ASSERT_TRUE(document.apply(first_update("x", "python")).has_value());
    EXPECT_EQ(document.encode(), first_update("x", "python")) << "the form that the engine writes";
}

TEST(SealedBytes, ComeBackAsTheyWere) {
    for (const std::size_t size : {0, 1, 63, 64, 65, 10'000, 10'000'000}) {
        const std::string bytes(size, 'a');
        const SealedBytes sealed = seal(bytes);
        EXPECT_EQ(unseal(sealed.codec, sealed.raw_bytes, sealed.checksum, sealed.data), bytes);
        EXPECT_EQ(sealed.codec, size < 64 ? "none" : "deflate");
    }
}

TEST(SealedBytes, ShowEveryChangedBit) {
    const SealedBytes sealed = seal(std::string(100, 'a') + "b");
    for (std::size_t bit = 0; bit < sealed.data.size() * 8; ++bit) {
        std::string changed = sealed.data;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
        EXPECT_FALSE(unseal(sealed.codec, sealed.raw_bytes, sealed.checksum, changed));
    }
    EXPECT_FALSE(unseal(sealed.codec, sealed.raw_bytes + 1, sealed.checksum, sealed.data));
    EXPECT_FALSE(unseal("none", sealed.raw_bytes, sealed.checksum, sealed.data));
    EXPECT_FALSE(unseal("zstd", sealed.raw_bytes, sealed.checksum, sealed.data));
}

TEST(SealedBytes, TakeNoMemoryForADamagedSize) {
    const auto most_kib = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
    };
    const SealedBytes sealed = seal(std::string(100, 'a'));
    const long before = most_kib();
    EXPECT_FALSE(unseal(sealed.codec, std::size_t{1} << 30, sealed.checksum, sealed.data));
    EXPECT_LT(most_kib() - before, 1 << 18);
}

std::vector<HistoryRow> some_rows() {
    SystemRandom random;
    const std::vector<UserId> authors{UserId::random(random), UserId::random(random)};
    std::vector<HistoryRow> rows;
    for (int i = 0; i < 200; ++i) {
        HistoryRow row;
        row.seq = 5 + i * (i % 3 + 1) * 1'000;
        row.at = WallTime(milliseconds(1'767'225'600'000 + (i % 7) * 50 - (i % 2) * 3'600'000));
        if (i % 5 != 0) row.author = authors[static_cast<std::size_t>(i % 2)];
        row.bytes.assign(static_cast<std::size_t>(i % 11), static_cast<char>(i * 37));
        rows.push_back(std::move(row));
    }
    std::ranges::sort(rows, {}, &HistoryRow::seq);
    return rows;
}

TEST(HistorySegment, ComesBackAsItWas) {
    for (const auto& rows : {std::vector<HistoryRow>(), some_rows()}) {
        const auto decoded = decode_segment(encode_segment(rows));
        ASSERT_TRUE(decoded);
        ASSERT_EQ(decoded->size(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            EXPECT_EQ((*decoded)[i].seq, rows[i].seq);
            EXPECT_EQ((*decoded)[i].author, rows[i].author);
            EXPECT_EQ((*decoded)[i].at, rows[i].at);
            EXPECT_EQ((*decoded)[i].bytes, rows[i].bytes);
        }
    }
}

TEST(HistorySegment, RefusesWhatIsCutOrAddedTo) {
    const std::string bytes = encode_segment(some_rows());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_segment(std::string_view(bytes).substr(0, size))) << size;
    EXPECT_FALSE(decode_segment(bytes + '\0'));
}

TEST(HistorySegment, TakesAnyBytesWithoutHarm) {
    std::string bytes = encode_segment(some_rows());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const char wrong : {'\0', '\x7f', '\xff'}) {
            std::string changed = bytes;
            changed[at] = wrong;
            const auto decoded = decode_segment(changed);
            EXPECT_TRUE(!decoded || decoded->size() <= changed.size());
        }
    }
}

using Upgrade = Database;
TEST_F(Upgrade, OfTheFirstVersionsRoomsGivesEachItsDocumentOnce) {
    std::ifstream in("src/store/schema_2_for_tests.sql");
    const std::string dump{std::istreambuf_iterator<char>(in), {}};
    ASSERT_FALSE(dump.empty()) << "run from the repository's root";
    std::filesystem::create_directories(data_);
    execute(dump);
    execute("update rooms set code = 'x = ''\U0001F600''' || char(10) where language = 'cpp'");
    ASSERT_EQ(ask("select max(number) from schema_migrations"), 2);
    const auto python = RoomId::parse("aeca1c30-14bc-4760-a595-fd025820dbf8");
    const auto cpp = RoomId::parse("91fd6f6d-61f0-44ba-ab88-4cc93e2b44c2");
    Updates first;
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(open());
        EXPECT_EQ(updates_of(*python).size(), 1U);
        EXPECT_EQ(text_of(updates_of(*python).at(0)), "");
        ASSERT_EQ(updates_of(*cpp).size(), 1U);
        EXPECT_EQ(text_of(updates_of(*cpp).at(0)), "x = '\U0001F600'\n");
        if (i == 0) first = updates_of(*cpp);
        EXPECT_EQ(updates_of(*cpp), first);
        const auto page = history(*cpp);
        ASSERT_TRUE(page);
        ASSERT_EQ(page->events.size(), 1U);
        EXPECT_EQ(page->events[0].name, "Ada");
        EXPECT_EQ(page->events[0].value, "cpp");
        EXPECT_EQ((*load(*cpp))->members.size(), 1U);
        close();
    }
    EXPECT_EQ(ask("select max(number) from schema_migrations"), sqlite_migrations().back().number);
}

TEST_F(Upgrade, GivesTheSameBytesWhereverItIsMade) {
    EXPECT_EQ(
        first_update("hi", "c"),
        std::string("\1\2\1\0\4\1\4code\2hi\x28\1\4meta\10language\1\x77\1c\0", 35));
}

}  // namespace
}  // namespace codencollab::store
