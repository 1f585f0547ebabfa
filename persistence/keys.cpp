#include "persistence/keys.hpp"

#include "persistence/bytes.hpp"

namespace kubesage {
namespace {

std::string begin_key(const tenant& owner, std::size_t more) {
  std::string key;
  key.reserve(10 + more);
  put_big_endian(key, owner.shard());
  put_big_endian(key, static_cast<std::uint64_t>(owner.user().value));
  return key;
}

} // namespace

std::string user_key(const tenant& owner) {
  return begin_key(owner, 0);
}

std::string cluster_key(const tenant& owner, cluster_id cluster) {
  auto key = begin_key(owner, 8);
  put_big_endian(key, static_cast<std::uint64_t>(cluster.value));
  return key;
}

std::string event_key(const tenant& owner, std::uint64_t sequence) {
  auto key = begin_key(owner, 8);
  put_big_endian(key, sequence);
  return key;
}

std::string operation_key(const tenant& owner, execution_id id) {
  auto key = begin_key(owner, 8);
  put_big_endian(key, static_cast<std::uint64_t>(id.value));
  return key;
}

std::string operation_key(const tenant& owner, analysis_id id) {
  return operation_key(owner, execution_id{id.value});
}

std::string analysis_key(const tenant& owner, cluster_id cluster, analysis_id id) {
  return execution_key(owner, cluster, execution_id{id.value});
}

std::string finding_key(const tenant& owner, cluster_id cluster, std::string_view finding) {
  return cluster_key(owner, cluster).append(finding);
}

std::string execution_key(const tenant& owner, cluster_id cluster, execution_id id) {
  auto key = begin_key(owner, 16);
  put_big_endian(key, static_cast<std::uint64_t>(cluster.value));
  put_big_endian(key, static_cast<std::uint64_t>(id.value));
  return key;
}

std::string solution_key(const tenant& owner, std::string_view fingerprint) {
  auto key = begin_key(owner, 1 + fingerprint.size());
  put_big_endian(key, std::uint8_t{1});
  return key.append(fingerprint);
}

std::string spending_key(const tenant& owner) {
  auto key = begin_key(owner, 1);
  put_big_endian(key, std::uint8_t{0});
  return key;
}

std::string checkpoint_key(std::uint64_t number) {
  std::string key(1, '\0');
  put_big_endian(key, number);
  return key;
}

std::string user_checkpoint_key(const tenant& owner) {
  return '\1' + user_key(owner);
}

std::string queue_key(std::uint64_t node_sequence) {
  std::string key;
  put_big_endian(key, node_sequence);
  return key;
}

std::optional<tenant> owner_of(std::string_view key) {
  byte_reader reader{key};
  const auto shard = reader.take<std::uint16_t>();
  const auto user = reader.take<std::uint64_t>();
  const auto owner = tenant_issuer::issue(user_id{static_cast<std::int64_t>(user)});
  if (!reader.is_ok() || owner.shard() != shard)
    return std::nullopt;
  return owner;
}

std::uint64_t node_sequence_of(std::string_view key) noexcept {
  byte_reader reader{key};
  const auto value = reader.take<std::uint64_t>();
  return reader.is_finished() ? value : 0;
}

std::string end_of_prefix(std::string_view prefix) {
  std::string end{prefix};
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xffU)
    end.pop_back();
  if (!end.empty())
    end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1U);
  return end;
}

} // namespace kubesage
