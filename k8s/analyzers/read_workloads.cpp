#include "k8s/analyzers/read_objects.hpp"

namespace kubesage::analysis {

namespace {

bool is_any(const condition&) {
  return true;
}

// What a PodTemplateSpec's owner and a Job have in common.
void read_job_spec(object_reader& in, od::value value, job& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (key == "template")
      read_template(in, each, to.spec);
    else if (key == "suspend")
      to.is_suspended = in.is_true(each);
  });
}

} // namespace

void read(object_reader& in, od::value item, deployment& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "replicas")
          to.wanted = in.number_or(each, to.wanted);
        else if (key == "paused")
          to.is_paused = in.is_true(each);
        else if (key == "selector")
          to.selector = in.selector(each);
        else if (key == "template")
          read_template(in, each, to.spec);
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "availableReplicas")
          to.available = in.number_or(each, 0);
        else if (key == "conditions")
          to.conditions = in.conditions(each, is_any);
      });
  });
}

void read(object_reader& in, od::value item, replica_set& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "template")
          read_template(in, each, to.spec);
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "replicas")
          to.replicas = in.number_or(each, 0);
        else if (key == "conditions")
          to.conditions = in.conditions(each, is_any);
      });
  });
}

void read(object_reader& in, od::value item, stateful_set& to) {
  const auto read_claim = [&](od::value value) {
    claim_template made;
    in.members(value, [&](json_key part, od::value each) {
      if (part == "metadata")
        in.members(each, [&](json_key key, od::value content) {
          if (key == "name")
            made.name = in.repeated(content);
        });
      else if (part == "spec")
        in.members(each, [&](json_key key, od::value content) {
          if (key == "storageClassName")
            made.storage_class = in.repeated(content);
        });
    });
    return made;
  };
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "replicas") {
          to.wanted = in.number_or(each, to.wanted);
        } else if (key == "serviceName") {
          to.service_name = in.repeated(each);
        } else if (key == "template") {
          read_template(in, each, to.spec);
        } else if (key == "volumeClaimTemplates") {
          short_list<claim_template> claims;
          in.elements(each,
                      [&](od::value claim, std::uint16_t) { claims.push_back(read_claim(claim)); });
          to.claims = in.keep(claims);
        }
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "readyReplicas")
          to.ready = in.number_or(each, 0);
      });
  });
}

void read(object_reader& in, od::value item, daemon_set& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "template")
          read_template(in, each, to.spec);
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "desiredNumberScheduled")
          to.desired = in.number_or(each, 0);
        else if (key == "numberReady")
          to.ready = in.number_or(each, 0);
      });
  });
}

void read(object_reader& in, od::value item, job& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      read_job_spec(in, value, to);
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "failed")
          to.failed = in.number_or(each, 0);
        else if (key == "succeeded")
          to.succeeded = in.number_or(each, 0);
        else if (key == "conditions")
          to.conditions = in.conditions(each, is_any);
      });
  });
  for (const auto& each : to.conditions)
    to.is_complete =
        to.is_complete || (each.status == truth::yes && each.type == std::string_view{"Complete"});
}

void read(object_reader& in, od::value item, cron_job& to) {
  in.members(item, [&](json_key part, od::value value) {
    if (part == "metadata")
      in.meta(value, to.meta);
    else if (part == "spec")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "schedule")
          to.schedule = in.repeated(each);
        else if (key == "timeZone")
          to.time_zone = in.repeated(each);
        else if (key == "suspend")
          to.is_suspended = in.is_true(each);
        else if (key == "startingDeadlineSeconds")
          to.starting_deadline = in.number(each);
        else if (key == "jobTemplate")
          in.members(each, [&](json_key name, od::value content) {
            job made;
            if (name == "spec") {
              read_job_spec(in, content, made);
              to.spec = made.spec;
            }
          });
      });
    else if (part == "status")
      in.members(value, [&](json_key key, od::value each) {
        if (key == "lastScheduleTime")
          to.last_scheduled = in.time(each);
        else if (key == "active")
          in.elements(each, [&](od::value, std::uint16_t) { ++to.active; });
      });
  });
}

} // namespace kubesage::analysis
