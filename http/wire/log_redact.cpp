#include "http/wire/log.hpp"

#include <algorithm>
#include <cstddef>

namespace kubesage {
namespace {

constexpr std::string_view mark = "[redacted]";

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'
         || c == '_';
}

std::size_t skip_base64url(std::string_view text, std::size_t at) {
  while (at < text.size() && is_base64url(text[at]))
    ++at;
  return at;
}

// The end of a word inside a line that is JSON already: blanks, the closing quote and the escapes
// of line breaks and tabs end it, other escapes belong to it.
std::size_t skip_word(std::string_view text, std::size_t at) {
  while (at < text.size() && static_cast<unsigned char>(text[at]) > ' ' && text[at] != '"') {
    if (text[at] == '\\' && at + 1 < text.size()) {
      const char escape = text[at + 1];
      if (escape == 'n' || escape == 'r' || escape == 't')
        break;
      ++at;
    }
    ++at;
  }
  return std::min(at, text.size());
}

bool starts_with_any_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size()
         && std::equal(lower.begin(), lower.end(), text.begin(),
                       [](char l, char c) { return l == (c >= 'A' && c <= 'Z' ? c + 32 : c); });
}

struct span {
  std::size_t from = 0;
  std::size_t to = 0; ///< 0: nothing found.
};

span find_bearer(std::string_view text, std::size_t at) {
  if (!starts_with_any_case(text.substr(at), "bearer"))
    return {};
  std::size_t from = at + 6;
  while (from < text.size() && (text[from] == ' ' || text[from] == '\t'))
    ++from;
  const auto to = skip_word(text, from);
  // Prose says "a bearer token"; a credential in lower case is longer than a word of prose.
  const bool is_prose = text[at] == 'b' && to - from < 8;
  return from == at + 6 || to == from || is_prose ? span{} : span{from, to};
}

span find_private_key(std::string_view text, std::size_t at) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::string_view kind = "PRIVATE KEY-----";
  if (text.substr(at, begin.size()) != begin)
    return {};
  const auto label = text.substr(at + begin.size(), 48);
  if (label.find(kind) == std::string_view::npos)
    return {};
  constexpr std::string_view end = "-----END ";
  const auto tail = text.find(end, at);
  if (tail != std::string_view::npos) {
    const auto last = text.find(kind, tail);
    if (last != std::string_view::npos)
      return {at, last + kind.size()};
  }
  const auto quote = text.find('"', at);
  return {at, quote == std::string_view::npos ? text.size() : quote};
}

span find_jwt(std::string_view text, std::size_t at) {
  if (text.substr(at, 3) != "eyJ")
    return {};
  const auto payload = skip_base64url(text, at);
  if (payload >= text.size() || text[payload] != '.')
    return {};
  const auto signature = skip_base64url(text, payload + 1);
  if (signature == payload + 1 || signature >= text.size() || text[signature] != '.')
    return {};
  return {at, skip_base64url(text, signature + 1)};
}

span find_api_token(std::string_view text, std::size_t at) {
  if (text.substr(at, 4) != "ksg_")
    return {};
  const auto to = skip_base64url(text, at + 4);
  return to == at + 4 ? span{} : span{at, to};
}

span find_secret(std::string_view text, std::size_t at) {
  switch (text[at]) {
  case 'B':
  case 'b':
    return find_bearer(text, at);
  case '-':
    return find_private_key(text, at);
  case 'e':
    return find_jwt(text, at);
  case 'k':
    return find_api_token(text, at);
  default:
    return {};
  }
}

} // namespace

void redact(std::string& line) {
  std::string clean;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const auto found = find_secret(line, at);
    if (found.to == 0)
      continue;
    clean.append(line, copied, found.from - copied).append(mark);
    copied = found.to;
    at = found.to - 1;
  }
  if (copied != 0)
    line = clean.append(line, copied);
}

} // namespace kubesage
