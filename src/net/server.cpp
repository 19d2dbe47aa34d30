#include "net/server.h"

#include "net/acceptor.h"
#include "net/http_connection.h"

#include <utility>
#include <vector>

namespace codencollab::net {

class Server::Core {
  public:
    Core(LoopPool& loops, const HttpLimits& limits, HttpHandler& handler) : loops_(loops) {
        for (std::size_t i = 0; i < loops.size(); ++i) {
            auto& loop = dynamic_cast<EventLoop&>(loops.loop(i));
            shards_.push_back(std::make_shared<HttpShard>(HttpShard{loop, limits, handler}));
        }
    }

    ~Core() {
        stop_accepting();
        on_every_shard([](HttpShard& shard) {
            shard.is_stopped = true;
            close_all(shard, [](HttpConnection& connection) { connection.close(); });
        });
    }

    Result<std::uint16_t> listen(const std::string& host, std::uint16_t port) {
        auto sockets = listen_on(host, port);
        if (!sockets) return std::unexpected(std::move(sockets).error());
        const std::uint16_t bound = sockets->front().port;
        loops_.run_on(0, [&] {
            for (ListeningSocket& socket : *sockets) {
                acceptors_.push_back(std::make_unique<Acceptor>(
                    shards_.front()->loop,
                    std::move(socket.fd),
                    [this](UniqueFd fd, std::string remote) { deal(std::move(fd), remote); }));
            }
        });
        return bound;
    }

    void stop_accepting() {
        loops_.run_on(0, [&] { acceptors_.clear(); });
    }

    void close_idle() {
        on_every_shard([](HttpShard& shard) {
            shard.is_draining = true;
            close_all(shard, [](HttpConnection& connection) { connection.close_when_idle(); });
        });
    }

  private:
    // Gives the connection to the loop whose turn it is. On loop 0.
    void deal(UniqueFd fd, const std::string& remote_address) {
        const auto& shard = shards_[next_shard_];
        next_shard_ = (next_shard_ + 1) % shards_.size();
        shard->loop.post([shard, fd = std::move(fd), remote_address]() mutable {
            if (shard->is_stopped) return;
            auto connection =
                std::make_shared<HttpConnection>(shard, std::move(fd), std::move(remote_address));
            shard->connections.insert(connection);
            connection->start();
        });
    }

    template <class Act>
    static void close_all(HttpShard& shard, Act act) {
        // A copy: closing takes the connection out of the set.
        const std::vector<std::shared_ptr<HttpConnection>> all(
            shard.connections.begin(), shard.connections.end());
        for (const auto& connection : all)
            act(*connection);
    }

    template <class Act>
    void on_every_shard(Act act) {
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            loops_.run_on(i, [&] { act(*shards_[i]); });
        }
    }

    LoopPool& loops_;
    std::vector<std::shared_ptr<HttpShard>> shards_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;  // on loop 0
    std::size_t next_shard_ = 0;                        // on loop 0
};

Server::Server(LoopPool& loops, HttpLimits limits, HttpHandler& handler)
    : core_(std::make_unique<Core>(loops, limits, handler)) {}

Server::~Server() = default;

Result<std::uint16_t> Server::listen(const std::string& host, std::uint16_t port) {
    return core_->listen(host, port);
}

void Server::stop_accepting() {
    core_->stop_accepting();
}

void Server::close_idle() {
    core_->close_idle();
}

}  // namespace codencollab::net
