#include "k8s/analyzers/certificates.hpp"
#include "k8s/analyzers/read_objects.hpp"

namespace kubesage::analysis {

namespace {

// The bytes that so much base64 stands for.
std::uint64_t decoded_bytes(std::string_view base64) {
  const auto padding = base64.ends_with("==") ? 2U : base64.ends_with("=") ? 1U : 0U;
  return base64.size() / 4 * 3 - std::min<std::uint64_t>(padding, base64.size() / 4 * 3);
}

secret_type parse_secret_type(std::string_view text) {
  if (text == "kubernetes.io/tls")
    return secret_type::tls;
  if (text == "kubernetes.io/dockerconfigjson")
    return secret_type::docker_config_json;
  if (text == "kubernetes.io/service-account-token")
    return secret_type::service_account_token;
  if (text == "bootstrap.kubernetes.io/token")
    return secret_type::bootstrap_token;
  return text.starts_with("helm.sh/") ? secret_type::helm_release : secret_type::opaque;
}

std::span<const text> read_names(object_reader& in, od::value value) {
  short_list<text> names;
  in.elements(value, [&](od::value each, std::uint16_t) {
    in.members(each, [&](json_key key, od::value part) {
      if (key == "name")
        names.push_back(in.repeated(part));
    });
  });
  return in.keep(names);
}

bool is_default_class(std::string_view annotation) {
  return annotation == "storageclass.kubernetes.io/is-default-class"
         || annotation == "storageclass.beta.kubernetes.io/is-default-class";
}

} // namespace

void read(object_reader& in, od::value item, secret_object& to) {
  // Views of the body: nothing of the values is copied. They may come before the type.
  std::string_view certificate;
  std::string_view key_pair;
  std::string_view docker_config;
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata") {
      in.meta(value, to.meta);
    } else if (part == "type") {
      to.type = parse_secret_type(in.view(value));
    } else if (part == "data") {
      in.members(value, [&](json_key key, od::value each) {
        const auto base64 = in.raw_text(each);
        ++to.keys;
        to.value_bytes += decoded_bytes(base64);
        if (key == "tls.crt")
          certificate = base64;
        else if (key == "tls.key")
          key_pair = base64;
        else if (key == ".dockerconfigjson")
          docker_config = base64;
      });
    }
  });
  if (to.type == secret_type::docker_config_json)
    to.has_required_keys = !docker_config.empty();
  if (to.type != secret_type::tls)
    return;
  to.has_required_keys = !certificate.empty() && !key_pair.empty();
  to.certificate = read_certificate(certificate);
  if (to.has_required_keys && to.certificate.parses)
    to.key_matches = is_key_of(certificate, key_pair);
}

void read(object_reader& in, od::value item, config_map& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta, [&](json_key key, od::value each) {
        if (key == "annotations")
          in.members(each, [&](json_key name, od::value) {
            to.elects_leader =
                to.elects_leader || name.text() == "control-plane.alpha.kubernetes.io/leader";
          });
      });
    else if (part == "data")
      in.members(value, [&](json_key, od::value each) {
        ++to.keys;
        to.value_bytes += in.view(each).size();
      });
    else if (part == "binaryData")
      in.members(value, [&](json_key, od::value each) {
        ++to.keys;
        to.value_bytes += decoded_bytes(in.raw_text(each));
      });
  });
}

void read(object_reader& in, od::value item, service_account& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "secrets")
      to.secrets = read_names(in, value);
    else if (part == "imagePullSecrets")
      to.image_pull_secrets = read_names(in, value);
    else if (part == "automountServiceAccountToken")
      to.mounts_token = in.truth_of(value);
  });
}

void read(object_reader& in, od::value item, storage_class& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta, [&](json_key key, od::value each) {
        if (key == "annotations")
          in.members(each, [&](json_key name, od::value content) {
            if (is_default_class(name.text()))
              to.is_default = to.is_default || in.view(content) == "true";
          });
      });
    else if (part == "provisioner")
      to.provisioner = in.repeated(value);
    else if (part == "volumeBindingMode")
      to.waits_for_consumer = in.view(value) == "WaitForFirstConsumer";
  });
}

void read(object_reader& in, od::value item, volume_claim& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta, [&](json_key key, od::value each) {
        if (key == "annotations")
          in.members(each, [&](json_key name, od::value content) {
            // What the field replaced is still honoured.
            if (name.text() == "volume.beta.kubernetes.io/storage-class") {
              to.names_class = true;
              to.storage_class = in.repeated(content);
            }
          });
      });
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "storageClassName") {
          to.names_class = true;
          to.storage_class = in.repeated(each);
        } else if (key == "volumeName") {
          to.volume = in.repeated(each);
        } else if (key == "accessModes") {
          in.elements(each, [&](od::value mode, std::uint16_t) {
            to.wants_many_writers = to.wants_many_writers || in.view(mode) == "ReadWriteMany";
          });
        }
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "phase") {
          const auto text = in.view(each);
          to.phase = text == "Bound"  ? claim_phase::bound
                     : text == "Lost" ? claim_phase::lost
                                      : claim_phase::pending;
        }
      });
  });
}

void read(object_reader& in, od::value item, volume& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "claimRef")
          in.members(each, [&](json_key name, od::value content) {
            if (name == "namespace")
              to.claim_namespace = in.repeated(content);
            else if (name == "name")
              to.claim_name = in.repeated(content);
          });
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "phase") {
          const auto text = in.view(each);
          to.phase = text == "Available"  ? volume_phase::available
                     : text == "Bound"    ? volume_phase::bound
                     : text == "Released" ? volume_phase::released
                     : text == "Failed"   ? volume_phase::failed
                                          : volume_phase::pending;
        } else if (key == "message") {
          to.message = in.message(each);
        }
      });
  });
}

} // namespace kubesage::analysis
