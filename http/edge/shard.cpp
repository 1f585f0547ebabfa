#include "http/edge/shard.hpp"

#include "http/edge/connection.hpp"

#include <array>
#include <ctime>
#include <random>

namespace kubesage {

namespace {

std::uint64_t seed() {
  std::random_device source;
  return (static_cast<std::uint64_t>(source()) << 32) | source();
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`. Source: RFC 9110 §5.6.7.
std::string http_date(std::time_t now) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "---, %d --- %Y %H:%M:%S GMT", &parts);
  std::string date{text.data(), size};
  // Names by hand: strftime's follow the locale.
  date.replace(0, 3, days[static_cast<std::size_t>(parts.tm_wday)]);
  date.replace(8, 3, months[static_cast<std::size_t>(parts.tm_mon)]);
  return date;
}

} // namespace

shard::shard(boost::asio::io_context& io, std::chrono::milliseconds resolution)
    : io_(io), timer_(io), resolution_(resolution), random_{seed() | 1, seed()} {
  read_clock();
}

void shard::read_clock() {
  wall_ = system_now();
  const auto second = std::chrono::floor<std::chrono::seconds>(wall_).time_since_epoch().count();
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(static_cast<std::time_t>(second));
  }
}

void shard::add(std::shared_ptr<connection> client) {
  client->index = connections_.size();
  connections_.push_back(std::move(client));
  if (!is_waiting_) {
    read_clock();
    wait();
  }
}

void shard::remove(connection& client) {
  const auto at = client.index;
  const auto keep = std::move(connections_[at]); // Destroyed last.
  if (at + 1 != connections_.size()) {
    connections_[at] = std::move(connections_.back());
    connections_[at]->index = at;
  }
  connections_.pop_back();
}

void shard::wait() {
  is_waiting_ = true;
  timer_.expires_after(resolution_);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& code) {
    if (!code)
      self->sweep();
  });
}

void shard::sweep() {
  read_clock();
  const auto now = std::chrono::steady_clock::now();
  // From the back: a connection that closes itself is replaced by one that was seen already.
  for (auto i = connections_.size(); i-- > 0;)
    if (i < connections_.size())
      connections_[i]->look_at_clock(now);
  if (connections_.empty())
    is_waiting_ = false;
  else
    wait();
}

void shard::close_idle() {
  for (auto i = connections_.size(); i-- > 0;)
    if (i < connections_.size() && connections_[i]->is_idle())
      connections_[i]->close();
}

void shard::close_all() {
  while (!connections_.empty())
    connections_.back()->close();
  timer_.cancel();
  is_waiting_ = false;
}

void shard::make_request_id(std::string& out) {
  // xorshift128+: unique enough to find a request, and not a secret.
  constexpr std::string_view digits = "0123456789abcdef";
  out.resize(32);
  for (std::size_t half = 0; half < 2; ++half) {
    auto x = random_[0];
    const auto y = random_[1];
    random_[0] = y;
    x ^= x << 23;
    random_[1] = x ^ y ^ (x >> 17) ^ (y >> 26);
    auto value = random_[1] + y;
    for (std::size_t i = 0; i < 16; ++i, value >>= 4)
      out[half * 16 + i] = digits[value & 15];
  }
}

} // namespace kubesage
