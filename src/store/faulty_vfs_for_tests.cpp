#include "store/faulty_vfs_for_tests.h"

#include "base/guarded.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::store {

namespace {

// Read by the store's thread and set by the test's. Nothing else depends on their order.
std::atomic<bool> is_broken = false;
std::atomic<int> operations_left = 0;
std::atomic<int> failure_code = SQLITE_IOERR;
std::atomic<int> failure_count = 0;
std::atomic<bool> is_each_counted = false;
std::atomic<int> syncs_left = 0;  // before the first that fails
std::atomic<int> syncs_failing = 0;

/// SQLITE_OK, or the fault that this operation meets.
int next_fault(bool is_write) {
    if (!is_broken || (!is_write && !is_each_counted)) return SQLITE_OK;
    if (operations_left.fetch_sub(1) > 0) return SQLITE_OK;
    ++failure_count;
    return failure_code;
}

bool fails_this_sync() {
    if (syncs_failing == 0 || syncs_left.fetch_sub(1) > 0) return false;
    --syncs_failing;
    ++failure_count;
    return true;
}

/// What was done to a file since its last sync.
struct Write {
    std::size_t offset = 0;
    std::string bytes;
    bool cuts = false;  // the file ends at the offset
};
struct Image {
    std::string durable;
    std::vector<Write> waiting;
};
Guarded<std::map<std::string, Image>> images;

void apply(std::string& content, const Write& write) {
    if (write.cuts) return content.resize(write.offset);
    content.resize(std::max(content.size(), write.offset + write.bytes.size()));
    content.replace(write.offset, write.bytes.size(), write.bytes);
}

void remember(const std::string& name, Write write) {
    images.with_lock([&](auto& all) { all[name].waiting.push_back(std::move(write)); });
}

/// The sync has succeeded, or has failed: then nobody will try again what it should have written.
void settle(const std::string& name, bool is_durable) {
    images.with_lock([&](auto& all) {
        Image& image = all[name];
        for (const Write& write : image.waiting) {
            if (is_durable) apply(image.durable, write);
        }
        image.waiting.clear();
    });
}

void meet(const std::string& name) {
    images.with_lock([&](auto& all) {
        const auto [image, is_new] = all.try_emplace(name);
        if (!is_new) return;
        std::ifstream in(name, std::ios::binary);
        image->second.durable = {std::istreambuf_iterator<char>(in), {}};
    });
}

struct FaultyFile {
    sqlite3_file base;
    sqlite3_file* real;  // lies behind this struct, in the same allocation
    std::string* name;   // owned; null for a temporary file
};

sqlite3_file* real_of(sqlite3_file* file) {
    return reinterpret_cast<FaultyFile*>(file)->real;
}
sqlite3_vfs* real_of(sqlite3_vfs* vfs) {
    return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

template <auto Method, class... Args>
auto pass(sqlite3_file* file, Args... args) {
    sqlite3_file* real = real_of(file);
    return (real->pMethods->*Method)(real, args...);
}

template <auto Method, class... Args>
int pass_or_fail(sqlite3_file* file, Args... args) {
    const int fault = next_fault(false);
    return fault != SQLITE_OK ? fault : pass<Method, Args...>(file, args...);
}

const std::string* name_of(sqlite3_file* file) {
    return reinterpret_cast<FaultyFile*>(file)->name;
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    if (const int fault = next_fault(true); fault != SQLITE_OK) return fault;
    const int code = pass<&sqlite3_io_methods::xWrite>(file, bytes, count, offset);
    if (code == SQLITE_OK && name_of(file) != nullptr) {
        remember(
            *name_of(file),
            {static_cast<std::size_t>(offset),
             std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count)),
             false});
    }
    return code;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int fault = next_fault(true); fault != SQLITE_OK) return fault;
    const int code = pass<&sqlite3_io_methods::xTruncate>(file, size);
    if (code == SQLITE_OK && name_of(file) != nullptr) {
        remember(*name_of(file), {static_cast<std::size_t>(size), {}, true});
    }
    return code;
}

int sync(sqlite3_file* file, int flags) {
    int code = next_fault(true);
    if (code == SQLITE_OK && fails_this_sync()) code = SQLITE_IOERR_FSYNC;
    // The real disk is never waited for: what survives is known from the calls.
    static_cast<void>(flags);
    if (name_of(file) != nullptr) settle(*name_of(file), code == SQLITE_OK);
    return code;
}

int close_file(sqlite3_file* file) {
    delete reinterpret_cast<FaultyFile*>(file)->name;
    return pass<&sqlite3_io_methods::xClose>(file);
}

using Methods = sqlite3_io_methods;

constexpr Methods faulty_methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = pass_or_fail<&Methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = pass_or_fail<&Methods::xFileSize, sqlite3_int64*>,
    .xLock = pass_or_fail<&Methods::xLock, int>,
    .xUnlock = pass<&Methods::xUnlock, int>,
    .xCheckReservedLock = pass<&Methods::xCheckReservedLock, int*>,
    .xFileControl = pass<&Methods::xFileControl, int, void*>,
    .xSectorSize = pass<&Methods::xSectorSize>,
    .xDeviceCharacteristics = pass<&Methods::xDeviceCharacteristics>,
    .xShmMap = pass_or_fail<&Methods::xShmMap, int, int, int, volatile void**>,
    .xShmLock = pass<&Methods::xShmLock, int, int, int>,
    .xShmBarrier = pass<&Methods::xShmBarrier>,
    .xShmUnmap = pass<&Methods::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_faulty(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    auto* faulty = reinterpret_cast<FaultyFile*>(file);
    faulty->base.pMethods = nullptr;
    if (next_fault(false) != SQLITE_OK) return SQLITE_CANTOPEN;
    faulty->real = reinterpret_cast<sqlite3_file*>(faulty + 1);
    sqlite3_vfs* real = real_of(vfs);
    const int code = real->xOpen(real, name, faulty->real, flags, flags_out);
    if (code != SQLITE_OK) return code;
    faulty->base.pMethods = &faulty_methods;
    faulty->name = name == nullptr ? nullptr : new std::string(name);
    if (name != nullptr) meet(name);
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    sqlite3_vfs* real = real_of(vfs);
    const int code = real->xDelete(real, name, sync_directory);
    images.with_lock([&](auto& all) { all.erase(name); });
    return code;
}

sqlite3_vfs make_vfs() {
    sqlite3_vfs* real = sqlite3_vfs_find("unix");
    sqlite3_vfs faulty = *real;
    faulty.pNext = nullptr;
    faulty.zName = "faulty";
    faulty.pAppData = real;
    faulty.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real->szOsFile;
    faulty.xOpen = open_faulty;
    faulty.xDelete = delete_file;
    return faulty;
}

sqlite3_vfs& the_vfs() {
    static sqlite3_vfs vfs = make_vfs();
    return vfs;
}

}  // namespace

FaultyDisk::FaultyDisk() {
    mend();
    images.with_lock([](auto& all) { all.clear(); });
    sqlite3_vfs_register(&the_vfs(), 1);
}

FaultyDisk::~FaultyDisk() {
    mend();
    sqlite3_vfs_unregister(&the_vfs());
}

void FaultyDisk::break_after(int operations, int code, Operations counted) {
    is_broken = false;
    is_each_counted = counted == Operations::all;
    failure_count = 0;
    operations_left = operations;
    failure_code = code;
    is_broken = true;
}

void FaultyDisk::fail_syncs_after(int syncs, int count) {
    failure_count = 0;
    syncs_left = syncs;
    syncs_failing = count;
}

void FaultyDisk::mend() {
    is_broken = false;
    syncs_failing = 0;
}

int FaultyDisk::failures() const {
    return failure_count;
}

void FaultyDisk::write_what_survives(
    const std::filesystem::path& from, const std::filesystem::path& to) const {
    std::filesystem::create_directories(to);
    images.with_lock([&](const auto& all) {
        for (const auto& [name, image] : all) {
            const std::filesystem::path file(name);
            if (file.parent_path() != from) continue;
            std::ofstream(to / file.filename(), std::ios::binary) << image.durable;
        }
    });
}

}  // namespace codencollab::store
