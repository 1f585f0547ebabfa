#include "k8s/policy/named_grammars.hpp"

#include "k8s/policy/characters.hpp"
#include "k8s/policy/grammar.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kubesage::policy {

namespace {

constexpr std::size_t max_text_bytes = 256;
constexpr std::size_t max_path_bytes = 512;
constexpr std::size_t max_list = 32;

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front())
         && consists_of(text, "-./_");
}

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char x) {
    const auto byte = static_cast<unsigned char>(x);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool is_bool(std::string_view text) {
  return text == "true" || text == "false";
}

bool is_port(std::string_view text) {
  int value = 0;
  return is_number(text) && text.size() <= 5 && text.front() != '0'
         && std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{}
         && value <= 65535;
}

bool is_port_or_name(std::string_view text) {
  return is_port(text) || (is_dns_label(text) && text.size() <= 15 && !is_number(text));
}

bool is_names(std::string_view text) {
  return text == "*" || all_parts(text, ',', 8, is_name);
}

bool is_group(std::string_view text) {
  return text.empty() || is_name(text);
}

bool is_version(std::string_view text) { // v1, v2beta3
  if (!text.starts_with('v') || text.size() > 20)
    return false;
  text.remove_prefix(1);
  const auto end = text.find_first_not_of("0123456789");
  if (!is_number(text.substr(0, end)))
    return false;
  if (end == std::string_view::npos)
    return true;
  text.remove_prefix(end);
  for (const std::string_view stage : {"alpha", "beta"})
    if (text.starts_with(stage))
      return is_number(text.substr(stage.size()));
  return false;
}

bool is_group_version(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return is_version(text);
  return is_name(text.substr(0, slash)) && is_version(text.substr(slash + 1));
}

bool is_field_term(std::string_view text) {
  const auto mark = text.find_first_of("=!");
  if (mark == 0 || mark == std::string_view::npos || !consists_of(text.substr(0, mark), "."))
    return false;
  auto value = text.substr(mark + 1);
  if (value.starts_with('='))
    value.remove_prefix(1);
  else if (text[mark] == '!')
    return false;
  return consists_of(value, "-._:/");
}

bool is_field_selector(std::string_view text) {
  return text.size() <= max_text_bytes && all_parts(text, ',', max_list, is_field_term);
}

bool is_sort_path(std::string_view text) {
  return is_path(text, max_path_bytes) && text.front() != '-'
         && consists_of(text, ".[]{}'\"*/\\-_");
}

bool is_key_value(std::string_view text) {
  const auto mark = text.find('=');
  return mark != 0 && mark != std::string_view::npos && mark <= 253 && text.front() != '-'
         && consists_of(text.substr(0, mark), "-._/") && is_printable(text.substr(mark + 1));
}

bool is_label(std::string_view text) {
  const auto mark = text.find('=');
  return mark != std::string_view::npos && is_label_key(text.substr(0, mark))
         && is_label_value(text.substr(mark + 1));
}

bool is_environment(std::string_view text) {
  const auto mark = text.find('=');
  return mark != std::string_view::npos && is_environment_name(text.substr(0, mark))
         && is_printable(text.substr(mark + 1));
}

bool is_service_port(std::string_view text) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && is_dns_label(text.substr(0, colon))
         && is_port_or_name(text.substr(colon + 1));
}

bool is_ingress_rule(std::string_view text) {
  const auto mark = text.find('=');
  if (mark == 0 || mark == std::string_view::npos || !consists_of(text.substr(0, mark), ".*_/~-"))
    return false;
  const auto target = text.substr(mark + 1);
  const auto comma = target.find(',');
  if (!is_service_port(target.substr(0, comma)))
    return false;
  if (comma == std::string_view::npos)
    return true;
  const auto tls = target.substr(comma + 1);
  return tls == "tls" || (tls.starts_with("tls=") && is_name(tls.substr(4)));
}

bool is_cronjob_name(std::string_view text) {
  const auto slash = text.find('/');
  const auto kind = text.substr(0, slash);
  return slash != std::string_view::npos
         && (kind == "cronjob" || kind == "cronjobs" || kind == "cj")
         && is_name(text.substr(slash + 1));
}

bool is_cron(std::string_view text) {
  constexpr std::array<std::string_view, 7> names{"@yearly", "@annually", "@monthly", "@weekly",
                                                  "@daily",  "@midnight", "@hourly"};
  if (std::find(names.begin(), names.end(), text) != names.end())
    return true;
  int fields = 0;
  return text.size() <= 128
         && all_parts(text, ' ', 5,
                      [&](std::string_view field) {
                        ++fields;
                        return !field.empty() && consists_of(field, "*/,-?");
                      })
         && fields == 5;
}

bool is_port_pairs(std::string_view text) {
  return all_parts(text, ',', max_list, [](std::string_view pair) {
    const auto colon = pair.find(':');
    return is_port(pair.substr(0, colon))
           && (colon == std::string_view::npos || is_port_or_name(pair.substr(colon + 1)));
  });
}

bool is_count_or_percent(std::string_view text) {
  if (text.ends_with('%'))
    return is_number(text.substr(0, text.size() - 1)) && text.size() <= 4;
  return is_number(text) && text.size() <= 5;
}

bool is_quantity(std::string_view text) {
  constexpr std::array<std::string_view, 15> units{"",  "n", "u",  "m",  "k",  "M",  "G", "T",
                                                   "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi"};
  const auto end = text.find_first_not_of("0123456789.");
  const auto number = text.substr(0, end);
  const auto unit = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  const auto dot = number.find('.');
  return number.size() <= 18 && is_number(number.substr(0, dot))
         && (dot == std::string_view::npos || is_number(number.substr(dot + 1)))
         && std::find(units.begin(), units.end(), unit) != units.end();
}

bool is_quantities(std::string_view text) {
  return all_parts(text, ',', max_list, [](std::string_view term) {
    const auto mark = term.find('=');
    return mark != std::string_view::npos && is_word(term.substr(0, mark))
           && is_quantity(term.substr(mark + 1));
  });
}

bool is_kind_name(std::string_view text) {
  const auto slash = text.find('/');
  return slash != 0 && slash != std::string_view::npos && consists_of(text.substr(0, slash), "-.")
         && is_name(text.substr(slash + 1));
}

bool is_wait_condition(std::string_view text) {
  if (text == "delete" || text == "create")
    return true;
  if (text.starts_with("jsonpath="))
    return is_path(text.substr(9), max_text_bytes);
  if (!text.starts_with("condition="))
    return false;
  text.remove_prefix(10);
  const auto mark = text.find('=');
  return is_label_key(text.substr(0, mark))
         && (mark == std::string_view::npos || is_label_key(text.substr(mark + 1)));
}

/// `text` looks like `shape`, in which 0 stands for a digit and the rest for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() == shape.size()
         && std::equal(text.begin(), text.end(), shape.begin(),
                       [](char x, char mark) { return mark == '0' ? is_digit(x) : x == mark; });
}

bool is_rfc3339(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() <= shape.size() || !has_shape(text.substr(0, shape.size()), shape))
    return false;
  text.remove_prefix(shape.size());
  if (text.starts_with('.')) {
    const auto end = text.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || end < 2 || end > 10)
      return false;
    text.remove_prefix(end);
  }
  return text == "Z" || has_shape(text, "+00:00") || has_shape(text, "-00:00");
}

struct row {
  std::string_view name;
  grammar_check check;
};

constexpr std::array rows{
    row{"bool", is_bool},
    row{"false", [](std::string_view text) { return text == "false"; }},
    row{"dns-label", is_dns_label},
    row{"name", is_name},
    row{"names", is_names},
    row{"word", is_word},
    row{"words", [](std::string_view text) { return all_parts(text, ',', max_list, is_word); }},
    row{"group", is_group},
    row{"group-version", is_group_version},
    row{"digits", [](std::string_view text) { return is_number(text) && text.size() <= 20; }},
    row{"selector", is_selector},
    row{"field-selector", is_field_selector},
    row{"label-keys", [](std::string_view text) { return all_parts(text, ',', 8, is_label_key); }},
    row{"sort-path", is_sort_path},
    row{"image", is_image},
    row{"key-value", is_key_value},
    row{"label-list",
        [](std::string_view text) { return all_parts(text, ',', max_list, is_label); }},
    row{"environment", is_environment},
    row{"ingress-rule", is_ingress_rule},
    row{"service-port", is_service_port},
    row{"cronjob-name", is_cronjob_name},
    row{"cron", is_cron},
    row{"port-or-name", is_port_or_name},
    row{"port-pair", is_port_pairs},
    row{"count-or-percent", is_count_or_percent},
    row{"quantities", is_quantities},
    row{"kind-name", is_kind_name},
    row{"wait-condition", is_wait_condition},
    row{"rfc3339", is_rfc3339},
    row{"patch", [](std::string_view text) { return !text.empty() && text.size() <= 65536; }},
    row{"text", [](std::string_view t) { return t.size() <= max_text_bytes && is_printable(t); }},
};

} // namespace

grammar_check named_grammar(std::string_view name) {
  const auto* found =
      std::find_if(rows.begin(), rows.end(), [name](const row& each) { return each.name == name; });
  return found == rows.end() ? nullptr : found->check;
}

} // namespace kubesage::policy
