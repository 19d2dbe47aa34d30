#include "store/faulty_vfs_for_tests.h"

#include <atomic>
#include <cstring>

namespace codencollab::store {

namespace {

// Read by the store's thread and set by the test's. Nothing else depends on their order.
std::atomic<bool> is_broken = false;
std::atomic<int> operations_left = 0;
std::atomic<int> failure_code = SQLITE_IOERR;
std::atomic<int> failure_count = 0;

/// SQLITE_OK, or the fault that this operation meets.
int next_fault() {
    if (!is_broken || operations_left.fetch_sub(1) > 0) return SQLITE_OK;
    ++failure_count;
    return failure_code;
}

struct FaultyFile {
    sqlite3_file base;
    sqlite3_file* real;  // lies behind this struct, in the same allocation
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
    const int fault = next_fault();
    return fault != SQLITE_OK ? fault : pass<Method, Args...>(file, args...);
}

using Methods = sqlite3_io_methods;

constexpr Methods faulty_methods = {
    .iVersion = 2,
    .xClose = pass<&Methods::xClose>,
    .xRead = pass<&Methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = pass_or_fail<&Methods::xWrite, const void*, int, sqlite3_int64>,
    .xTruncate = pass_or_fail<&Methods::xTruncate, sqlite3_int64>,
    .xSync = pass_or_fail<&Methods::xSync, int>,
    .xFileSize = pass<&Methods::xFileSize, sqlite3_int64*>,
    .xLock = pass<&Methods::xLock, int>,
    .xUnlock = pass<&Methods::xUnlock, int>,
    .xCheckReservedLock = pass<&Methods::xCheckReservedLock, int*>,
    .xFileControl = pass<&Methods::xFileControl, int, void*>,
    .xSectorSize = pass<&Methods::xSectorSize>,
    .xDeviceCharacteristics = pass<&Methods::xDeviceCharacteristics>,
    .xShmMap = pass<&Methods::xShmMap, int, int, int, volatile void**>,
    .xShmLock = pass<&Methods::xShmLock, int, int, int>,
    .xShmBarrier = pass<&Methods::xShmBarrier>,
    .xShmUnmap = pass<&Methods::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_faulty(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    auto* faulty = reinterpret_cast<FaultyFile*>(file);
    faulty->real = reinterpret_cast<sqlite3_file*>(faulty + 1);
    sqlite3_vfs* real = real_of(vfs);
    const int code = real->xOpen(real, name, faulty->real, flags, flags_out);
    faulty->base.pMethods = code == SQLITE_OK ? &faulty_methods : nullptr;
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
    return faulty;
}

sqlite3_vfs& the_vfs() {
    static sqlite3_vfs vfs = make_vfs();
    return vfs;
}

}  // namespace

FaultyDisk::FaultyDisk() {
    mend();
    sqlite3_vfs_register(&the_vfs(), 1);
}

FaultyDisk::~FaultyDisk() {
    mend();
    sqlite3_vfs_unregister(&the_vfs());
}

void FaultyDisk::break_after(int operations, int code) {
    failure_count = 0;
    operations_left = operations;
    failure_code = code;
    is_broken = true;
}

void FaultyDisk::mend() {
    is_broken = false;
}

int FaultyDisk::failures() const {
    return failure_count;
}

}  // namespace codencollab::store
