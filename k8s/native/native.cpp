#include "k8s/native/native.hpp"

#include "k8s/native/api_resources.hpp"
#include "k8s/native/get_command.hpp"
#include "k8s/native/logs_command.hpp"
#include "k8s/native/script.hpp"
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
constexpr std::array proven_minors{20, 27, 28, 29, 30, 31, 32, 33};

/// Answers above this are read and printed on the blocking pool.
constexpr std::size_t max_bytes_here = 64U << 10U;

/// One command under way: sends its requests one after the other, then prints.
class script_run : public running, public std::enable_shared_from_this<script_run> {
public:
  script_run(runtime& threads, std::shared_ptr<client> from, std::unique_ptr<script> work,
             deadline until, limits bounds, output_function on_output, done_function on_done)
      : threads_(threads), from_(std::move(from)), work_(std::move(work)), until_(until),
        bounds_(bounds), on_output_(std::move(on_output)), on_done_(std::move(on_done)) {}

  void cancel() override {
    is_cancelled_ = true;
  }

  void go_on() {
    if (!work_->next())
      return run(input_bytes_, [self = shared_from_this()] { self->print(); });
    // Blanks are added and managed fields left out: this much is likely more than may be printed.
    if (input_bytes_ > 2 * bounds_.output_bytes && work_->is_prefix())
      return run(input_bytes_, [self = shared_from_this()] { self->print_prefix(); });
    ask();
  }

private:
  void ask() {
    if (input_bytes_ >= bounds_.input_bytes)
      return fall_back();
    auto wanted = work_->next();
    const auto room = std::min(bounds_.page_bytes, bounds_.input_bytes - input_bytes_);
    from_->get(until_, std::move(wanted->target), std::move(wanted->accept), room,
               [self = shared_from_this()](caf::expected<http_answer> answer) {
                 self->take(std::move(answer));
               });
  }

  void take(caf::expected<http_answer> answer) {
    if (is_cancelled_)
      return fail(caf::make_error(errc::cancelled, std::string{"the command was cancelled"}));
    if (!answer)
      return fail(std::move(answer.error()));
    if (answer->is_too_large)
      return work_->shrink() ? go_on() : fall_back();
    input_bytes_ += answer->body.size();
    const auto size = answer->body.size();
    auto taken = std::make_shared<http_answer>(std::move(*answer));
    run(size, [self = shared_from_this(), taken] {
      if (self->work_->take(std::move(*taken)))
        self->go_on();
      else
        self->fall_back();
    });
  }

  /// The rest need not be asked for when what is there fills the output.
  void print_prefix() {
    auto text = work_->print(bounds_.output_bytes);
    if (!text || !text->is_truncated)
      return ask();
    deliver(std::move(*text));
  }

  void print() {
    auto text = work_->print(bounds_.output_bytes);
    if (!text)
      return fall_back();
    deliver(std::move(*text));
  }

  void deliver(printed text) {
    outcome result;
    result.how = outcome::ending::answered;
    result.exit_code = text.exit_code;
    result.output = std::move(text.output);
    result.error = std::move(text.error);
    result.is_truncated = text.is_truncated;
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
    work_.reset();
    if (auto done = std::exchange(on_done_, nullptr))
      done(std::move(result));
  }

  runtime& threads_;
  std::shared_ptr<client> from_;
  std::unique_ptr<script> work_;
  deadline until_;
  limits bounds_;
  output_function on_output_;
  done_function on_done_;
  std::atomic<bool> is_cancelled_{false};
  std::size_t input_bytes_ = 0;
};

} // namespace

bool can_answer(const policy::plan& wanted, kubectl_version version) {
  if (version.major != 1
      || std::find(proven_minors.begin(), proven_minors.end(), version.minor)
             == proven_minors.end())
    return false;
  if (wanted.verb == "get")
    return read_get(wanted).has_value();
  if (wanted.verb == "logs")
    return read_logs(wanted).has_value();
  return wanted.verb == "api-resources" && read_api_resources(wanted).has_value();
}

std::shared_ptr<running> answer(runtime& threads, std::shared_ptr<client> from,
                                std::shared_ptr<const kind_catalog> catalog,
                                const policy::plan& wanted, kubectl_version version, deadline until,
                                limits bounds, output_function on_output, done_function on_done) {
  std::unique_ptr<script> work;
  if (!can_answer(wanted, version) || !catalog)
    work = nullptr;
  else if (wanted.verb == "get")
    work = make_get_script(wanted, *catalog, version);
  else if (wanted.verb == "logs")
    work = make_logs_script(wanted, version);
  else
    work = make_api_resources_script(wanted, std::move(catalog), version);
  if (!work) {
    on_done({});
    return nullptr;
  }
  auto run = std::make_shared<script_run>(threads, std::move(from), std::move(work), until, bounds,
                                          std::move(on_output), std::move(on_done));
  run->go_on();
  return run;
}

} // namespace kubesage::k8s::native
