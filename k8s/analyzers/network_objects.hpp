#pragma once

#include "k8s/analyzers/object_parts.hpp"

// Projected objects by which pods are reached.
namespace kubesage::analysis {

/// A port as a number or by its name.
struct port_reference {
  text name;
  std::uint16_t number = 0; ///< 0 where there is a name, or nothing.

  [[nodiscard]] bool is_given() const noexcept {
    return number != 0 || !name.empty();
  }
};

struct service_port {
  text name;
  port_reference target; ///< Not given: the same number.
  std::uint16_t number = 0;
};

struct service {
  static constexpr std::string_view kind = "Service";
  enum class type : std::uint8_t { cluster_ip, node_port, load_balancer, external_name };

  object_meta meta;
  std::span<const label> selector;
  std::span<const service_port> ports;
  type how = type::cluster_ip;
  bool has_address = false; ///< `status.loadBalancer.ingress` has an entry.
  bool publishes_unready = false;
};

/// An EndpointSlice, or the Endpoints of one Service.
struct endpoint_group {
  static constexpr std::string_view kind = "Endpoints";
  object_meta meta;
  text service;
  std::uint32_t ready = 0;
  std::uint32_t not_ready = 0;
  bool elects_leader = false; ///< Holds a leader election's record, not addresses.
};

/// A Service's port as an Ingress names it.
struct ingress_backend {
  text service;
  port_reference port;
  std::uint16_t rule = 0; ///< Index of the rule; `default_rule` for the default backend.
  std::uint16_t path = 0;
  static constexpr std::uint16_t default_rule = 0xFFFF;
};

struct ingress_tls {
  text secret; ///< Empty: the controller's default certificate.
  std::uint16_t index = 0;
};

struct ingress {
  static constexpr std::string_view kind = "Ingress";
  object_meta meta;
  text class_name; ///< `spec.ingressClassName`.
  text class_annotation;
  std::span<const ingress_backend> backends; ///< Those that name a Service.
  std::span<const ingress_tls> tls;
  std::span<const text> annotated_secrets; ///< `name` or `namespace/name`, for logins and the like.
  std::uint32_t rules = 0;
  bool has_default_backend = false;
};

struct ingress_class {
  static constexpr std::string_view kind = "IngressClass";
  object_meta meta;
  bool is_default = false;
};

struct network_policy {
  static constexpr std::string_view kind = "NetworkPolicy";
  object_meta meta;
  label_selector selector;
};

/// What is known of a certificate without keeping it.
struct certificate_facts {
  moment not_after = no_moment;
  bool is_given = false;
  bool parses = false;
};

struct webhook {
  text name;
  text service_namespace; ///< Empty: called by URL.
  text service_name;
  certificate_facts bundle; ///< `caBundle`; the certificate that expires last.
  std::uint16_t index = 0;
  bool fails_closed = true; ///< `failurePolicy: Fail`
};

struct webhook_configuration {
  static constexpr std::string_view kind = "WebhookConfiguration";
  object_meta meta;
  std::span<const webhook> webhooks;
  text injected_from; ///< `namespace/name` of the Secret whose CA is injected; empty: none.
  bool is_mutating = false;
};

} // namespace kubesage::analysis
