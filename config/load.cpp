#include "config/load.hpp"

#include "config/nearest.hpp"
#include "config/rules.hpp"
#include "config/settings_file.hpp"
#include "config/values.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

#include <unistd.h>

namespace kubesage {
namespace {

constexpr std::string_view prefix = "KUBESAGE_";
constexpr std::string_view config_variable = "KUBESAGE_CONFIG";
constexpr std::string_view file_suffix = "_FILE";
constexpr std::size_t max_settings_file_bytes = 256U << 10U;
constexpr std::size_t max_secret_file_bytes = 64U << 10U;

// Kubernetes and Docker put these into every container beside a service named kubesage.
bool is_service_link(std::string_view name) {
  name.remove_prefix(prefix.size());
  return name == "PORT" || name == "SERVICE_HOST" || name.starts_with("SERVICE_PORT")
         || (name.starts_with("PORT_") && name.size() > 5
             && std::isdigit(static_cast<unsigned char>(name[5])) != 0);
}

std::vector<std::string> known_keys() {
  std::vector<std::string> keys;
  for (const auto& row : option_table())
    keys.emplace_back(row.key);
  return keys;
}

std::vector<std::string> known_variables() {
  std::vector<std::string> names{std::string{config_variable}};
  for (const auto& row : option_table()) {
    names.push_back(environment_name(row.key));
    if (row.is_secret())
      names.push_back(environment_name(row.key).append(file_suffix));
  }
  return names;
}

class loader {
public:
  explicit loader(const load_input& input) : input_(input) {
    out_.sources.assign(option_table().size(), "default");
  }

  // From the weakest source to the strongest, so that a later one overwrites.
  caf::expected<loaded_settings> run() && {
    set_defaults();
    read_file();
    read_environment();
    read_flags();
    if (faults_.empty())
      check_together();
    if (faults_.empty())
      return std::move(out_);
    std::string detail;
    for (const auto& fault : faults_)
      detail.append(detail.empty() ? "" : "\n").append(fault);
    return caf::make_error(errc::validation_failed, std::move(detail));
  }

private:
  [[nodiscard]] const std::string* variable(const std::string& name) const {
    const auto found = input_.environment.find(name);
    return found == input_.environment.end() ? nullptr : &found->second;
  }

  void set_defaults() {
    if (const auto* folder = variable("STATE_DIRECTORY"); folder != nullptr && !folder->empty())
      out_.values.data_directory = *folder;
    out_.values.data_master_key_file = "kubesage-master.key";
    if (const auto* folder = variable("CREDENTIALS_DIRECTORY");
        folder != nullptr && !folder->empty())
      out_.values.data_master_key_file = *folder + "/master.key";
  }

  void fail(std::string_view key, std::string_view source, std::string_view what) {
    std::string text{key};
    faults_.push_back(text.append(" (").append(source).append("): ").append(what));
  }

  void unknown(std::string_view key, std::string_view source,
               const std::vector<std::string>& candidates) {
    fail(key, source, "unknown; the nearest known one is " + nearest(key, candidates));
  }

  void apply(const option& row, const setting_text& text, const std::string& source) {
    const auto what = assign(out_.values, row, text);
    if (!what.empty())
      return fail(row.key, source, what);
    out_.sources[static_cast<std::size_t>(&row - option_table().data())] = source;
  }

  void read_file() {
    auto path = input_.file;
    if (const auto* named = variable(std::string{config_variable}); !path && named != nullptr)
      path = *named;
    if (!path)
      return;
    auto yaml = read_small_file(*path, max_settings_file_bytes);
    if (!yaml) {
      faults_.push_back(detail_of(yaml.error()));
      return;
    }
    auto entries = parse_settings_file(*yaml, path->string());
    wipe(*yaml);
    if (!entries) {
      faults_.push_back(detail_of(entries.error()));
      return;
    }
    for (auto& entry : *entries) {
      const auto source = "file " + path->string() + ":" + std::to_string(entry.line);
      const auto* row = find_option(entry.key);
      if (row == nullptr) {
        unknown(entry.key, source, known_keys());
        continue;
      }
      apply(*row, entry.text, source);
      if (row->is_secret())
        for (auto& item : entry.text.items)
          wipe(item);
    }
  }

  void read_environment() {
    const auto known = known_variables();
    for (const auto& [name, value] : input_.environment)
      if (name.starts_with(prefix) && !is_service_link(name)
          && std::find(known.begin(), known.end(), name) == known.end())
        unknown(name, "environment", known);
    for (const auto& row : option_table()) {
      // The alias first: the setting's own name is stronger.
      if (!row.alias.empty())
        read_variable(row, std::string{row.alias});
      read_variable(row, environment_name(row.key));
    }
  }

  void read_variable(const option& row, const std::string& name) {
    const auto* value = variable(name);
    const auto* file = row.is_secret() ? variable(name + std::string{file_suffix}) : nullptr;
    if (value != nullptr && file != nullptr)
      return fail(row.key, "environment " + name, "set twice, here and as " + name + "_FILE");
    if (value != nullptr)
      apply(row, {{*value}, false}, "environment " + name);
    if (file != nullptr)
      read_secret_file(row, *file, "environment " + name + std::string{file_suffix});
  }

  void read_secret_file(const option& row, const std::string& path, const std::string& source) {
    auto text = read_small_file(path, max_secret_file_bytes);
    if (!text)
      return fail(row.key, source, detail_of(text.error()));
    // Editors and `echo` end a file with a line break that belongs to no secret.
    if (text->ends_with('\n'))
      text->pop_back();
    if (text->ends_with('\r'))
      text->pop_back();
    setting_text value;
    value.items.push_back(std::move(*text));
    apply(row, value, source);
    wipe(value.items.front());
  }

  void read_flags() {
    for (const auto& [key, value] : input_.flags) {
      const auto source = "flag --" + key;
      const auto* row = find_option(key);
      if (row == nullptr)
        unknown(key, source, known_keys());
      else if (row->is_secret())
        fail(key, source, "secrets come from the environment or a file, never from flags");
      else
        apply(*row, {{value}, false}, source);
    }
  }

  void check_together() {
    const auto& values = out_.values;
    if (values.auth_dev && !is_loopback(values.http_address))
      fail("auth.dev", source_of("auth.dev"), "needs a loopback http.address such as 127.0.0.1");
    if (values.http_tls_certificate.empty() != values.http_tls_key.empty())
      fail(values.http_tls_key.empty() ? "http.tls-key" : "http.tls-certificate", "not set",
           "certificate and key come together");
  }

  [[nodiscard]] const std::string& source_of(std::string_view key) const {
    return out_.sources[static_cast<std::size_t>(find_option(key) - option_table().data())];
  }

  const load_input& input_;
  loaded_settings out_;
  std::vector<std::string> faults_;
};

} // namespace

caf::expected<loaded_settings> load_with_sources(const load_input& input) {
  return loader{input}.run();
}

caf::expected<settings> load(const load_input& input) {
  auto loaded = load_with_sources(input);
  if (!loaded)
    return std::move(loaded.error());
  return std::move(loaded->values);
}

caf::error check_for_serve(const settings& values) {
  if (values.auth_dev || !values.auth_jwt_secret.empty())
    return caf::none;
  return caf::make_error(errc::validation_failed,
                         std::string{"auth.jwt-secret (not set): nobody could log in; set "
                                     "KUBESAGE_AUTH_JWT_SECRET_FILE, or --auth.dev to try it out"});
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos)
      all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

} // namespace kubesage
