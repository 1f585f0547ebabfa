#include "persistence/crypto/sealer.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/blob.hpp"

#include <cstdint>
#include <utility>

namespace kubesage {
namespace {

constexpr std::uint8_t schema = 1;
/// A tenant has one seed until seeds are rotated; the number is bound into every blob already.
constexpr std::uint32_t seed_id = 1;
constexpr std::string_view field = "cluster.secrets";
constexpr std::string_view output_field = "execution.output";
constexpr std::string_view report_field = "analysis.report";

/// The place where a blob belongs. Whatever changes here makes the old blob refuse to open.
std::string place_of(const tenant& owner, const cluster_facts& facts) {
  std::string target;
  put_prefixed(target, facts.server_url);
  put_big_endian(target, static_cast<std::uint8_t>(facts.ca_data ? 1 : 0));
  put_prefixed(target, facts.ca_data ? std::string_view{*facts.ca_data} : std::string_view{});
  const auto digest = sha256(target);

  const auto number = [](std::string& out, auto value) {
    std::string bytes;
    put_big_endian(bytes, value);
    put_prefixed(out, bytes);
  };
  std::string place;
  place.reserve(128);
  number(place, schema);
  number(place, static_cast<std::uint64_t>(owner.user().value));
  number(place, static_cast<std::uint64_t>(facts.id.value));
  put_prefixed(place, field);
  number(place, seed_id);
  number(place, facts.generation);
  put_prefixed(place, {reinterpret_cast<const char*>(digest.data()), digest.size()});
  return place;
}

std::string place_of(const tenant& owner, cluster_id cluster, std::int64_t id,
                     std::string_view kind) {
  std::string place;
  for (const auto value :
       {static_cast<std::uint64_t>(schema), static_cast<std::uint64_t>(owner.user().value),
        static_cast<std::uint64_t>(cluster.value), static_cast<std::uint64_t>(id)}) {
    std::string bytes;
    put_big_endian(bytes, value);
    put_prefixed(place, bytes);
  }
  put_prefixed(place, kind);
  return place;
}

void put_secret(std::string& out, const shared_secret& value) {
  put_big_endian(out, static_cast<std::uint8_t>(value ? 1 : 0));
  put_prefixed(out, value ? value->expose() : std::string_view{});
}

shared_secret take_secret(byte_reader& in) {
  const auto is_there = in.take<std::uint8_t>();
  const auto text = in.take_prefixed();
  if (is_there > 1)
    in.fail();
  return is_there == 1 && in.is_ok() ? std::make_shared<const secret>(text) : nullptr;
}

} // namespace

caf::expected<std::string> seal_secrets(const secret& seed, const tenant& owner,
                                        const cluster_facts& facts,
                                        const cluster_secrets& secrets) {
  if (!secrets.token && !secrets.tls_key)
    return std::string{};
  std::string plaintext;
  // All of it at once: a string that grows leaves copies of the secret behind.
  plaintext.reserve(10 + (secrets.token ? secrets.token->size() : 0)
                    + (secrets.tls_key ? secrets.tls_key->size() : 0));
  put_secret(plaintext, secrets.token);
  put_secret(plaintext, secrets.tls_key);
  auto blob = seal_blob(seed.expose(), seed_id, place_of(owner, facts), plaintext);
  wipe(plaintext);
  return blob;
}

caf::expected<cluster_secrets> open_secrets(const secret& seed, const tenant& owner,
                                            const cluster_facts& facts, std::string_view sealed) {
  cluster_secrets secrets;
  if (sealed.empty())
    return {std::move(secrets)};
  const auto plaintext = open_blob(seed.expose(), seed_id, place_of(owner, facts), sealed);
  if (!plaintext)
    return plaintext.error();
  byte_reader in{plaintext->expose()};
  secrets.token = take_secret(in);
  secrets.tls_key = take_secret(in);
  if (!in.is_finished())
    return caf::make_error(errc::storage_unavailable,
                           std::string{"sealed secrets have an unknown form"});
  return {std::move(secrets)};
}

caf::expected<std::string> seal_output(const secret& seed, const tenant& owner, cluster_id cluster,
                                       execution_id execution, std::string_view text) {
  return seal_blob(seed.expose(), seed_id, place_of(owner, cluster, execution.value, output_field),
                   text);
}

caf::expected<secret> open_output(const secret& seed, const tenant& owner, cluster_id cluster,
                                  execution_id execution, std::string_view sealed) {
  return open_blob(seed.expose(), seed_id, place_of(owner, cluster, execution.value, output_field),
                   sealed);
}

caf::expected<std::string> seal_report(const secret& seed, const tenant& owner, cluster_id cluster,
                                       analysis_id analysis, std::string_view text) {
  return seal_blob(seed.expose(), seed_id, place_of(owner, cluster, analysis.value, report_field),
                   text);
}

caf::expected<secret> open_report(const secret& seed, const tenant& owner, cluster_id cluster,
                                  analysis_id analysis, std::string_view sealed) {
  return open_blob(seed.expose(), seed_id, place_of(owner, cluster, analysis.value, report_field),
                   sealed);
}

} // namespace kubesage
