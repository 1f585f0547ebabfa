#include "k8s/solutions/explainer.hpp"

#include "k8s/solutions/answer.hpp"
#include "k8s/solutions/command_check.hpp"
#include "k8s/solutions/prompt.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kubesage::solutions {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using solution_pointer = calls::solution_pointer;

struct explainer::impl {
  runtime& threads;
  asio::io_context& context;
  explainer_config config;
  std::shared_ptr<statistics> counts = std::make_shared<statistics>();
  std::shared_ptr<token_ledger> budget{};
  std::shared_ptr<calls> asking{};

  [[nodiscard]] policy::kubectl_version version() const {
    return config.kubectl ? config.kubectl() : policy::kubectl_version{};
  }
};

namespace {

/// The solution for one problem out of an answer, when all of it may be shown.
std::optional<analysis::solution> fit(const analysis::problem_with_solution& about,
                                      const pseudonyms& hidden, const analysis::solution& masked,
                                      policy::kubectl_version version) {
  auto made = put_back(masked, hidden);
  if (!made)
    return std::nullopt;
  const command_check check{about, hidden, version};
  const bool may_be_shown =
      std::all_of(made->steps.begin(), made->steps.end(),
                  [&](const analysis::remediation_step& each) { return check.allows(each); });
  return may_be_shown ? std::move(made) : std::nullopt;
}

/// What an answer is judged by, apart from the analysis that asks: it may have ended before.
struct subject {
  analysis::problem_with_solution about;
  pseudonyms hidden;
};

/// The answer as a solution with stand-ins, when it fits `about`.
solution_pointer usable(const analysis::problem_with_solution& about, const pseudonyms& hidden,
                        const std::string& content, policy::kubectl_version version) {
  auto masked = parse_answer(content, hidden);
  if (!masked || !fit(about, hidden, *masked, version))
    return nullptr;
  return std::make_shared<const analysis::solution>(std::move(*masked));
}

} // namespace

/// One call of `explain`. First and last part on the blocking pool, the asking between them on the
/// context's thread.
class explainer::run : public std::enable_shared_from_this<run> {
public:
  run(std::shared_ptr<impl> all, explanation_request wanted, callback on_done)
      : all_(std::move(all)), version_(all_->version()), wanted_(std::move(wanted)),
        on_done_(std::move(on_done)), timer_(all_->context),
        until_(std::min(wanted_.until, clock::now() + all_->config.timeout)) {}

  void start() {
    if (!all_->threads.run_blocking([self = shared_from_this()] { self->prepare(); }))
      give_up(outcome::overloaded);
  }

  void cancel() {
    is_cancelled_ = true;
    asio::post(all_->context, [self = shared_from_this()] { self->leave(); });
  }

private:
  /// A different question, and whoever has it.
  struct topic {
    std::vector<std::size_t> problems;
    solution_pointer made; ///< With stand-ins.
    outcome why = outcome::too_many;
    std::shared_ptr<calls::ticket> ticket{};
  };

  // -- on the blocking pool

  void prepare() {
    if (is_cancelled_)
      return;
    const auto count = std::min(wanted_.problems.size(), all_->config.max_problems);
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& each = wanted_.problems[i];
      auto shown = make_prompt(each, wanted_.user_key);
      auto name = fingerprint_of(shown, each.worst.rule_id, all_->config.asking.model);
      const auto [at, is_new] = known.try_emplace(name, topics_.size());
      if (is_new) {
        topics_.emplace_back();
        fingerprints_.push_back(std::move(name));
      }
      topics_[at->second].problems.push_back(i);
      prompts_.push_back(std::move(shown));
    }
    for (std::size_t i = 0; i < topics_.size(); ++i)
      look_up(i);
    is_prepared_ = !all_->budget->prepare(wanted_.owner, all_->config.asking.now());
    asio::post(all_->context, [self = shared_from_this()] { self->ask(); });
  }

  void look_up(std::size_t which) {
    const auto& cache = all_->config.cache;
    auto kept = cache.get ? cache.get(wanted_.owner, fingerprints_[which]) : std::nullopt;
    // Judged anew, for the policy may have become stricter since.
    const auto first = topics_[which].problems.front();
    if (kept)
      topics_[which].made =
          usable(wanted_.problems[first], prompts_[first].hidden, *kept, version_);
    ++(topics_[which].made ? all_->counts->cache_hits : all_->counts->cache_misses);
  }

  /// Puts the solutions where they belong.
  void assemble() {
    auto& problems = wanted_.problems;
    std::vector<outcome> outcomes(problems.size(), outcome::too_many);
    for (const auto& each : topics_)
      for (const auto i : each.problems) {
        outcomes[i] = each.made ? outcome::not_usable : each.why;
        if (each.made == nullptr)
          continue;
        if (auto made = fit(problems[i], prompts_[i].hidden, *each.made, version_)) {
          problems[i].how = std::move(*made);
          outcomes[i] = outcome::taken;
          ++all_->counts->taken;
        }
      }
    for (std::size_t i = 0; i < problems.size(); ++i)
      add_note(problems[i].how, outcomes[i]);
    asio::post(all_->context, [self = shared_from_this()] { self->deliver(); });
  }

  // -- on the context's thread

  void ask() {
    if (is_cancelled_)
      return;
    is_asking_ = true;
    std::size_t asked = 0;
    for (std::size_t i = 0; i < topics_.size(); ++i) {
      auto& each = topics_[i];
      if (each.made != nullptr)
        continue;
      if (!is_prepared_) {
        each.why = outcome::overloaded;
        continue;
      }
      if (asked++ >= all_->config.max_calls)
        continue;
      each.why = outcome::too_slow;
      ++pending_;
      each.ticket = all_->asking->ask(
          question_about(i), [self = shared_from_this(), i](solution_pointer made, outcome why) {
            self->on_answer(i, std::move(made), why);
          });
    }
    if (pending_ == 0)
      return finish();
    timer_.expires_at(until_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
      if (!failure)
        self->finish();
    });
  }

  [[nodiscard]] calls::question question_about(std::size_t which) const {
    const auto first = topics_[which].problems.front();
    const auto& shown = prompts_[first];
    auto judged = std::make_shared<const subject>(subject{wanted_.problems[first], shown.hidden});
    return {wanted_.owner, fingerprints_[which], shown.text,
            [all = all_, version = version_, judged = std::move(judged), owner = wanted_.owner,
             name = fingerprints_[which]](const std::string& content) {
              auto made = usable(judged->about, judged->hidden, content, version);
              if (made != nullptr && all->config.cache.put)
                all->config.cache.put(owner, name, content);
              return made;
            }};
  }

  void on_answer(std::size_t which, solution_pointer made, outcome why) {
    if (is_finished_)
      return;
    topics_[which].made = std::move(made);
    topics_[which].why = why;
    if (--pending_ == 0)
      finish();
  }

  void finish() {
    if (std::exchange(is_finished_, true))
      return;
    leave();
    if (!all_->threads.run_blocking([self = shared_from_this()] { self->assemble(); }))
      give_up(outcome::overloaded);
  }

  void leave() {
    is_finished_ = true;
    timer_.cancel();
    if (!std::exchange(is_asking_, false))
      return; // The topics belong to another thread.
    for (auto& each : topics_)
      if (const auto ticket = std::exchange(each.ticket, nullptr))
        all_->asking->leave(ticket);
  }

  void give_up(outcome why) {
    add_note(wanted_.problems, why);
    asio::post(all_->context, [self = shared_from_this()] { self->deliver(); });
  }

  void deliver() {
    if (const auto tell = std::exchange(on_done_, nullptr); tell && !is_cancelled_)
      tell(std::move(wanted_.problems));
  }

  const std::shared_ptr<impl> all_;
  const policy::kubectl_version version_;
  explanation_request wanted_;
  callback on_done_;
  asio::steady_timer timer_;
  const deadline until_;
  std::atomic<bool> is_cancelled_{false};
  std::vector<topic> topics_;
  std::vector<std::string> fingerprints_; // Of each topic.
  std::vector<prompt> prompts_;           // Of each problem that is asked about.
  bool is_prepared_ = false;
  bool is_asking_ = false;
  bool is_finished_ = false;
  std::size_t pending_ = 0;
};

class explainer::handle final : public explanation {
public:
  explicit handle(std::shared_ptr<run> what) : run_(std::move(what)) {}
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() override {
    run_->cancel();
  }

  void cancel() override {
    run_->cancel();
  }

private:
  std::shared_ptr<run> run_;
};

explainer::explainer(std::shared_ptr<impl> state) : impl_(std::move(state)) {
  // nop
}

explainer::~explainer() {
  asio::post(impl_->context, [asking = impl_->asking] { asking->stop(); });
}

caf::expected<std::unique_ptr<explainer>> explainer::make(runtime& threads,
                                                          explainer_config config) {
  auto& context = threads.next_context();
  auto client = chat_client::make(threads, context, config.client);
  if (!client)
    return std::move(client.error());
  auto state = std::shared_ptr<impl>{new impl{threads, context, std::move(config)}};
  state->budget =
      std::make_shared<token_ledger>(state->config.tokens_per_day, state->config.spending);
  state->asking = std::make_shared<calls>(threads, context, std::move(*client), state->budget,
                                          state->counts, state->config.asking);
  return std::unique_ptr<explainer>{new explainer{std::move(state)}};
}

std::unique_ptr<explainer::explanation> explainer::explain(explanation_request wanted,
                                                           callback on_done) {
  auto made = std::make_shared<run>(impl_, std::move(wanted), std::move(on_done));
  made->start();
  return std::make_unique<handle>(std::move(made));
}

const statistics& explainer::counts() const {
  return *impl_->counts;
}

} // namespace kubesage::solutions
