#pragma once

#include "k8s/policy/refuse.hpp"
#include "k8s/policy/table.hpp"

#include <string_view>

namespace kubesage::policy {

inline refusal bad_name(std::string_view word) {
  return deny(word, "A name has lower-case letters, digits, - and . only.", "operand:name");
}

inline refusal needs_operand(const verb_rule& verb, const char* what) {
  return deny(verb.name, "kubectl " + verb.name + " needs " + what + '.', "operand:missing");
}

inline refusal surplus(std::string_view word) {
  return deny(word, "There are more operands than this command takes.", "operand:surplus");
}

} // namespace kubesage::policy
