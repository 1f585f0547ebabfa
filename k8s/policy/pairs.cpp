#include "k8s/policy/pairs.hpp"

#include "k8s/policy/characters.hpp"
#include "k8s/policy/refuse.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace kubesage::policy {

namespace {

refusal bad_pair(std::string_view word, const char* form) {
  return deny(word, std::string{"What is to change must be written as "} + form + '.',
              "operand:pair");
}

/// Keys that give rights or hold copies of secrets; `x/` stands for all keys below it.
bool is_protected(const policy_table& table, std::string_view key) {
  return std::any_of(table.protected_keys.begin(), table.protected_keys.end(),
                     [key](std::string_view each) {
                       return each.ends_with('/') ? key.starts_with(each) : key == each;
                     });
}

std::optional<refusal> check_key(const policy_table& table, std::string_view key) {
  if (!is_label_key(key))
    return bad_pair(key, "KEY=VALUE or KEY-");
  if (is_protected(table, key))
    return deny(key, "This key is protected.", "key:protected");
  return std::nullopt;
}

std::optional<refusal> check_label(const policy_table& table, std::string_view word,
                                   bool is_annotation) {
  const auto mark = word.find('=');
  if (mark == std::string_view::npos)
    return word.ends_with('-') ? check_key(table, word.substr(0, word.size() - 1))
                               : std::optional{bad_pair(word, "KEY=VALUE or KEY-")};
  const auto value = word.substr(mark + 1);
  if (!is_annotation && !is_label_value(value))
    return bad_pair(word, "KEY=VALUE with at most 63 letters, digits, -, _ and .");
  return check_key(table, word.substr(0, mark));
}

bool is_effect(std::string_view text) {
  return text == "NoSchedule" || text == "PreferNoSchedule" || text == "NoExecute";
}

/// `KEY=VALUE:EFFECT`, `KEY:EFFECT`, `KEY:EFFECT-`, `KEY-`.
bool is_taint(std::string_view word) {
  const bool is_removal = word.ends_with('-');
  if (is_removal)
    word.remove_suffix(1);
  const auto colon = word.rfind(':');
  if (colon == std::string_view::npos)
    return is_removal && is_label_key(word);
  if (!is_effect(word.substr(colon + 1)))
    return false;
  word = word.substr(0, colon);
  const auto mark = word.find('=');
  return is_label_key(word.substr(0, mark))
         && (mark == std::string_view::npos
             || (!is_removal && is_label_value(word.substr(mark + 1))));
}

std::optional<refusal> check_image(std::string_view word) {
  const auto mark = word.find('=');
  const auto container = word.substr(0, mark);
  if (mark == std::string_view::npos || (container != "*" && !is_dns_label(container))
      || !is_image(word.substr(mark + 1)))
    return bad_pair(word, "CONTAINER=IMAGE");
  return std::nullopt;
}

std::optional<refusal> check_environment(std::string_view word) {
  const auto mark = word.find('=');
  const bool is_removal = mark == std::string_view::npos && word.ends_with('-');
  const auto name = is_removal ? word.substr(0, word.size() - 1) : word.substr(0, mark);
  if ((mark == std::string_view::npos && !is_removal) || !is_environment_name(name))
    return bad_pair(word, "NAME=VALUE or NAME-");
  return std::nullopt;
}

} // namespace

bool is_pair(std::string_view word) {
  return word.ends_with('-') || word.find_first_of("=:") != std::string_view::npos;
}

bool takes_pairs(operand_shape shape) {
  switch (shape) {
  case operand_shape::objects_labels:
  case operand_shape::objects_annotations:
  case operand_shape::objects_images:
  case operand_shape::objects_environment:
  case operand_shape::nodes_taints:
    return true;
  default:
    return false;
  }
}

std::optional<refusal> check_pair(const policy_table& table, operand_shape shape,
                                  std::string_view word) {
  switch (shape) {
  case operand_shape::objects_labels:
    return check_label(table, word, false);
  case operand_shape::objects_annotations:
    return check_label(table, word, true);
  case operand_shape::objects_images:
    return check_image(word);
  case operand_shape::objects_environment:
    return check_environment(word);
  default:
    return is_taint(word) ? std::nullopt
                          : std::optional{bad_pair(word, "KEY=VALUE:EFFECT or KEY-")};
  }
}

} // namespace kubesage::policy
