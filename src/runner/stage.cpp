#include "runner/stage.h"

#include <cstring>

namespace codencollab::runner {

namespace {

class Writer {
  public:
    void number(std::uint64_t value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(std::string_view value) {
        number(value.size());
        bytes_.append(value);
    }
    void texts(const std::vector<std::string>& values) {
        number(values.size());
        for (const std::string& value : values)
            text(value);
    }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

/// Reads what Writer wrote. Past the end everything is zero or empty and `is_good()` is false.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        if (rest_.size() < sizeof value) {
            good_ = false;
            rest_ = {};
            return 0;
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    std::string text() {
        const std::uint64_t size = number();
        if (size > rest_.size()) {
            good_ = false;
            return {};
        }
        std::string value(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return value;
    }
    /// Calls `read` as often as the count that stands next says, while there is something to read.
    template <class Read>
    void each(Read read) {
        for (std::uint64_t left = number(); left > 0 && good_; --left)
            read();
    }
    std::vector<std::string> texts() {
        std::vector<std::string> values;
        each([&] { values.push_back(text()); });
        return values;
    }
    bool is_good() const { return good_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool good_ = true;
};

}  // namespace

std::string encode_stage(const StageSpec& spec) {
    Writer writer;
    writer.texts(spec.argv);
    writer.texts(spec.env);
    writer.number(spec.binds.size());
    for (const Bind& bind : spec.binds) {
        writer.text(bind.source);
        writer.text(bind.target);
    }
    writer.number(spec.files.size());
    for (const SourceFile& file : spec.files) {
        writer.text(file.path);
        writer.text(file.bytes);
    }
    writer.number(static_cast<std::uint64_t>(spec.limits.wall.count()));
    writer.number(static_cast<std::uint64_t>(spec.limits.cpu.count()));
    writer.number(spec.limits.memory_bytes);
    writer.number(spec.limits.processes);
    writer.number(spec.limits.folder_bytes);
    writer.number(spec.limits.file_bytes);
    writer.number(spec.loopback ? 1 : 0);
    return writer.take();
}

Result<StageSpec> decode_stage(std::string_view bytes) {
    Reader reader(bytes);
    StageSpec spec;
    spec.argv = reader.texts();
    spec.env = reader.texts();
    reader.each([&] {
        Bind bind;
        bind.source = reader.text();
        bind.target = reader.text();
        spec.binds.push_back(std::move(bind));
    });
    reader.each([&] {
        SourceFile file;
        file.path = reader.text();
        file.bytes = reader.text();
        spec.files.push_back(std::move(file));
    });
    spec.limits.wall = std::chrono::milliseconds(reader.number());
    spec.limits.cpu = std::chrono::milliseconds(reader.number());
    spec.limits.memory_bytes = reader.number();
    spec.limits.processes = reader.number();
    spec.limits.folder_bytes = reader.number();
    spec.limits.file_bytes = reader.number();
    spec.loopback = reader.number() != 0;
    if (!reader.is_good() || spec.argv.empty()) {
        return fail(ErrorCode::internal, "The request to the spawner is damaged.");
    }
    return spec;
}

}  // namespace codencollab::runner
