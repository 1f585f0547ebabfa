#include "actors/nats_options.hpp"

#include <algorithm>
#include <vector>

namespace kubesage {
namespace {

std::vector<std::string> split(const std::string& urls) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= urls.size()) {
    const auto to = std::min(urls.find(',', from), urls.size());
    auto part = urls.substr(from, to - from);
    const auto first = part.find_first_not_of(' ');
    if (first != std::string::npos)
      parts.push_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
    from = to + 1;
  }
  return parts;
}

} // namespace

nats_options make_nats_options(const nats_login& login) {
  natsOptions* raw = nullptr;
  if (natsOptions_Create(&raw) != NATS_OK)
    return nullptr;
  nats_options options{raw};
  const auto urls = split(login.urls);
  std::vector<const char*> servers;
  servers.reserve(urls.size());
  for (const auto& url : urls)
    servers.push_back(url.c_str());
  if (natsOptions_SetServers(raw, servers.data(), static_cast<int>(servers.size())) != NATS_OK)
    return nullptr;
  natsOptions_SetName(raw, "kubesage");
  natsOptions_SetMaxReconnect(raw, -1);
  natsOptions_SetReconnectWait(raw, login.reconnect_wait.count());
  if (!login.credentials_file.empty())
    natsOptions_SetUserCredentialsFromFiles(raw, login.credentials_file.c_str(), nullptr);
  return options;
}

} // namespace kubesage
