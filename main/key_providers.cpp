#include "main/key_providers.hpp"

#include "persistence/crypto/root_key.hpp"

#include <utility>

namespace kubesage {
namespace {

caf::expected<std::shared_ptr<key_wrapper>> wrapper_of_descriptor(std::uint32_t fd) {
  const auto key = take_root_key(static_cast<int>(fd));
  if (!key)
    return key.error();
  return make_local_wrapper(*key);
}

caf::expected<std::shared_ptr<key_wrapper>> wrapper_in_force(const settings& options) {
  if (options.data_key_provider == "vault")
    return make_vault_wrapper(vault_of(options));
  if (options.data_key_provider == "fd")
    return wrapper_of_descriptor(options.data_master_key_fd);
  return wrapper_of_file(options.data_master_key_file);
}

} // namespace

caf::expected<std::shared_ptr<key_wrapper>> wrapper_of_file(const std::string& path) {
  const auto key = read_root_key_file(path);
  if (!key)
    return key.error();
  return make_local_wrapper(*key);
}

vault_config vault_of(const settings& options) {
  vault_config config;
  config.address = options.vault_address;
  config.mount = options.vault_mount;
  config.key = options.vault_key;
  config.token_file = options.vault_token_file;
  config.ca_file = options.vault_ca_file;
  config.timeout = options.vault_timeout;
  return config;
}

caf::expected<std::vector<std::shared_ptr<key_wrapper>>> key_wrappers_of(const settings& options) {
  std::vector<std::shared_ptr<key_wrapper>> roots;
  auto current = wrapper_in_force(options);
  if (!current)
    return std::move(current.error());
  roots.push_back(std::move(*current));
  if (!options.data_next_master_key_file.empty()) {
    auto next = wrapper_of_file(options.data_next_master_key_file);
    if (!next)
      return std::move(next.error());
    roots.push_back(std::move(*next));
  }
  if (options.data_key_provider != "vault" && !options.vault_address.empty()) {
    auto vault = make_vault_wrapper(vault_of(options));
    if (!vault)
      return std::move(vault.error());
    roots.push_back(std::move(*vault));
  }
  return {std::move(roots)};
}

} // namespace kubesage
