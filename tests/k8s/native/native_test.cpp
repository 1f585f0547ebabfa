#include "k8s/native/native.hpp"
#include "tests/k8s/client_fixture.hpp"

#include <atomic>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage::k8s::native {

namespace {

using namespace std::chrono_literals;

std::string pod_list(const std::string& items, const std::string& next = {}) {
  return R"({"kind":"PodList","apiVersion":"v1","metadata":{"continue":")" + next
         + R"("},"items":[)" + items + "]}";
}

std::string item(const std::string& name) {
  return R"({"metadata":{"name":")" + name + R"("}})";
}

class native_test : public client_fixture {
protected:
  native_test()
      : catalog_(std::make_shared<const kind_catalog>(std::vector<api_resource>{
          {"", "v1", "pods", "pod", "Pod", true, {}, {}, {"get", "list"}}})) {
    plan_.verb = "get";
    plan_.kinds = {catalog_->all()[0]};
    plan_.flags = {{"output", "name"}};
  }

  std::future<outcome> start(const std::string& url) {
    auto done = std::make_shared<std::promise<outcome>>();
    auto result = done->get_future();
    running_ = answer(
        threads_, connect(url), catalog_, plan_, {1, 33}, in(20s), bounds_,
        [this](stream where, std::string_view text) {
          (where == stream::output ? streamed_ : errors_) += text;
        },
        [done](outcome x) { done->set_value(std::move(x)); });
    return result;
  }

  outcome run(const std::string& url) {
    auto result = start(url);
    if (result.wait_for(60s) != std::future_status::ready)
      return {};
    return result.get();
  }

  std::shared_ptr<const kind_catalog> catalog_;
  policy::plan plan_;
  limits bounds_;
  std::shared_ptr<running> running_;
  std::string streamed_;
  std::string errors_;
};

/// Answers each request of a connection with the next of `bodies`.
api_server::script in_order(std::vector<std::string> bodies) {
  return [bodies = std::move(bodies)](session& peer) {
    for (const auto& each : bodies) {
      peer.read_request();
      peer.answer(each);
    }
    peer.wait_for_close();
  };
}

TEST_F(native_test, asks_for_all_pages_and_prints_them) {
  const api_server server{in_order({pod_list(item("a"), "t"), pod_list(item("b"))})};
  const auto result = run(server.url());
  EXPECT_EQ(result.how, outcome::ending::answered);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "pod/a\npod/b\n");
  EXPECT_EQ(streamed_, result.output);
}

TEST_F(native_test, reads_large_answers_on_the_blocking_pool) {
  std::string items = item("p");
  for (int i = 0; i < 5'000; ++i)
    items += "," + item("p");
  const api_server server{in_order({pod_list(items)})};
  const auto result = run(server.url());
  EXPECT_EQ(result.how, outcome::ending::answered);
  EXPECT_EQ(result.output.size(), 5'001 * 6U);
}

TEST_F(native_test, ends_at_the_bound_of_the_output) {
  bounds_.output_bytes = 8;
  const api_server server{in_order({pod_list(item("a") + "," + item("b"))})};
  const auto result = run(server.url());
  EXPECT_TRUE(result.is_truncated);
  EXPECT_EQ(result.output, "pod/a\npo");
}

TEST_F(native_test, falls_back_when_an_answer_is_too_large) {
  bounds_.page_bytes = 50;
  const api_server server{in_order({pod_list(item("a"))})};
  EXPECT_EQ(run(server.url()).how, outcome::ending::fall_back);
}

TEST_F(native_test, asks_for_smaller_pages_when_one_is_too_large) {
  bounds_.page_bytes = 200;
  std::vector<std::string> limits;
  const api_server server{[&limits](session& peer) {
    for (auto head = peer.read_request(); !head.empty(); head = peer.read_request()) {
      const auto at = head.find("limit=") + 6;
      limits.push_back(head.substr(at, head.find(' ', at) - at));
      if (limits.back() == "500" || limits.back() == "125")
        peer.answer(pod_list(item(std::string(200, 'x'))));
      else
        peer.answer(limits.size() == 3 ? pod_list(item("a"), "t") : pod_list(item("b")));
    }
  }};
  plan_.flags.push_back({"chunk-size", "500"});
  EXPECT_EQ(run(server.url()).output, "pod/a\npod/b\n");
  EXPECT_EQ(limits, (std::vector<std::string>{"500", "125", "31", "31"}));
}

TEST_F(native_test, asks_for_no_more_than_may_be_printed) {
  bounds_.output_bytes = 400;
  const auto full = pod_list(item(std::string(600, 'x')), "t");
  const api_server server{in_order({full, full})};
  plan_.flags = {{"output", "json"}};
  const auto result = run(server.url());
  EXPECT_EQ(result.how, outcome::ending::answered);
  EXPECT_TRUE(result.is_truncated);
  EXPECT_EQ(result.output.size(), 400U);
  EXPECT_EQ(streamed_, result.output);
}

TEST_F(native_test, falls_back_when_all_answers_together_are_too_large) {
  bounds_.input_bytes = 2'000;
  const auto page = pod_list(item(std::string(600, 'x')), "t");
  const api_server server{in_order({page, page, page, page, page})};
  EXPECT_EQ(run(server.url()).how, outcome::ending::fall_back);
}

TEST_F(native_test, falls_back_before_anything_is_printed) {
  const api_server server{in_order({pod_list(item("a"), "t"), "no json"})};
  const auto result = run(server.url());
  EXPECT_EQ(result.how, outcome::ending::fall_back);
  EXPECT_EQ(result.output + result.error + streamed_ + errors_, "");
}

TEST_F(native_test, falls_back_when_the_cluster_does_not_have_the_type) {
  plan_.kinds[0].name = "widgets";
  EXPECT_EQ(run("http://127.0.0.1:1").how, outcome::ending::fall_back);
}

TEST_F(native_test, falls_back_for_what_it_does_not_know) {
  plan_.verb = "describe";
  EXPECT_EQ(run("http://127.0.0.1:1").how, outcome::ending::fall_back);
}

TEST_F(native_test, says_why_the_cluster_did_not_answer) {
  const auto result = run("http://127.0.0.1:1");
  EXPECT_EQ(result.how, outcome::ending::failed);
  EXPECT_EQ(code_of(result.failure), errc::cluster_unreachable);
}

TEST_F(native_test, cancel_ends_it_at_the_next_answer) {
  std::promise<void> asked;
  std::promise<void> go_on;
  const api_server server{[&](session& peer) {
    peer.read_request();
    asked.set_value();
    go_on.get_future().wait();
    peer.answer(pod_list(item("a")));
    peer.wait_for_close();
  }};
  config_.first_byte_timeout = 20s;
  auto result = start(server.url());
  asked.get_future().wait();
  running_->cancel();
  go_on.set_value();
  const auto ended = result.get();
  EXPECT_EQ(ended.how, outcome::ending::failed);
  EXPECT_EQ(code_of(ended.failure), errc::cancelled);
}

} // namespace

} // namespace kubesage::k8s::native
