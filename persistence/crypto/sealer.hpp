#pragma once

#include "messages/auth.hpp"
#include "messages/cluster.hpp"
#include "messages/secret.hpp"

#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

/// Seals `secrets` for one cluster of one tenant: one AES-256-GCM blob under
/// HKDF-Expand-SHA256(seed, 32 fresh random bytes). The additional data bind the blob to the
/// tenant, the cluster, the row generation and SHA-256 of (server_url, ca_data), so that a blob
/// moved to another row, an older row or another server does not open. Returns an empty string when
/// there is no secret. Source: docs/adr/0004-envelope-encryption.md. Errors: `storage_unavailable`
/// (no randomness).
caf::expected<std::string> seal_secrets(const secret& seed, const tenant& owner,
                                        const cluster_facts& facts, const cluster_secrets& secrets);

/// Opens what `seal_secrets` made. Errors: `storage_unavailable` when it does not verify.
caf::expected<cluster_secrets> open_secrets(const secret& seed, const tenant& owner,
                                            const cluster_facts& facts, std::string_view sealed);

/// Seals the output of an execution, which may hold what is secret in the cluster, for its place.
/// Errors: `storage_unavailable` (no randomness).
caf::expected<std::string> seal_output(const secret& seed, const tenant& owner, cluster_id cluster,
                                       execution_id execution, std::string_view text);

/// Opens what `seal_output` made. Errors: `storage_unavailable` when it does not verify.
caf::expected<secret> open_output(const secret& seed, const tenant& owner, cluster_id cluster,
                                  execution_id execution, std::string_view sealed);

/// Seals the report of an analysis, which tells much about a cluster, for its place.
/// Errors: `storage_unavailable` (no randomness).
caf::expected<std::string> seal_report(const secret& seed, const tenant& owner, cluster_id cluster,
                                       analysis_id analysis, std::string_view text);

/// Opens what `seal_report` made. Errors: `storage_unavailable` when it does not verify.
caf::expected<secret> open_report(const secret& seed, const tenant& owner, cluster_id cluster,
                                  analysis_id analysis, std::string_view sealed);

} // namespace kubesage
