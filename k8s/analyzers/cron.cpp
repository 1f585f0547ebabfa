#include "k8s/analyzers/cron.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

namespace kubesage::analysis {

namespace {

using names = std::span<const std::string_view>;

constexpr std::array months{
    std::string_view{"jan"}, std::string_view{"feb"}, std::string_view{"mar"},
    std::string_view{"apr"}, std::string_view{"may"}, std::string_view{"jun"},
    std::string_view{"jul"}, std::string_view{"aug"}, std::string_view{"sep"},
    std::string_view{"oct"}, std::string_view{"nov"}, std::string_view{"dec"},
};
constexpr std::array weekdays{
    std::string_view{"sun"}, std::string_view{"mon"}, std::string_view{"tue"},
    std::string_view{"wed"}, std::string_view{"thu"}, std::string_view{"fri"},
    std::string_view{"sat"},
};

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size())
    return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] | ' ') != lower[i])
      return false;
  return true;
}

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::optional<unsigned> parse_value(std::string_view text, names spelled, unsigned least) {
  for (std::size_t i = 0; i < spelled.size(); ++i)
    if (equals_ignoring_case(text, spelled[i]))
      return static_cast<unsigned>(i) + least;
  return parse_number(text);
}

std::string_view take_until(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

struct bounds {
  unsigned least;
  unsigned most;
};

// One of `*`, `3`, `1-5`, each with `/2` behind it or without.
template <std::size_t Size>
bool parse_part(std::string_view part, bounds in, names spelled, std::bitset<Size>& to,
                bool& is_star) {
  const bool has_step = part.find('/') != std::string_view::npos;
  const auto range = take_until(part, '/');
  const auto step = has_step ? parse_number(part) : std::optional{1U};
  if (!step || *step == 0)
    return false;
  unsigned first = in.least;
  unsigned last = in.most;
  if (range == "*" || range == "?") {
    is_star = is_star || *step == 1;
  } else {
    auto rest = range;
    const bool is_range = rest.find('-') != std::string_view::npos;
    const auto begin = parse_value(take_until(rest, '-'), spelled, in.least);
    const auto end = is_range ? parse_value(rest, spelled, in.least) : begin;
    if (!begin || !end)
      return false;
    first = *begin;
    // `3/2` runs to the end of the field.
    last = has_step && !is_range ? in.most : *end;
  }
  if (first < in.least || last > in.most || first > last)
    return false;
  for (unsigned value = first; value <= last; value += *step)
    to.set(value);
  return true;
}

template <std::size_t Size>
bool parse_field(std::string_view field, bounds in, names spelled, std::bitset<Size>& to,
                 bool& is_star) {
  if (field.empty() || field.back() == ',')
    return false;
  while (!field.empty())
    if (!parse_part(take_until(field, ','), in, spelled, to, is_star))
      return false;
  return true;
}

// Go's durations as far as schedules use them: `1h30m`, `90s`.
std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::chrono::seconds total{0};
  while (!text.empty()) {
    const auto digits = text.find_first_not_of("0123456789");
    const auto value = parse_number(text.substr(0, digits));
    if (!value || *value > 1'000'000U || digits == std::string_view::npos)
      return std::nullopt;
    const char unit = text[digits];
    if (unit != 'h' && unit != 'm' && unit != 's')
      return std::nullopt;
    total += std::chrono::seconds{*value} * (unit == 'h' ? 3'600 : unit == 'm' ? 60 : 1);
    text.remove_prefix(digits + 1);
  }
  return total;
}

std::string_view long_form(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> forms{{
      {"@yearly", "0 0 1 1 *"},
      {"@annually", "0 0 1 1 *"},
      {"@monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * 0"},
      {"@daily", "0 0 * * *"},
      {"@midnight", "0 0 * * *"},
      {"@hourly", "0 * * * *"},
  }};
  for (const auto& [from, to] : forms)
    if (text == from)
      return to;
  return text;
}

} // namespace

std::optional<cron_schedule> cron_schedule::parse(std::string_view text) {
  constexpr std::string_view every = "@every ";
  cron_schedule made;
  // A zone in front is old style, but still runs.
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ="))
    take_until(text, ' ');
  if (text.starts_with(every)) {
    const auto duration = parse_duration(text.substr(every.size()));
    if (!duration || duration->count() == 0)
      return std::nullopt;
    made.every_ = *duration;
    return made;
  }
  return made.parse_fields(long_form(text)) ? std::optional{made} : std::nullopt;
}

bool cron_schedule::parse_fields(std::string_view text) {
  std::array<std::string_view, 5> fields;
  std::size_t count = 0;
  while (!text.empty()) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
      break;
    text.remove_prefix(begin);
    const auto end = text.find_first_of(" \t");
    if (count == fields.size())
      return false;
    fields[count++] = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  }
  bool ignored = false;
  return count == fields.size() && parse_field(fields[0], {0, 59}, {}, minutes_, ignored)
         && parse_field(fields[1], {0, 23}, {}, hours_, ignored)
         && parse_field(fields[2], {1, 31}, {}, days_, any_day_)
         && parse_field(fields[3], {1, 12}, months, months_, ignored)
         && parse_field(fields[4], {0, 6}, weekdays, weekdays_, any_weekday_);
}

bool cron_schedule::is_due_on(std::chrono::sys_days day) const {
  const std::chrono::year_month_day date{day};
  const bool is_day = days_.test(static_cast<unsigned>(date.day()));
  const bool is_weekday = weekdays_.test(std::chrono::weekday{day}.c_encoding());
  // With both fields given, one of them is enough.
  const bool is_due = any_day_ || any_weekday_ ? is_day && is_weekday : is_day || is_weekday;
  return is_due && months_.test(static_cast<unsigned>(date.month()));
}

std::optional<moment> cron_schedule::next_after(moment from) const {
  if (every_.count() > 0)
    return from + every_;
  constexpr int most_days = 5 * 366;
  const auto first = std::chrono::floor<std::chrono::minutes>(from) + std::chrono::minutes{1};
  auto day = std::chrono::floor<std::chrono::days>(first);
  for (int i = 0; i < most_days; ++i, day += std::chrono::days{1}) {
    if (!is_due_on(day))
      continue;
    for (unsigned hour = 0; hour < hours_.size(); ++hour) {
      if (!hours_.test(hour))
        continue;
      for (unsigned minute = 0; minute < minutes_.size(); ++minute) {
        const auto time = day + std::chrono::hours{hour} + std::chrono::minutes{minute};
        if (minutes_.test(minute) && time >= first)
          return time;
      }
    }
  }
  return std::nullopt;
}

} // namespace kubesage::analysis
