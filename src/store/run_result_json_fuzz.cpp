#include "store/run_result_json.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// What is read as a result of a run is written in one way, and read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace store = codencollab::store;
    const auto result = store::run_result_from_json({reinterpret_cast<const char*>(data), size});
    if (!result) return 0;
    const std::string json = store::to_json(*result);
    const auto again = store::run_result_from_json(json);
    if (!again || store::to_json(*again) != json) std::abort();
    return 0;
}
