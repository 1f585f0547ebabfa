#include "main/vault_wrapper.hpp"

#include "config/settings_file.hpp"
#include "http/wire/json.hpp"
#include "http/wire/request_json.hpp"
#include "main/https_post.hpp"
#include "messages/error.hpp"
#include "persistence/bytes.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/evp.h>

namespace kubesage {
namespace {

constexpr std::string_view prefix = "vault:"; ///< Of everything that the engine wraps.
constexpr std::size_t max_token = 4U << 10U;
constexpr std::size_t max_ca = 256U << 10U;

caf::error away(const std::string& why) {
  return caf::make_error(errc::sealed, "the vault keeps the root key, and " + why);
}

caf::error refused(const std::string& why) {
  return caf::make_error(errc::not_ready, "the vault keeps the root key, and " + why);
}

/// Base64 with padding. Source: RFC 4648 §4.
secret to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  secret encoded{std::string_view{text}.substr(0, text.size() - 1)};
  wipe(text);
  return encoded;
}

/// Empty for what is no base64.
secret from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > max_token)
    return {};
  std::string bytes(text.size() / 4 * 3, '\0');
  const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  const auto padding = static_cast<std::size_t>(text.ends_with("==") ? 2 : text.ends_with('='));
  secret decoded;
  if (size >= 0)
    decoded = secret{std::string_view{bytes}.substr(0, bytes.size() - padding)};
  wipe(bytes);
  return decoded;
}

/// The text at `data.<member>`; empty where there is none.
secret member_of(const secret& body, std::string_view member) {
  auto document = json_document::parse(std::string{body.expose()});
  std::string_view text;
  if (!document || document->root()["data"][member].get(text) != simdjson::SUCCESS)
    return {};
  return secret{text};
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
           || c == '_';
  });
}

class vault_wrapper final : public key_wrapper {
public:
  vault_wrapper(vault_config config, server_url server)
      : config_(std::move(config)), server_(std::move(server)) {}

  // The purpose is sealed with the key, so that a row put in another's place does not open,
  // whatever the engine knows of additional data.
  caf::expected<std::string> wrap(std::string_view purpose, std::string_view key) override {
    std::string plain;
    plain.reserve(4 + purpose.size() + key.size());
    put_prefixed(plain, purpose);
    plain.append(key);
    const auto encoded = to_base64(plain);
    wipe(plain);
    auto wrapped = ask("encrypt", "plaintext", encoded.expose(), "ciphertext");
    if (!wrapped)
      return std::move(wrapped.error());
    if (!wrapped->expose().starts_with(prefix))
      return away("its answer is not that of a transit engine");
    return std::string{wrapped->expose()};
  }

  caf::expected<secret> unwrap(std::string_view purpose, std::string_view wrapped) override {
    auto encoded = ask("decrypt", "ciphertext", wrapped, "plaintext");
    if (!encoded)
      return encoded;
    const auto plain = from_base64(encoded->expose());
    byte_reader in{plain.expose()};
    if (in.take_prefixed() != purpose || !in.is_ok())
      return refused("what it opened is not the key that was asked for");
    return secret{plain.expose().substr(4 + purpose.size())};
  }

  [[nodiscard]] bool recognises(std::string_view wrapped) const override {
    return wrapped.starts_with(prefix);
  }

  [[nodiscard]] std::string name() const override {
    return "vault " + config_.mount + '/' + config_.key;
  }

private:
  [[nodiscard]] caf::expected<secret> token() const {
    auto text = read_small_file(config_.token_file, max_token);
    if (!text)
      return away(detail_of(text.error()));
    while (text->ends_with('\n') || text->ends_with('\r'))
      text->pop_back();
    // What would end the header's line must not get into it.
    const bool is_plain = !text->empty() && std::all_of(text->begin(), text->end(), [](char c) {
      return c > ' ' && c < '\x7f';
    });
    secret read{is_plain ? std::string_view{*text} : std::string_view{}};
    wipe(*text);
    if (!is_plain)
      return away("the file with its token holds none");
    return read;
  }

  caf::expected<secret> ask(std::string_view operation, std::string_view member,
                            std::string_view value, std::string_view answer) {
    https_question question;
    question.server = server_;
    question.timeout = config_.timeout;
    question.target = std::string{"/v1/"}.append(config_.mount).append("/").append(operation);
    question.target.append("/").append(config_.key);
    question.header_name = "X-Vault-Token";
    if (!config_.ca_file.empty()) {
      auto pem = read_small_file(config_.ca_file, max_ca);
      if (!pem)
        return away(detail_of(pem.error()));
      question.ca_pem = std::move(*pem);
    }
    std::string body;
    body.reserve(32 + member.size() + value.size());
    json_writer out{body};
    out.open_object().field(member, value).close_object();
    question.body = secret{body};
    wipe(body);
    auto reply = ask(question);
    if (!reply)
      return std::move(reply.error());
    if (auto err = judge(reply->status))
      return err;
    auto found = member_of(reply->body, answer);
    if (found.empty())
      return away("its answer is not that of a transit engine");
    return found;
  }

  /// Asks once, and again where the token was renewed meanwhile.
  caf::expected<https_reply> ask(https_question& question) const {
    for (bool is_again = false;; is_again = true) {
      auto read = token();
      if (!read)
        return std::move(read.error());
      if (is_again && read->expose() == question.header_value.expose())
        return https_reply{403, {}};
      question.header_value = std::move(*read);
      auto reply = https_post(question);
      if (!reply)
        return away(detail_of(reply.error()));
      if (reply->status != 403 || is_again)
        return reply;
    }
  }

  static caf::error judge(unsigned status) {
    switch (status) {
    case 200:
      return {};
    case 400:
      return refused("it does not open what its key is said to have wrapped");
    case 403:
      return away("it refuses the token");
    case 404:
      return refused("it has no transit key of this name at this mount");
    default:
      return away("it answers with status " + std::to_string(status));
    }
  }

  const vault_config config_;
  const server_url server_;
};

} // namespace

caf::expected<std::shared_ptr<key_wrapper>> make_vault_wrapper(vault_config config) {
  auto server = parse_server_url(config.address, false);
  if (!server)
    return caf::make_error(errc::not_ready, "vault.address: " + detail_of(server.error()));
  if (!server->base_path.empty())
    return caf::make_error(errc::not_ready, std::string{"vault.address must have no path"});
  if (!is_name(config.mount) || !is_name(config.key))
    return caf::make_error(errc::not_ready, std::string{"vault.mount and vault.key must be names "
                                                        "of letters, digits, - and _"});
  if (config.token_file.empty())
    return caf::make_error(errc::not_ready, std::string{"vault.token-file is not set"});
  return {std::make_shared<vault_wrapper>(std::move(config), std::move(*server))};
}

} // namespace kubesage
