#include "vector_file.h"

#include "wire/base64.h"

#include <boost/json/parse.hpp>
#include <zlib.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace codencollab::crdt::vectors {

std::vector<std::string> gunzip_lines(const std::string& path) {
    struct Close {
        void operator()(gzFile file) const { gzclose(file); }
    };
    const std::unique_ptr<gzFile_s, Close> file(gzopen(path.c_str(), "rb"));
    if (!file) throw std::runtime_error("cannot open " + path);
    std::string text;
    std::array<char, 1 << 16> piece{};
    int got = 0;
    while ((got = gzread(file.get(), piece.data(), piece.size())) > 0) {
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    if (got < 0) throw std::runtime_error("cannot unpack " + path);

    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (end > at) lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    if (lines.empty()) throw std::runtime_error("nothing in " + path);
    return lines;
}

boost::json::object parse_case(std::string_view line) {
    boost::json::parse_options options;
    options.max_depth = 1'000;
    return boost::json::parse(line, {}, options).as_object();
}

std::string bytes_of(const boost::json::value& base64) {
    auto bytes = wire::base64_decoded(base64.as_string());
    if (!bytes) throw std::runtime_error("not base64");
    return std::move(*bytes);
}

std::string bytes_of(const boost::json::object& object, std::string_view field) {
    return bytes_of(object.at(field));
}

std::string text_of(const boost::json::object& object, std::string_view field) {
    return std::string(object.at(field).as_string());
}

bool flag_of(const boost::json::object& object, std::string_view field) {
    return object.at(field).as_bool();
}

DeliveredUpdate delivered(std::string_view entry) {
    auto bytes = wire::base64_decoded(entry.substr(2));
    if (!bytes) throw std::runtime_error("not base64");
    return {entry[0] == '2' ? Format::v2 : Format::v1, std::move(*bytes)};
}

}  // namespace codencollab::crdt::vectors
