#include "k8s/policy/translate_regex.hpp"

#include "k8s/policy/characters.hpp"

#include <array>
#include <vector>

namespace kubesage::policy {

namespace {

constexpr std::string_view special_in_re2 = "\\.+*?()[]{}^$|";

bool is_word(char x) {
  return is_alphanumeric(x) || x == '_';
}

class translator {
public:
  explicit translator(std::string_view pattern) : in_(pattern) {}

  std::optional<std::string> run() {
    while (i_ < in_.size())
      if (!step())
        return std::nullopt;
    if (!groups_.empty())
      return std::nullopt;
    return std::move(out_);
  }

private:
  bool step() {
    const char x = in_[i_++];
    switch (x) {
    case '\\':
      return escaped();
    case '[':
      return bracket();
    case '*':
      return is_start_ ? literal(x) : repeat("*");
    case '.':
      return atom(".");
    case '^':
      // An anchor only where an expression begins, and it begins one itself.
      if (!is_begin_)
        return literal(x);
      out_ += '^';
      return true;
    case '$':
      if (!is_at_end())
        return literal(x);
      out_ += '$';
      is_begin_ = false;
      return true;
    default:
      return literal(x);
    }
  }

  /// Whether what follows ends an expression.
  [[nodiscard]] bool is_at_end() const {
    const auto rest = in_.substr(i_);
    return rest.empty() || rest.starts_with("\\)") || rest.starts_with("\\|");
  }

  bool atom(std::string_view text) {
    atom_ = out_.size();
    out_ += text;
    is_start_ = is_begin_ = false;
    return true;
  }

  bool literal(char x) {
    std::string text;
    if (special_in_re2.find(x) != std::string_view::npos)
      text += '\\';
    text += x;
    // A character of several bytes is one atom.
    while (i_ < in_.size() && (static_cast<unsigned char>(in_[i_]) & 0xc0U) == 0x80)
      text += in_[i_++];
    return atom(text);
  }

  /// Wraps the last atom, so that `a**` is a repetition of a repetition.
  bool repeat(std::string_view times) {
    out_.insert(atom_, "(?:");
    out_ += ')';
    out_ += times;
    return true;
  }

  bool escaped() {
    if (i_ == in_.size())
      return false;
    const char x = in_[i_++];
    switch (x) {
    case '(':
      groups_.push_back(out_.size());
      out_ += "(?:";
      is_start_ = is_begin_ = true;
      return true;
    case ')':
      if (groups_.empty())
        return false;
      out_ += ')';
      atom_ = groups_.back();
      groups_.pop_back();
      is_start_ = is_begin_ = false;
      return true;
    case '|':
      out_ += '|';
      is_start_ = is_begin_ = true;
      return true;
    case '+':
      return is_start_ ? literal(x) : repeat("+");
    case '?':
      return is_start_ ? literal(x) : repeat("?");
    case '{':
      return interval();
    case 'w':
      return atom("[_\\pL\\pN]");
    case 'W':
      return atom("[^_\\pL\\pN]");
    case 's':
      return atom("[ \\t\\n\\v\\f\\r]");
    case 'S':
      return atom("[^ \\t\\n\\v\\f\\r]");
    case '<':
    case '>':
    case 'b':
    case 'B':
      return word_edge(x);
    default:
      // A digit would be a back-reference; of other letters grep itself says that they are stray.
      return !is_alphanumeric(x) && x != '`' && x != '\'' && x != '}' && literal(x);
    }
  }

  /// RE2 knows `\b` only; beside a word character it says the same as `\<` and `\>`.
  bool word_edge(char x) {
    const bool is_before_word = i_ < in_.size() && is_word(in_[i_]);
    const bool is_after_word = i_ >= 3 && is_word(in_[i_ - 3]) && (i_ < 4 || in_[i_ - 4] != '\\');
    if ((x == '<' && !is_before_word) || (x == '>' && !is_after_word))
      return false;
    // What repeats an edge would mean nothing; grep reads it in ways of its own.
    if (i_ < in_.size() && (in_[i_] == '*' || in_[i_] == '\\'))
      return false;
    out_ += x == 'B' ? "\\B" : "\\b";
    is_begin_ = false;
    return true;
  }

  /// `\{2\}`, `\{2,\}`, `\{,3\}`, `\{2,3\}`.
  bool interval() {
    const auto end = in_.find("\\}", i_);
    if (is_start_ || end == std::string_view::npos)
      return false;
    const auto text = in_.substr(i_, end - i_);
    i_ = end + 2;
    const auto comma = text.find(',');
    const auto low = text.substr(0, comma);
    const auto high = comma == std::string_view::npos ? low : text.substr(comma + 1);
    if ((!low.empty() && !is_number(low)) || (!high.empty() && !is_number(high)) || low.size() > 4
        || high.size() > 4 || (comma == std::string_view::npos && low.empty()))
      return false;
    std::string times{'{'};
    times += low.empty() ? std::string_view{"0"} : low;
    if (comma != std::string_view::npos) {
      times += ',';
      times += high;
    }
    return repeat(times + '}');
  }

  bool bracket() {
    std::string set{'['};
    if (i_ < in_.size() && in_[i_] == '^') {
      set += '^';
      ++i_;
    }
    for (bool is_first = true; i_ < in_.size(); is_first = false) {
      const char x = in_[i_++];
      if (x == ']' && !is_first)
        return atom(set + ']');
      if (x == '[' && i_ < in_.size() && (in_[i_] == '.' || in_[i_] == '='))
        return false;
      if (x == '[' && i_ < in_.size() && in_[i_] == ':') {
        if (!character_class(set))
          return false;
        continue;
      }
      const bool is_range = x == '-' && !is_first && i_ < in_.size() && in_[i_] != ']';
      if (!is_range && (special_in_re2.find(x) != std::string_view::npos || x == '-'))
        set += '\\';
      set += x;
    }
    return false;
  }

  /// `[:alpha:]` within a bracket.
  bool character_class(std::string& set) {
    constexpr std::array<std::string_view, 12> names{"alpha", "digit", "alnum", "upper",
                                                     "lower", "space", "blank", "punct",
                                                     "print", "graph", "cntrl", "xdigit"};
    for (const auto name : names) {
      const auto text = ':' + std::string{name} + ":]";
      if (in_.substr(i_).starts_with(text)) {
        set += '[' + text;
        i_ += text.size();
        return true;
      }
    }
    return false;
  }

  std::string_view in_;
  std::size_t i_ = 0;
  std::string out_;
  std::size_t atom_ = 0;            ///< Where the last atom begins in `out_`.
  std::vector<std::size_t> groups_; ///< Where the open groups begin.
  bool is_start_ = true;            ///< Nothing that can be repeated stands before.
  bool is_begin_ = true;            ///< `^` is an anchor here.
};

} // namespace

std::optional<std::string> translate_basic_regex(std::string_view pattern) {
  return translator{pattern}.run();
}

} // namespace kubesage::policy
