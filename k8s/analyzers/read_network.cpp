#include "k8s/analyzers/certificates.hpp"
#include "k8s/analyzers/read_objects.hpp"

namespace kubesage::analysis {

namespace {

// A number, or the name of a port.
port_reference read_int_or_name(object_reader& in, od::value value) {
  port_reference made;
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS)
    return made;
  if (type == od::json_type::number)
    made.number = to_port(in.number_or(value, 0));
  else
    made.name = in.repeated(value);
  return made;
}

service_port read_service_port(object_reader& in, od::value value) {
  service_port made;
  in.members(value, [&](json_key key, od::value each) {
    if (key == "name")
      made.name = in.repeated(each);
    else if (key == "port")
      made.number = to_port(in.number_or(each, 0));
    else if (key == "targetPort")
      made.target = read_int_or_name(in, each);
  });
  return made;
}

void read_service_spec(object_reader& in, od::value value, service& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (key == "type") {
      const auto text = in.view(each);
      to.how = text == "ExternalName"   ? service::type::external_name
               : text == "LoadBalancer" ? service::type::load_balancer
               : text == "NodePort"     ? service::type::node_port
                                        : service::type::cluster_ip;
    } else if (key == "selector") {
      to.selector = in.labels(each);
    } else if (key == "publishNotReadyAddresses") {
      to.publishes_unready = in.is_true(each);
    } else if (key == "ports") {
      short_list<service_port> ports;
      in.elements(each, [&](od::value port, std::uint16_t) {
        ports.push_back(read_service_port(in, port));
      });
      to.ports = in.keep(ports);
    }
  });
}

std::uint32_t count(object_reader& in, od::value value) {
  std::uint32_t found = 0;
  in.elements(value, [&](od::value, std::uint16_t) { ++found; });
  return found;
}

// An endpoint of a slice; one that says nothing about being ready is.
void read_endpoint(object_reader& in, od::value value, endpoint_group& to) {
  bool is_ready = true;
  std::uint32_t addresses = 0;
  in.members(value, [&](json_key key, od::value each) {
    if (key == "addresses")
      addresses = count(in, each);
    else if (key == "conditions")
      in.members(each, [&](json_key name, od::value part) {
        if (name == "ready")
          is_ready = in.truth_of(part) != truth::no;
      });
  });
  (is_ready ? to.ready : to.not_ready) += addresses > 0 ? 1U : 0U;
}

webhook read_webhook(object_reader& in, od::value value, std::uint16_t index) {
  webhook made;
  made.index = index;
  in.members(value, [&](json_key key, od::value each) {
    if (key == "name")
      made.name = in.repeated(each);
    else if (key == "failurePolicy")
      made.fails_closed = in.view(each) != "Ignore";
    else if (key == "clientConfig")
      in.members(each, [&](json_key name, od::value part) {
        if (name == "caBundle")
          made.bundle = read_bundle(in.view(part));
        else if (name == "service")
          in.members(part, [&](json_key which, od::value content) {
            if (which == "namespace")
              made.service_namespace = in.repeated(content);
            else if (which == "name")
              made.service_name = in.repeated(content);
          });
      });
  });
  return made;
}

} // namespace

void read(object_reader& in, od::value item, service& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      read_service_spec(in, value, to);
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "loadBalancer")
          in.members(each, [&](json_key name, od::value list) {
            if (name == "ingress")
              to.has_address = count(in, list) > 0;
          });
      });
  });
}

void read(object_reader& in, od::value item, endpoint_group& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata") {
      in.meta(value, to.meta, [&](json_key key, od::value each) {
        if (key == "labels")
          in.members(each, [&](json_key name, od::value content) {
            if (name == "kubernetes.io/service-name")
              to.service = in.repeated(content);
          });
        else if (key == "annotations")
          in.members(each, [&](json_key name, od::value) {
            to.elects_leader =
                to.elects_leader || name.text() == "control-plane.alpha.kubernetes.io/leader";
          });
      });
    } else if (part == "endpoints") {
      in.elements(value, [&](od::value each, std::uint16_t) { read_endpoint(in, each, to); });
    } else if (part == "subsets") {
      in.elements(value, [&](od::value subset, std::uint16_t) {
        in.members(subset, [&](json_key key, od::value each) {
          if (key == "addresses")
            to.ready += count(in, each);
          else if (key == "notReadyAddresses")
            to.not_ready += count(in, each);
        });
      });
    }
  });
  // Endpoints bear the name of their Service.
  if (to.service.empty())
    to.service = to.meta.name;
}

void read(object_reader& in, od::value item, network_policy& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "podSelector")
          to.selector = in.selector(each);
      });
  });
}

void read(object_reader& in, od::value item, webhook_configuration& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata") {
      in.meta(value, to.meta, [&](json_key key, od::value each) {
        if (key == "annotations")
          in.members(each, [&](json_key name, od::value content) {
            if (name.text() == "cert-manager.io/inject-ca-from-secret")
              to.injected_from = in.repeated(content);
          });
      });
    } else if (part == "webhooks") {
      short_list<webhook> list;
      in.elements(value, [&](od::value each, std::uint16_t index) {
        list.push_back(read_webhook(in, each, index));
      });
      to.webhooks = in.keep(list);
    }
  });
}

} // namespace kubesage::analysis
