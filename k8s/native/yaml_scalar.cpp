#include "k8s/native/yaml_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace kubesage::k8s::native {

namespace {

constexpr std::size_t best_width = 80;

/// What is said about a text before its style is chosen.
struct analysis {
  bool is_plain_allowed = true;
  bool is_single_quoted_allowed = true;
  bool is_literal_allowed = true;
};

bool is_blank_at(std::string_view text, std::size_t i) {
  return i >= text.size() || text[i] == ' ' || text[i] == '\t';
}

/// Characters that a decoder may refuse, drop or take for a line's end.
bool has_doubtful_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto rest = text.substr(i);
    if (rest[0] == '\x7F' || rest[0] == '\r'
        || (rest[0] == '\xC2' && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0)
        || rest.starts_with("\u2028") || rest.starts_with("\u2029") || rest.starts_with("\uFEFF")
        || rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF"))
      return true;
  }
  return false;
}

bool is_special(char x) {
  const auto byte = static_cast<unsigned char>(x);
  return (byte < 0x20 && x != '\n') || byte >= 0xF0; // The emitter escapes four-byte characters.
}

bool is_indicator(std::string_view text, std::size_t i) {
  constexpr std::string_view first = "#,[]{}&*!|>'\"%@`";
  const char x = text[i];
  if (i == 0)
    return first.find(x) != std::string_view::npos
           || ((x == '?' || x == ':' || x == '-') && is_blank_at(text, 1));
  const char before = text[i - 1];
  return (x == ':' && is_blank_at(text, i + 1))
         || (x == '#' && (before == ' ' || before == '\t' || before == '\n'));
}

analysis analyze(std::string_view text) {
  analysis result;
  bool is_doubted = text.starts_with("---") || text.starts_with("...");
  const bool has_edges =
      text.front() == ' ' || text.front() == '\n' || text.back() == ' ' || text.back() == '\n';
  for (std::size_t i = 0; i < text.size(); ++i) {
    is_doubted = is_doubted || is_indicator(text, i) || text[i] == '\n';
    if (is_special(text[i]) || (text[i] == '\n' && i > 0 && text[i - 1] == ' '))
      result.is_single_quoted_allowed = result.is_literal_allowed = false;
    if (text[i] == ' ' && i > 0 && text[i - 1] == '\n')
      result.is_single_quoted_allowed = false;
  }
  if (text.back() == ' ')
    result.is_literal_allowed = false;
  result.is_plain_allowed = !is_doubted && !has_edges && result.is_single_quoted_allowed;
  return result;
}

std::size_t column_of(const std::string& out) {
  const auto line = out.rfind('\n') + 1; // npos + 1 is 0.
  return static_cast<std::size_t>(std::count_if(out.begin() + static_cast<std::ptrdiff_t>(line),
                                                out.end(),
                                                [](char x) { return (x & 0xC0) != 0x80; }));
}

void append_escaped(std::string& out, std::string_view character) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view marks{"\0\a\b\t\n\v\f\r\x1B\"\\", 11};
  constexpr std::string_view letters = "0abtnvfre\"\\";
  out += '\\';
  if (const auto found = marks.find(character[0]); found != std::string_view::npos) {
    out += letters[found];
    return;
  }
  std::uint32_t code = static_cast<unsigned char>(character[0]);
  if (character.size() == 4)
    code &= 0x07;
  for (const char x : character.substr(1))
    code = code << 6U | (static_cast<unsigned char>(x) & 0x3FU);
  out += character.size() == 4 ? 'U' : 'x';
  for (int shift = character.size() == 4 ? 28 : 4; shift >= 0; shift -= 4)
    out += hex[code >> static_cast<unsigned>(shift) & 0xFU];
}

/// Plain and quoted styles, which break long lines at blanks.
void append_flow(std::string& out, std::string_view text, std::size_t indent, char quote,
                 bool may_break) {
  if (quote != '\0')
    out += quote;
  auto column = column_of(out);
  bool is_after_space = false;
  const auto before = out.size();
  auto counted = before;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (; counted < out.size(); ++counted)
      column += (out[counted] & 0xC0) != 0x80 ? 1 : 0;
    const char x = text[i];
    if (x == ' ') {
      const bool is_inner = quote == '\0' || (i > 0 && i + 1 < text.size());
      const bool is_next_free = quote == '"' || i + 1 >= text.size() || text[i + 1] != ' ';
      if (may_break && !is_after_space && column > best_width && is_inner && is_next_free) {
        out += '\n';
        out.append(indent, ' ');
        column = indent;
        counted = out.size();
        if (quote == '"' && text[i + 1] == ' ')
          out += '\\';
      } else
        out += x;
      is_after_space = true;
      continue;
    }
    is_after_space = false;
    if (quote == '"' && (is_special(x) || x == '\n' || x == '"' || x == '\\')) {
      const std::size_t width = static_cast<unsigned char>(x) >= 0xF0 ? 4 : 1;
      append_escaped(out, text.substr(i, width));
      i += width - 1;
      continue;
    }
    if (quote == '\'' && x == '\'')
      out += x;
    out += x;
  }
  if (quote != '\0')
    out += quote;
}

/// False: the form that keeps line feeds at the end has rules of its own.
bool append_literal(std::string& out, std::string_view text, std::size_t indent) {
  out += '|';
  if (text.front() == ' ' || text.front() == '\n')
    out += '2';
  if (text.ends_with("\n\n") || text == "\n")
    return false;
  if (text.back() != '\n')
    out += '-';
  out += '\n';
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    if (!line.empty())
      out.append(indent, ' ').append(line);
    if (end == std::string_view::npos)
      break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return true;
}

} // namespace

bool append_yaml_scalar(std::string& out, std::string_view text, std::size_t indent, bool is_key) {
  const auto reading = read_unquoted(text);
  if (reading == yaml_reading::unsure || has_doubtful_characters(text))
    return false;
  if (text.empty()) {
    out += "\"\"";
    return true;
  }
  const auto found = analyze(text);
  const bool has_lines = text.find('\n') != std::string_view::npos;
  if (has_lines && !is_key && found.is_literal_allowed)
    return append_literal(out, text, indent);
  char quote = '"';
  if (!has_lines && reading == yaml_reading::text && found.is_plain_allowed)
    quote = '\0';
  else if (!has_lines && reading == yaml_reading::text && found.is_single_quoted_allowed)
    quote = '\'';
  append_flow(out, text, indent, quote, !is_key);
  return true;
}

} // namespace kubesage::k8s::native
