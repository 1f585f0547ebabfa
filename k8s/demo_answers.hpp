#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// What the demo cluster answers to a request.
struct recorded_answer {
  unsigned status = 200;
  std::string body; ///< JSON, but for `/readyz`, `/livez` and `/healthz`, which say `ok`.
};

/// Whether the request's bearer token is the demo's.
enum class demo_caller { known, anonymous, unknown };

/// Replays what a real API server answered (k8s/demo_data.hpp): lists with `limit`, `continue` and
/// a selector of events by type, of one namespace too, of metadata alone where the caller accepts
/// it, single objects, discovery, and its refusals. Knows no sockets. Thread: any, once made.
class demo_answers {
public:
  /// Errors: `internal` when an embedded file is not the JSON it should be.
  static caf::expected<demo_answers> load();

  /// Answers a GET of `target` (path and query as sent) with the header `accept`.
  [[nodiscard]] recorded_answer get(std::string_view target, demo_caller caller,
                                    std::string_view accept = {}) const;

  [[nodiscard]] recorded_answer method_not_allowed() const;

private:
  struct object {
    std::string name;
    std::string scope; ///< Namespace; empty for a cluster-wide object.
    std::string type;  ///< Of an Event; others may have one that means something else.
    std::string json;
    std::string metadata; ///< JSON; with kind and apiVersion, as PartialObjectMetadata has them.
  };
  struct list {
    std::string kind;
    std::string version;
    std::string resource_version;
    std::vector<object> items;
  };

  [[nodiscard]] recorded_answer page(const list& from, std::string_view scope,
                                     std::string_view query, bool is_partial) const;
  [[nodiscard]] recorded_answer find(const list& from, std::string_view resource,
                                     std::string_view scope, std::string_view name) const;
  [[nodiscard]] recorded_answer refusal(std::string_view name) const;

  std::map<std::string, std::string, std::less<>> documents_; ///< By path, or by `status_*`.
  std::map<std::string, list, std::less<>> lists_;            ///< By path.
};

} // namespace kubesage
