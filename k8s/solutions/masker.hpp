#pragma once

#include "k8s/solutions/pseudonyms.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::solutions {

/// Makes texts of a cluster fit to leave the process: words of the Kubernetes language stay, names
/// that were told and everything else become stand-ins. Nothing has to be recognised as secret,
/// because what is not recognised as common does not stay. The result is ASCII on one line without
/// `<`, `>` and backticks. Thread: one at a time.
class masker {
public:
  explicit masker(std::string user_key) : words_(std::move(user_key)) {}

  /// Something in the cluster is called `name`; from now on it becomes a stand-in even where it is
  /// a common word. `category`: lower-case letters. An empty name is left out.
  void add_name(std::string_view category, std::string_view name);

  /// `text`, of which what is behind `max_bytes` is cut off.
  std::string mask(std::string_view text, std::size_t max_bytes);

  [[nodiscard]] const pseudonyms& words() const noexcept {
    return words_;
  }

private:
  bool keep(std::string_view token, std::string& out);
  [[nodiscard]] std::string_view name_at(std::string_view token, std::size_t at) const;

  pseudonyms words_;
  std::vector<std::string> names_; // The longest first.
  std::string previous_;           // The word before, which says what a number is.
};

} // namespace kubesage::solutions
