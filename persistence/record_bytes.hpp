#pragma once

#include "messages/clock.hpp"
#include "persistence/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

/// What records of several families are made of.
namespace kubesage {

inline void put_flag(std::string& out, bool value) {
  put_big_endian(out, static_cast<std::uint8_t>(value ? 1 : 0));
}

inline bool take_flag(byte_reader& in) {
  const auto value = in.take<std::uint8_t>();
  if (value > 1)
    in.fail();
  return value == 1;
}

/// Milliseconds since 1970.
inline void put_time(std::string& out, wall_time time) {
  put_big_endian(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

inline wall_time take_time(byte_reader& in) {
  return wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(in.take<std::uint64_t>())}};
}

inline void put_optional(std::string& out, const std::optional<wall_time>& time) {
  put_flag(out, time.has_value());
  put_time(out, time.value_or(wall_time{}));
}

inline std::optional<wall_time> take_optional_time(byte_reader& in) {
  const bool is_there = take_flag(in);
  const auto time = take_time(in);
  return is_there ? std::optional{time} : std::nullopt;
}

template <class Id>
void put_id(std::string& out, Id id) {
  put_big_endian(out, static_cast<std::uint64_t>(id.value));
}

template <class Id>
Id take_id(byte_reader& in) {
  return Id{static_cast<std::int64_t>(in.take<std::uint64_t>())};
}

} // namespace kubesage
