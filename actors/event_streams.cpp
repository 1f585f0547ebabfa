#include "actors/event_streams.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace kubesage {

struct event_streams::stream {
  tenant owner;
  std::shared_ptr<reply_sink> sink;
  std::uint64_t sent = 0;    ///< Up to here the client has what there is.
  std::uint64_t durable = 0; ///< Up to here there is something.
  bool is_busy = false;      ///< A page is being read, or on its way to the client.
};

namespace {

/// Source: the WHATWG's server-sent events. A payload has no line breaks: JSON escapes them.
void append_event(std::string& out, const stored_event& event) {
  out.append("id: ").append(std::to_string(event.sequence));
  out.append("\nevent: ").append(event.subject, event.subject.rfind('.') + 1);
  out.append("\ndata: ").append(event.payload).append("\n\n");
}

} // namespace

void event_streams::open(const tenant& owner, std::shared_ptr<reply_sink> sink, std::uint64_t after,
                         std::uint64_t durable) {
  const auto opened = std::make_shared<stream>(stream{owner, sink, after, durable, true});
  auto refusal = errc::none;
  {
    const std::lock_guard lock{mutex_};
    auto& mine = streams_[owner.user()];
    if (is_closed_)
      refusal = errc::not_ready;
    else if (count_ >= config_.max_in_all)
      refusal = errc::overloaded;
    else if (mine.size() >= config_.max_of_user)
      refusal = errc::too_many_requests;
    else {
      mine.push_back(opened);
      count_.fetch_add(1, std::memory_order_relaxed);
    }
    if (mine.empty())
      streams_.erase(owner.user());
  }
  if (refusal != errc::none)
    return sink->deliver({refusal, "too many streams of events are open", nullptr, 0});
  sink->watch([self = weak_from_this(), gone = std::weak_ptr{opened}] {
    const auto all = self.lock();
    const auto which = gone.lock();
    if (all && which)
      all->remove(which);
  });
  // The client learns at once that it is heard, and how soon to come back.
  send(opened, "retry: 2000\n: events after " + std::to_string(after) + "\n\n");
}

void event_streams::on_durable(user_id user, std::uint64_t sequence) noexcept {
  if (count() == 0)
    return;
  std::vector<stream_ptr> told;
  {
    const std::lock_guard lock{mutex_};
    const auto found = streams_.find(user);
    if (found == streams_.end())
      return;
    for (const auto& one : found->second)
      one->durable = std::max(one->durable, sequence);
    told = found->second;
  }
  for (const auto& one : told)
    go_on(one);
}

void event_streams::go_on(const stream_ptr& which) {
  {
    const std::lock_guard lock{mutex_};
    if (which->is_busy || !which->sink || which->sent >= which->durable)
      return;
    which->is_busy = true;
  }
  if (!config_.run_blocking([self = shared_from_this(), which] { self->send_page(which); }))
    fail(which, errc::overloaded, "too many reads of the store are waiting");
}

void event_streams::send_page(const stream_ptr& which) {
  event_query what;
  {
    const std::lock_guard lock{mutex_};
    if (!which->sink)
      return;
    what.after = which->sent;
    what.before = which->durable + 1;
    what.limit = config_.page;
  }
  const auto page = config_.read(which->owner, what);
  if (!page)
    return fail(which, code_of(page.error()), detail_of(page.error()));
  std::string text;
  auto last = what.after;
  for (const auto& event : page->events) {
    // The client relies on it: a number that is missing here was lost in the log.
    if (event.sequence != last + 1)
      break;
    last = event.sequence;
    append_event(text, event);
  }
  if (last == what.after)
    return fail(which, errc::storage_unavailable,
                "event " + std::to_string(last + 1) + " is missing in the log");
  {
    const std::lock_guard lock{mutex_};
    which->sent = last;
  }
  send(which, std::move(text));
}

void event_streams::send(const stream_ptr& which, std::string text) {
  std::shared_ptr<reply_sink> sink;
  {
    const std::lock_guard lock{mutex_};
    sink = which->sink;
  }
  if (!sink)
    return;
  sink->push(stream_block{std::move(text), [self = weak_from_this(), taken = std::weak_ptr{which}] {
                            const auto all = self.lock();
                            const auto one = taken.lock();
                            if (!all || !one)
                              return;
                            {
                              const std::lock_guard lock{all->mutex_};
                              one->is_busy = false;
                            }
                            all->go_on(one);
                          }});
}

void event_streams::remove(const stream_ptr& which) {
  std::shared_ptr<reply_sink> gone; // Goes without the lock: its end answers the client.
  const std::lock_guard lock{mutex_};
  gone = std::exchange(which->sink, nullptr);
  const auto found = streams_.find(which->owner.user());
  if (found == streams_.end())
    return;
  count_.fetch_sub(std::erase(found->second, which), std::memory_order_relaxed);
  if (found->second.empty())
    streams_.erase(found);
}

void event_streams::fail(const stream_ptr& which, errc code, std::string detail) {
  std::shared_ptr<reply_sink> sink;
  {
    const std::lock_guard lock{mutex_};
    sink = which->sink;
  }
  remove(which);
  if (sink)
    sink->deliver({code, std::move(detail), nullptr, 0});
}

void event_streams::close() {
  std::unordered_map<user_id, std::vector<stream_ptr>> all;
  {
    const std::lock_guard lock{mutex_};
    is_closed_ = true;
    all.swap(streams_);
    count_ = 0;
  }
  for (const auto& [user, streams] : all)
    for (const auto& one : streams)
      fail(one, errc::none, {});
}

} // namespace kubesage
