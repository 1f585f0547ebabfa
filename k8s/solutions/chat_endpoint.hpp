#pragma once

#include "http/wire/server_url.hpp"

#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage::solutions {

/// Where an OpenAI-compatible server takes chat completions.
struct chat_endpoint {
  server_url url;             ///< Without a path.
  std::string target;         ///< `/v1/chat/completions`.
  bool loopback_only = false; ///< Only addresses of this machine may be connected to.
};

/// Reads a base URL as OPENAI_BASE_URL has it, `https://host/v1`. A URL without a path gets `/v1`;
/// one that names `/chat/completions` already is taken as it is. `http://` is for loopback, unless
/// `allow_http`. Errors: `validation_failed` with what is wrong.
caf::expected<chat_endpoint> parse_chat_endpoint(std::string_view base_url, bool allow_http);

} // namespace kubesage::solutions
