#pragma once

#include "k8s/analyzers/network_objects.hpp"

#include <string_view>

// What rules need to know of certificates and keys. Pure functions; the input is untrusted, what is
// decoded is wiped. Thread: any.
namespace kubesage::analysis {

/// Facts of the first certificate in PEM that is encoded in base64.
certificate_facts read_certificate(std::string_view base64);

/// Facts of a bundle of authorities: it serves as long as one of them does.
certificate_facts read_bundle(std::string_view base64);

/// Whether the private key belongs to the first certificate; both are base64 of PEM. False also
/// where either does not parse.
bool is_key_of(std::string_view certificate_base64, std::string_view key_base64);

} // namespace kubesage::analysis
