#include "store/sqlite_functions.h"

#include "store/first_update.h"
#include "store/sealed_bytes.h"
#include "store/sqlite_connection.h"

#include <sqlite3.h>

#include <cstddef>
#include <new>
#include <string>
#include <string_view>

namespace codencollab::store {

namespace {

std::string_view bytes_of(sqlite3_value* value) {
    const void* data = sqlite3_value_blob(value);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void call_checksum(sqlite3_context* context, int, sqlite3_value** arguments) {
    sqlite3_result_int64(context, checksum_of(bytes_of(arguments[0])));
}

void call_first_update(sqlite3_context* context, int, sqlite3_value** arguments) {
    try {
        const std::string update = first_update(bytes_of(arguments[0]), bytes_of(arguments[1]));
        sqlite3_result_blob64(context, update.data(), update.size(), SQLITE_TRANSIENT);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    }
}

}  // namespace

void add_functions(sqlite3* database) {
    const auto add = [&](const char* name, int arguments, auto* call) {
        const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
        const int code = sqlite3_create_function_v2(
            database, name, arguments, flags, nullptr, call, nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw SqliteFailure(code, sqlite3_errmsg(database));
    };
    add("checksum", 1, call_checksum);
    add("first_update", 2, call_first_update);
}

}  // namespace codencollab::store
