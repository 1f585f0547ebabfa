#include "k8s/analyzers/read_objects.hpp"

namespace kubesage::analysis {

namespace {

/// Where in the pod the reader is.
struct place {
  container_list list = container_list::regular;
  std::uint16_t container = 0;
};

using references = short_list<reference>;

// A `{name, optional}` object behind a reference.
void read_reference(object_reader& in, od::value value, reference made, references& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (key == "name" || key == "secretName")
      made.name = in.repeated(each);
    else if (key == "optional")
      made.is_optional = in.is_true(each);
  });
  // Every namespace has this one from its start.
  if (!made.name.empty() && !(made.name == std::string_view{"kube-root-ca.crt"}))
    to.push_back(made);
}

void read_projected(object_reader& in, od::value value, reference made, references& to) {
  in.members(value, [&](json_key key, od::value sources) {
    if (!(key == "sources"))
      return;
    in.elements(sources, [&](od::value source, std::uint16_t) {
      in.members(source, [&](json_key name, od::value each) {
        if (name == "secret")
          made.kind = object_kind::secrets;
        else if (name == "configMap")
          made.kind = object_kind::config_maps;
        else
          return;
        read_reference(in, each, made, to);
      });
    });
  });
}

void read_volume(object_reader& in, od::value value, std::uint16_t index, pod_spec& to,
                 references& refer) {
  reference made;
  made.item = index;
  in.members(value, [&](json_key key, od::value each) {
    if (key == "secret") {
      made.kind = object_kind::secrets;
      read_reference(in, each, made, refer);
    } else if (key == "configMap") {
      made.kind = object_kind::config_maps;
      read_reference(in, each, made, refer);
    } else if (key == "persistentVolumeClaim") {
      made.kind = object_kind::volume_claims;
      in.members(each, [&](json_key name, od::value part) {
        if (name == "claimName")
          made.name = in.repeated(part);
      });
      if (!made.name.empty())
        refer.push_back(made);
    } else if (key == "projected") {
      made.use = reference_use::projected_volume;
      read_projected(in, each, made, refer);
    } else if (key == "hostPath") {
      in.members(each, [&](json_key name, od::value part) {
        if (!(name == "path") || !to.host_path.empty())
          return;
        to.host_path = in.repeated(part);
        to.host_path_volume = index;
      });
    }
  });
}

void read_env(object_reader& in, od::value value, place at, references& to) {
  in.elements(value, [&](od::value variable, std::uint16_t index) {
    reference made;
    made.use = reference_use::env;
    made.list = static_cast<std::uint8_t>(at.list);
    made.container = at.container;
    made.item = index;
    in.members(variable, [&](json_key key, od::value each) {
      if (!(key == "valueFrom"))
        return;
      in.members(each, [&](json_key name, od::value part) {
        if (name == "secretKeyRef")
          made.kind = object_kind::secrets;
        else if (name == "configMapKeyRef")
          made.kind = object_kind::config_maps;
        else
          return;
        // The value here is named `key`, and `name` is the object's.
        read_reference(in, part, made, to);
      });
    });
  });
}

void read_env_from(object_reader& in, od::value value, place at, references& to) {
  in.elements(value, [&](od::value source, std::uint16_t index) {
    reference made;
    made.use = reference_use::env_from;
    made.list = static_cast<std::uint8_t>(at.list);
    made.container = at.container;
    made.item = index;
    in.members(source, [&](json_key key, od::value each) {
      if (key == "secretRef")
        made.kind = object_kind::secrets;
      else if (key == "configMapRef")
        made.kind = object_kind::config_maps;
      else
        return;
      read_reference(in, each, made, to);
    });
  });
}

void read_resources(object_reader& in, od::value value, container& to) {
  in.members(value, [&](json_key key, od::value each) {
    const bool are_requests = key == "requests";
    if (!are_requests && !(key == "limits"))
      return;
    in.members(each, [&](json_key name, od::value) {
      // A limit without a request is a request, too.
      to.has_limits = to.has_limits || !are_requests;
      to.has_cpu_request = to.has_cpu_request || name == "cpu";
      to.has_memory_request = to.has_memory_request || name == "memory";
    });
  });
}

std::span<const container_port> read_ports(object_reader& in, od::value value) {
  short_list<container_port> ports;
  in.elements(value, [&](od::value each, std::uint16_t) {
    container_port made;
    in.members(each, [&](json_key key, od::value part) {
      if (key == "name")
        made.name = in.repeated(part);
      else if (key == "containerPort")
        made.number = to_port(in.number_or(part, 0));
    });
    ports.push_back(made);
  });
  return in.keep(ports);
}

template <class T>
void read_security(object_reader& in, od::value value, T& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (key == "runAsUser") {
      to.user = in.number(each);
    } else if (key == "runAsNonRoot") {
      to.runs_as_non_root = in.truth_of(each);
    } else if constexpr (requires { to.is_privileged; }) {
      if (key == "privileged")
        to.is_privileged = in.is_true(each);
    }
  });
}

container read_container(object_reader& in, od::value value, place at, references& refer) {
  container made;
  made.list = at.list;
  made.index = at.container;
  in.members(value, [&](json_key key, od::value each) {
    if (key == "name")
      made.name = in.repeated(each);
    else if (key == "image")
      made.image = in.repeated(each);
    else if (key == "ports")
      made.ports = read_ports(in, each);
    else if (key == "env")
      read_env(in, each, at, refer);
    else if (key == "envFrom")
      read_env_from(in, each, at, refer);
    else if (key == "resources")
      read_resources(in, each, made);
    else if (key == "livenessProbe")
      made.has_liveness_probe = true;
    else if (key == "readinessProbe")
      made.has_readiness_probe = true;
    else if (key == "securityContext")
      read_security(in, each, made);
    else if (key == "restartPolicy")
      made.is_sidecar = in.view(each) == "Always";
  });
  return made;
}

} // namespace

void read_pod_spec(object_reader& in, od::value value, pod_spec& to, pod_only& more) {
  short_list<container> containers;
  references refer;
  const auto read_list = [&](od::value list, container_list which) {
    in.elements(list, [&](od::value each, std::uint16_t index) {
      containers.push_back(read_container(in, each, {which, index}, refer));
    });
  };
  in.members(value, [&](json_key key, od::value each) {
    if (key == "volumes") {
      in.elements(each, [&](od::value volume, std::uint16_t index) {
        read_volume(in, volume, index, to, refer);
      });
    } else if (key == "containers") {
      read_list(each, container_list::regular);
    } else if (key == "initContainers") {
      read_list(each, container_list::init);
    } else if (key == "ephemeralContainers") {
      read_list(each, container_list::ephemeral);
    } else if (key == "imagePullSecrets") {
      in.elements(each, [&](od::value secret, std::uint16_t index) {
        reference made;
        made.use = reference_use::image_pull_secret;
        made.item = index;
        read_reference(in, secret, made, refer);
      });
    } else if (key == "serviceAccountName") {
      to.service_account = in.repeated(each);
    } else if (key == "automountServiceAccountToken") {
      to.mounts_token = in.truth_of(each);
    } else if (key == "hostNetwork") {
      to.uses_host_network = in.is_true(each);
    } else if (key == "securityContext") {
      read_security(in, each, to);
    } else if (key == "nodeName") {
      more.node = in.repeated(each);
    } else if (key == "restartPolicy") {
      const auto text = in.view(each);
      more.restarts = text == "Never"       ? restart_policy::never
                      : text == "OnFailure" ? restart_policy::on_failure
                                            : restart_policy::always;
    }
  });
  to.containers = in.keep(containers);
  to.references = in.keep(refer);
}

void read_template(object_reader& in, od::value value, pod_spec& to) {
  pod_only ignored;
  in.members(value, [&](json_key key, od::value each) {
    if (key == "spec")
      read_pod_spec(in, each, to, ignored);
  });
}

} // namespace kubesage::analysis
