// What a connection of the admin listener does for the operator's requests.

#include "http/edge/administration.hpp"

#include "http/edge/connection.hpp"
#include "http/edge/reply_path.hpp"
#include "http/edge/validate_fields.hpp"
#include "http/wire/runtime.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <openssl/crypto.h>

namespace kubesage {

namespace {

namespace dom = simdjson::dom;

constexpr std::chrono::seconds patience{120}; ///< A large store is counted, a key is asked for.

void read_key(const dom::object& members, validated_administration& result) {
  std::uint64_t number = 0;
  if (members["key"].get(number) == simdjson::SUCCESS && number > 0
      && number <= std::numeric_limits<std::uint32_t>::max())
    result.request.key = static_cast<std::uint32_t>(number);
  else
    result.faults.push_back({"/key", "INVALID", "must be the number of a key"});
}

void read_members(const route& row, const dom::object& members, validated_administration& result) {
  for (const auto member : members)
    if (std::none_of(row.body.begin(), row.body.end(),
                     [&](const body_field& field) { return field.name == member.key; }))
      result.faults.push_back(
          {'/' + std::string{member.key}, "UNKNOWN_FIELD", "is not known here"});
  field_reader in{members, result.faults};
  if (row.run == operation::keys_change_root) {
    result.request.is_to_vault = in.boolean("vault", false);
    if (result.request.is_to_vault) {
      if (in.has_text("new_master_key_file"))
        in.refuse("vault", "AMBIGUOUS", "give either new_master_key_file or vault");
      return;
    }
    if (auto file = in.text("new_master_key_file", presence::required)) {
      result.request.new_master_key_file = std::move(*file);
      if (!result.request.new_master_key_file.starts_with('/'))
        in.refuse("new_master_key_file", "INVALID", "must be an absolute path");
    }
  } else if (row.run == operation::keys_destroy) {
    read_key(members, result);
    result.request.is_forced = in.boolean("force", false);
  }
}

} // namespace

validated_administration validate_administration(const route& row, std::string body) {
  validated_administration result;
  result.request.what = row.run;
  if (row.body.empty())
    return result;
  auto document = json_document::parse(std::move(body));
  dom::object members;
  if (!document) {
    result.code = errc::malformed_json;
    result.detail = detail_of(document.error());
    return result;
  }
  if (document->root().get(members) == simdjson::SUCCESS)
    read_members(row, members, result);
  else
    result.faults.push_back({"", "WRONG_TYPE", "the body must be an object"});
  if (!result.faults.empty())
    result.code = errc::validation_failed;
  return result;
}

bool connection::is_administrator(std::string_view bearer) const {
  const auto& token = shared_->config.admin_token;
  return token && !token->empty() && bearer.size() == token->size()
         && CRYPTO_memcmp(bearer.data(), token->expose().data(), bearer.size()) == 0;
}

void connection::on_administration() {
  auto checked = validate_administration(*row_, parser_->take_body());
  if (checked.code != errc::none)
    return refuse(checked.code, checked.detail, checked.faults);
  // The operator is user 0, which no token can name.
  const user_id nobody{0};
  if (const auto code = shared_->credits.take(nobody); code != errc::none)
    return refuse(code);
  ++number_;
  phase_ = phase::waiting;
  expires_ = std::chrono::steady_clock::now() + patience;
  shared_->config.administer(
      std::move(checked.request),
      std::make_shared<reply_path>(shared_from_this(), shared_, number_, nobody));
}

} // namespace kubesage
