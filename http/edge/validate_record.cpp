#include "http/edge/validate_record.hpp"

#include "http/edge/router.hpp"
#include "http/edge/validate.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace kubesage {

namespace {

constexpr std::uint64_t max_page = 500;

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return number;
}

/// Takes the parameters of a query one by one and collects what is wrong with them.
class query_reader {
public:
  query_reader(std::string_view query, fault_list& faults) : query_(query), faults_(faults) {}

  void refuse(std::string_view name, std::string detail) {
    faults_.push_back({'/' + std::string{name}, "INVALID", std::move(detail)});
  }

  /// None where it is absent and, with a fault, where it is not a number of at least `least`.
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least,
                                      const char* wanted) {
    const auto given = find_query(query_, name);
    if (given.count == 0)
      return std::nullopt;
    const auto number = number_of(given.value);
    if (given.count == 1 && number && *number >= least)
      return number;
    refuse(name, wanted);
    return std::nullopt;
  }

  /// None where it is absent and, with a fault, where it is given more than once.
  std::optional<std::string> text(std::string_view name) {
    auto given = find_all(query_, name);
    if (given.empty())
      return std::nullopt;
    if (given.size() == 1)
      return std::move(given.front());
    refuse(name, "must be given once");
    return std::nullopt;
  }

  std::optional<wall_time> time(std::string_view name) {
    const auto given = text(name);
    if (!given)
      return std::nullopt;
    const auto time = from_rfc3339(*given);
    if (!time)
      refuse(name, "must be a time like 2026-11-23T05:12:00.000Z");
    return time;
  }

private:
  std::string_view query_;
  fault_list& faults_;
};

void read_kind(query_reader& in, event_query& out) {
  const auto given = in.text("type");
  if (!given)
    return;
  std::string_view name{*given};
  constexpr std::string_view prefix = "kubesage.";
  if (name.starts_with(prefix))
    name.remove_prefix(prefix.size());
  out.kind = event_kind_of(name);
  if (!out.kind)
    in.refuse("type", "must be an event_type, such as cluster_onboarded");
}

event_query read_events(std::string_view query, fault_list& faults) {
  event_query out;
  query_reader in{query, faults};
  if (const auto limit = in.number("limit", 1, "must be a positive integer, once"))
    out.limit = static_cast<std::size_t>(std::min(*limit, max_page));
  out.after = in.number("after", 0, "must be a sequence, once").value_or(0);
  const auto order = in.text("order").value_or("asc");
  out.newest_first = order == "desc";
  if (order != "asc" && order != "desc")
    in.refuse("order", "must be asc or desc");
  if (const auto next = in.number("continue", 1, "must be what the page before gave"))
    (out.newest_first ? out.before : out.after) = *next;
  const auto cluster = in.text("cluster_id");
  const auto id = cluster ? parse_cluster_id(*cluster) : cluster_id{};
  if (id)
    out.cluster = *id;
  else
    in.refuse("cluster_id", "must be a positive integer below 2^53");
  read_kind(in, out);
  out.from = in.time("from");
  out.to = in.time("to");
  return out;
}

stream_events read_start(std::string_view query, const request_head& head, fault_list& faults) {
  query_reader in{query, faults};
  stream_events out{in.number("after", 0, "must be a sequence, once")};
  if (head.has_wrong_event_id)
    in.refuse("Last-Event-ID", "must be the id of an event of this stream");
  // A client that comes back repeats its first request: what it has seen since counts.
  if (head.last_event_id)
    out.after = head.last_event_id;
  return out;
}

} // namespace

bool is_about_record(operation what) noexcept {
  return what == operation::list_events || what == operation::stream_events
         || what == operation::list_audit || what == operation::verify_audit;
}

call_request read_record_request(operation what, std::string_view query, const request_head& head,
                                 fault_list& faults) {
  switch (what) {
  case operation::list_audit:
    return list_audit{read_events(query, faults)};
  case operation::stream_events:
    return read_start(query, head, faults);
  case operation::verify_audit:
    return verify_audit{};
  default:
    return list_events{read_events(query, faults)};
  }
}

} // namespace kubesage
