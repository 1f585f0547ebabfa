#pragma once

#include "k8s/client.hpp"
#include "k8s/kinds.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage::k8s {

/// The resource types that a cluster serves.
struct discovered {
  std::shared_ptr<const kind_catalog> catalog;
  bool is_complete = true; ///< False: a group did not answer, its types are missing.
};

/// Asks one cluster for its resource types and remembers the answer. Each type stands once for each
/// version, the group's preferred version first, as kubectl orders them. Thread: any.
class discovery : public std::enable_shared_from_this<discovery> {
public:
  using callback = client::callback<discovered>;

  struct config {
    std::chrono::milliseconds lifetime{600'000};
    std::chrono::milliseconds min_age{5'000}; ///< A younger answer is not asked for anew.
    std::size_t max_waiting = 64;
  };

  static std::shared_ptr<discovery> make(std::shared_ptr<client> from, config settings) {
    return std::shared_ptr<discovery>{new discovery{std::move(from), settings}};
  }

  /// Gives the resource types, from memory where they are young enough. `wants_fresh`: a type was
  /// not found, so that what is remembered may be out of date. Callers share one round of requests,
  /// which ends by the deadline of the first. `on_done` may be called before this returns.
  /// Errors: those of the client; `cluster_bad_response`, `overloaded`.
  void get(deadline until, bool wants_fresh, callback on_done);

private:
  discovery(std::shared_ptr<client> from, config settings);
  void finish(caf::expected<discovered> result);

  std::shared_ptr<client> from_;
  config config_;
  std::mutex mutex_;
  std::vector<callback> waiting_; // Not empty: a round is under way.
  std::optional<discovered> known_;
  deadline asked_at_;
};

// -- what the answers hold; pure functions, the input is untrusted
// --------------------------------------------------------------------------------------------------

/// One version of one API group.
struct group_version {
  std::string group;
  std::string version;
};

/// Reads the answer to `/api`. Errors: `cluster_bad_response`.
caf::expected<std::vector<group_version>> parse_core_versions(std::string_view body);

/// Reads the answer to `/apis`: each group's preferred version first. Errors: the same.
caf::expected<std::vector<group_version>> parse_groups(std::string_view body);

/// Reads an `APIResourceList` without its subresources. Errors: the same.
caf::expected<std::vector<api_resource>> parse_resources(const group_version& from,
                                                         std::string_view body);

} // namespace kubesage::k8s
