#include "k8s/analyzers/object_reader.hpp"

#include <chrono>

namespace kubesage::analysis {

namespace {

constexpr std::size_t max_message = 512;

// Where `text` may be cut so that no character is halved.
std::string_view cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit)
    return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return text.substr(0, end);
}

int digits_at(std::string_view text, std::size_t at, std::size_t count) noexcept {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const auto digit = static_cast<unsigned>(text[i]) - '0';
    if (digit > 9)
      return -1;
    value = value * 10 + static_cast<int>(digit);
  }
  return value;
}

truth parse_truth(std::string_view text) {
  if (text == "True")
    return truth::yes;
  return text == "False" ? truth::no : truth::unknown;
}

requirement::operation parse_operation(std::string_view text) {
  using operation = requirement::operation;
  if (text == "In")
    return operation::in;
  if (text == "NotIn")
    return operation::not_in;
  if (text == "Exists")
    return operation::exists;
  return text == "DoesNotExist" ? operation::does_not_exist : operation::other;
}

} // namespace

moment parse_time(std::string_view text) noexcept {
  constexpr std::size_t to_seconds = 19; // 2026-11-23T05:12:00
  if (text.size() <= to_seconds || text[4] != '-' || text[7] != '-' || text[10] != 'T'
      || text[13] != ':' || text[16] != ':' || text.back() != 'Z')
    return no_moment;
  const int year = digits_at(text, 0, 4);
  const int month = digits_at(text, 5, 2);
  const int day = digits_at(text, 8, 2);
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  if (year < 0 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0)
    return no_moment;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok())
    return no_moment;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute}
         + std::chrono::seconds{second};
}

text object_reader::message(od::value value) {
  return repeated_.keep(cut(view(value), max_message));
}

moment object_reader::time(od::value value) {
  return parse_time(view(value));
}

std::span<const label> object_reader::labels(od::value value) {
  short_list<label> found;
  members(value, [&](json_key key, od::value each) {
    found.push_back({keep(key.text()), repeated(each)});
  });
  return keep(found);
}

label_selector object_reader::selector(od::value value) {
  label_selector found;
  members(value, [&](json_key key, od::value each) {
    if (key == "matchLabels") {
      found.labels = labels(each);
    } else if (key == "matchExpressions") {
      short_list<requirement> list;
      elements(each, [&](od::value element, std::uint16_t) {
        requirement made;
        members(element, [&](json_key name, od::value part) {
          if (name == "key")
            made.key = repeated(part);
          else if (name == "operator")
            made.how = parse_operation(view(part));
          else if (name == "values")
            made.values = texts(part);
        });
        list.push_back(made);
      });
      found.requirements = keep(list);
    }
  });
  found.is_given = true;
  return found;
}

std::span<const text> object_reader::texts(od::value value) {
  short_list<text> found;
  elements(value, [&](od::value each, std::uint16_t) { found.push_back(repeated(each)); });
  return keep(found);
}

condition object_reader::read_condition(od::value value, std::uint16_t index) {
  condition made;
  made.index = index;
  members(value, [&](json_key key, od::value each) {
    if (key == "type")
      made.type = repeated(each);
    else if (key == "status")
      made.status = parse_truth(view(each));
    else if (key == "reason")
      made.reason = repeated(each);
    else if (key == "message")
      made.message = message(each);
  });
  return made;
}

bool object_reader::read_meta_member(json_key key, od::value value, object_meta& to) {
  if (key == "name") {
    to.name = unique(value);
  } else if (key == "namespace") {
    to.kube_namespace = repeated(value);
  } else if (key == "uid") {
    to.uid_hash = hash_of(view(value));
  } else if (key == "creationTimestamp") {
    to.created = time(value);
  } else if (key == "deletionTimestamp") {
    to.deleted = time(value);
  } else if (key == "ownerReferences") {
    elements(value, [&](od::value each, std::uint16_t) {
      text kind;
      text name;
      bool controls = false;
      members(each, [&](json_key part, od::value content) {
        if (part == "kind")
          kind = repeated(content);
        else if (part == "name")
          name = repeated(content);
        else if (part == "controller")
          controls = is_true(content);
      });
      if (controls) {
        to.owner_kind = kind;
        to.owner_name = name;
      }
    });
  } else {
    return false;
  }
  return true;
}

} // namespace kubesage::analysis
