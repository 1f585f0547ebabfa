#include "k8s/analyzers/read_objects.hpp"

namespace kubesage::analysis {

namespace {

using state = container_status::state;

void read_termination(object_reader& in, od::value value, text& reason, std::int32_t& exit_code) {
  in.members(value, [&](json_key key, od::value each) {
    if (key == "reason")
      reason = in.repeated(each);
    else if (key == "exitCode")
      exit_code = static_cast<std::int32_t>(in.number_or(each, 0));
  });
}

void read_state(object_reader& in, od::value value, container_status& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (key == "waiting") {
      to.now = state::waiting;
      in.members(each, [&](json_key name, od::value part) {
        if (name == "reason")
          to.reason = in.repeated(part);
        else if (name == "message")
          to.message = in.message(part);
      });
    } else if (key == "running") {
      to.now = state::running;
    } else if (key == "terminated") {
      to.now = state::terminated;
      read_termination(in, each, to.reason, to.exit_code);
    }
  });
}

void read_last_state(object_reader& in, od::value value, container_status& to) {
  in.members(value, [&](json_key key, od::value each) {
    if (!(key == "terminated"))
      return;
    to.has_last = true;
    read_termination(in, each, to.last_reason, to.last_exit_code);
  });
}

container_status read_status(object_reader& in, od::value value, container_list list,
                             std::uint16_t index) {
  container_status made;
  made.list = list;
  made.index = index;
  in.members(value, [&](json_key key, od::value each) {
    if (key == "name")
      made.name = in.repeated(each);
    else if (key == "ready")
      made.is_ready = in.is_true(each);
    else if (key == "restartCount")
      made.restarts = static_cast<std::int32_t>(
          std::min<std::int64_t>(in.number_or(each, 0), std::numeric_limits<std::int32_t>::max()));
    else if (key == "state")
      read_state(in, each, made);
    else if (key == "lastState")
      read_last_state(in, each, made);
  });
  return made;
}

// Most containers of most clusters are well; their status says nothing and is not kept.
bool is_well(const container_status& status) {
  if (status.restarts != 0 || status.has_last)
    return false;
  if (status.now == state::terminated)
    return status.exit_code == 0;
  return status.now == state::running
         && (status.is_ready || status.list != container_list::regular);
}

pod_phase parse_phase(std::string_view text) {
  if (text == "Running")
    return pod_phase::running;
  if (text == "Pending")
    return pod_phase::pending;
  if (text == "Succeeded")
    return pod_phase::succeeded;
  if (text == "Failed")
    return pod_phase::failed;
  return text == "Unknown" ? pod_phase::lost : pod_phase::none;
}

void read_pod_status(object_reader& in, od::value value, pod& to) {
  short_list<container_status> statuses;
  const auto read_list = [&](od::value list, container_list which) {
    in.elements(list, [&](od::value each, std::uint16_t index) {
      const auto made = read_status(in, each, which, index);
      if (!is_well(made))
        statuses.push_back(made);
    });
  };
  in.members(value, [&](json_key key, od::value each) {
    if (key == "phase")
      to.phase = parse_phase(in.view(each));
    else if (key == "conditions")
      to.conditions = in.conditions(each, [&](const condition& made) {
        to.is_ready =
            to.is_ready || (made.status == truth::yes && made.type == std::string_view{"Ready"});
        return made.status != truth::yes;
      });
    else if (key == "reason")
      to.reason = in.repeated(each);
    else if (key == "message")
      to.message = in.message(each);
    else if (key == "containerStatuses")
      read_list(each, container_list::regular);
    else if (key == "initContainerStatuses")
      read_list(each, container_list::init);
    else if (key == "ephemeralContainerStatuses")
      read_list(each, container_list::ephemeral);
  });
  to.statuses = in.keep(statuses);
}

} // namespace

void read(object_reader& in, od::value item, pod& to) {
  pod_only more;
  in.members(item, [&](json_key key, od::value value) {
    if (key == "metadata")
      in.meta(value, to.meta, [&](json_key name, od::value each) {
        if (name == "labels")
          to.labels = in.labels(each);
      });
    else if (key == "spec")
      read_pod_spec(in, value, to.spec, more);
    else if (key == "status")
      read_pod_status(in, value, to);
  });
  to.node = more.node;
  to.restarts = more.restarts;
}

} // namespace kubesage::analysis
