#pragma once

#include "messages/cluster.hpp"
#include "messages/ids.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage {

/// The JSON bodies of the classic routes, keys in the contract's order. Nulls are written.
/// Used by sessions (which keep the list rendered) and by tests.

/// One cluster; `message` null where absent; `warnings` where TLS is not verified and a message is
/// given.
void append_cluster(std::string& out, user_id owner, const cluster_facts& facts,
                    std::optional<std::string_view> message);
std::string render_onboarded(user_id owner, const cluster_facts& facts);
std::string render_list(user_id owner, const std::vector<const cluster_facts*>& newest_first);
std::string render_removed(const cluster_facts& facts);
std::string render_message(std::string_view message);

/// Holds secrets: the string is wiped when the last owner lets it go.
std::shared_ptr<const std::string> render_credentials(const cluster_facts& facts,
                                                      const cluster_secrets& secrets);
std::string render_namespaces(const cluster_facts& facts, const std::vector<std::string>& names,
                              wall_time retrieved_at);
std::string render_selected(const cluster_facts& facts, const std::vector<std::string>& names);
std::string render_selection_failed(const cluster_facts& facts, std::string_view code,
                                    std::string_view detail);

/// `?dry_run=true`: what onboarding would store and what the connection test found.
std::string render_dry_run(user_id owner, const cluster_facts& facts,
                           std::string_view server_version);

} // namespace kubesage
