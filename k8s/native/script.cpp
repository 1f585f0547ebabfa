#include "k8s/native/script.hpp"

#include <algorithm>

namespace kubesage::k8s::native {

std::vector<policy::flag_use> flags_of(const policy::plan& wanted) {
  if (wanted.argv.empty())
    return wanted.flags;
  std::vector<policy::flag_use> flags;
  for (const std::string_view word : wanted.argv) {
    if (word == "--")
      break;
    const auto equals = word.find('=');
    if (word.starts_with("--") && equals != std::string_view::npos)
      flags.push_back(
          {std::string{word.substr(2, equals - 2)}, std::string{word.substr(equals + 1)}});
    else if (word.starts_with('-'))
      flags.push_back({std::string{word}, {}}); // Nobody knows it.
  }
  return flags;
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".."
         && std::all_of(text.begin(), text.end(), [](char x) {
              return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9')
                     || x == '-' || x == '.' || x == '_' || x == ':';
            });
}

} // namespace kubesage::k8s::native
