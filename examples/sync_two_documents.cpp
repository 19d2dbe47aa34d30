// Two people edit one text on two machines that cannot hear each other. When they can again, each
// tells the other what it has (its state vector) and gets what it lacks, and both hold the same.
#include "crdt/document.h"

#include <cstdlib>
#include <iostream>
#include <string>

using codencollab::crdt::ClientNumber;
using codencollab::crdt::Document;
using codencollab::crdt::Transaction;

// Everything in one transaction travels as one update. Each replica needs a number of its own.
void type(Document& document, ClientNumber author, std::size_t index, const std::string& text) {
    Transaction transaction(document, author);
    if (!document.text("code").insert(transaction, index, text)) std::abort();
}

// Brings `to` what it lacks of `from`. Bytes that come from a network may be refused.
void send(const Document& from, Document& to) {
    if (!to.apply(from.encode(to.state_vector()))) std::abort();
}

int main() {
    Document ada;
    Document ben;
    type(ada, 1, 0, "int main() {}\n");
    send(ada, ben);
    type(ada, 1, 12, " return 0; ");  // at the same place,
    type(ben, 2, 12, " greet(); ");   // and neither is lost
    send(ada, ben);
    send(ben, ada);
    std::cout << ada.text("code").to_string() << ben.text("code").to_string();
    return ada.encode() == ben.encode() ? 0 : 1;
}
