#include "k8s/native/native.hpp"

#include "k8s/native/get_command.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <optional>
#include <utility>

namespace kubesage::k8s::native {

namespace {

/// What has been compared with this code, release by release.
constexpr std::array proven_minors{20U, 27U, 28U, 29U, 30U, 31U, 32U, 33U};

/// Answers above this are read and printed on the blocking pool.
constexpr std::size_t max_bytes_here = 64U << 10U;

constexpr unsigned ok = 200;

/// One command: asks for its targets one after the other, as kubectl does, then prints.
class get_run : public running, public std::enable_shared_from_this<get_run> {
public:
  get_run(runtime& threads, std::shared_ptr<client> from, get_command command,
          kubectl_version version, deadline until, limits bounds, output_function on_output,
          done_function on_done)
      : threads_(threads), from_(std::move(from)), command_(std::move(command)), version_(version),
        until_(until), bounds_(bounds), accept_(accept_of(command_)),
        on_output_(std::move(on_output)), on_done_(std::move(on_done)) {}

  void cancel() override {
    is_cancelled_ = true;
  }

  void ask() {
    const auto used = input_bytes_;
    const auto room = std::min(bounds_.page_bytes, bounds_.input_bytes - used);
    from_->get(until_, request_of(command_, command_.targets[target_], continue_token_), accept_,
               room, [self = shared_from_this()](caf::expected<http_answer> answer) {
                 self->take(std::move(answer));
               });
  }

private:
  void take(caf::expected<http_answer> answer) {
    if (is_cancelled_)
      return fail(caf::make_error(errc::cancelled, std::string{"the command was cancelled"}));
    if (!answer)
      return fail(std::move(answer.error()));
    if (answer->is_too_large)
      return fall_back();
    input_bytes_ += answer->body.size();
    const auto size = answer->body.size();
    answers_.push_back({target_, std::move(*answer)});
    run(size, [self = shared_from_this()] { self->go_on(); });
  }

  void go_on() {
    const auto& last = answers_.back().answer;
    continue_token_.clear();
    if (last.status == ok && command_.targets[target_].name.empty()) {
      auto next = next_page(last);
      if (!next)
        return fall_back();
      continue_token_ = std::move(*next);
    }
    if (continue_token_.empty())
      ++target_;
    if (target_ < command_.targets.size())
      return input_bytes_ < bounds_.input_bytes ? ask() : fall_back();
    run(input_bytes_, [self = shared_from_this()] { self->print(); });
  }

  void print() {
    auto text = print_get(command_, answers_, version_, bounds_.output_bytes);
    answers_.clear();
    if (!text)
      return fall_back();
    outcome result;
    result.how = outcome::ending::answered;
    result.exit_code = text->exit_code;
    result.output = std::move(text->output);
    result.error = std::move(text->error);
    result.is_truncated = text->is_truncated;
    if (on_output_ && !result.output.empty())
      on_output_(stream::output, result.output);
    if (on_output_ && !result.error.empty())
      on_output_(stream::error, result.error);
    finish(std::move(result));
  }

  /// Runs `job` here, or on the blocking pool where it has much to read.
  void run(std::size_t bytes, std::function<void()> job) {
    auto guarded = [self = shared_from_this(), job = std::move(job)] {
      try {
        job();
      } catch (const std::exception&) { // Out of memory.
        self->fall_back();
      }
    };
    if (bytes <= max_bytes_here)
      guarded();
    else if (!threads_.run_blocking(std::move(guarded)))
      fail(caf::make_error(errc::overloaded, std::string{"too much work is waiting"}));
  }

  void fall_back() {
    finish({});
  }

  void fail(caf::error why) {
    outcome result;
    result.how = outcome::ending::failed;
    result.failure = std::move(why);
    finish(std::move(result));
  }

  void finish(outcome result) {
    answers_.clear();
    if (auto done = std::exchange(on_done_, nullptr))
      done(std::move(result));
  }

  runtime& threads_;
  std::shared_ptr<client> from_;
  get_command command_;
  kubectl_version version_;
  deadline until_;
  limits bounds_;
  std::string accept_;
  output_function on_output_;
  done_function on_done_;
  std::atomic<bool> is_cancelled_{false};
  std::size_t target_ = 0;
  std::string continue_token_;
  std::size_t input_bytes_ = 0;
  std::vector<get_answer> answers_;
};

} // namespace

bool can_answer(const policy::plan& wanted, kubectl_version version) {
  return version.major == 1
         && std::find(proven_minors.begin(), proven_minors.end(), version.minor)
                != proven_minors.end()
         && wanted.verb == "get" && read_get(wanted).has_value();
}

std::shared_ptr<running> answer(runtime& threads, std::shared_ptr<client> from,
                                std::shared_ptr<const kind_catalog> catalog, policy::plan wanted,
                                kubectl_version version, deadline until, limits bounds,
                                output_function on_output, done_function on_done) {
  auto command = can_answer(wanted, version) ? read_get(wanted) : std::nullopt;
  if (!command || !catalog || !resolve_kinds(*command, *catalog)) {
    on_done({});
    return nullptr;
  }
  auto run = std::make_shared<get_run>(threads, std::move(from), std::move(*command), version,
                                       until, bounds, std::move(on_output), std::move(on_done));
  run->ask();
  return run;
}

} // namespace kubesage::k8s::native
