#include "actors/event_builder.hpp"

#include "http/wire/json.hpp"
#include "persistence/event_chain.hpp"
#include "persistence/uuid7.hpp"

namespace kubesage {

stored_event make_event(user_record& record, const tenant& owner, std::string_view source,
                        wall_time now, const event_facts& facts) {
  const auto cluster = facts.cluster ? facts.cluster->id : cluster_id{};
  const auto time = to_rfc3339(now);
  const auto type = name_of(facts.kind);
  stored_event event;
  event.sequence = ++record.last_sequence;
  event.id = make_uuid7(now);
  event.subject = subject_of(owner.user(), cluster, facts.kind);
  auto& out = event.payload;
  out.reserve(768);
  json_writer json{out};
  json.open_object()
      .field("specversion", "1.0")
      .field("id", event.id)
      .field("source", source)
      .field("type", std::string{"kubesage."}.append(type));
  json.key("subject");
  if (facts.cluster)
    json.value("clusters/" + to_string(cluster));
  else
    json.value("users/" + to_string(owner.user()));
  json.field("time", time).field("datacontenttype", "application/json");
  json.key("data").open_object().field("event_type", type);
  if (facts.cluster)
    json.field("cluster_id", cluster.value);
  else
    json.null_field("cluster_id");
  json.field("user_id", owner.user().value).field("username", facts.username);
  if (facts.cluster)
    json.field("cluster_name", facts.cluster->name);
  else
    json.null_field("cluster_name");
  json.field("timestamp", time);
  if (facts.extra)
    facts.extra(json);
  json.close_object();
  json.field("requestid", facts.request_id).field("sequence", event.sequence);
  json.close_object();
  record.chain_head = chain_value::next(record.chain_head, out);
  out.pop_back();
  out.append(",\"chain\":\"").append(record.chain_head->to_text()).append("\"}");
  return event;
}

} // namespace kubesage
