#include "k8s/policy/policy_data.hpp"

namespace kubesage {

std::string_view policy_file(std::string_view name) {
  for (const auto& file : policy_files())
    if (file.name == name)
      return file.content;
  return {};
}

} // namespace kubesage
