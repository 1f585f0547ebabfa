#pragma once

#include "tests/support/api_server.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <simdjson.h>

namespace kubesage::solutions {

/// One request that a fake model got.
struct heard {
  std::string head;
  std::string body;

  /// What the user's message says.
  [[nodiscard]] std::string text() const {
    simdjson::dom::parser parser;
    return std::string{
        std::string_view{parser.parse(body)["messages"].at(1)["content"].get_string()}};
  }
  /// The stand-in of the member `name` of the problem; empty: it has none.
  [[nodiscard]] std::string stand_in(const std::string& name) const {
    const auto all = text();
    const auto mark = "\"" + name + "\":\"";
    const auto begin = all.find(mark) + mark.size();
    return all.substr(begin, all.find('"', begin) - begin);
  }
};

inline std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char x : text)
    if (x == '"' || x == '\\')
      (result += '\\') += x;
    else
      result += x == '\n' ? std::string{"\\n"} : std::string{x};
  return result + '"';
}

/// A chat completion with `content`.
inline std::string completion(const std::string& content, int prompt_tokens = 400,
                              int completion_tokens = 100) {
  return R"({"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":)"
         R"("assistant","content":)"
         + quoted(content) + R"(},"finish_reason":"stop"}],"usage":{"prompt_tokens":)"
         + std::to_string(prompt_tokens) + R"(,"completion_tokens":)"
         + std::to_string(completion_tokens) + R"(,"total_tokens":)"
         + std::to_string(prompt_tokens + completion_tokens) + "}}";
}

/// A solution that names what the request shows, with one step.
inline std::string
solution_with(const heard& asked, const std::string& action, const std::string& command,
              const std::string& detail = "The program ends soon after it starts") {
  return R"({"solution_summary":"Read the log of )" + asked.stand_in("name") + R"(",)"
         + R"("detailed_solution":)" + quoted(detail) + R"(,"remediation_steps":[{"action_type":")"
         + action + R"(","description":"Read what it says.","command":)" + quoted(command)
         + R"(,"expected_outcome":"The cause is known."}],"confidence_score":0.9,)"
         + R"("estimated_time_mins":5,"additional_notes":""})";
}

inline std::string good_solution(const heard& asked) {
  return solution_with(asked, "KUBECTL_GET_LOGS",
                       "kubectl logs " + asked.stand_in("name") + " -n "
                           + asked.stand_in("namespace") + " --previous");
}

/// A chat server on loopback that keeps every byte it hears and says what `answer` writes.
class fake_model {
public:
  using session = test::api_server::session;
  using script = std::function<void(session&, const heard&)>;

  explicit fake_model(script answer = {},
                      std::optional<test::api_server::tls_options> tls = std::nullopt)
      : answer_(std::move(answer)), server_([this](session& peer) { serve(peer); }, tls) {}

  fake_model(const fake_model&) = delete;
  fake_model& operator=(const fake_model&) = delete;

  ~fake_model() {
    release();
  }

  [[nodiscard]] std::string url() const {
    return server_.url();
  }

  [[nodiscard]] std::vector<heard> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock{mutex_};
    return requests_.size();
  }

  [[nodiscard]] int connections() const {
    return server_.connections();
  }

  /// The most requests that were being answered at once.
  [[nodiscard]] int most_at_once() const {
    return most_;
  }

  void wait_for(std::size_t count) const {
    std::unique_lock lock{mutex_};
    came_.wait_for(lock, std::chrono::seconds{30}, [&] { return requests_.size() >= count; });
  }

  /// For scripts: waits until `release` is called.
  void hold() {
    std::unique_lock lock{mutex_};
    came_.wait_for(lock, std::chrono::seconds{30}, [&] { return is_released_; });
  }
  void release() {
    {
      const std::lock_guard lock{mutex_};
      is_released_ = true;
    }
    came_.notify_all();
  }

private:
  void serve(session& peer) {
    for (auto head = peer.read_request(); !head.empty(); head = peer.read_request()) {
      constexpr std::string_view field = "Content-Length: ";
      const auto at = head.find(field);
      const auto size = at == std::string::npos ? 0 : std::stoul(head.substr(at + field.size()));
      heard asked{head, peer.read_body(size)};
      {
        const std::lock_guard lock{mutex_};
        requests_.push_back(asked);
      }
      came_.notify_all();
      const int now = ++at_once_;
      for (int most = most_; most < now && !most_.compare_exchange_weak(most, now);) {
      }
      if (answer_)
        answer_(peer, asked);
      else
        peer.answer(completion(good_solution(asked)));
      --at_once_;
    }
  }

  script answer_;
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<heard> requests_;
  bool is_released_ = false;
  std::atomic<int> at_once_{0};
  std::atomic<int> most_{0};
  test::api_server server_;
};

} // namespace kubesage::solutions
