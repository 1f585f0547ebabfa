#include "k8s/solutions/calls.hpp"

#include "k8s/solutions/chat_message.hpp"
#include "k8s/solutions/pace.hpp"
#include "k8s/solutions/prompt.hpp"
#include "k8s/solutions/recent_answers.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kubesage::solutions {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using kind = chat_reply::kind;

class calls::ticket {
public:
  ticket(std::shared_ptr<job> what, callback on_done)
      : about(std::move(what)), done(std::move(on_done)) {}

  std::shared_ptr<job> about; ///< Null: answered, or left.
  callback done;
};

/// A question that somebody waits for.
struct calls::job {
  job(asio::io_context& context, std::string name, question asked)
      : key(std::move(name)), what(std::move(asked)), pause(context) {}

  std::string key;
  question what;
  std::vector<std::shared_ptr<ticket>> waiters;
  deadline until{};
  std::size_t attempts = 0;
  bool is_running = false; ///< Holds one of the places.
  std::optional<token_ledger::receipt> taken;
  std::shared_ptr<chat_client::call> request;
  asio::steady_timer pause;
};

struct calls::impl {
  using job_pointer = std::shared_ptr<job>;

  runtime& threads;
  asio::io_context& context;
  std::shared_ptr<chat_client> client;
  std::shared_ptr<token_ledger> budget;
  std::shared_ptr<statistics> counts;
  calls_config config;
  calls* self = nullptr;

  std::map<std::string, job_pointer> jobs{}; ///< By user and fingerprint.
  std::deque<job_pointer> waiting{};
  std::size_t running = 0;
  circuit rest{config.rest};
  recent_answers recent{};
  pace speed{config.first_pause};
  bool has_new_names = false; ///< See `chat_question`.
  std::uint64_t largest = 0;  ///< Tokens of the largest answer so far.

  void start_next();
  void attempt(const job_pointer& which);
  void attempt_at(const job_pointer& which, deadline when);
  void on_reply(const job_pointer& which, chat_reply reply);
  void on_answer(const job_pointer& which, std::string body);
  void retry(const job_pointer& which, const chat_reply& reply);
  void settle(job& which, std::uint64_t used);
  void note_failure();
  void release(const job_pointer& which);
  void end(const job_pointer& which, const solution_pointer& made, outcome why);
  void give_up(const job_pointer& which, outcome why);
  [[nodiscard]] chat_question question_of(const job& which) const;
};

namespace {

std::string key_of(const tenant& owner, const std::string& fingerprint) {
  return to_string(owner.user()) + '/' + fingerprint;
}

/// Whether a 400 minds the old name of a parameter.
bool wants_new_names(const chat_reply& reply) {
  return reply.status == 400
         && (reply.body.find("max_completion_tokens") != std::string::npos
             || reply.body.find("temperature") != std::string::npos);
}

} // namespace

calls::calls(runtime& threads, asio::io_context& context, std::shared_ptr<chat_client> client,
             std::shared_ptr<token_ledger> budget, std::shared_ptr<statistics> counts,
             calls_config config)
    : impl_(new impl{threads, context, std::move(client), std::move(budget), std::move(counts),
                     std::move(config)}) {
  impl_->self = this;
}

calls::~calls() = default;

std::shared_ptr<calls::ticket> calls::ask(question what, callback on_done) {
  auto& all = *impl_;
  auto key = key_of(what.owner, what.fingerprint);
  const auto answer_later = [&all](callback tell, solution_pointer made, outcome why) {
    asio::post(all.context,
               [tell = std::move(tell), made = std::move(made), why] { tell(made, why); });
    return std::make_shared<ticket>(nullptr, callback{});
  };
  if (const auto* known = all.recent.find(key, clock::now())) {
    ++all.counts->joined;
    return answer_later(std::move(on_done), *known, *known ? outcome::taken : outcome::not_usable);
  }
  auto& entry = all.jobs[key];
  const bool is_new = entry == nullptr;
  if (is_new && all.waiting.size() >= all.config.max_waiting) {
    all.jobs.erase(key);
    ++all.counts->failures;
    return answer_later(std::move(on_done), nullptr, outcome::overloaded);
  }
  if (is_new)
    entry = std::make_shared<job>(all.context, std::move(key), std::move(what));
  else
    ++all.counts->joined;
  const auto about = entry;
  auto made = std::make_shared<ticket>(about, std::move(on_done));
  about->waiters.push_back(made);
  if (is_new) {
    about->until = clock::now() + all.config.timeout;
    all.waiting.push_back(about);
    asio::post(all.context, [self = shared_from_this()] { self->impl_->start_next(); });
  }
  return made;
}

void calls::leave(const std::shared_ptr<ticket>& which) {
  const auto about = std::exchange(which->about, nullptr);
  which->done = nullptr;
  if (about == nullptr)
    return;
  std::erase(about->waiters, which);
  if (about->waiters.empty())
    impl_->give_up(about, outcome::not_asked);
}

void calls::stop() {
  for (const auto& [key, each] : std::map{impl_->jobs}) {
    for (const auto& waiter : each->waiters) {
      waiter->about = nullptr;
      waiter->done = nullptr;
    }
    each->waiters.clear();
    impl_->give_up(each, outcome::not_asked);
  }
}

// -- one question ----------------------------------------------------------------------------

chat_question calls::impl::question_of(const job& which) const {
  return {config.model, instructions(), which.what.text, config.max_answer_tokens, has_new_names};
}

void calls::impl::start_next() {
  while (running < config.max_in_flight && !waiting.empty()) {
    const auto next = waiting.front();
    waiting.pop_front();
    if (clock::now() >= next->until) {
      end(next, nullptr, outcome::too_slow);
    } else if (!rest.lets_through(clock::now())) {
      end(next, nullptr, outcome::resting);
    } else {
      ++running;
      counts->in_flight = running;
      next->is_running = true;
      attempt(next);
    }
  }
}

/// Sends the question, at once or when the server wants it.
void calls::impl::attempt(const job_pointer& which) {
  if (const auto when = speed.not_before(); clock::now() < when) {
    if (when < which->until)
      return attempt_at(which, when);
    rest.gave_up();
    return end(which, nullptr, outcome::unavailable);
  }
  const auto asked = question_of(*which);
  // Of a model that thinks aloud an answer may cost more than its bound says.
  which->taken =
      budget->take(which->what.owner, std::max(most_tokens(asked), largest), config.now());
  if (!which->taken) {
    ++counts->budget_refusals;
    rest.gave_up();
    return end(which, nullptr, outcome::budget_spent);
  }
  // Written before the request goes out, so that a crash does not give the tokens back. Where the
  // pool is full the account in memory still holds.
  threads.run_blocking([ledger = budget, owner = which->what.owner] { ledger->save(owner); });
  ++which->attempts;
  ++counts->requests;
  which->request = client->post(write_question(asked), which->until,
                                [all = self->shared_from_this(), which](chat_reply reply) {
                                  all->impl_->on_reply(which, std::move(reply));
                                });
}

void calls::impl::settle(job& which, std::uint64_t used) {
  if (!which.taken)
    return;
  budget->settle(which.what.owner, *which.taken, used);
  which.taken.reset();
  counts->tokens += used;
  threads.run_blocking([ledger = budget, owner = which.what.owner] { ledger->save(owner); });
}

void calls::impl::on_reply(const job_pointer& which, chat_reply reply) {
  which->request.reset();
  const bool is_wanted = which->is_running;
  // No tokens were used where the server says that it did nothing; of the rest nobody knows.
  const bool is_free = !reply.was_sent
                       || (reply.status != 0 && reply.how != kind::answered
                           && reply.how != kind::malformed && reply.how != kind::late);
  if (reply.how != kind::answered)
    settle(*which, is_free || !which->taken ? 0 : which->taken->tokens);
  if (!is_wanted)
    return;
  switch (reply.how) {
  case kind::answered:
    return on_answer(which, std::move(reply.body));
  case kind::busy:
    return retry(which, reply);
  case kind::refused:
    if (!has_new_names && wants_new_names(reply)) {
      has_new_names = true;
      return attempt(which);
    }
    break;
  case kind::malformed:
  case kind::late:
  case kind::cancelled:
    break;
  }
  note_failure();
  end(which, nullptr, reply.how == kind::late ? outcome::too_slow : outcome::unavailable);
}

void calls::impl::retry(const job_pointer& which, const chat_reply& reply) {
  const auto now = clock::now();
  const auto when = speed.next(which->attempts, reply.retry_after, now);
  if (which->attempts >= config.max_attempts || when >= which->until) {
    note_failure();
    return end(which, nullptr, outcome::unavailable);
  }
  ++counts->retries;
  attempt_at(which, when);
}

void calls::impl::attempt_at(const job_pointer& which, deadline when) {
  which->pause.expires_at(when);
  which->pause.async_wait(
      [all = self->shared_from_this(), which](const boost::system::error_code& failure) {
        if (!failure && which->is_running)
          all->impl_->attempt(which);
      });
}

void calls::impl::on_answer(const job_pointer& which, std::string body) {
  const auto bytes = which->what.text.size() + instructions().size();
  auto answer = read_answer(std::move(body));
  constexpr std::size_t bytes_per_token = 3;
  auto used = which->taken ? which->taken->tokens : 0;
  if (answer)
    used = answer->tokens.value_or((bytes + answer->content.size()) / bytes_per_token + 1);
  largest = std::max(largest, answer && answer->tokens ? used : 0);
  settle(*which, used);
  if (!answer) {
    note_failure();
    return end(which, nullptr, outcome::unavailable);
  }
  rest.succeeded();
  counts->failing = 0;
  release(which);
  const bool is_queued = threads.run_blocking(
      [all = self->shared_from_this(), which, content = std::move(answer->content)] {
        auto made = which->what.digest(content);
        asio::post(all->impl_->context, [all, which, made = std::move(made)] {
          auto& here = *all->impl_;
          if (made == nullptr)
            ++here.counts->refused_answers;
          here.recent.keep(which->key, made, clock::now());
          here.end(which, made, made ? outcome::taken : outcome::not_usable);
        });
      });
  if (!is_queued)
    end(which, nullptr, outcome::overloaded);
}

void calls::impl::note_failure() {
  rest.failed(clock::now());
  counts->failing = rest.is_resting(clock::now()) ? 1 : 0;
}

// -- its end ---------------------------------------------------------------------------------

/// Gives the place to the next question.
void calls::impl::release(const job_pointer& which) {
  if (!std::exchange(which->is_running, false))
    return;
  --running;
  counts->in_flight = running;
  asio::post(context, [all = self->shared_from_this()] { all->impl_->start_next(); });
}

void calls::impl::end(const job_pointer& which, const solution_pointer& made, outcome why) {
  release(which);
  if (const auto at = jobs.find(which->key); at != jobs.end() && at->second == which)
    jobs.erase(at);
  if (made == nullptr && (why == outcome::unavailable || why == outcome::too_slow))
    ++counts->failures;
  for (const auto& each : std::exchange(which->waiters, {})) {
    each->about = nullptr;
    if (const auto tell = std::exchange(each->done, nullptr))
      asio::post(context, [tell, made, why] { tell(made, why); });
  }
}

void calls::impl::give_up(const job_pointer& which, outcome why) {
  std::erase(waiting, which);
  if (which->is_running)
    rest.gave_up();
  which->pause.cancel();
  if (which->request != nullptr)
    chat_client::cancel(*which->request);
  end(which, nullptr, why);
}

} // namespace kubesage::solutions
