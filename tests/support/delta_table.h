#pragma once

#include "room/delta_view.h"
#include "room/monaco.h"
#include "room/text_document.h"
#include "support/manual_clock.h"
#include "support/monaco_model.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codencollab {

/// A server with one document and naive clients, each behind a line of its own that delivers when
/// the test says so.
class DeltaTable {
  public:
    struct Client {
        MonacoModel model;
        bool sends_rev = true;
        bool sends_code = true;
        std::uint64_t rev = 0;
        room::DeltaView view{0};
        std::deque<room::CodeUpdate> to_client;
        std::deque<room::CodeChange> to_server;
        std::size_t pushed = 0;       // of the updates that it is sent
        std::size_t answered_at = 0;  // of them, those before the newest answer

        /// Whether a change of its own is on its way, or the answer to one.
        bool waits() const { return !to_server.empty() || pushed - to_client.size() < answered_at; }
    };

    explicit DeltaTable(std::u16string text) : document(std::move(text)) {}

    Client& seat(bool sends_rev, bool sends_code) {
        auto client = std::make_unique<Client>();
        client->model.set_text(document.text());
        client->sends_rev = sends_rev;
        client->sends_code = sends_code;
        client->rev = rev;
        client->view = room::DeltaView(rev);
        clients.push_back(std::move(client));
        return *clients.back();
    }

    /// The client makes `edits` in its own text and sends them.
    void type(Client& client, const room::Edits& edits) {
        room::CodeChange change;
        const room::TextDocument before(client.model.text());
        change.changes = write_changes(before, edits);
        client.model.set_text(apply_edits(before.text(), edits));
        send(client, std::move(change));
    }

    void type_at(Client& client, std::size_t offset, std::u16string text) {
        type(client, {{offset, offset, std::move(text)}});
    }

    void erase(Client& client, std::size_t begin, std::size_t end) {
        type(client, {{begin, end, {}}});
    }

    void send(Client& client, room::CodeChange change) {
        if (client.sends_rev) change.rev = client.rev;
        if (client.sends_code) change.code = client.model.text();
        client.to_server.push_back(std::move(change));
    }

    void server_reads(Client& author) {
        if (author.to_server.empty()) return;
        room::CodeChange change = std::move(author.to_server.front());
        author.to_server.pop_front();
        auto received = author.view.receive(std::move(change), document, rev, clock.steady_now());
        last_error = received.edits ? std::nullopt : std::optional(received.edits.error().code);
        const bool applied = received.edits.has_value();
        if (applied && !received.edits->empty()) {
            room::Relay relay;
            relay.update.changes =
                std::make_shared<const room::Changes>(write_changes(document, *received.edits));
            relay.update.rev = ++rev;
            relay.effect =
                std::make_shared<const room::AppliedEdits>(document.apply(*received.edits));
            for (const auto& other : clients) {
                if (other.get() == &author) continue;
                other->view.sent(relay, clock.steady_now());
                push(*other, relay.update);
            }
        }
        auto repair =
            author.view.settle(std::move(received), applied, document, rev + 1, clock.steady_now());
        if (repair) {
            ++rev;
            ++repairs;
            push(author, *repair);
        }
        author.answered_at = author.pushed;
    }

    void client_reads(Client& client) {
        if (client.to_client.empty()) return;
        const room::CodeUpdate update = client.to_client.front();
        client.to_client.pop_front();
        client.model.apply_edits(*update.changes);
        client.rev = update.rev;
    }

    /// Everything is delivered, and a pause gives back what is owed.
    void settle_all() {
        deliver_all();
        clock.advance(room::DeltaView::reset_interval);
        for (const auto& client : clients) {
            if (auto update = client->view.reset_owed(document, rev + 1, clock.steady_now())) {
                ++rev;
                push(*client, *update);
            }
        }
        deliver_all();
    }

    void deliver_all() {
        bool busy = true;
        while (busy) {
            busy = false;
            for (const auto& client : clients) {
                busy = busy || !client->to_server.empty() || !client->to_client.empty();
                server_reads(*client);
                client_reads(*client);
            }
        }
    }

    ManualClock clock;
    room::TextDocument document;
    std::uint64_t rev = 0;
    std::size_t repairs = 0;
    std::optional<ErrorCode> last_error;
    std::vector<std::unique_ptr<Client>> clients;

  private:
    static void push(Client& client, room::CodeUpdate update) {
        client.to_client.push_back(std::move(update));
        ++client.pushed;
    }
};

}  // namespace codencollab
