#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kubesage::analysis {

/// A word that names something of the user's.
struct name_word {
  std::string_view value;
};

inline name_word name(std::string_view value) {
  return {value};
}

/// A text that somebody in the cluster wrote.
struct quoted_word {
  std::string_view value;
};

inline quoted_word quote(std::string_view value) {
  return {value};
}

/// A sentence about the cluster, which remembers the names in it.
class words {
public:
  template <class... Parts>
  explicit words(Parts... parts) {
    (add(parts), ...);
  }

  template <class... Parts>
  words& also(Parts... parts) {
    (add(parts), ...);
    return *this;
  }

  std::string text;
  std::vector<std::string> names; ///< In the order of their first appearance, each once.

private:
  void add(std::string_view plain) {
    text += plain;
  }
  void add(const char* plain) {
    text += plain;
  }
  template <std::integral Number>
  void add(Number number) {
    text += std::to_string(number);
  }
  void add(name_word word);

  /// On one line, without control characters; the end of a long text is cut off.
  void add(quoted_word word);
};

} // namespace kubesage::analysis
