#include "k8s/analyzers/read_objects.hpp"

namespace kubesage::analysis {

namespace {

struct backend_list {
  short_list<ingress_backend> found;
};

void read_backend(object_reader& in, od::value value, ingress_backend made, backend_list& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (!(key == "service"))
      return;
    in.members(each, [&](json_key name, od::value part) {
      if (name == "name")
        made.service = in.repeated(part);
      else if (name == "port")
        in.members(part, [&](json_key which, od::value content) {
          if (which == "number")
            made.port.number = to_port(in.number_or(content, 0));
          else if (which == "name")
            made.port.name = in.repeated(content);
        });
    });
  });
  if (!made.service.empty())
    to.found.push_back(made);
}

void read_ingress_rule(object_reader& in, od::value value, std::uint16_t rule, backend_list& to) {
  in.members(value, [&](json_key key, od::value http) {
    if (!(key == "http"))
      return;
    in.members(http, [&](json_key name, od::value paths) {
      if (!(name == "paths"))
        return;
      in.elements(paths, [&](od::value path, std::uint16_t index) {
        ingress_backend made;
        made.rule = rule;
        made.path = index;
        in.members(path, [&](json_key part, od::value each) {
          if (part == "backend")
            read_backend(in, each, made, to);
        });
      });
    });
  });
}

void read_ingress_spec(object_reader& in, od::value value, ingress& to) {
  backend_list backends;
  in.members(value, [&](json_key key, od::value each) {
    if (key == "ingressClassName") {
      to.class_name = in.repeated(each);
    } else if (key == "defaultBackend") {
      to.has_default_backend = true;
      ingress_backend made;
      made.rule = ingress_backend::default_rule;
      read_backend(in, each, made, backends);
    } else if (key == "rules") {
      in.elements(each, [&](od::value rule, std::uint16_t index) {
        ++to.rules;
        read_ingress_rule(in, rule, index, backends);
      });
    } else if (key == "tls") {
      short_list<ingress_tls> list;
      in.elements(each, [&](od::value entry, std::uint16_t index) {
        ingress_tls made;
        made.index = index;
        in.members(entry, [&](json_key name, od::value part) {
          if (name == "secretName")
            made.secret = in.repeated(part);
        });
        list.push_back(made);
      });
      to.tls = in.keep(list);
    }
  });
  to.backends = in.keep(backends.found);
}

} // namespace

void read(object_reader& in, od::value item, ingress& to) {
  short_list<text> secrets;
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta, [&](json_key key, od::value each) {
        if (key == "annotations")
          in.members(each, [&](json_key name, od::value content) {
            if (name == "kubernetes.io/ingress.class")
              to.class_annotation = in.repeated(content);
            else if (name.text().ends_with("-secret")) // As auth-secret and auth-tls-secret.
              secrets.push_back(in.repeated(content));
          });
      });
    else if (part == "spec")
      read_ingress_spec(in, value, to);
  });
  to.annotated_secrets = in.keep(secrets);
}

void read(object_reader& in, od::value item, ingress_class& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta, [&](json_key key, od::value each) {
        if (key == "annotations")
          in.members(each, [&](json_key name, od::value content) {
            if (name.text() == "ingressclass.kubernetes.io/is-default-class")
              to.is_default = in.view(content) == "true";
          });
      });
  });
}

} // namespace kubesage::analysis
