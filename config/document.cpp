#include "config/document.hpp"

#include "config/values.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace kubesage {
namespace {

constexpr std::string_view head = R"(# Settings

This file is made from the option table (`config/options.cpp`); a test holds it to the table.
To write it anew after a change: `KUBESAGE_TEST_WRITE=1 build/dev/tests/config_tests`.

A value comes from the first of these that has it:

1. the flag, `--http.port=8080` (switches also without a value: `--auth.dev`);
2. the environment, `KUBESAGE_HTTP_PORT=8080`;
3. the YAML file that `--config` or `KUBESAGE_CONFIG` names, keys nested (`http:` / `port: 8080`) or
   dotted (`http.port: 8080`);
4. the default.

Lists are YAML lists in the file and comma-separated elsewhere. An unknown key, an unknown `KUBESAGE_`
variable or a value that does not fit stops the start with exit code 78; the message names the key,
its source and the nearest known key. Secrets have no flag: they come from the environment, better from
the file that the variable with the suffix `_FILE` names (a line break at its end is dropped), or from
the settings file. `kubesage config print` shows the values in force with their sources.
)";

std::string cell(const std::string& text) {
  return text.empty() ? std::string{} : "`" + text + "`";
}

std::string type_of(const option& row) {
  struct namer {
    std::string_view operator()(std::string settings::*) const {
      return "text";
    }
    std::string_view operator()(bool settings::*) const {
      return "true, false";
    }
    std::string_view operator()(secret settings::*) const {
      return "secret";
    }
    std::string_view operator()(std::vector<std::string> settings::*) const {
      return "list";
    }
    std::string_view operator()(std::chrono::milliseconds settings::*) const {
      return "number";
    }
    std::string_view operator()(std::chrono::seconds settings::*) const {
      return "number";
    }
    std::string_view operator()(std::uint16_t settings::*) const {
      return "number";
    }
    std::string_view operator()(std::uint32_t settings::*) const {
      return "number";
    }
  };
  std::string text{std::visit(namer{}, row.member)};
  if (text == "number")
    text = std::to_string(row.least) + " to " + std::to_string(row.most);
  if (!row.unit.empty())
    text.append(" ").append(row.unit);
  return text;
}

std::string default_of(const settings& defaults, const option& row) {
  return row.default_text.empty() ? cell(show(defaults, row)) : std::string{row.default_text};
}

std::string variables_of(const option& row) {
  const auto name = environment_name(row.key);
  auto text = cell(name);
  if (row.is_secret())
    text.append(", ").append(cell(name + "_FILE"));
  if (!row.alias.empty())
    text.append(", ").append(cell(std::string{row.alias}));
  if (!row.alias.empty() && row.is_secret())
    text.append(", ").append(cell(std::string{row.alias}.append("_FILE")));
  return text;
}

// Plain where YAML reads it back as it is, else in double quotes.
std::string yaml_scalar(const std::string& text) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
           || c == '/' || c == '-' || c == '_';
  });
  if (is_plain && text.front() != '-')
    return text;
  std::string quoted = "\"";
  for (char c : text)
    if (c == '"' || c == '\\')
      quoted.append("\\").push_back(c);
    else if (static_cast<unsigned char>(c) < ' ')
      quoted += ' ';
    else
      quoted += c;
  return quoted += '"';
}

std::string yaml_value(const settings& values, const option& row) {
  if (const auto* member = std::get_if<std::vector<std::string> settings::*>(&row.member)) {
    std::string list = "[";
    for (const auto& item : values.**member)
      list.append(list.size() == 1 ? "" : ", ").append(yaml_scalar(item));
    return list += ']';
  }
  return yaml_scalar(show(values, row));
}

} // namespace

std::string configuration_document() {
  const settings defaults;
  std::string text{head};
  text += "\n| key | value | default | environment | what |\n|---|---|---|---|---|\n";
  for (const auto& row : option_table()) {
    text.append("| ").append(cell(std::string{row.key}));
    text.append(" | ").append(type_of(row));
    text.append(" | ").append(default_of(defaults, row));
    text.append(" | ").append(variables_of(row));
    text.append(" | ").append(row.help).append(" |\n");
  }
  return text;
}

std::string print_settings(const loaded_settings& loaded) {
  std::string text;
  for (std::size_t i = 0; i < option_table().size(); ++i) {
    const auto& row = option_table()[i];
    text.append(row.key).append(": ").append(yaml_value(loaded.values, row));
    text.append("  # ").append(loaded.sources[i]).append("\n");
  }
  return text;
}

} // namespace kubesage
