#pragma once

#include <string_view>

namespace kubesage {

/// The checks of text settings; each says whether `text` may stand. No name is resolved.

bool is_not_empty(std::string_view text);
bool is_ip_address(std::string_view text);
bool is_loopback(std::string_view address);
bool is_cidr(std::string_view text);
bool is_nats_url(std::string_view text);
/// A subject to subscribe to, wildcards too; or nothing.
bool is_nats_subject(std::string_view text);
/// `https://…` or `http://…`; nothing, too, for a variable that is set to nothing.
bool is_web_url(std::string_view text);
bool is_node_name(std::string_view text);
bool is_profile(std::string_view text);
bool is_sandbox(std::string_view text);
bool is_key_provider(std::string_view text);
bool is_log_level(std::string_view text);
bool is_log_format(std::string_view text);

} // namespace kubesage
