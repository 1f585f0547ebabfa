#include "tests/k8s/client_fixture.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class client_pool_test : public client_fixture {
protected:
  client_pool_test() {
    config_.first_byte_timeout = 20s;
  }
};

TEST_F(client_pool_test, uses_a_connection_again) {
  const api_server server{[](session& peer) {
    while (!peer.read_request().empty())
      peer.answer(page({"a"}));
  }};
  const auto from = connect(server.url());
  for (int i = 0; i < 5; ++i)
    EXPECT_THAT(*list(*from), ElementsAre("a"));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(client_pool_test, drops_a_connection_that_the_server_wants_closed) {
  const api_server server{[](session& peer) {
    peer.read_request();
    peer.answer(page({"a"}), "200 OK", "Connection: close\r\n");
    peer.wait_for_close();
  }};
  const auto from = connect(server.url());
  EXPECT_THAT(*list(*from), ElementsAre("a"));
  EXPECT_THAT(*list(*from), ElementsAre("a"));
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(client_pool_test, drops_a_connection_with_bytes_that_nobody_asked_for) {
  const api_server server{[](session& peer) {
    peer.read_request();
    const auto body = page({"good"});
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"
               + body + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    peer.wait_for_close();
  }};
  const auto from = connect(server.url());
  EXPECT_THAT(*list(*from), ElementsAre("good"));
  EXPECT_THAT(*list(*from), ElementsAre("good"));
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(client_pool_test, asks_again_when_a_pooled_connection_has_died) {
  auto asked = std::make_shared<std::atomic<int>>(0);
  const api_server server{[asked](session& peer) {
    peer.read_request();
    peer.answer(page({"a"}));
    if (asked->fetch_add(1) > 0)
      peer.wait_for_close();
    else
      peer.read_request(); // Takes the second request and closes without a word.
  }};
  const auto from = connect(server.url());
  EXPECT_THAT(*list(*from), ElementsAre("a"));
  EXPECT_THAT(*list(*from), ElementsAre("a"));
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(client_pool_test, closes_idle_connections) {
  config_.idle_timeout = 50ms;
  std::promise<void> closed;
  const api_server server{[&closed](session& peer) {
    peer.read_request();
    peer.answer(page({"a"}));
    peer.wait_for_close();
    closed.set_value();
  }};
  const auto from = connect(server.url());
  EXPECT_THAT(*list(*from), ElementsAre("a"));
  EXPECT_EQ(closed.get_future().wait_for(30s), std::future_status::ready);
}

/// A server that holds its answers back until it is told, and counts who waits.
class gate {
public:
  api_server::script script() {
    return [this](session& peer) {
      while (!peer.read_request().empty()) {
        std::unique_lock lock{mutex_};
        ++arrived_;
        changed_.notify_all();
        changed_.wait_for(lock, 60s, [this] { return is_open_; });
        lock.unlock();
        peer.answer(page({"a"}));
      }
    };
  }

  bool wait_for(int count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 30s, [this, count] { return arrived_ >= count; });
  }

  int arrived() {
    const std::lock_guard guard{mutex_};
    return arrived_;
  }

  void open() {
    const std::lock_guard guard{mutex_};
    is_open_ = true;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool is_open_ = false;
};

TEST_F(client_pool_test, runs_eight_calls_lets_sixteen_wait_and_refuses_more) {
  gate hold;
  const api_server server{hold.script()};
  const auto from = connect(server.url());
  std::vector<name_future> calls;
  for (int i = 0; i < 24; ++i)
    calls.push_back(start_list(*from, in(60s)));
  EXPECT_EQ(code_of(finish(start_list(*from, in(60s))).error()), errc::overloaded);
  EXPECT_TRUE(hold.wait_for(8));
  EXPECT_EQ(hold.arrived(), 8);
  hold.open();
  for (auto& call : calls)
    EXPECT_TRUE(finish(std::move(call)));
  EXPECT_LE(server.connections(), 24);
}

TEST_F(client_pool_test, ends_a_waiting_call_by_its_deadline) {
  gate hold;
  const api_server server{hold.script()};
  const auto from = connect(server.url());
  std::vector<name_future> calls;
  for (int i = 0; i < 8; ++i)
    calls.push_back(start_list(*from, in(60s)));
  EXPECT_EQ(code_of(finish(start_list(*from, in(50ms))).error()), errc::cluster_timeout);
  hold.open();
  for (auto& call : calls)
    EXPECT_TRUE(finish(std::move(call)));
}

TEST_F(client_pool_test, cancels_running_and_waiting_calls) {
  gate hold;
  const api_server server{hold.script()};
  const auto from = connect(server.url());
  std::vector<name_future> calls;
  for (int i = 0; i < 12; ++i)
    calls.push_back(start_list(*from, in(60s)));
  EXPECT_TRUE(hold.wait_for(8));
  from->cancel();
  for (auto& call : calls)
    EXPECT_EQ(code_of(finish(std::move(call)).error()), errc::cancelled);
  hold.open();
  EXPECT_TRUE(list(*from)); // It goes on working.
}

TEST_F(client_pool_test, cancels_its_calls_when_it_goes) {
  gate hold;
  const api_server server{hold.script()};
  auto from = connect(server.url());
  auto call = start_list(*from, in(60s));
  EXPECT_TRUE(hold.wait_for(1));
  clients_.clear();
  from.reset();
  EXPECT_EQ(code_of(finish(std::move(call)).error()), errc::cancelled);
  hold.open();
}

} // namespace

} // namespace kubesage::k8s
