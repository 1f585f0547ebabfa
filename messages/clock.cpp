#include "messages/clock.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace kubesage {
namespace {

void put(char*& out, int value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out += width;
}

std::optional<int> take(std::string_view text, std::size_t at, std::size_t width) {
  int value = 0;
  for (char c : text.substr(at, width)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

} // namespace

wall_time system_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(wall_time time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 24> text{};
  char* out = text.data();
  put(out, static_cast<int>(date.year()), 4);
  *out++ = '-';
  put(out, static_cast<int>(static_cast<unsigned>(date.month())), 2);
  *out++ = '-';
  put(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  *out++ = 'T';
  put(out, static_cast<int>(clock.hours().count()), 2);
  *out++ = ':';
  put(out, static_cast<int>(clock.minutes().count()), 2);
  *out++ = ':';
  put(out, static_cast<int>(clock.seconds().count()), 2);
  *out++ = '.';
  put(out, static_cast<int>(clock.subseconds().count()), 3);
  *out++ = 'Z';
  return {text.data(), text.size()};
}

std::optional<wall_time> from_rfc3339(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 24 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':'
      || text[16] != ':' || text[19] != '.' || text[23] != 'Z')
    return std::nullopt;
  const auto y = take(text, 0, 4), mo = take(text, 5, 2), d = take(text, 8, 2),
             h = take(text, 11, 2), mi = take(text, 14, 2), s = take(text, 17, 2),
             ms = take(text, 20, 3);
  if (!y || !mo || !d || !h || !mi || !s || !ms || *h > 23 || *mi > 59 || *s > 59)
    return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok())
    return std::nullopt;
  return wall_time{sys_days{date}.time_since_epoch() + hours{*h} + minutes{*mi} + seconds{*s}
                   + milliseconds{*ms}};
}

} // namespace kubesage
