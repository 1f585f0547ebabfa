#include "k8s/analyzers/release.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace kubesage::analysis {

namespace {

struct end_row {
  int minor;
  std::chrono::year_month_day last_day;
};

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

// Of 1.x, in order.
constexpr std::array ends{
    end_row{27, year{2024} / month{7} / day{16}},  end_row{28, year{2024} / month{10} / day{22}},
    end_row{29, year{2025} / month{2} / day{28}},  end_row{30, year{2025} / month{7} / day{15}},
    end_row{31, year{2025} / month{11} / day{11}}, end_row{32, year{2026} / month{2} / day{28}},
    end_row{33, year{2026} / month{6} / day{28}},  end_row{34, year{2026} / month{10} / day{27}},
    end_row{35, year{2027} / month{2} / day{28}},  end_row{36, year{2027} / month{6} / day{28}},
    end_row{37, year{2027} / month{10} / day{28}},
};

std::optional<int> take_number(std::string_view& text) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || value < 0)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

} // namespace

std::optional<release> parse_release(std::string_view version) {
  if (version.starts_with('v'))
    version.remove_prefix(1);
  const auto major = take_number(version);
  if (!major || !version.starts_with('.'))
    return std::nullopt;
  version.remove_prefix(1);
  const auto minor = take_number(version);
  if (!minor)
    return std::nullopt;
  return release{*major, *minor};
}

std::optional<moment> end_of_support(release of) {
  if (of.major != 1 || of.minor > ends.back().minor)
    return std::nullopt;
  for (const auto& row : ends)
    if (of.minor <= row.minor) // Older ones ended before the first row did.
      return std::chrono::sys_days{row.last_day} + std::chrono::days{1};
  return std::nullopt;
}

} // namespace kubesage::analysis
