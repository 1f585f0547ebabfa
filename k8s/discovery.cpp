#include "k8s/discovery.hpp"

#include "messages/error.hpp"

#include <iterator>
#include <utility>

namespace kubesage::k8s {

namespace {

constexpr const char* json = "application/json";
constexpr std::size_t max_answer_bytes = 4U << 20U;
constexpr std::size_t max_at_once = 4;
constexpr unsigned ok = 200;
constexpr unsigned not_found = 404;

caf::error refuse(unsigned status) {
  const auto code = status == 401   ? errc::cluster_unauthorized
                    : status == 403 ? errc::cluster_forbidden
                    : status == 429 ? errc::cluster_rate_limited
                                    : errc::cluster_bad_response;
  return caf::make_error(code, "the cluster answered " + std::to_string(status)
                                   + " when asked for its resource types");
}

/// One round of requests: `/api` and `/apis`, then each version of each group, a few at once.
class round : public std::enable_shared_from_this<round> {
public:
  using done_function = std::function<void(caf::expected<discovered>)>;

  round(std::shared_ptr<client> from, deadline until, done_function on_done)
      : from_(std::move(from)), until_(until), on_done_(std::move(on_done)) {}

  void start() {
    ask("/api", [this](const http_answer& answer) {
      auto versions = parse_core_versions(answer.body);
      if (!versions)
        return finish(std::move(versions.error()));
      wanted_ = std::move(*versions);
      ask("/apis", [this](const http_answer& groups) { take_groups(groups); });
    });
  }

private:
  void ask(const std::string& path, std::function<void(const http_answer&)> take) {
    from_->get(
        until_, path, json, max_answer_bytes,
        [self = shared_from_this(), take = std::move(take)](caf::expected<http_answer> answer) {
          if (!answer)
            return self->finish(std::move(answer.error()));
          if (answer->status != ok)
            return self->finish(refuse(answer->status));
          take(*answer);
        });
  }

  void take_groups(const http_answer& answer) {
    auto groups = parse_groups(answer.body);
    if (!groups)
      return finish(std::move(groups.error()));
    std::move(groups->begin(), groups->end(), std::back_inserter(wanted_));
    found_.resize(wanted_.size());
    std::size_t starting = 0;
    {
      const std::lock_guard guard{mutex_};
      running_ = starting = std::min(max_at_once, wanted_.size());
      next_ = starting;
    }
    if (starting == 0)
      return finish(build());
    for (std::size_t i = 0; i < starting; ++i)
      ask_resources(i);
  }

  void ask_resources(std::size_t index) {
    const auto& each = wanted_[index];
    from_->get(until_, (each.group.empty() ? "/api/" : "/apis/" + each.group + "/") + each.version,
               json, max_answer_bytes,
               [self = shared_from_this(), index](caf::expected<http_answer> answer) {
                 self->take_resources(index, std::move(answer));
               });
  }

  void take_resources(std::size_t index, caf::expected<http_answer> answer) {
    caf::error failure;
    std::vector<api_resource> found;
    bool is_missing = true;
    if (!answer)
      failure = std::move(answer.error());
    else if (answer->status == ok && !answer->is_too_large) {
      if (auto parsed = parse_resources(wanted_[index], answer->body)) {
        found = std::move(*parsed);
        is_missing = false;
      }
    } else if (answer->status == not_found)
      is_missing = false; // Gone since the list of groups was made.
    std::optional<std::size_t> next;
    bool is_last = false;
    {
      const std::lock_guard guard{mutex_};
      found_[index] = std::move(found);
      is_complete_ = is_complete_ && !is_missing;
      if (failure && !failure_)
        failure_ = std::move(failure);
      if (next_ < wanted_.size() && !failure_)
        next = next_++;
      else
        is_last = --running_ == 0;
    }
    if (next)
      ask_resources(*next);
    else if (is_last && failure_)
      finish(failure_);
    else if (is_last)
      finish(build());
  }

  discovered build() {
    std::vector<api_resource> all;
    for (auto& each : found_)
      std::move(each.begin(), each.end(), std::back_inserter(all));
    return {std::make_shared<const kind_catalog>(std::move(all)), is_complete_};
  }

  void finish(caf::expected<discovered> result) {
    if (auto done = std::exchange(on_done_, nullptr))
      done(std::move(result));
  }

  std::shared_ptr<client> from_;
  deadline until_;
  done_function on_done_;
  std::vector<group_version> wanted_;
  std::mutex mutex_;
  std::vector<std::vector<api_resource>> found_;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
  bool is_complete_ = true;
  caf::error failure_;
};

} // namespace

discovery::discovery(std::shared_ptr<client> from, config settings)
    : from_(std::move(from)), config_(settings) {
  // nop
}

void discovery::get(deadline until, bool wants_fresh, callback on_done) {
  const auto now = std::chrono::steady_clock::now();
  bool starts = false;
  bool is_refused = false;
  std::optional<discovered> known;
  {
    const std::lock_guard guard{mutex_};
    const auto may_be = wants_fresh ? config_.min_age : config_.lifetime;
    if (known_ && now - asked_at_ < may_be)
      known = known_;
    else if (waiting_.size() < config_.max_waiting) {
      starts = waiting_.empty();
      waiting_.push_back(std::move(on_done));
    } else
      is_refused = true;
  }
  if (known)
    return on_done(*known);
  if (is_refused)
    return on_done(caf::make_error(
        errc::overloaded, std::string{"too many requests wait for the cluster's resource types"}));
  if (!starts)
    return;
  auto asked = std::make_shared<round>(
      from_, until, [self = shared_from_this()](caf::expected<discovered> result) {
        self->finish(std::move(result));
      });
  asked->start();
}

void discovery::finish(caf::expected<discovered> result) {
  std::vector<callback> waiting;
  {
    const std::lock_guard guard{mutex_};
    waiting.swap(waiting_);
    if (result) {
      known_ = *result;
      asked_at_ = std::chrono::steady_clock::now();
    }
  }
  for (const auto& each : waiting)
    each(result);
}

} // namespace kubesage::k8s
