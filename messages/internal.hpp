#pragma once

#include "messages/cluster.hpp"
#include "messages/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/meta/type_name.hpp>

namespace kubesage {

/// STORE's answer for the one change that a session has in flight.
struct commit_outcome {
  std::uint64_t ticket = 0; ///< The session's number for the change.
  errc code = errc::none;
};

/// What a PROBE found out about a cluster for the session that asked.
struct cluster_outcome {
  std::uint64_t ticket = 0;
  errc code = errc::none;
  std::string detail; ///< For a failure: what to check; safe to show.
  std::vector<std::string> namespaces;
  std::string server_version; ///< `gitVersion`; empty where it was not asked for.
};

struct directory_statistics {
  std::uint64_t sessions = 0;
  std::uint64_t restarts = 0;
};

/// The stream's answer for everything up to a node sequence.
struct publish_outcome {
  std::uint64_t acknowledged_through = 0; ///< Node sequence; 0 when nothing was.
  bool is_failed = false;
};

/// A session's answer to REWRAPPER.
struct rewrap_outcome {
  errc code = errc::none;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rewrap_outcome& x) {
  return f(caf::meta::type_name("kubesage.rewrap_outcome"), x.code);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, commit_outcome& x) {
  return f(caf::meta::type_name("kubesage.commit_outcome"), x.ticket, x.code);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, cluster_outcome& x) {
  return f(caf::meta::type_name("kubesage.cluster_outcome"), x.ticket, x.code, x.detail,
           x.namespaces, x.server_version);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, directory_statistics& x) {
  return f(caf::meta::type_name("kubesage.directory_statistics"), x.sessions, x.restarts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, publish_outcome& x) {
  return f(caf::meta::type_name("kubesage.publish_outcome"), x.acknowledged_through, x.is_failed);
}

} // namespace kubesage
