#include "k8s/analyzers/object_parts.hpp"

#include "k8s/analyzers/collection.hpp"

#include <algorithm>
#include <cstring>

namespace kubesage::analysis {

namespace {

constexpr std::uint64_t first_factor = 0x9E37'79B9'7F4A'7C15;
constexpr std::uint64_t second_factor = 0xD6E8'FEB8'6659'FD93;

std::uint64_t mix(std::uint64_t state, std::uint64_t word) noexcept {
  state = (state ^ word) * first_factor;
  return state ^ (state >> 29U);
}

bool meets(const requirement& wanted, std::span<const label> of) noexcept {
  const auto at =
      std::find_if(of.begin(), of.end(), [&](const label& each) { return each.key == wanted.key; });
  const bool is_there = at != of.end();
  const auto is_listed = [&] {
    return std::find(wanted.values.begin(), wanted.values.end(), at->value) != wanted.values.end();
  };
  switch (wanted.how) {
  case requirement::operation::in:
    return is_there && is_listed();
  case requirement::operation::not_in:
    return !is_there || !is_listed();
  case requirement::operation::exists:
    return is_there;
  case requirement::operation::does_not_exist:
    return !is_there;
  case requirement::operation::other:
    break;
  }
  return false;
}

} // namespace

std::uint64_t hash_of(std::string_view bytes) noexcept {
  std::uint64_t state = bytes.size() * second_factor;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof(std::uint64_t);
       at += sizeof(std::uint64_t), left -= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    state = mix(state, word);
  }
  std::uint64_t rest = 0;
  if (left > 0)
    std::memcpy(&rest, at, left);
  return mix(mix(state, rest), second_factor);
}

bool label_selector::matches(std::span<const label> of) const noexcept {
  const auto has = [&](const label& wanted) {
    return std::any_of(of.begin(), of.end(), [&](const label& each) {
      return each.key == wanted.key && each.value == wanted.value;
    });
  };
  return std::all_of(labels.begin(), labels.end(), has)
         && std::all_of(requirements.begin(), requirements.end(),
                        [&](const requirement& each) { return meets(each, of); });
}

bool comes_before(const object_meta& left, const object_meta& right) {
  if (const int order = left.kube_namespace.view().compare(right.kube_namespace.view()); order != 0)
    return order < 0;
  if (const int order = left.name.view().compare(right.name.view()); order != 0)
    return order < 0;
  return left.uid_hash < right.uid_hash;
}

} // namespace kubesage::analysis
