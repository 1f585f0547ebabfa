#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubesage::k8s::native {

/// An API server's refusal, as far as kubectl's words depend on it.
struct api_status {
  std::string reason;
  std::string message;

  [[nodiscard]] bool is_not_found() const {
    return reason == "NotFound";
  }
};

/// Reads the `Status` of a refusal that kubectl reports with the server's words and at once.
/// Nothing: another refusal, such as one that kubectl repeats, asks for other credentials or words
/// itself.
std::optional<api_status> parse_status(unsigned http_status, std::string_view body);

/// `Error from server (NotFound): pods "x" not found`.
std::string describe(const api_status& status);

/// What kubectl says to a `Warning` header. Nothing: the header is not of the usual form.
std::optional<std::string> describe_warning(std::string_view header);

} // namespace kubesage::k8s::native
