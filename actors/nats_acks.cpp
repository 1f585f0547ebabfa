#include "actors/nats_acks.hpp"

#include <utility>

namespace kubesage {

void nats_acks::begin(const std::vector<queued_event>& events) {
  const std::lock_guard lock{mutex_};
  unanswered_.clear();
  for (std::size_t i = 0; i < events.size(); ++i)
    unanswered_.emplace(events[i].event.id, i);
  acks_.assign(events.size(), std::nullopt);
  first_refused_ = events.size();
  refusal_.clear();
  is_abandoned_ = false;
}

void nats_acks::take(const char* id, nats_ack ack) {
  const std::lock_guard lock{mutex_};
  const auto found = unanswered_.find(id);
  if (found == unanswered_.end())
    return;
  acks_[found->second] = ack;
  unanswered_.erase(found);
  if (unanswered_.empty())
    has_all_.notify_all();
}

void nats_acks::refuse(const char* id, std::string reason) {
  const std::lock_guard lock{mutex_};
  const auto found = unanswered_.find(id);
  if (found == unanswered_.end())
    return;
  // Those after the first are refused because of it: each names the one before.
  if (found->second < first_refused_) {
    first_refused_ = found->second;
    refusal_ = std::move(reason);
  }
  unanswered_.erase(found);
  if (unanswered_.empty())
    has_all_.notify_all();
}

void nats_acks::abandon() {
  const std::lock_guard lock{mutex_};
  is_abandoned_ = true;
  has_all_.notify_all();
}

nats_prefix nats_acks::end(std::size_t sent, std::chrono::milliseconds timeout) {
  std::unique_lock lock{mutex_};
  std::erase_if(unanswered_, [sent](const auto& x) { return x.second >= sent; });
  has_all_.wait_for(lock, timeout, [this] { return unanswered_.empty() || is_abandoned_; });
  nats_prefix prefix;
  while (prefix.acks.size() < acks_.size() && acks_[prefix.acks.size()])
    prefix.acks.push_back(*acks_[prefix.acks.size()]);
  if (first_refused_ == prefix.acks.size())
    prefix.refusal = refusal_;
  unanswered_.clear();
  return prefix;
}

} // namespace kubesage
