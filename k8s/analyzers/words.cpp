#include "k8s/analyzers/words.hpp"

#include <algorithm>

namespace kubesage::analysis {

namespace {
constexpr std::size_t max_quote = 300;
} // namespace

void words::add(name_word word) {
  text += word.value;
  if (!word.value.empty() && std::find(names.begin(), names.end(), word.value) == names.end())
    names.emplace_back(word.value);
}

void words::add(quoted_word word) {
  auto shown = word.value.substr(0, max_quote);
  // A character that was halved goes.
  if (shown.size() < word.value.size())
    while (!shown.empty()
           && (static_cast<unsigned char>(word.value[shown.size()]) & 0xC0U) == 0x80U)
      shown.remove_suffix(1);
  for (const char x : shown) {
    const auto byte = static_cast<unsigned char>(x);
    const bool is_control = byte < 0x20U || byte == 0x7FU;
    if (!is_control)
      text += x;
    else if (!text.ends_with(' '))
      text += ' ';
  }
  if (shown.size() < word.value.size())
    text += "…";
}

} // namespace kubesage::analysis
