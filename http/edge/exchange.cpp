#include "http/edge/access_log.hpp"
#include "http/edge/connection.hpp"
#include "http/edge/health.hpp"
#include "http/edge/reply_path.hpp"
#include "http/edge/router.hpp"
#include "http/edge/validate_analysis.hpp"
#include "http/edge/validate_command.hpp"
#include "http/edge/validate_record.hpp"
#include "http/wire/runtime.hpp"

#include <algorithm>
#include <utility>

namespace kubesage {

namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view problem_type = "application/problem+json";
constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

/// Source: contract of the API; anything else could break a log line or a header.
bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.'
           || c == '_' || c == '-';
  });
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// `application/json`, with no parameter but charset=utf-8.
bool is_json(std::string_view type) {
  std::string text;
  for (const char c : type)
    if (c != ' ' && c != '\t' && c != '"')
      text += lower(c);
  return text == "application/json" || text == "application/json;"
         || text == "application/json;charset=utf-8" || text == "application/json;charset=utf8";
}

std::shared_ptr<const std::string> shared_text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// A path parameter that is an id; with a fault, 0.
std::int64_t take_id(const char* name, std::string_view text, fault_list& faults) {
  if (const auto id = parse_cluster_id(text))
    return id->value;
  faults.push_back({std::string{"/"} + name, "INVALID", "must be a positive integer below 2^53"});
  return 0;
}

/// The request of a route without a body, or the faults in its parameters.
std::optional<call_request> bodyless_request(operation what, path_parameters& parameters,
                                             std::string_view query, fault_list& faults) {
  if (what == operation::list_clusters)
    return list_clusters{};
  if (what == operation::get_rules)
    return get_command_rules{};
  if (what == operation::get_credentials)
    return get_credentials{std::move(parameters[0])};
  if (what == operation::get_analysis_anywhere || what == operation::cancel_analysis_anywhere) {
    const analysis_id analysis{take_id("analysis_id", parameters[0], faults)};
    if (!faults.empty())
      return std::nullopt;
    if (what == operation::get_analysis_anywhere)
      return get_analysis{{}, analysis};
    return cancel_analysis{{}, analysis};
  }
  const cluster_id cluster{take_id("cluster_id", parameters[0], faults)};
  analysis_id analysis{};
  if (what == operation::get_analysis || what == operation::cancel_analysis
      || what == operation::diff_analyses)
    analysis.value = take_id("analysis_id", parameters[1], faults);
  const auto base = what == operation::diff_analyses ? read_base(query, faults) : analysis_id{};
  execution_id execution{};
  if (what == operation::get_execution || what == operation::cancel_execution)
    execution.value = take_id("execution_id", parameters[1], faults);
  list_executions page{cluster};
  if (what == operation::list_executions || what == operation::list_analyses)
    read_page(query, page, faults);
  if (!faults.empty())
    return std::nullopt;
  switch (what) {
  case operation::remove_cluster:
    return remove_cluster{cluster};
  case operation::get_namespaces:
    return get_namespaces{cluster};
  case operation::list_executions:
    return page;
  case operation::list_analyses:
    return list_analyses{cluster, page.limit, page.before};
  case operation::get_analysis:
    return get_analysis{cluster, analysis};
  case operation::cancel_analysis:
    return cancel_analysis{cluster, analysis};
  case operation::diff_analyses:
    return diff_analyses{cluster, analysis, base};
  case operation::list_findings:
    return list_findings{cluster};
  case operation::get_execution:
    return get_execution{cluster, execution};
  case operation::cancel_execution:
    return cancel_execution{cluster, execution};
  case operation::get_cluster_rules:
    return get_command_rules{cluster};
  default:
    return select_cluster{cluster};
  }
}

constexpr std::chrono::seconds command_slack{15}; ///< For what stands around a command's own time.
constexpr std::chrono::seconds stream_patience{600}; ///< Of who watches what goes on without it.
/// Of a stream of events: whoever reads on comes back with a token that is still good.
constexpr std::chrono::hours stream_life{1};

} // namespace

std::string_view connection::path() const noexcept {
  return std::string_view{target_}.substr(0, target_.find('?'));
}

std::string_view connection::query() const noexcept {
  const auto mark = target_.find('?');
  return mark == std::string::npos ? std::string_view{}
                                   : std::string_view{target_}.substr(mark + 1);
}

void connection::on_head() {
  const auto& head = parser_->head();
  const bool has_body = parser_->chunked() || parser_->content_length().value_or(0) > 0;
  keeps_alive_ = parser_->keep_alive() && !shared_->is_draining.load(std::memory_order_relaxed);
  if (is_request_id(head.request_id))
    request_id_.assign(head.request_id);
  else
    home_->make_request_id(request_id_);
  auto match = find_route(where_, head.method, path());
  row_ = match.row;
  // An answer before the body is read leaves the body in the way of the next request.
  const auto fail = [&](errc code, std::string_view detail = {}) {
    return has_body ? refuse_and_close(code, detail) : refuse(code, detail);
  };
  allow_ = std::move(match.allow);
  if (match.code != errc::none)
    return fail(match.code);
  if (row_->is_administration)
    return is_administrator(head.bearer) ? on_admitted(has_body) : fail(errc::unauthenticated);
  if (!row_->needs) {
    keeps_alive_ = keeps_alive_ && !has_body;
    return answer_here(row_->run);
  }
  parameters_ = std::move(match.parameters);
  auto who = shared_->who->authenticate(head.bearer, home_->wall());
  if (!who)
    return fail(code_of(who.error()));
  who_.emplace(std::move(*who));
  if (row_->method == verb::post && head.has_idempotency_key)
    return fail(errc::idempotency_unsupported);
  is_denied_ = !who_->roles.has(*row_->needs);
  if (is_denied_) {
    // Nothing of the body matters any more; the connection ends when there is one.
    keeps_alive_ = keeps_alive_ && !has_body;
    return ask(
        record_denial{std::string{row_->path}, "needs role " + std::string{name_of(*row_->needs)}});
  }
  on_admitted(has_body);
}

void connection::on_admitted(bool has_body) {
  const auto& head = parser_->head();
  const auto fail = [&](errc code) { return has_body ? refuse_and_close(code) : refuse(code); };
  if (parser_->content_length().value_or(0) > row_->body_limit)
    return fail(errc::body_too_large);
  if (has_body && !row_->body.empty() && (!is_json(head.content_type) || head.has_content_encoding))
    return fail(errc::unsupported_media_type);
  if (!has_body)
    return on_request();
  on_body_expected();
}

void connection::on_body_expected() {
  parser_->limit_body(row_->body_limit);
  if (row_->body.empty())
    parser_->discard_body();
  if (parser_->head().expects_continue && begin_ == end_) {
    enter(phase::inviting, shared_->config.write_timeout);
    head_ = "HTTP/1.1 100 Continue\r\n\r\n";
    return write(head_, nullptr);
  }
  enter(phase::body, shared_->config.body_timeout);
  go_on();
}

void connection::on_request() {
  if (row_->is_administration)
    return on_administration();
  if (row_->run == operation::onboard_cluster) {
    auto checked =
        validate_onboarding(parser_->take_body(), query(), shared_->rules, home_->wall());
    if (checked.code != errc::none)
      return refuse(checked.code, checked.detail, checked.faults);
    return ask(std::move(checked.request));
  }
  if (row_->body.data() == route_parts::command_fields.data())
    return on_command_body();
  if (row_->body.data() == route_parts::rules_fields.data())
    return on_rules_body();
  if (row_->run == operation::analyze_cluster || row_->run == operation::start_analysis)
    return on_analysis();
  if (row_->run == operation::kubectl_policy) {
    auto text = shared_->config.kubectl_policy ? shared_->config.kubectl_policy() : nullptr;
    return text ? respond(200, json_type, std::move(text)) : refuse(errc::not_ready);
  }
  if (is_about_record(row_->run))
    return on_record();
  fault_list faults;
  auto request = bodyless_request(row_->run, parameters_, query(), faults);
  if (!request)
    return refuse(errc::validation_failed, {}, faults);
  ask(std::move(*request),
      wants_stream() ? std::chrono::milliseconds{stream_patience} : std::chrono::milliseconds{});
}

void connection::on_record() {
  fault_list faults;
  auto request = read_record_request(row_->run, query(), parser_->head(), faults);
  if (!faults.empty())
    return refuse(errc::validation_failed, {}, faults);
  ask(std::move(request),
      wants_stream() ? std::chrono::milliseconds{stream_life} : std::chrono::milliseconds{});
}

void connection::on_analysis() {
  const bool is_started = row_->run == operation::start_analysis;
  auto checked =
      is_started ? validate_analysis_body(parser_->take_body()) : validate_analysis_query(query());
  const auto id = take_id("cluster_id", parameters_[0], checked.faults);
  if (checked.code == errc::none && !checked.faults.empty())
    checked.code = errc::validation_failed;
  if (checked.code != errc::none)
    return refuse(checked.code, checked.detail, checked.faults);
  checked.request.cluster.value = id;
  if (is_started)
    checked.request.how = analyze_cluster::mode::start;
  const auto patience =
      is_started ? std::chrono::milliseconds{} : checked.request.timeout + command_slack;
  ask(std::move(checked.request), patience);
}

void connection::on_command_body() {
  auto checked = validate_command(parser_->take_body(), query(), row_->is_strict);
  const auto id = take_id("cluster_id", parameters_[0], checked.faults);
  if (checked.code == errc::none && !checked.faults.empty())
    checked.code = errc::validation_failed;
  if (checked.code != errc::none)
    return refuse(checked.code, checked.detail, checked.faults);
  checked.request.cluster.value = id;
  const bool is_started = row_->run == operation::start_execution;
  if (is_started && checked.request.how == execute_command::mode::wait)
    checked.request.how = execute_command::mode::start;
  const auto patience =
      is_started ? std::chrono::milliseconds{} : checked.request.timeout + command_slack;
  ask(std::move(checked.request), patience);
}

void connection::on_rules_body() {
  auto checked = validate_rules(parser_->take_body());
  const bool is_of_cluster = row_->run != operation::put_rules;
  const auto id = is_of_cluster ? take_id("cluster_id", parameters_[0], checked.faults) : 0;
  if (checked.code == errc::none && !checked.faults.empty())
    checked.code = errc::validation_failed;
  if (checked.code != errc::none)
    return refuse(checked.code, checked.detail, checked.faults);
  if (row_->run == operation::simulate_rules)
    return ask(simulate_command_rules{cluster_id{id}, std::move(checked.rules)});
  ask(put_command_rules{cluster_id{id}, std::move(checked.rules)});
}

void connection::answer_here(operation what) {
  switch (what) {
  case operation::openapi:
    return respond(200, json_type, shared_->openapi);
  case operation::metrics:
    return respond(200, metrics_type, shared_text(shared_->numbers.text()));
  default:
    break;
  }
  auto state = check_health(*shared_, what == operation::livez);
  if (find_query(query(), "verbose").count > 0)
    return respond(state.is_good ? 200 : 503, text_type, shared_text(std::move(state.listing)),
                   state.is_good ? errc::none : errc::not_ready);
  if (!state.is_good)
    return refuse(errc::not_ready, state.summary);
  respond(200, text_type, shared_text("ok"));
}

void connection::ask(call_request request, std::chrono::milliseconds patience) {
  const auto user = who_->tenant.user();
  if (const auto code = shared_->credits.take(user); code != errc::none)
    return refuse(code);
  ++number_;
  // The session's time starts now: a slow body has its own limit.
  phase_ = phase::waiting;
  expires_ = (row_->body.empty() ? started_ : std::chrono::steady_clock::now())
             + (patience.count() > 0 ? patience : shared_->config.request_timeout);
  auto path_back = std::make_shared<reply_path>(shared_from_this(), shared_, number_, user);
  const bool is_watched = row_->watches_client || wants_stream();
  if (is_watched) {
    call_ = path_back;
    call_until_ = expires_;
  }
  auto work =
      std::make_shared<call>(call{*who_, request_id_, std::string{row_->path}, expires_,
                                  std::move(request), std::move(path_back), wants_stream()});
  const auto number = number_;
  shared_->dispatch(std::move(work));
  runtime::drain_here();
  // Who waits long is watched: a client that leaves must not keep work going.
  if (is_watched && number == number_ && phase_ == phase::waiting && end_ - begin_ < 1024)
    read_more();
}

void connection::tell_gone() {
  if (const auto waiting = std::exchange(call_, {}).lock())
    waiting->leave();
}

void connection::on_reply(std::uint64_t number, call_reply reply) {
  if (number != number_ || (phase_ != phase::waiting && phase_ != phase::streaming))
    return;
  call_.reset();
  if (is_denied_)
    return refuse(errc::forbidden);
  if (phase_ == phase::streaming && row_->only_streams && reply.code == errc::none)
    return end_stream({}, {}, 200);
  if (wants_stream() && (phase_ == phase::streaming || reply.code == errc::none)) {
    if (reply.code != errc::none || !reply.body)
      return end_stream("error",
                        render_problem(reply.code == errc::none ? errc::internal : reply.code,
                                       reply.detail, path(), request_id_, reply.faults),
                        200);
    return end_stream("result", *reply.body, 200);
  }
  location_ = std::move(reply.location);
  if (reply.code != errc::none || !reply.body)
    return refuse(reply.code == errc::none ? errc::internal : reply.code, reply.detail,
                  reply.faults);
  respond(reply.status == 0 ? row_->success : reply.status, json_type, std::move(reply.body));
}

void connection::respond(int status, std::string_view content_type,
                         std::shared_ptr<const std::string> body, errc code) {
  ++number_; // Whatever still answers comes too late.
  const auto now = std::chrono::steady_clock::now();
  keeps_alive_ = keeps_alive_ && !shared_->is_draining.load(std::memory_order_relaxed);
  send_head(status, content_type, body->size(), code);
  observe(status);
  body_ = std::move(body);
  is_denied_ = false;
  allow_.clear();
  location_.clear();
  phase_ = phase::writing;
  expires_ = now + shared_->config.write_timeout;
  write(head_, is_head_ ? nullptr : body_.get());
}

void connection::observe(int status) {
  if (!is_counted_)
    return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
  shared_->series.observe(row_, status, took.count());
  if (shared_->config.access_log)
    log_access({request_id_, row_, status, took, who_ ? who_->tenant.user().value : 0});
}

void connection::refuse(errc code, std::string_view detail, const fault_list& faults) {
  if (request_id_.empty())
    home_->make_request_id(request_id_);
  respond(traits(code).http_status, problem_type,
          shared_text(render_problem(code, detail, path(), request_id_, faults)), code);
}

void connection::refuse_and_close(errc code, std::string_view detail) {
  keeps_alive_ = false;
  if (!is_counted_) { // The header never came.
    target_.clear();
    is_head_ = false;
    request_id_.clear();
  }
  refuse(code, detail);
}

} // namespace kubesage
