#include "k8s/solutions/chat_endpoint.hpp"

#include "messages/error.hpp"

#include <utility>

namespace kubesage::solutions {

caf::expected<chat_endpoint> parse_chat_endpoint(std::string_view base_url, bool allow_http) {
  constexpr std::string_view operation = "/chat/completions";
  auto url = parse_server_url(base_url, true);
  if (!url)
    return std::move(url.error());
  chat_endpoint made;
  made.url = std::move(*url);
  made.loopback_only = !made.url.is_https && !allow_http;
  const bool may_be_loopback =
      made.url.literal ? made.url.literal->is_loopback() : made.url.host == "localhost";
  if (made.loopback_only && !may_be_loopback)
    return caf::make_error(errc::validation_failed,
                           std::string{"http:// is allowed for this machine only; use https://"});
  made.target = std::exchange(made.url.base_path, {});
  if (made.target.empty())
    made.target = "/v1";
  if (!made.target.ends_with(operation))
    made.target += operation;
  return made;
}

} // namespace kubesage::solutions
