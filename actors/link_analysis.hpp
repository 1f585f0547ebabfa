#pragma once

#include "actors/cluster_link.hpp"
#include "http/wire/runtime.hpp"
#include "k8s/client.hpp"
#include "k8s/discovery.hpp"
#include "k8s/reader/parse_pool.hpp"

#include <functional>
#include <memory>

namespace kubesage {

/// What an analysis over a link works with. The references outlive it.
struct analysis_place {
  runtime& threads;
  const k8s::client_config& config;
  k8s::parse_pool& pool;
  std::shared_ptr<k8s::discovery> kinds;
  const k8s::endpoint& target;
};

/// Reads the cluster with connections of its own and runs the rules on the parse pool, as
/// `cluster_link::analyze` says.
std::function<void()> start_link_analysis(const analysis_place& where, analysis_run run);

} // namespace kubesage
