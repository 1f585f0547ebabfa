#include "k8s/solutions/masker.hpp"

#include "k8s/solutions/vocabulary.hpp"

#include <algorithm>
#include <array>

namespace kubesage::solutions {

namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

bool is_digit(char x) {
  return x >= '0' && x <= '9';
}

bool is_letter(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
}

/// What a run of characters that must be common as a whole consists of.
bool is_run(char x) {
  return is_digit(x) || is_letter(x) || x == '-' || x == '_';
}

/// What may stand between two runs of a token that stays.
bool is_joint(char x) {
  return std::string_view{"/.=:+"}.find(x) != std::string_view::npos;
}

bool is_in_token(char x) {
  return is_run(x) || is_joint(x) || (static_cast<unsigned char>(x) & 0x80U) != 0
         || std::string_view{"@#%&*?~$\\^"}.find(x) != std::string_view::npos;
}

bool is_plain_punctuation(char x) {
  return std::string_view{" ,;()[]{}\"'!|"}.find(x) != std::string_view::npos;
}

/// A number behind one of these says what went wrong; others change from run to run.
bool tells_a_number(std::string_view word) {
  constexpr std::array words{
      std::string_view{"code"},   std::string_view{"exitCode"}, std::string_view{"statuscode"},
      std::string_view{"status"}, std::string_view{"signal"},   std::string_view{"Code"},
  };
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// At most `bytes` of `text`, without half a character at the end.
std::string_view cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes)
    return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U)
    --bytes;
  return text.substr(0, bytes);
}

std::string_view category_of(std::string_view token) {
  constexpr std::size_t longest_unit = 2;
  if (token.find("://") != std::string_view::npos)
    return "url";
  if (std::count(token.begin(), token.end(), '.') == 3
      && std::all_of(token.begin(), token.end(),
                     [](char x) { return is_digit(x) || x == '.' || x == ':' || x == '/'; }))
    return "address";
  if (token.find('/') != std::string_view::npos && token.find(':') != std::string_view::npos)
    return "image";
  std::size_t letters = 0;
  std::size_t longest = 0;
  for (const char x : token) {
    letters = is_digit(x) || is_joint(x) || x == '%' || x == '-' ? 0 : letters + 1;
    longest = std::max(longest, letters);
  }
  return is_digit(token.front()) && longest <= longest_unit ? "number" : "value";
}

} // namespace

void masker::add_name(std::string_view category, std::string_view name) {
  if (name.empty() || words_.has(name))
    return;
  words_.stand_in(category, name);
  const auto at = std::find_if(names_.begin(), names_.end(),
                               [&](const std::string& x) { return x.size() < name.size(); });
  names_.emplace(at, name);
}

std::string_view masker::name_at(std::string_view token, std::size_t at) const {
  for (const auto& each : names_) {
    const auto end = at + each.size();
    if (token.substr(at).starts_with(each) && (end == token.size() || !is_run(token[end])))
      return each;
  }
  return {};
}

/// Appends the token with its names replaced when nothing else in it has to be.
bool masker::keep(std::string_view token, std::string& out) {
  constexpr std::size_t most_digits = 3;
  const bool is_flag = token.starts_with("--");
  std::string made;
  for (std::size_t at = 0; at < token.size();) {
    if (const auto name = name_at(token, at); !name.empty()) {
      made += words_.stand_in("name", name);
      at += name.size();
      continue;
    }
    if (is_joint(token[at]) || token[at] == '-') {
      made += token[at++];
      continue;
    }
    auto end = at;
    while (end < token.size() && is_run(token[end]))
      ++end;
    const auto run = token.substr(at, end - at);
    const bool is_number = std::all_of(run.begin(), run.end(), is_digit);
    if (run.empty()
        || (is_number ? run.size() > most_digits || !(is_flag || tells_a_number(previous_))
                      : !is_common_term(run)))
      return false;
    made += run;
    previous_ = run;
    at = end;
  }
  out += made;
  return true;
}

std::string masker::mask(std::string_view text, std::size_t max_bytes) {
  const bool is_cut = text.size() > max_bytes;
  text = cut(text, max_bytes);
  std::string out;
  previous_.clear();
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(ellipsis)) {
      out += "...";
      at += ellipsis.size();
      continue;
    }
    // A name with blanks in it; others are found inside their token.
    if (const auto name = name_at(text, at); !std::all_of(name.begin(), name.end(), is_in_token)) {
      out += words_.stand_in("name", name);
      at += name.size();
      continue;
    }
    auto end = at;
    while (end < text.size() && is_in_token(text[end]) && !text.substr(end).starts_with(ellipsis))
      ++end;
    if (end == at) {
      const char x = is_plain_punctuation(text[at]) ? text[at] : ' ';
      if (x != ' ' || !out.ends_with(' '))
        out += x;
      ++at;
      continue;
    }
    // A full stop or a colon ends a sentence, not a name.
    auto token = text.substr(at, end - at);
    auto size = token.find_last_not_of(".:=");
    size = size == std::string_view::npos ? 0 : size + 1;
    const auto tail = token.substr(size);
    token = token.substr(0, size);
    if (!token.empty() && !keep(token, out))
      out += words_.stand_in(category_of(token), token);
    out += tail;
    at = end;
  }
  return is_cut ? out + " ..." : out;
}

} // namespace kubesage::solutions
