#include "bench/crdt_inputs.h"

#include "base/lib0.h"
#include "crdt/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <utility>

namespace codencollab::bench {
namespace {

constexpr std::string_view root = "t";

std::size_t pick(std::mt19937_64& random, std::size_t below) {
    return static_cast<std::size_t>(random() % below);
}

/// Lines that look like code, so that runs are as long as people's.
std::string make_corpus(std::mt19937_64& random, std::size_t units) {
    constexpr std::array<std::string_view, 12> words{
        "if ", "for ", "auto ", "value", "count", "return ", "(", ")", " = ", "; ", "index", "0"};
    std::string corpus;
    while (corpus.size() < units) {
        corpus.append(4 * pick(random, 4), ' ');
        for (std::size_t left = 2 + pick(random, 8); left > 0; --left) {
            corpus += words[pick(random, words.size())];
        }
        corpus += '\n';
    }
    return corpus;
}

/// Documents that hear each other at once, each edit written down.
class Recorder {
  public:
    explicit Recorder(Trace& trace) : trace_(trace) {}

    void edit(std::size_t author, Edit edit) {
        crdt::Document& own = replicas_[author];
        crdt::Transaction transaction(own, author + 1);
        crdt::Text text = own.text(root);
        if (edit.removed > 0 && !text.erase(transaction, edit.position, edit.removed)) {
            give_up("an edit was refused");
        }
        if (!edit.inserted.empty() && !text.insert(transaction, edit.position, edit.inserted)) {
            give_up("an edit was refused");
        }
        std::string update(transaction.commit().update);
        if (!replicas_[1 - author].apply(update)) give_up("an update was refused");
        trace_.updates.push_back(std::move(update));
        trace_.edits.push_back(std::move(edit));
    }

    void finish() {
        trace_.v1 = replicas_[0].encode();
        trace_.v2 = replicas_[0].encode({}, crdt::Format::v2);
        trace_.text = replicas_[0].text(root).to_string();
        if (replicas_[1].encode() != trace_.v1) give_up("the recorder's replicas differ");
    }

  private:
    Trace& trace_;
    std::array<crdt::Document, 2> replicas_;
};

/// Two authors of one text, each at a caret of their own; what they write stands in a corpus.
class Typists {
  public:
    Typists(std::mt19937_64& random, std::string corpus, Trace& trace)
        : random_(random), corpus_(std::move(corpus)), recorder_(trace) {
        edit(0, 0, 0, take(600 + pick(random_, 900)));
        carets_.fill(text_.size());
    }

    /// The text has its length, or the corpus is used up.
    bool are_done(std::size_t units) const {
        return text_.size() >= units || taken_ + 10'000 >= corpus_.size();
    }

    /// One of them types for a while.
    void type_on() {
        const std::size_t author = pick(random_, 2);
        if (pick(random_, 100) < 35) {  // to the start of some line
            const std::size_t end = text_.find('\n', pick(random_, text_.size()));
            carets_[author] = end == std::string::npos ? text_.size() : end + 1;
        }
        std::size_t at = std::min(carets_[author], text_.size());
        for (std::size_t left = 20 + pick(random_, 100); left > 0; --left) {
            at = stroke(author, at);
        }
        carets_[author] = at;
    }

    void finish() { recorder_.finish(); }

  private:
    /// One edit, or a few letters back; where the caret is then.
    std::size_t stroke(std::size_t author, std::size_t at) {
        const std::size_t kind = pick(random_, 100);
        if (kind < 2 && at > 0) {
            for (std::size_t back = std::min(at, 1 + pick(random_, 8)); back > 0; --back) {
                edit(author, --at, 1, "");
            }
            return at;
        }
        std::size_t length = 1;
        if (kind < 8) length = 4 + pick(random_, 8);
        if (kind == 8) length = 30 + pick(random_, 50);
        std::string piece = take(length);
        const std::size_t next = at + piece.size();
        edit(author, at, 0, std::move(piece));
        return next;
    }

    void edit(std::size_t author, std::size_t at, std::size_t removed, std::string inserted) {
        text_.replace(at, removed, inserted);
        recorder_.edit(author, {at, removed, std::move(inserted)});
    }

    std::string take(std::size_t count) {
        std::string piece = corpus_.substr(taken_, count);
        taken_ += piece.size();
        return piece;
    }

    std::mt19937_64& random_;
    std::string corpus_;
    Recorder recorder_;
    std::string text_;
    std::size_t taken_ = 0;  // of the corpus
    std::array<std::size_t, 2> carets_{};
};

/// The part of `all` after the number of its entries, entry by entry.
lib0::Reader open_list(const std::string& bytes, std::uint64_t& count) {
    lib0::Reader reader(bytes);
    count = reader.var_uint();
    return reader;
}

}  // namespace

void give_up(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::fflush(stdout);
    std::_Exit(1);
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) give_up(fmt::format("Cannot read {}.", file.string()));
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> read_blobs(const std::filesystem::path& file) {
    const std::string bytes = read_file(file);
    std::uint64_t count = 0;
    lib0::Reader reader = open_list(bytes, count);
    std::vector<std::string> blobs;
    for (; count > 0; --count)
        blobs.emplace_back(reader.var_bytes());
    if (reader.failed()) give_up(fmt::format("{} is cut short.", file.string()));
    return blobs;
}

Trace read_trace(const std::filesystem::path& directory, const std::string& name) {
    const auto file = [&](const char* form) { return directory / (name + form); };
    const auto is_there = [&](const char* form) { return std::filesystem::exists(file(form)); };
    Trace trace;
    trace.name = name;
    trace.text = read_file(file(".txt"));
    if (is_there(".v1")) trace.v1 = read_file(file(".v1"));
    if (is_there(".v2")) trace.v2 = read_file(file(".v2"));
    if (is_there(".updates")) trace.updates = read_blobs(file(".updates"));
    if (is_there(".edits")) {
        const std::string bytes = read_file(file(".edits"));
        std::uint64_t count = 0;
        lib0::Reader reader = open_list(bytes, count);
        for (; count > 0; --count) {
            Edit edit;
            edit.position = reader.var_uint();
            edit.removed = reader.var_uint();
            edit.inserted = reader.var_bytes();
            trace.edits.push_back(std::move(edit));
        }
        if (reader.failed()) give_up(fmt::format("{} is cut short.", file(".edits").string()));
    }
    return trace;
}

Trace make_trace(std::uint64_t seed, std::size_t units) {
    std::mt19937_64 random(seed);
    Trace trace;
    trace.name = "made";
    Typists typists(random, make_corpus(random, 4 * units), trace);
    while (!typists.are_done(units))
        typists.type_on();
    typists.finish();
    return trace;
}

Trace make_storm(std::size_t clients, std::size_t keystrokes, Caret caret) {
    std::vector<std::vector<std::string>> typed(clients);
    for (std::size_t client = 0; client < clients; ++client) {
        crdt::Document own;
        crdt::Text text = own.text(root);
        for (std::size_t i = 0; i < keystrokes; ++i) {
            crdt::Transaction transaction(own, client + 1);
            const std::string letter(1, static_cast<char>('a' + (client + i) % 26));
            const std::size_t at = caret == Caret::moves_along ? i : 0;
            if (!text.insert(transaction, at, letter)) give_up("an edit was refused");
            typed[client].emplace_back(transaction.commit().update);
        }
    }
    Trace trace;
    trace.name = fmt::format("storm-{}{}", clients, caret == Caret::moves_along ? "" : "-front");
    crdt::Document all;
    for (std::size_t i = 0; i < keystrokes; ++i) {
        for (const auto& of_client : typed) {
            trace.updates.push_back(of_client[i]);
            if (!all.apply(of_client[i])) give_up("an update was refused");
        }
    }
    trace.v1 = all.encode();
    trace.v2 = all.encode({}, crdt::Format::v2);
    trace.text = all.text(root).to_string();
    return trace;
}

}  // namespace codencollab::bench
