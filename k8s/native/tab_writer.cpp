#include "k8s/native/tab_writer.hpp"

#include <algorithm>
#include <utility>

namespace kubesage::k8s::native {

namespace {

constexpr std::size_t min_width = 6;

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char x) { return (x & 0xC0) != 0x80; }));
}

} // namespace

void tab_writer::end_cell() {
  current_.width = code_points(current_.text);
  lines_.back().push_back(std::exchange(current_, {}));
}

void tab_writer::write(std::string_view text) {
  constexpr std::string_view ends = "\t\v\n\f";
  while (!text.empty()) {
    const auto end = text.find_first_of(ends);
    current_.text.append(text.substr(0, end));
    if (end == std::string_view::npos)
      return;
    const char mark = text[end];
    text.remove_prefix(end + 1);
    end_cell();
    if (mark != '\n' && mark != '\f')
      continue;
    const bool is_alone = lines_.back().size() == 1;
    lines_.emplace_back();
    // The last cell of a line belongs to no column, so that a line of one cell ends all columns.
    if (mark == '\f' || is_alone)
      format_pending();
  }
}

void tab_writer::flush(std::string& out) {
  format_pending();
  out += formatted_;
  formatted_.clear();
}

void tab_writer::format_pending() {
  if (!current_.text.empty())
    end_cell();
  format(0, lines_.size());
  lines_.clear();
  lines_.emplace_back();
}

std::size_t tab_writer::column_width(std::size_t first, std::size_t* last,
                                     std::size_t column) const {
  auto width = min_width;
  auto each = first;
  for (; each < *last && column + 1 < lines_[each].size(); ++each)
    width = std::max(width, lines_[each][column].width + padding_);
  *last = each;
  return width;
}

// Recursion is as deep as the widest line has cells, which the caller bounds.
void tab_writer::format(std::size_t first, std::size_t last) {
  const auto column = widths_.size();
  for (auto each = first; each < last; ++each) {
    if (column + 1 >= lines_[each].size())
      continue;
    write_lines(first, each);
    auto end = last;
    auto width = column_width(each, &end, column);
    if (remembers_widths_) {
      if (remembered_.size() <= column)
        remembered_.resize(column + 1);
      width = remembered_[column] = std::max(width, remembered_[column]);
    }
    widths_.push_back(width);
    format(each, end);
    widths_.pop_back();
    first = end;
    // The line that ended the run has no cell here, so the loop may step over it.
    each = end;
  }
  write_lines(first, last);
}

void tab_writer::write_lines(std::size_t first, std::size_t last) {
  for (auto each = first; each < last; ++each) {
    const auto& cells = lines_[each];
    for (std::size_t j = 0; j < cells.size(); ++j) {
      formatted_ += cells[j].text;
      if (j < widths_.size())
        formatted_.append(widths_[j] - cells[j].width, ' ');
    }
    if (each + 1 < lines_.size())
      formatted_ += '\n';
  }
}

} // namespace kubesage::k8s::native
