#pragma once

#include "room/event.h"
#include "room/outbox.h"
#include "sim/tokens.h"

#include <cstddef>
#include <set>
#include <string>

namespace codencollab::sim {

/// The document's side of a client: what it shows, and how it shares that with the room.
class Editor {
  public:
    virtual ~Editor() = default;
    virtual room::ClientKind kind() const = 0;

    /// An event of the room's, in order; others than of the document are ignored.
    virtual void on_event(const room::Event& event) = 0;
    /// The room has let it in.
    virtual void on_joined() = 0;
    /// Whether one can type here without a connection.
    virtual bool works_offline() const = 0;
    /// Why what this client sees of others' presence is wrong; empty when it is right. `here` are
    /// the connections there are.
    virtual std::string complaint_about_presence(const std::set<std::string>& here) = 0;
    /// What was on its way is lost, both ways.
    virtual void on_cut() = 0;
    /// The page is loaded anew: what only this client had is gone.
    virtual void forget() = 0;

    // What a person does. Each may do nothing where it makes no sense now.
    virtual void type() = 0;
    virtual void remove() = 0;
    virtual void replace() = 0;
    virtual void paste(std::size_t tokens) = 0;
    virtual void send_nonsense() = 0;
    virtual void move_caret() = 0;

    virtual std::u16string text() const = 0;
    /// Whether everything typed here is acknowledged or refused: what the person reads as "Saved".
    virtual bool is_settled() const = 0;
    /// What a room promises of the letters typed here.
    virtual Promise promise() const = 0;
};

}  // namespace codencollab::sim
