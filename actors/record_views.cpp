#include "actors/record_views.hpp"

#include "http/wire/json.hpp"
#include "http/wire/request_json.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kubesage {
namespace {

namespace dom = simdjson::dom;

void close_page(json_writer& out, const event_page& page, std::uint64_t last) {
  out.close_array().key("metadata").open_object();
  if (page.next > 0)
    out.field("continue", std::to_string(page.next));
  else
    out.null_field("continue");
  out.field("last_sequence", last).close_object().close_object();
}

/// What `data` says of every event; the rest are the details of its kind.
constexpr std::array<std::string_view, 6> common_members{"event_type", "cluster_id",   "user_id",
                                                         "username",   "cluster_name", "timestamp"};

/// `raw` JSON of a member, null where there is none.
std::string raw_of(const dom::object& object, std::string_view name) {
  dom::element element;
  if (object[name].get(element) != simdjson::SUCCESS)
    return "null";
  return simdjson::minify(element);
}

std::string_view text_of(const dom::object& object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS)
    return {};
  return text;
}

bool is_true(const dom::object& object, std::string_view name) {
  bool value = false;
  return object[name].get(value) == simdjson::SUCCESS && value;
}

std::string_view outcome_of(event_kind kind, const dom::object& data) {
  switch (kind) {
  case event_kind::access_denied:
  case event_kind::kubectl_command_denied:
    return "denied";
  case event_kind::namespaces_retrieval_failed_by_cluster_id:
    return "failure";
  case event_kind::kubectl_command_requested:
    return "started";
  case event_kind::kubectl_command_executed:
    if (is_true(data, "outcome_unknown"))
      return "unknown";
    return is_true(data, "success") ? "success" : "failure";
  default:
    return "success";
  }
}

bool append_record(json_writer& out, const stored_event& event) {
  auto document = json_document::parse(event.payload);
  dom::object cloud;
  dom::object data;
  if (!document || document->root().get(cloud) != simdjson::SUCCESS
      || cloud["data"].get(data) != simdjson::SUCCESS)
    return false;
  const auto action = text_of(data, "event_type");
  const auto kind = event_kind_of(action);
  out.open_object().field("sequence", event.sequence);
  out.field("time", text_of(cloud, "time")).field("id", text_of(cloud, "id"));
  out.key("user_id").raw(raw_of(data, "user_id"));
  out.key("username").raw(raw_of(data, "username"));
  out.field("action", action).field("outcome", kind ? outcome_of(*kind, data) : "unknown");
  out.key("cluster_id").raw(raw_of(data, "cluster_id"));
  out.key("cluster_name").raw(raw_of(data, "cluster_name"));
  out.key("request_id").raw(raw_of(cloud, "requestid"));
  out.key("details").open_object();
  for (const auto member : data)
    if (std::find(common_members.begin(), common_members.end(), member.key) == common_members.end())
      out.key(member.key).raw(simdjson::minify(member.value));
  out.close_object().field("chain", text_of(cloud, "chain")).close_object();
  return true;
}

} // namespace

caf::expected<std::string> render_events(const event_page& page, std::uint64_t last) {
  std::string body;
  std::size_t size = 128;
  for (const auto& event : page.events)
    size += event.payload.size() + 1;
  body.reserve(size);
  json_writer out{body};
  out.open_object().key("items").open_array();
  for (const auto& event : page.events)
    out.raw(event.payload);
  close_page(out, page, last);
  return body;
}

caf::expected<std::string> render_audit(const event_page& page, std::uint64_t last) {
  std::string body;
  json_writer out{body};
  out.open_object().key("items").open_array();
  for (const auto& event : page.events)
    if (!append_record(out, event))
      return caf::make_error(errc::storage_unavailable,
                             "the event of number " + std::to_string(event.sequence)
                                 + " is damaged; /api/v1/audit/verify says more");
  close_page(out, page, last);
  return body;
}

std::string render_verification(const chain_check& chain,
                                const std::optional<user_checkpoint>& checkpoint) {
  std::string body;
  json_writer out{body};
  const auto count = chain.good_events();
  out.open_object().field("verified", !chain.fault()).field("events", count);
  if (count > 0)
    out.field("first_sequence", std::uint64_t{1}).field("last_sequence", count);
  else
    out.null_field("first_sequence").null_field("last_sequence");
  if (chain.head())
    out.field("head", chain.head()->to_text());
  else
    out.null_field("head");
  out.key("checkpoint");
  if (checkpoint)
    out.open_object()
        .field("number", checkpoint->number)
        .field("sequence", checkpoint->sequence)
        .field("head", checkpoint->head.to_text())
        .close_object();
  else
    out.null();
  out.key("first_bad");
  if (const auto& fault = chain.fault())
    out.open_object()
        .field("sequence", fault->sequence)
        .field("reason", name_of(fault->kind))
        .close_object();
  else
    out.null();
  out.close_object();
  return body;
}

} // namespace kubesage
