#include "k8s/reader/cluster_reader.hpp"

#include "k8s/namespace_list.hpp"
#include "k8s/reader/list_reading.hpp"
#include "k8s/reader/list_request.hpp"
#include "k8s/reader/reading_state.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace kubesage::k8s {

namespace asio = boost::asio;

using analysis::read_status;

struct cluster_reader::impl {
  reading_pointer run;
};

namespace {

using done_function = std::function<void(cluster_reader::result)>;

constexpr unsigned ok = 200;
constexpr unsigned unauthorized = 401;
constexpr unsigned not_found = 404;
constexpr std::size_t max_small_body_bytes = 256U << 10U;
constexpr std::chrono::milliseconds pool_pause{5};

/// The lists of one reading and who reads them.
struct work_list {
  explicit work_list(waiting_room& room) : all_done(room) {}

  std::vector<std::shared_ptr<list_reading>> lists;
  std::vector<analysis::kind_coverage> rows; ///< One for each of them.
  std::size_t next = 0;
  std::size_t workers = 0;
  arrival<bool> all_done;
};

/// The smallest difference of the clocks that explains `date`, which was written between the two.
std::chrono::seconds skew(std::chrono::sys_seconds date, wall_time asked, wall_time answered) {
  // The header has whole seconds.
  const auto first = std::chrono::floor<std::chrono::seconds>(asked);
  const auto last = std::chrono::ceil<std::chrono::seconds>(answered);
  if (date > last)
    return date - last;
  return date < first ? date - first : std::chrono::seconds{0};
}

bool is_of_the_whole_cluster(errc code) {
  return code == errc::cluster_unreachable || code == errc::cluster_tls_failed
         || code == errc::cluster_unauthorized || code == errc::cancelled;
}

/// Asks for the version first: it tells in one request whether anybody answers at all.
asio::awaitable<void> ask_version(reading_pointer run, std::shared_ptr<cluster_reading> found) {
  const auto asked = run->config.now();
  auto got = co_await run->get("/version", "application/json", max_small_body_bytes);
  if (!got || run->failure)
    co_return;
  auto& answer = *got;
  if (!answer) {
    if (is_of_the_whole_cluster(code_of(answer.error()))
        || code_of(answer.error()) == errc::cluster_timeout)
      run->fail(std::move(answer.error()));
    co_return;
  }
  if (answer->date)
    found->clock_skew = skew(*answer->date, asked, run->config.now());
  if (answer->status == unauthorized)
    run->fail(caf::make_error(
        errc::cluster_unauthorized,
        std::string{"the cluster answered 401; check the token or the client certificate"}));
  if (answer->status != ok)
    co_return; // Not everybody may ask.
  if (auto version = parse_git_version(answer->body))
    found->server_version = std::move(*version);
}

/// Whether the namespace exists, as far as we may know: the lists of one that does not are empty
/// and would look healthy.
asio::awaitable<bool> has_namespace(reading_pointer run, std::string name) {
  auto target = "/api/v1/namespaces/" + name;
  auto got = co_await run->get(std::move(target), "application/json", max_small_body_bytes);
  co_return !got || !*got || (*got)->status != not_found;
}

/// The resource types; nothing: nobody knows, or the reading has failed.
asio::awaitable<std::optional<discovered>> discover(reading_pointer run) {
  auto got = std::make_shared<arrival<caf::expected<discovered>>>(run->room);
  discovery::callback on_done = [run, got](caf::expected<discovered> types) {
    asio::post(run->room.context(),
               [run, got, types = std::move(types)]() mutable { got->set(std::move(types)); });
  };
  run->tools.types->get(run->until, false, std::move(on_done));
  auto types = co_await got->wait(run->until);
  if (!types || run->failure)
    co_return std::nullopt;
  if (*types)
    co_return std::move(**types);
  // Without the right to ask, or with a part of it broken, the lists themselves tell.
  if (is_of_the_whole_cluster(code_of(types->error())))
    run->fail(std::move(types->error()));
  co_return std::nullopt;
}

asio::awaitable<void> work(reading_pointer run, std::shared_ptr<work_list> todo) {
  try {
    while (todo->next < todo->lists.size() && !run->failure) {
      const auto mine = todo->next++;
      auto row = co_await todo->lists[mine]->read();
      todo->rows[mine] = std::move(row);
      ++run->kinds_read;
      run->tell();
    }
  } catch (const std::exception&) {
    run->fail(caf::make_error(errc::internal, std::string{"reading the cluster failed"}));
  }
  if (--todo->workers == 0)
    todo->all_done.set(true);
}

/// Sorts and indexes on the pool, for that takes a while.
asio::awaitable<void> seal(reading_pointer run) {
  auto done = std::make_shared<arrival<bool>>(run->room);
  parse_pool::job job = [run, done](analysis::projector&) {
    bool is_good = true;
    try {
      run->inventory.seal();
    } catch (const std::exception&) {
      is_good = false;
    }
    asio::post(run->room.context(), [run, done, is_good] { done->set(is_good); });
  };
  while (!run->tools.pool.run(job)) {
    co_await run->room.pause(pool_pause);
    if (run->failure)
      co_return;
  }
  const auto is_sealed = co_await done->wait(deadline::max());
  if (is_sealed && !*is_sealed)
    run->fail(caf::make_error(errc::internal, std::string{"there is too little memory"}));
}

/// Why the cluster as a whole gave nothing; none when a single list was answered.
caf::error total_failure(const work_list& all, bool knows_types) {
  caf::error first;
  for (std::size_t i = 0; i < all.lists.size(); ++i) {
    const auto& row = all.rows[i];
    const bool is_unknown = row.status == read_status::not_served && !knows_types;
    const bool has_failed = row.status == read_status::failed && all.lists[i]->failure();
    if (row.objects > 0 || (!has_failed && !is_unknown))
      return {};
    if (!first)
      first = all.lists[i]->failure();
  }
  if (!first && !all.lists.empty())
    first = caf::make_error(errc::cluster_bad_response,
                            std::string{"the cluster serves none of the lists; check that "
                                        "server_url is a Kubernetes API server"});
  return first;
}

asio::awaitable<cluster_reader::result> read_all(reading_pointer run, reading_request wanted) {
  auto found = std::make_shared<cluster_reading>();
  run->kinds_total = wanted.kinds.size();
  co_await ask_version(run, found);
  std::optional<discovered> types;
  bool is_missing = false;
  if (!run->failure)
    types = co_await discover(run);
  if (!run->failure && !wanted.kube_namespace.empty()) {
    const auto is_there = co_await has_namespace(run, wanted.kube_namespace);
    is_missing = !is_there;
  }
  if (run->failure)
    co_return run->failure;
  run->tell();
  auto todo = std::make_shared<work_list>(run->room);
  for (const auto& need : wanted.kinds) {
    const auto& row = row_of(need.kind);
    auto sources = types ? sources_of(row, types->catalog.get(), types->is_complete)
                         : sources_of(row, nullptr, false);
    todo->lists.push_back(std::make_shared<list_reading>(run, need, std::move(sources),
                                                         wanted.kube_namespace, is_missing));
  }
  todo->rows.resize(todo->lists.size());
  todo->workers = std::min(std::max<std::size_t>(1, run->config.max_lists), todo->lists.size());
  for (std::size_t i = todo->workers; i > 0; --i)
    asio::co_spawn(run->room.context(), work(run, todo), asio::detached);
  if (!todo->lists.empty())
    co_await todo->all_done.wait(deadline::max());
  if (!run->failure)
    if (auto failure = total_failure(*todo, types.has_value()))
      run->fail(std::move(failure));
  if (!run->failure)
    co_await seal(run);
  if (run->failure)
    co_return run->failure;
  found->objects = std::move(run->inventory);
  found->coverage = std::move(todo->rows);
  found->body_bytes = run->body_bytes;
  co_return std::shared_ptr<const cluster_reading>{std::move(found)};
}

asio::awaitable<void> run_to_the_end(reading_pointer run, reading_request wanted,
                                     done_function on_done) {
  cluster_reader::result result =
      caf::make_error(errc::internal, std::string{"reading the cluster failed"});
  try {
    if (!wanted.kube_namespace.empty() && !is_namespace_name(wanted.kube_namespace))
      result = caf::make_error(errc::validation_failed,
                               std::string{"namespace: no namespace can have this name"});
    else
      result = co_await read_all(run, std::move(wanted));
  } catch (const std::exception&) {
    // Memory: the error above stays.
  }
  run->on_progress = nullptr;
  on_done(std::move(result));
}

} // namespace

cluster_reader::cluster_reader(std::shared_ptr<impl> state) : impl_(std::move(state)) {
  // nop
}

cluster_reader::~cluster_reader() = default;

std::shared_ptr<cluster_reader> cluster_reader::start(tools with, reading_request wanted,
                                                      const reader_config& config, deadline until,
                                                      progress_callback on_progress,
                                                      std::function<void(result)> on_done) {
  auto run = std::make_shared<reading_state>(std::move(with), config, until);
  run->on_progress = std::move(on_progress);
  std::shared_ptr<cluster_reader> reader{
      new cluster_reader{std::make_shared<impl>(impl{run})}}; // NOLINT: the constructor is private
  auto& context = run->room.context();
  // Posted, so that nothing arrives before the caller's call returns.
  asio::post(context, [run, wanted = std::move(wanted), on_done = std::move(on_done)]() mutable {
    auto& here = run->room.context();
    asio::co_spawn(here, run_to_the_end(std::move(run), std::move(wanted), std::move(on_done)),
                   asio::detached);
  });
  return reader;
}

void cluster_reader::cancel() {
  asio::post(impl_->run->room.context(), [run = impl_->run] {
    run->fail(caf::make_error(errc::cancelled, std::string{"the reading was cancelled"}));
  });
}

} // namespace kubesage::k8s
