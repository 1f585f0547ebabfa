#include "k8s/client.hpp"

#include "http/wire/server_url.hpp"
#include "k8s/namespace_list.hpp"
#include "k8s/tls.hpp"
#include "k8s/transport.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace kubesage::k8s {

namespace asio = boost::asio;

struct client::impl {
  impl(runtime& threads, const client_config& config, server_url url, const endpoint& target,
       tls_context tls)
      : link(std::make_shared<transport>(threads, threads.next_context(), config, std::move(url),
                                         target, std::move(tls))) {}

  std::shared_ptr<transport> link;
};

namespace {

using transport_pointer = std::shared_ptr<transport>;
using names = std::vector<std::string>;

template <class T>
using work = std::function<asio::awaitable<caf::expected<T>>(transport_pointer, call_pointer)>;

constexpr const char* json = "application/json";
// Metadata alone is a tenth of the bytes; servers that cannot do it answer the whole list.
constexpr const char* metadata_list =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

constexpr std::size_t max_error_bytes = 256U << 10U;

constexpr unsigned gone = 410;
constexpr unsigned forbidden = 403;

caf::error make(errc code, const char* detail) {
  return caf::make_error(code, std::string{detail});
}

std::string list_target(std::size_t limit, const std::string& continue_token) {
  auto target = "/api/v1/namespaces?limit=" + std::to_string(limit);
  if (!continue_token.empty())
    target += "&continue=" + percent_encode(continue_token);
  return target;
}

asio::awaitable<caf::expected<names>> list_names(transport_pointer link, call_pointer call) {
  names result;
  std::string token;
  auto limit = link->config().page_limit;
  bool was_restarted = false;
  for (std::size_t page = 0; page < link->config().max_pages; ++page) {
    auto answer = co_await link->get(call, list_target(limit, token), metadata_list);
    if (answer.is_too_large && limit > 1) {
      limit = std::max<std::size_t>(1, limit / 4);
      continue;
    }
    if (answer.is_too_large)
      co_return make(errc::cluster_bad_response, "one namespace alone is larger than the limit");
    if (answer.status == gone && !token.empty() && !was_restarted) {
      // The server has forgotten the snapshot that the token names.
      was_restarted = true;
      token.clear();
      result.clear();
      continue;
    }
    if (answer.failure)
      co_return std::move(answer.failure);
    auto parsed = parse_name_page(answer.body);
    if (!parsed)
      co_return std::move(parsed.error());
    std::move(parsed->names.begin(), parsed->names.end(), std::back_inserter(result));
    token = std::move(parsed->continue_token);
    if (token.empty())
      co_return result;
  }
  co_return make(errc::cluster_bad_response, "the namespace list has too many pages");
}

asio::awaitable<caf::expected<server_version>> ask_version(transport_pointer link,
                                                           call_pointer call) {
  server_version result;
  auto version = co_await link->get(call, "/version", json);
  if (version.failure && version.status != forbidden)
    co_return std::move(version.failure);
  if (!version.failure) {
    auto parsed = parse_git_version(version.body);
    if (!parsed)
      co_return std::move(parsed.error());
    result.git_version = std::move(*parsed);
  }
  // Many servers tell anybody their version, so that this says who is asking.
  auto probe = co_await link->get(call, list_target(1, {}), metadata_list);
  if (probe.failure && probe.status != forbidden)
    co_return std::move(probe.failure);
  if (!probe.failure)
    if (auto parsed = parse_name_page(probe.body); !parsed)
      co_return std::move(parsed.error());
  co_return result;
}

struct get_parameters {
  std::string target;
  std::string accept;
  std::size_t max_body_bytes;
};

asio::awaitable<caf::expected<http_answer>> fetch(transport_pointer link, call_pointer call,
                                                  std::shared_ptr<get_parameters> wanted) {
  const read_bounds bounds{wanted->max_body_bytes, max_error_bytes};
  auto answer = co_await link->fetch(call, wanted->target, wanted->accept, bounds);
  if (answer.failure && !answer.is_too_large)
    co_return std::move(answer.failure);
  http_answer result;
  result.status = answer.status;
  result.content_type = std::move(answer.content_type);
  result.warnings = std::move(answer.warnings);
  result.date = answer.date;
  result.retry_after = answer.retry_after;
  result.is_too_large = answer.is_too_large;
  result.body = std::move(answer.body);
  co_return result;
}

template <class T>
asio::awaitable<caf::expected<T>> admitted(transport_pointer link, call_pointer call, work<T> job) {
  auto refusal = co_await link->admit(call);
  if (refusal)
    co_return refusal;
  auto result = co_await job(link, call);
  co_return result;
}

template <class T>
asio::awaitable<void> run(transport_pointer link, deadline until, work<T> job,
                          client::callback<T> on_done) {
  caf::expected<T> result = make(errc::internal, "the call to the cluster failed unexpectedly");
  const auto call = link->start(until);
  try {
    result = co_await admitted<T>(link, call, job);
  } catch (const std::exception&) {
    // Memory or a library: the words may hold what the server sent, so that the fixed ones stay.
  }
  link->finish(call);
  on_done(std::move(result));
}

template <class T>
void launch(transport_pointer link, deadline until, work<T> job, client::callback<T> on_done) {
  // Posted, so that the result never arrives before the caller's call returns.
  auto& context = link->context();
  asio::post(context.get_executor(), [link = std::move(link), until, job = std::move(job),
                                      on_done = std::move(on_done)]() mutable {
    auto& here = link->context();
    asio::co_spawn(here, run<T>(std::move(link), until, std::move(job), std::move(on_done)),
                   asio::detached);
  });
}

bool is_header_safe(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char x) { return x > 0x20 && x < 0x7F; });
}

} // namespace

client::client(std::shared_ptr<impl> state) : impl_(std::move(state)) {
  // nop
}

client::~client() {
  // The connections end on their own thread.
  auto& context = impl_->link->context();
  asio::post(context, [state = std::move(impl_)] { state->link->cancel(); });
}

caf::expected<std::shared_ptr<client>> client::make(runtime& threads, const client_config& config,
                                                    endpoint target) {
  auto url = parse_server_url(target.server_url, true);
  if (!url)
    return std::move(url.error());
  if (target.token && !is_header_safe(target.token->expose()))
    return k8s::make(errc::cluster_unauthorized,
                     "the token has characters that no bearer token has");
  auto tls = make_tls_context(target);
  if (!tls)
    return std::move(tls.error());
  auto state = std::make_shared<impl>(threads, config, std::move(*url), target, std::move(*tls));
  return std::shared_ptr<client>{new client{std::move(state)}};
}

void client::list_namespaces(deadline until, callback<std::vector<std::string>> on_done) {
  launch<names>(impl_->link, until, work<names>{&list_names}, std::move(on_done));
}

void client::test_connection(deadline until, callback<server_version> on_done) {
  launch<server_version>(impl_->link, until, work<server_version>{&ask_version},
                         std::move(on_done));
}

void client::get(deadline until, std::string path_and_query, std::string accept,
                 std::size_t max_body_bytes, callback<http_answer> on_done) {
  auto wanted = std::make_shared<get_parameters>(
      get_parameters{std::move(path_and_query), std::move(accept), max_body_bytes});
  work<http_answer> job = [wanted = std::move(wanted)](transport_pointer link, call_pointer call) {
    return fetch(std::move(link), std::move(call), wanted);
  };
  launch<http_answer>(impl_->link, until, std::move(job), std::move(on_done));
}

void client::cancel() {
  asio::post(impl_->link->context(), [state = impl_] { state->link->cancel(); });
}

} // namespace kubesage::k8s
