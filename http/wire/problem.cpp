#include "http/wire/problem.hpp"

#include "http/wire/json.hpp"

namespace kubesage {

std::string render_problem(errc code, std::string_view detail, std::string_view instance,
                           std::string_view request_id, const fault_list& faults) {
  const auto& entry = traits(code);
  std::string body;
  body.reserve(320 + detail.size() + instance.size());
  json_writer out{body};
  out.open_object()
      .field("type", "/problems/" + std::string{entry.slug})
      .field("title", entry.title)
      .field("status", entry.http_status)
      .field("detail", detail.empty() ? entry.title : detail)
      .field("instance", instance)
      .field("code", entry.code)
      .field("request_id", request_id);
  if (!faults.empty()) {
    out.key("errors").open_array();
    for (const auto& item : faults)
      out.open_object()
          .field("pointer", item.pointer)
          .field("code", item.code)
          .field("detail", item.detail)
          .close_object();
    out.close_array();
  }
  out.close_object();
  return body;
}

} // namespace kubesage
