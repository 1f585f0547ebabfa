#include "k8s/analyzers/quantity.hpp"
#include "k8s/analyzers/read_objects.hpp"

#include <algorithm>
#include <string_view>

namespace kubesage::analysis {

namespace {

bool is_any(const condition&) {
  return true;
}

// A target that is a share of what the containers request.
bool is_share(object_reader& in, od::value target) {
  bool found = false;
  in.members(target, [&](json_key key, od::value each) {
    if (key == "type")
      found = in.view(each) == "Utilization";
  });
  return found;
}

void read_metric(object_reader& in, od::value value, autoscaler& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (!(key == "resource"))
      return;
    std::string_view resource;
    bool uses_share = false;
    in.members(each, [&](json_key name, od::value part) {
      if (name == "name")
        resource = in.view(part);
      else if (name == "target")
        uses_share = is_share(in, part);
    });
    to.uses_cpu_share = to.uses_cpu_share || (uses_share && resource == "cpu");
    to.uses_memory_share = to.uses_memory_share || (uses_share && resource == "memory");
  });
}

void read_target(object_reader& in, od::value value, autoscaler& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (key == "kind") {
      to.target_kind = in.repeated(each);
    } else if (key == "name") {
      to.target_name = in.repeated(each);
    } else if (key == "apiVersion") {
      const auto text = in.view(each);
      const auto slash = text.find('/');
      to.target_group =
          slash == std::string_view::npos ? analysis::text{} : in.keep(text.substr(0, slash));
    }
  });
}

using amounts = short_list<label>; // Resource and quantity.

text find(const amounts& in, std::string_view resource) {
  for (const auto& each : in)
    if (each.key == resource)
      return each.value;
  return {};
}

amounts read_amounts(object_reader& in, od::value value) {
  amounts found;
  in.members(value, [&](json_key key, od::value each) {
    found.push_back({in.keep(key.text()), in.repeated(each)});
  });
  return found;
}

void read_involved(object_reader& in, od::value value, event& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (key == "kind")
      to.object_kind = in.repeated(each);
    else if (key == "namespace")
      to.object_namespace = in.repeated(each);
    else if (key == "name")
      to.object_name = in.repeated(each);
    else if (key == "uid")
      to.object_uid_hash = hash_of(in.view(each));
  });
}

bool has_wildcard(object_reader& in, od::value value) {
  bool found = false;
  in.elements(value, [&](od::value each, std::uint16_t) { found = found || in.view(each) == "*"; });
  return found;
}

} // namespace

void read(object_reader& in, od::value item, node& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "unschedulable")
          to.is_cordoned = in.is_true(each);
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "conditions")
          to.conditions = in.conditions(each, is_any);
        else if (key == "nodeInfo")
          in.members(each, [&](json_key name, od::value content) {
            if (name == "kubeletVersion")
              to.kubelet_version = in.repeated(content);
          });
      });
  });
}

void read(object_reader& in, od::value item, autoscaler& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "scaleTargetRef")
          read_target(in, each, to);
        else if (key == "minReplicas")
          to.least = in.number_or(each, to.least);
        else if (key == "maxReplicas")
          to.most = in.number_or(each, 0);
        else if (key == "metrics")
          in.elements(each, [&](od::value metric, std::uint16_t) { read_metric(in, metric, to); });
        else if (key == "targetCPUUtilizationPercentage")
          to.uses_cpu_share = in.number(each).has_value();
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "currentReplicas")
          to.current = in.number_or(each, 0);
        else if (key == "desiredReplicas")
          to.desired = in.number_or(each, 0);
        else if (key == "conditions")
          to.conditions = in.conditions(each, is_any);
      });
  });
}

void read(object_reader& in, od::value item, disruption_budget& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "selector")
          to.selector = in.selector(each);
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "disruptionsAllowed")
          to.allowed = in.number_or(each, 0);
        else if (key == "currentHealthy")
          to.healthy = in.number_or(each, 0);
        else if (key == "expectedPods")
          to.expected = in.number_or(each, 0);
      });
  });
}

void read(object_reader& in, od::value item, resource_quota& to) {
  amounts hard;
  amounts used;
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "hard")
          hard = read_amounts(in, each);
        else if (key == "used")
          used = read_amounts(in, each);
      });
  });
  short_list<quota_item> items;
  for (const auto& each : hard) {
    quota_item made{each.key, each.value, find(used, each.key), 0};
    const auto most = parse_quantity(made.hard);
    const auto taken = parse_quantity(made.used);
    if (most && taken && *most > 0)
      made.share = *taken / *most;
    items.push_back(made);
  }
  std::sort(items.begin(), items.end(), [](const quota_item& left, const quota_item& right) {
    return left.resource.view() < right.resource.view();
  });
  to.items = in.keep(items);
}

void read(object_reader& in, od::value item, event& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata") {
      in.meta(value, to.meta);
    } else if (part == "involvedObject" || part == "regarding") {
      read_involved(in, value, to);
    } else if (part == "reason") {
      to.reason = in.repeated(value);
    } else if (part == "message" || part == "note") {
      to.message = in.message(value);
    } else if (part == "type") {
      to.is_warning = in.view(value) == "Warning";
    } else if (part == "count" || part == "deprecatedCount") {
      to.count = std::max(to.count, in.number_or(value, 1));
    } else if (part == "lastTimestamp" || part == "deprecatedLastTimestamp"
               || part == "eventTime") {
      to.last_seen = std::max(to.last_seen, in.time(value));
    } else if (part == "series") {
      in.members(value, [&](json_key key, od::value each) {
        if (key == "count")
          to.count = std::max(to.count, in.number_or(each, 1));
        else if (key == "lastObservedTime")
          to.last_seen = std::max(to.last_seen, in.time(each));
      });
    }
  });
  if (to.last_seen == no_moment)
    to.last_seen = to.meta.created;
}

void read(object_reader& in, od::value item, role_binding& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata") {
      in.meta(value, to.meta);
    } else if (part == "roleRef") {
      in.members(value, [&](json_key key, od::value each) {
        if (key == "kind")
          to.role_kind = in.repeated(each);
        else if (key == "name")
          to.role_name = in.repeated(each);
      });
    } else if (part == "subjects") {
      short_list<binding_subject> subjects;
      in.elements(value, [&](od::value subject, std::uint16_t) {
        binding_subject made;
        in.members(subject, [&](json_key key, od::value each) {
          if (key == "kind")
            made.kind = in.repeated(each);
          else if (key == "name")
            made.name = in.repeated(each);
        });
        subjects.push_back(made);
      });
      to.subjects = in.keep(subjects);
    }
  });
}

void read(object_reader& in, od::value item, role& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata") {
      in.meta(value, to.meta, [&](json_key key, od::value each) {
        if (key == "labels")
          in.members(each, [&](json_key name, od::value content) {
            if (name == "kubernetes.io/bootstrapping")
              to.is_built_in = in.view(content) == "rbac-defaults";
          });
      });
    } else if (part == "rules") {
      in.elements(value, [&](od::value rule, std::uint16_t index) {
        in.members(rule, [&](json_key key, od::value each) {
          const bool are_verbs = key == "verbs";
          if ((!are_verbs && !(key == "resources")) || !has_wildcard(in, each))
            return;
          if (!to.has_wildcard_verb && !to.has_wildcard_resource)
            to.wildcard_rule = index;
          (are_verbs ? to.has_wildcard_verb : to.has_wildcard_resource) = true;
        });
      });
    }
  });
}

} // namespace kubesage::analysis
