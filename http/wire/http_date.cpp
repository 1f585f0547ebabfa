#include "http/wire/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace kubesage {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view shape = "Www, 00 Mmm 0000 00:00:00 GMT";
constexpr int seconds_of_a_day = 86'400;

/// The number that `text` consists of; nothing for signs, blanks and what does not fit.
std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || rest != end || text.front() == '-')
    return std::nullopt;
  return value;
}

} // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  if (text.size() != shape.size() || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' '
      || text[16] != ' ' || text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT")
    return std::nullopt;
  const auto* month = std::find(months.begin(), months.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (month == months.end() || !day || !year || !hour || !minute || !second)
    return std::nullopt;
  const auto date = std::chrono::year{*year}
                    / std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1}
                    / std::chrono::day{static_cast<unsigned>(*day)};
  // A leap second is written as 60.
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute}
         + std::chrono::seconds{*second};
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) {
  if (text.empty()
      || !std::all_of(text.begin(), text.end(), [](char x) { return x >= '0' && x <= '9'; }))
    return std::nullopt;
  return std::chrono::seconds{std::min(number(text).value_or(seconds_of_a_day), seconds_of_a_day)};
}

} // namespace kubesage
