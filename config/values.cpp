#include "config/values.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace kubesage {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto item = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (item.starts_with(' '))
      item.remove_prefix(1);
    while (item.ends_with(' '))
      item.remove_suffix(1);
    if (!item.empty())
      items.emplace_back(item);
  }
  return items;
}

std::string number_range(const option& row) {
  std::string text =
      "expected a number from " + std::to_string(row.least) + " to " + std::to_string(row.most);
  return row.unit.empty() ? text : text.append(" (").append(row.unit).append(")");
}

std::optional<std::int64_t> read_number(const option& row, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number < row.least
      || number > row.most)
    return std::nullopt;
  return number;
}

// One overload a member type; each returns what was expected, or nothing.
struct reader {
  settings& into;
  const option& row;
  const setting_text& text;

  [[nodiscard]] const std::string& only() const {
    return text.items.front();
  }

  [[nodiscard]] std::string rule_fault(std::string_view value) const {
    if (row.rule.accepts == nullptr || row.rule.accepts(value))
      return {};
    return "expected " + std::string{row.rule.expected};
  }

  std::string operator()(std::string settings::*member) const {
    auto fault = rule_fault(only());
    if (fault.empty())
      into.*member = only();
    return fault;
  }

  std::string operator()(bool settings::*member) const {
    if (only() != "true" && only() != "false")
      return "expected true or false";
    into.*member = only() == "true";
    return {};
  }

  std::string operator()(secret settings::*member) const {
    if (only().size() < static_cast<std::size_t>(row.least))
      return "expected at least " + std::to_string(row.least) + " bytes";
    into.*member = secret{only()};
    return {};
  }

  std::string operator()(std::vector<std::string> settings::*member) const {
    auto items = text.is_list ? text.items : split(only());
    for (const auto& item : items)
      if (auto fault = rule_fault(item); !fault.empty())
        return fault;
    into.*member = std::move(items);
    return {};
  }

  // Numbers and durations; the bounds of the row keep them inside their types.
  template <class T>
  std::string operator()(T settings::*member) const {
    const auto number = read_number(row, only());
    if (!number)
      return number_range(row);
    if constexpr (std::is_integral_v<T>)
      into.*member = static_cast<T>(*number);
    else
      into.*member = T{*number};
    return {};
  }
};

struct writer {
  const settings& from;

  std::string operator()(std::string settings::*member) const {
    return from.*member;
  }
  std::string operator()(bool settings::*member) const {
    return from.*member ? "true" : "false";
  }
  std::string operator()(secret settings::*member) const {
    return (from.*member).empty() ? "" : "***";
  }
  std::string operator()(std::vector<std::string> settings::*member) const {
    std::string text;
    for (const auto& item : from.*member)
      text.append(text.empty() ? "" : ",").append(item);
    return text;
  }
  template <class T>
  std::string operator()(T settings::*member) const {
    if constexpr (std::is_integral_v<T>)
      return std::to_string(from.*member);
    else
      return std::to_string((from.*member).count());
  }
};

} // namespace

std::string assign(settings& into, const option& row, const setting_text& text) {
  if (text.is_list && !row.is_list())
    return "expected one value, not a list";
  if (!text.is_list && text.items.size() != 1)
    return "expected a value";
  return std::visit(reader{into, row, text}, row.member);
}

std::string show(const settings& from, const option& row) {
  return std::visit(writer{from}, row.member);
}

} // namespace kubesage
