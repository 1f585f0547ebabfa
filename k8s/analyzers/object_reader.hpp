#pragma once

#include "k8s/analyzers/interner.hpp"
#include "k8s/analyzers/json_key.hpp"
#include "k8s/analyzers/object_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/container/small_vector.hpp>
#include <simdjson.h>

namespace kubesage::analysis {

/// A list that usually is short, on its way to the arena.
template <class T>
using short_list = boost::container::small_vector<T, 8>;

/// Reads untrusted objects in the order of their text. A member of an unexpected type counts as
/// absent; broken JSON stops the reading and shows in `error`. Thread: one at a time.
class object_reader {
public:
  object_reader(arena& storage, interner& repeated) : storage_(storage), repeated_(repeated) {}

  simdjson::error_code error = simdjson::SUCCESS;

  /// Calls `take` with each key and value of an object.
  template <class F>
  void members(od::value value, F take) {
    od::object object;
    if (opens(value.get_object().get(object)))
      members(object, take);
  }

  template <class F>
  void members(od::object object, F take) {
    for (auto each : object) {
      od::field field;
      if (fails(std::move(each).get(field)))
        return;
      take(json_key{field.key()}, field.value());
      if (error != simdjson::SUCCESS)
        return;
    }
  }

  /// Calls `take` with each element of an array and its index.
  template <class F>
  void elements(od::value value, F take) {
    od::array array;
    if (!opens(value.get_array().get(array)))
      return;
    std::size_t index = 0;
    for (auto each : array) {
      od::value element;
      if (fails(each.get(element)))
        return;
      take(element, static_cast<std::uint16_t>(std::min<std::size_t>(index++, max_index)));
      if (error != simdjson::SUCCESS)
        return;
    }
  }

  /// The text; gone with the next page. Empty: no text.
  std::string_view view(od::value value) {
    // Most text has no escapes: it is the value as it stands between its quotes.
    const auto raw = raw_text(value);
    if (raw.data() != nullptr && std::memchr(raw.data(), '\\', raw.size()) == nullptr)
      return raw;
    std::string_view found;
    return opens(value.get_string().get(found)) ? found : std::string_view{};
  }

  /// The same without a copy anywhere; escapes stay as they are.
  std::string_view raw_text(od::value value) {
    std::string_view token = value.raw_json_token();
    while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ')
      token.remove_suffix(1);
    if (token.size() < 2 || token.front() != '"' || token.back() != '"')
      return {};
    return token.substr(1, token.size() - 2);
  }

  /// Text that other objects are likely to have, too.
  text repeated(od::value value) {
    return repeated_.keep(view(value));
  }

  /// Text that no other object has.
  text unique(od::value value) {
    return storage_.copy(view(value));
  }

  /// Text for people; the end of a long one is cut off.
  text message(od::value value);

  text keep(std::string_view bytes) {
    return repeated_.keep(bytes);
  }

  std::optional<std::int64_t> number(od::value value) {
    std::int64_t found = 0;
    if (!opens(value.get_int64().get(found)))
      return std::nullopt;
    return found;
  }

  std::int64_t number_or(od::value value, std::int64_t otherwise) {
    return number(value).value_or(otherwise);
  }

  bool is_true(od::value value) {
    bool found = false;
    return opens(value.get_bool().get(found)) && found;
  }

  truth truth_of(od::value value) {
    bool found = false;
    if (!opens(value.get_bool().get(found)))
      return truth::unknown;
    return found ? truth::yes : truth::no;
  }

  /// A timestamp, to the second.
  moment time(od::value value);

  /// Keys and values, as of labels.
  std::span<const label> labels(od::value value);

  label_selector selector(od::value value);

  std::span<const text> texts(od::value value);

  /// Objects with the members of a condition.
  template <class F>
  std::span<const condition> conditions(od::value value, F wants) {
    short_list<condition> found;
    elements(value, [&](od::value each, std::uint16_t index) {
      const auto made = read_condition(each, index);
      if (wants(made))
        found.push_back(made);
    });
    return keep(found);
  }

  /// The metadata that every kind has; `other` gets what remains, such as labels.
  template <class F>
  void meta(od::value value, object_meta& to, F other) {
    members(value, [&](json_key key, od::value each) {
      if (!read_meta_member(key, each, to))
        other(key, each);
    });
  }

  void meta(od::value value, object_meta& to) {
    meta(value, to, [](json_key, od::value) {});
  }

  template <class T>
  std::span<const T> keep(const short_list<T>& values) {
    return storage_.copy(std::span<const T>{values.data(), values.size()});
  }

private:
  static constexpr std::size_t max_index = std::numeric_limits<std::uint16_t>::max();

  // Whether a value was of the type asked for.
  bool opens(simdjson::error_code code) {
    if (code != simdjson::SUCCESS && code != simdjson::INCORRECT_TYPE
        && code != simdjson::NUMBER_OUT_OF_RANGE && code != simdjson::NUMBER_ERROR)
      error = code;
    return code == simdjson::SUCCESS;
  }
  bool fails(simdjson::error_code code) {
    if (code != simdjson::SUCCESS)
      error = code;
    return code != simdjson::SUCCESS;
  }
  bool read_meta_member(json_key key, od::value value, object_meta& to);
  condition read_condition(od::value value, std::uint16_t index);

  arena& storage_;
  interner& repeated_;
};

/// A port's number; 0 where it is none.
constexpr std::uint16_t to_port(std::int64_t number) noexcept {
  return number > 0 && number <= std::numeric_limits<std::uint16_t>::max()
             ? static_cast<std::uint16_t>(number)
             : std::uint16_t{0};
}

/// Reads `2026-11-23T05:12:00Z`, with or without a fraction; `no_moment` where it is none.
moment parse_time(std::string_view text) noexcept;

} // namespace kubesage::analysis
