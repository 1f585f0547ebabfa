#include "k8s/runner/output.hpp"

#include <algorithm>
#include <utility>

namespace kubesage::k8s {

namespace {

constexpr std::size_t shortest_secret = 4;
constexpr std::string_view mask_text = "[redacted]";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// How long the longest end of `text` is that is a beginning of `word`, but not all of it.
std::size_t overlap(std::string_view text, std::string_view word) {
  for (auto size = std::min(text.size(), word.size() - 1); size > 0; --size)
    if (text.substr(text.size() - size) == word.substr(0, size))
      return size;
  return 0;
}

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// The length of the character that `first` begins; 0 when none does.
std::size_t length_from(unsigned char first) {
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first < 0xE0)
    return 2;
  if (first >= 0xE0 && first < 0xF0)
    return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

/// Whether `second` may follow `first`: no overlong forms, no surrogates, nothing past U+10FFFF.
bool may_follow(unsigned char first, unsigned char second) {
  if (!is_continuation(second))
    return false;
  switch (first) {
  case 0xE0:
    return second >= 0xA0;
  case 0xED:
    return second < 0xA0;
  case 0xF0:
    return second >= 0x90;
  case 0xF4:
    return second < 0x90;
  default:
    return true;
  }
}

enum class character { whole, broken, unfinished };

/// Looks at the character at the beginning of `text`; `size` becomes the bytes that were good.
character look_at(std::string_view text, std::size_t& size) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto wanted = length_from(byte(0));
  size = 1;
  if (wanted == 0)
    return character::broken;
  for (; size < wanted; ++size) {
    if (size == text.size())
      return character::unfinished;
    if (size == 1 ? !may_follow(byte(0), byte(1)) : !is_continuation(byte(size)))
      return character::broken;
  }
  return character::whole;
}

} // namespace

// -- secrets --------------------------------------------------------------------------------------

secret_mask::secret_mask(shared_secret hidden) : hidden_(std::move(hidden)) {
  if (hidden_ && hidden_->size() < shortest_secret)
    hidden_ = nullptr;
}

secret_mask::~secret_mask() {
  wipe(held_);
}

std::string secret_mask::add(std::string_view chunk) {
  if (!hidden_)
    return std::string{chunk};
  const auto word = hidden_->expose();
  auto all = held_;
  all += chunk;
  std::string result;
  std::size_t begin = 0;
  for (auto at = all.find(word); at != std::string::npos; at = all.find(word, begin)) {
    result.append(all, begin, at - begin).append(mask_text);
    begin = at + word.size();
  }
  const auto rest = std::string_view{all}.substr(begin);
  const auto kept = overlap(rest, word);
  result.append(rest.substr(0, rest.size() - kept));
  held_.assign(rest.substr(rest.size() - kept));
  wipe(all);
  return result;
}

std::string secret_mask::finish() {
  return std::exchange(held_, {});
}

// -- UTF-8 ----------------------------------------------------------------------------------------

std::string utf8_repair::add(std::string_view chunk) {
  auto all = std::exchange(held_, {});
  all += chunk;
  std::string result;
  result.reserve(all.size());
  std::string_view rest{all};
  while (!rest.empty()) {
    std::size_t size = 0;
    const auto what = look_at(rest, size);
    if (what == character::unfinished) {
      held_ = rest;
      break;
    }
    result += what == character::whole ? rest.substr(0, size) : replacement;
    rest.remove_prefix(size);
  }
  return result;
}

std::string utf8_repair::finish() {
  return std::exchange(held_, {}).empty() ? std::string{} : std::string{replacement};
}

// -- both, bounded --------------------------------------------------------------------------------

output_collector::output_collector(std::size_t limit, shared_secret hidden)
    : limit_(limit), mask_(std::move(hidden)) {
  // nop
}

std::string output_collector::add(std::string_view chunk) {
  seen_ += chunk.size();
  if (is_truncated_)
    return {};
  return keep(repair_.add(mask_.add(chunk)));
}

std::string output_collector::finish() {
  if (is_truncated_)
    return {};
  auto rest = repair_.add(mask_.finish());
  return keep(rest + repair_.finish());
}

std::string output_collector::keep(std::string piece) {
  if (piece.size() > limit_ - text_.size()) {
    is_truncated_ = true;
    auto size = limit_ - text_.size();
    while (size > 0 && is_continuation(static_cast<unsigned char>(piece[size])))
      --size;
    piece.resize(size);
  }
  text_ += piece;
  return piece;
}

} // namespace kubesage::k8s
