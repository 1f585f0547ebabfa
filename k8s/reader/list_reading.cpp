#include "k8s/reader/list_reading.hpp"

#include "k8s/reader/list_request.hpp"
#include "messages/error.hpp"
#include "messages/secret.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

namespace kubesage::k8s {

namespace asio = boost::asio;

using analysis::read_status;

namespace {

constexpr unsigned ok = 200;
constexpr unsigned unauthorized = 401;
constexpr unsigned forbidden = 403;
constexpr unsigned not_found = 404;
constexpr unsigned gone = 410;
constexpr unsigned too_many_requests = 429;
constexpr std::chrono::milliseconds pool_pause{5};

bool may_pass(unsigned status) {
  return status == too_many_requests || (status >= 500 && status < 600);
}

std::string reason_of(const caf::error& why) {
  return to_string(code_of(why)) + ": " + detail_of(why);
}

} // namespace

/// A page in the pool's hands.
struct list_reading::parsing {
  explicit parsing(waiting_room& room) : done(room) {}

  std::string body;
  std::string expected_token; ///< That the next request was made with already; empty: none was.
  body_slots::slot slot;
  arrival<caf::expected<analysis::page>> done;
};

asio::awaitable<std::optional<caf::expected<http_answer>>>
reading_state::get(std::string target, std::string accept, std::size_t max_body_bytes) {
  auto got = std::make_shared<arrival<caf::expected<http_answer>>>(room);
  client::callback<http_answer> on_done = [self = shared_from_this(),
                                           got](caf::expected<http_answer> answer) {
    asio::post(self->room.context(),
               [self, got, answer = std::move(answer)]() mutable { got->set(std::move(answer)); });
  };
  tools.from->get(until, std::move(target), std::move(accept), max_body_bytes, std::move(on_done));
  // The client keeps to the deadline itself.
  co_return co_await got->wait(deadline::max());
}

list_reading::list_reading(reading_pointer run, analysis::kind_need need,
                           std::vector<analysis::list_source> sources, std::string kube_namespace,
                           bool is_missing)
    : run_(std::move(run)), need_(need), row_(row_of(need.kind)), sources_(std::move(sources)),
      kube_namespace_(std::move(kube_namespace)), is_missing_(is_missing) {
  found_.kind = need.kind;
  found_.read = need.wants;
}

asio::awaitable<analysis::kind_coverage> list_reading::read() {
  stop(read_status::not_served, "the cluster does not serve this kind");
  if (is_missing_ && row_.is_namespaced) {
    found_.status = read_status::failed;
    found_.reason = "the cluster has no such namespace";
  }
  for (const auto& source : sources_) {
    if (found_.status != read_status::not_served)
      break;
    co_await read_source(source);
  }
  if (found_.status == read_status::truncated && pages_ == 0) {
    found_.status = read_status::failed;
    found_.reason = reason_of(failure_);
  }
  co_return found_;
}

asio::awaitable<void> list_reading::read_source(analysis::list_source source) {
  const auto path = list_path(source, row_.is_namespaced, kube_namespace_);
  limit_ = row_.page_size;
  is_stopped_ = false;
  found_.status = read_status::ok;
  found_.reason.clear();
  bool was_restarted = false;
  std::string token;
  std::shared_ptr<parsing> work;
  for (;;) {
    auto slot = co_await run_->slots.take(run_->until);
    if (!slot)
      stop_late();
    std::optional<http_answer> answer;
    if (!is_stopped_)
      answer = co_await fetch(path, token);
    if (work) {
      auto last = std::exchange(work, nullptr);
      co_await take(std::move(last));
    }
    if (is_expired_ && !was_restarted && !is_stopped_) {
      was_restarted = true;
      is_expired_ = false;
      forget_pages();
      token.clear();
      continue;
    }
    if (is_expired_)
      stop(read_status::truncated, "the list changed faster than it could be read");
    if (is_stopped_ || !answer)
      break;
    const std::string next{peek_continue_token(answer->body)};
    work = co_await hand_over(std::move(*answer), std::move(slot));
    if (!work)
      break;
    work->expected_token = next;
    token = next;
    if (token.empty()) {
      auto last = std::exchange(work, nullptr);
      co_await take(std::move(last));
      token = token_;
    }
    if (is_stopped_ || token.empty())
      break;
    if (pages_ + 1 >= run_->config.max_pages)
      stop(read_status::truncated, "the list has too many pages");
    else if (run_->is_full())
      stop(read_status::truncated, "there are more objects than are kept");
    if (is_stopped_)
      break;
  }
  if (work)
    co_await take(std::move(work));
}

// -- one page
// -----------------------------------------------------------------------------------------

asio::awaitable<std::optional<http_answer>> list_reading::fetch(std::string path,
                                                                std::string token) {
  const std::string accept{accept_for(need_.wants)};
  tries_ = 0;
  for (;;) {
    auto target = path + page_query(limit_, row_.field_selector, token);
    auto got = co_await run_->get(std::move(target), accept, run_->config.max_body_bytes);
    ++tries_;
    if (!got || run_->failure) {
      stop(read_status::failed, "the reading was ended");
      co_return std::nullopt;
    }
    auto& answer = *got;
    std::optional<std::chrono::seconds> asked;
    if (answer && answer->is_too_large && answer->status == ok) {
      if (limit_ == 1) {
        judge(caf::make_error(errc::cluster_bad_response,
                              std::string{"one object alone is larger than a page may be"}));
        co_return std::nullopt;
      }
      limit_ = std::max<std::size_t>(1, limit_ / 4);
      tries_ = 0;
      continue;
    }
    if (answer && answer->status == ok)
      co_return std::move(*answer);
    if (answer && answer->status == gone && !token.empty()) {
      is_expired_ = true;
      co_return std::nullopt;
    }
    if (answer)
      asked = answer->retry_after;
    // A connection that broke may be a load balancer's whim: once more, then it counts.
    const bool is_worth_it =
        answer ? may_pass(answer->status) && tries_ < run_->config.max_tries
               : tries_ < 2 && !run_->is_late()
                     && (code_of(answer.error()) == errc::cluster_unreachable
                         || code_of(answer.error()) == errc::cluster_bad_response);
    if (is_worth_it) {
      const auto may_retry = co_await wait_to_retry(asked);
      if (may_retry)
        continue;
    }
    if (answer)
      judge(answer->status);
    else
      judge(std::move(answer.error()));
    co_return std::nullopt;
  }
}

/// False: the deadline comes before the next try would.
asio::awaitable<bool> list_reading::wait_to_retry(std::optional<std::chrono::seconds> asked) {
  std::chrono::milliseconds time = run_->config.first_pause * (1U << std::min(tries_ - 1, 8U));
  if (asked)
    time = *asked;
  if (std::chrono::steady_clock::now() + time >= run_->until)
    co_return false;
  co_await run_->room.pause(time);
  co_return !run_->failure;
}

asio::awaitable<std::shared_ptr<list_reading::parsing>>
list_reading::hand_over(http_answer answer, body_slots::slot slot) {
  auto work = std::make_shared<parsing>(run_->room);
  run_->body_bytes += answer.body.size();
  work->body = std::move(answer.body);
  work->slot = std::move(slot);
  parse_pool::job job = [run = run_, work, kind = need_.kind](analysis::projector& projector) {
    caf::expected<analysis::page> made =
        caf::make_error(errc::internal, std::string{"a page could not be parsed"});
    try {
      made = projector.project(kind, work->body);
    } catch (const std::exception&) {
      // Memory: the error above stays.
    }
    wipe(work->body); // It may hold Secrets, or a pod's environment.
    std::string{}.swap(work->body);
    asio::post(run->room.context(), [run, work, made = std::move(made)]() mutable {
      work->slot.release();
      work->done.set(std::move(made));
    });
  };
  while (!run_->tools.pool.run(job)) {
    if (run_->is_late() || run_->failure) {
      stop_late();
      co_return nullptr;
    }
    co_await run_->room.pause(pool_pause);
  }
  co_return work;
}

/// Waits until `work` is done and keeps its objects.
asio::awaitable<void> list_reading::take(std::shared_ptr<parsing> work) {
  // A page that is being parsed is worth a moment more than the deadline allows.
  auto made = co_await work->done.wait(run_->until + std::chrono::seconds{1});
  if (!made) {
    stop_late();
    co_return;
  }
  auto& page = *made;
  if (!page) {
    judge(std::move(page.error()));
    co_return;
  }
  const bool has_moved = page->continue_token.empty() || page->continue_token != token_;
  token_ = std::move(page->continue_token);
  const auto size = page->size();
  const auto bytes = page->storage.bytes();
  ++pages_;
  bytes_ += bytes;
  found_.objects += size;
  run_->objects += size;
  run_->inventory_bytes += bytes;
  run_->inventory.add(std::move(*page));
  run_->tell();
  if (!has_moved || (!work->expected_token.empty() && work->expected_token != token_))
    judge(caf::make_error(errc::cluster_bad_response,
                          std::string{"the list's continue token makes no sense"}));
}

// -- how it ended
// -------------------------------------------------------------------------------------

void list_reading::judge(unsigned status) {
  switch (status) {
  case unauthorized:
    run_->fail(caf::make_error(
        errc::cluster_unauthorized,
        std::string{"the cluster answered 401; check the token or the client certificate"}));
    stop(read_status::failed, {});
    break;
  case forbidden:
    stop(read_status::forbidden, "the credentials may not list this kind here");
    break;
  case not_found:
    if (pages_ == 0)
      stop(read_status::not_served, "the cluster does not serve this kind");
    else
      stop(read_status::failed, "the cluster has stopped serving this kind");
    break;
  case too_many_requests:
    judge(caf::make_error(errc::cluster_rate_limited,
                          std::string{"the cluster answered 429 again and again"}));
    break;
  default:
    judge(caf::make_error(errc::cluster_bad_response,
                          "the cluster answered " + std::to_string(status)));
  }
}

void list_reading::judge(caf::error why) {
  switch (code_of(why)) {
  case errc::cluster_unreachable:
  case errc::cluster_tls_failed:
  case errc::cluster_unauthorized:
  case errc::cancelled:
    run_->fail(why);
    stop(read_status::failed, reason_of(why));
    break;
  default:
    failure_ = why;
    if (run_->is_late())
      stop_late();
    else
      stop(read_status::failed, reason_of(why));
  }
}

void list_reading::stop(read_status status, std::string reason) {
  if (is_stopped_)
    return;
  is_stopped_ = true;
  found_.status = status;
  found_.reason = std::move(reason);
}

void list_reading::stop_late() {
  if (!failure_)
    failure_ = caf::make_error(errc::cluster_timeout,
                               std::string{"the cluster's lists did not end in time"});
  stop(read_status::truncated, "the time for reading ran out");
}

void list_reading::forget_pages() {
  run_->inventory.drop(need_.kind);
  run_->objects -= found_.objects;
  run_->inventory_bytes -= bytes_;
  found_.objects = 0;
  bytes_ = 0;
  pages_ = 0;
  token_.clear();
}

} // namespace kubesage::k8s
