#include "k8s/solutions/answer.hpp"
#include "k8s/solutions/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace kubesage::solutions {

namespace {

bool is_digit(char x) {
  return x >= '0' && x <= '9';
}

bool is_letter(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
}

bool is_alphanumeric(char x) {
  return is_digit(x) || is_letter(x);
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& x : result)
    if (x >= 'A' && x <= 'Z')
      x = static_cast<char>(x - 'A' + 'a');
  return result;
}

/// Markup, places elsewhere, and words that a reader might type into a shell.
bool has_forbidden_piece(std::string_view text) {
  constexpr std::array pieces{
      std::string_view{"`"},       std::string_view{"<"},     std::string_view{">"},
      std::string_view{"**"},      std::string_view{"__"},    std::string_view{"]("},
      std::string_view{"://"},     std::string_view{"www."},  std::string_view{"javascript:"},
      std::string_view{"kubectl"}, std::string_view{"curl "}, std::string_view{"wget "},
      std::string_view{"rm -"},    std::string_view{"sudo "}, std::string_view{"$("},
      std::string_view{"&&"},      std::string_view{"| "},    std::string_view{"bash "},
      std::string_view{"sh -c"},   std::string_view{"eval "}, std::string_view{"base64"},
      std::string_view{"&#"},      std::string_view{"&lt"},   std::string_view{"# "},
  };
  return std::any_of(pieces.begin(), pieces.end(),
                     [text](std::string_view x) { return text.find(x) != std::string_view::npos; });
}

/// ASCII, and of the rest what typography needs: dashes, quotation marks, the ellipsis. Letters
/// of other alphabets can look like ours, and some characters cannot be seen.
bool has_only_plain_characters(std::string_view text) {
  constexpr std::array allowed{
      std::string_view{"\xE2\x80\x93"}, std::string_view{"\xE2\x80\x94"},
      std::string_view{"\xE2\x80\x98"}, std::string_view{"\xE2\x80\x99"},
      std::string_view{"\xE2\x80\x9C"}, std::string_view{"\xE2\x80\x9D"},
      std::string_view{"\xE2\x80\xA6"}, std::string_view{"\xC3\xA9"},
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20U && byte < 0x7FU) {
      ++at;
      continue;
    }
    const auto found = std::find_if(allowed.begin(), allowed.end(), [&](std::string_view x) {
      return text.substr(at).starts_with(x);
    });
    if (found == allowed.end())
      return false;
    at += found->size();
  }
  return true;
}

/// A part of a word between joints: a stand-in, a number, or letters.
bool is_plain_part(std::string_view part, const pseudonyms& hidden) {
  const auto small = lower(part);
  if (part.empty() || hidden.is_stand_in(small))
    return true;
  if (looks_like_stand_in(small))
    return false;
  const bool is_compound = part.find_first_of("-_") != std::string_view::npos;
  if (!is_compound || is_common_word(part))
    return true;
  // Names of objects have hyphens, so that each piece has to be of the language: `out-of-memory`
  // and `30-second`, not `billing-api` or `web-7d9f`.
  for (std::size_t at = 0; at < part.size();) {
    const auto end = std::min(part.find_first_of("-_", at), part.size());
    const auto piece = part.substr(at, end - at);
    if (!std::all_of(piece.begin(), piece.end(), is_digit) && !is_common_term(piece))
      return false;
    at = end + 1;
  }
  return true;
}

/// A word behind which a name may stand.
bool introduces_a_name(std::string_view word) {
  constexpr std::array words{
      std::string_view{"namespace"},  std::string_view{"pod"},
      std::string_view{"deployment"}, std::string_view{"service"},
      std::string_view{"secret"},     std::string_view{"configmap"},
      std::string_view{"node"},       std::string_view{"statefulset"},
      std::string_view{"daemonset"},  std::string_view{"replicaset"},
      std::string_view{"job"},        std::string_view{"cronjob"},
      std::string_view{"ingress"},    std::string_view{"container"},
      std::string_view{"image"},      std::string_view{"serviceaccount"},
      std::string_view{"named"},      std::string_view{"called"},
  };
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A word with a joint inside, `deployment/web` or `spec.replicas`: every part has to be known.
bool is_plain_word(std::string_view word, const pseudonyms& hidden) {
  constexpr std::string_view joints = "/.:=@";
  if (word.find_first_of(joints) == std::string_view::npos)
    return is_plain_part(word, hidden);
  for (std::size_t at = 0; at <= word.size();) {
    const auto end = std::min(word.find_first_of(joints, at), word.size());
    const auto part = word.substr(at, end - at);
    const bool is_number = std::all_of(part.begin(), part.end(), is_digit);
    if (!is_number && !hidden.is_stand_in(lower(part)) && !is_common_term(part))
      return false;
    at = end + 1;
  }
  return true;
}

bool is_in_word(char x) {
  return is_alphanumeric(x) || std::string_view{"-_/.:=@"}.find(x) != std::string_view::npos;
}

/// One word in quotation marks is meant as a name or a value of a field.
bool is_known_quote(std::string_view word, const pseudonyms& hidden) {
  return hidden.is_stand_in(lower(word)) || is_common_term(word)
         || std::any_of(word.begin(), word.end(), [](char x) { return !is_in_word(x); })
         || std::all_of(word.begin(), word.end(), is_digit);
}

bool has_only_known_quotes(std::string_view text, const pseudonyms& hidden) {
  for (const char mark : {'"', '\''})
    for (std::size_t open = text.find(mark); open != std::string_view::npos;) {
      const auto close = text.find(mark, open + 1);
      if (close == std::string_view::npos)
        break;
      // The apostrophe of "pod's" opens nothing.
      const bool is_opening = open == 0 || !is_alphanumeric(text[open - 1]);
      if (is_opening && !is_known_quote(text.substr(open + 1, close - open - 1), hidden))
        return false;
      open = is_opening ? text.find(mark, close + 1) : close;
    }
  return true;
}

} // namespace

bool is_plain_prose(std::string_view text, const pseudonyms& hidden) {
  if (!has_only_plain_characters(text) || has_forbidden_piece(lower(text))
      || !has_only_known_quotes(text, hidden))
    return false;
  std::string previous;
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    while (end < text.size() && is_in_word(text[end]))
      ++end;
    if (end == at) {
      if (text[at] != ' ')
        previous.clear();
      ++at;
      continue;
    }
    auto word = text.substr(at, end - at);
    // A sentence ends with what joins words elsewhere.
    while (!word.empty() && !is_alphanumeric(word.back()))
      word.remove_suffix(1);
    while (!word.empty() && !is_alphanumeric(word.front()))
      word.remove_prefix(1);
    if (!is_plain_word(word, hidden))
      return false;
    const bool is_letters = std::all_of(word.begin(), word.end(), is_letter);
    if (introduces_a_name(previous) && is_letters && !is_common_term(word))
      return false;
    previous = word.size() == end - at ? lower(word) : std::string{};
    at = end;
  }
  return true;
}

} // namespace kubesage::solutions
