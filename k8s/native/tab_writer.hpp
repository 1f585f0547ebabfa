#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::k8s::native {

/// Aligns columns as kubectl's tables have them: cells end with a tab, a column is as wide as its
/// widest cell and three blanks, at least six. A column is a run of lines that have the cell; a
/// line of one cell ends every run. Widths stay remembered from run to run.
class tab_writer {
public:
  explicit tab_writer(std::size_t padding = 3, bool remembers_widths = true)
      : padding_(padding), remembers_widths_(remembers_widths) {
    lines_.emplace_back();
  }

  void write(std::string_view text);

  /// Formats what has been written and appends it to `out`.
  void flush(std::string& out);

  void forget_widths() {
    remembered_.clear();
  }

private:
  struct cell {
    std::string text;
    std::size_t width = 0; ///< In code points.
  };
  using line = std::vector<cell>;

  void end_cell();
  void format_pending();
  void format(std::size_t first, std::size_t last);
  void write_lines(std::size_t first, std::size_t last);
  std::size_t column_width(std::size_t first, std::size_t* last, std::size_t column) const;

  std::size_t padding_;
  bool remembers_widths_;
  std::string formatted_; // What is ready and not fetched yet.
  std::vector<line> lines_;
  cell current_;
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> remembered_;
};

} // namespace kubesage::k8s::native
