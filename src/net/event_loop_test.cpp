#include "net/event_loop.h"

#include "net/loops.h"
#include "net/tcp_stream.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace codencollab::net {
namespace {

using namespace std::chrono_literals;

/// A loop on this thread: what is posted first may end it.
void run(EventLoop& loop, Task first) {
    loop.post(std::move(first));
    loop.run();
}

std::pair<UniqueFd, UniqueFd> connected() {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

void put(const UniqueFd& fd, std::string_view bytes) {
    ASSERT_EQ(::send(fd.get(), bytes.data(), bytes.size(), 0), std::ssize(bytes));
}

TEST(EventLoop, RunsTasksInTheOrderOfTheirPosting) {
    EventLoop loop;
    std::string order;
    run(loop, [&] {
        EXPECT_TRUE(loop.is_current());
        loop.post([&] { order += 'b'; });
        loop.post([&] {
            order += 'c';
            loop.post([&] {
                order += 'd';
                loop.stop();
            });
        });
        order += 'a';
    });
    EXPECT_EQ(order, "abcd");
    EXPECT_FALSE(loop.is_current());
}

TEST(EventLoop, TakesPostsOfManyThreadsAndKeepsTheOrderOfEach) {
    constexpr int threads = 4;
    constexpr int posts = 2'000;
    EventLoop loop;
    std::array<int, threads> next{};
    int left = threads * posts;
    {
        std::vector<std::jthread> others;
        for (std::size_t thread = 0; thread < threads; ++thread) {
            others.emplace_back([&, thread] {
                for (int i = 0; i < posts; ++i) {
                    loop.post([&, thread, i] {
                        EXPECT_EQ(next[thread]++, i);
                        if (--left == 0) loop.stop();
                    });
                }
            });
        }
        loop.run();
    }
    EXPECT_EQ(left, 0);
}

TEST(EventLoop, ATaskThatPostsForEverHoldsUpNeitherTimersNorDescriptors) {
    EventLoop loop;
    auto [ours, theirs] = connected();
    std::optional<TcpStream> stream;
    std::function<void()> again = [&] { loop.post([&] { again(); }); };
    Timer timer;
    run(loop, [&] {
        again();
        stream.emplace(loop, std::move(ours));
        stream->when_readable([&] { timer = loop.after(1ms, [&] { loop.stop(); }); });
        put(theirs, "x");
    });
    stream.reset();
}

TEST(EventLoop, RunsTimersWhenTheyAreDueAndThoseOfOneTimeInTheirOrder) {
    EventLoop loop;
    std::string order;
    std::vector<Timer> timers;
    run(loop, [&] {
        timers.push_back(loop.after(4ms, [&] {
            order += 'd';
            loop.stop();
        }));
        timers.push_back(loop.after(2ms, [&] { order += 'c'; }));
        timers.push_back(loop.after(0ms, [&] { order += 'a'; }));
        timers.push_back(loop.after(0ms, [&] { order += 'b'; }));
    });
    EXPECT_EQ(order, "abcd");
}

TEST(EventLoop, ACancelledTimerDoesNotRunEvenWhereItWasDue) {
    EventLoop loop;
    Timer second;
    Timer first;
    Timer last;
    bool ran = false;
    run(loop, [&] {
        first = loop.after(0ms, [&] { second.cancel(); });
        second = loop.after(0ms, [&] { ran = true; });
        last = loop.after(1ms, [&] { loop.stop(); });
    });
    EXPECT_FALSE(ran);
}

TEST(EventLoop, ATimerMayDestroyItselfAndOutliveItsLoop) {
    auto loop = std::make_unique<EventLoop>();
    std::optional<Timer> itself;
    Timer later;
    run(*loop, [&] {
        later = loop->after(1h, [] { FAIL(); });
        itself.emplace(loop->after(0ms, [&] {
            itself.reset();
            loop->stop();
        }));
    });
    loop.reset();
    later.cancel();
}

TEST(EventLoop, DestroysWhatNeverRanEvenIfThatPostsOrKeepsMore) {
    auto loop = std::make_unique<EventLoop>();
    int gone = 0;
    const auto tells = [&](Task act) {
        return std::shared_ptr<void>(nullptr, [&gone, act = std::move(act)](void*) mutable {
            ++gone;
            act();
        });
    };
    EventLoop& still = *loop;
    loop->post([held = tells([&] { still.keep(tells([] {})); })] {});
    loop->keep(std::make_shared<std::shared_ptr<void>>(tells([&] { still.post([] {}); })));
    loop.reset();
    EXPECT_EQ(gone, 3);
}

TEST(TcpStream, TellsOfBytesOnceForEachTimeItIsAskedAndOfWhatWasLeft) {
    EventLoop loop;
    auto [ours, theirs] = connected();
    std::optional<TcpStream> stream;
    std::string got;
    std::function<void()> read = [&] {
        std::array<char, 2> some{};
        const IoOutcome outcome = stream->read_some(some);
        if (outcome.status == IoStatus::ended) return loop.stop();
        ASSERT_EQ(outcome.status, IoStatus::done);
        got.append(some.data(), outcome.bytes);
        if (got == "abc") {  // the end comes after all was read, and after a short read
            ::shutdown(theirs.get(), SHUT_WR);
        }
        stream->when_readable([&] { read(); });
    };
    run(loop, [&] {
        stream.emplace(loop, std::move(ours));
        stream->when_readable([&] { read(); });
        put(theirs, "abc");
    });
    EXPECT_EQ(got, "abc");
    stream.reset();
}

TEST(TcpStream, TheEndThatComesWithTheLastBytesIsNotLost) {
    EventLoop loop;
    auto [ours, theirs] = connected();
    put(theirs, "last");
    theirs.reset();
    std::optional<TcpStream> stream;
    std::string got;
    std::function<void()> read = [&] {
        std::array<char, 64> some{};
        const IoOutcome outcome = stream->read_some(some);
        if (outcome.status != IoStatus::done) return loop.stop();
        got.append(some.data(), outcome.bytes);
        stream->when_readable([&] { read(); });
    };
    run(loop, [&] {
        stream.emplace(loop, std::move(ours));
        stream->when_readable([&] { read(); });
    });
    EXPECT_EQ(got, "last");
    stream.reset();
}

TEST(TcpStream, TellsWhenThereIsRoomAgain) {
    EventLoop loop;
    auto [ours, theirs] = connected();
    const std::string bytes(64 << 10, 'x');
    std::optional<TcpStream> stream;
    std::size_t sent = 0;
    std::size_t received = 0;
    const auto fill = [&] {
        while (true) {
            const iovec buffer{const_cast<char*>(bytes.data()), bytes.size()};
            const IoOutcome outcome = stream->write_some(std::span(&buffer, 1));
            if (outcome.status != IoStatus::done) return;
            sent += outcome.bytes;
        }
    };
    const auto empty = [&] {
        std::string some(1 << 20, '\0');
        for (ssize_t n = 0; (n = ::recv(theirs.get(), some.data(), some.size(), 0)) > 0;)
            received += static_cast<std::size_t>(n);
    };
    run(loop, [&] {
        stream.emplace(loop, std::move(ours));
        fill();
        const std::size_t before = sent;
        stream->when_writable([&, before] {
            fill();
            EXPECT_GT(sent, before);
            empty();
            loop.stop();
        });
        empty();
    });
    EXPECT_EQ(received, sent);
    stream.reset();
}

TEST(TcpStream, WhatTheLoopCannotWatchEndsAtOnce) {
    EventLoop loop;
    UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));  // epoll takes no files
    std::optional<TcpStream> stream;
    IoStatus status = IoStatus::done;
    run(loop, [&] {
        stream.emplace(loop, std::move(file));
        stream->when_readable([&] {
            std::array<char, 8> some{};
            status = stream->read_some(some).status;
            loop.stop();
        });
    });
    EXPECT_EQ(status, IoStatus::failed);
    stream.reset();
}

TEST(TcpStream, WhatIsReadyForTwoIsNotToldToOneThatTheOtherClosed) {
    EventLoop loop;
    auto [first, first_peer] = connected();
    auto [second, second_peer] = connected();
    std::optional<TcpStream> a;
    std::optional<TcpStream> b;
    int told = 0;
    run(loop, [&] {
        a.emplace(loop, std::move(first));
        b.emplace(loop, std::move(second));
        const auto close_both = [&] {
            ++told;
            a.reset();
            b.reset();
            loop.stop();
        };
        a->when_readable(close_both);
        b->when_readable(close_both);
        put(first_peer, "x");
        put(second_peer, "x");
    });
    EXPECT_EQ(told, 1);
}

TEST(TcpStream, MovesToAnotherLoopWithWhatWasNotRead) {
    LoopPool loops(2);
    auto [ours, theirs] = connected();
    put(theirs, "ab");
    std::promise<std::string> rest;
    std::shared_ptr<TcpStream> stream;
    loops.run_on(0, [&] {
        stream =
            std::make_shared<TcpStream>(dynamic_cast<EventLoop&>(loops.loop(0)), std::move(ours));
        std::array<char, 1> one{};
        EXPECT_EQ(stream->read_some(one).bytes, 1U);
    });
    UniqueFd fd;
    loops.run_on(0, [&] {
        fd = stream->release();
        stream.reset();
    });
    loops.run_on(1, [&] {
        stream =
            std::make_shared<TcpStream>(dynamic_cast<EventLoop&>(loops.loop(1)), std::move(fd));
        stream->when_readable([&] {
            std::array<char, 8> some{};
            const IoOutcome outcome = stream->read_some(some);
            rest.set_value(std::string(some.data(), outcome.bytes));
        });
    });
    EXPECT_EQ(rest.get_future().get(), "b");
    loops.run_on(1, [&] { stream.reset(); });
}

}  // namespace
}  // namespace codencollab::net
