#include "persistence/checkpoints.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/codec.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/signer.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <charconv>
#include <utility>

namespace kubesage {
namespace {

constexpr std::string_view before_signature = ",\"signature\":\"";
constexpr std::size_t signature_digits = 2 * signer::signature_size;
constexpr std::uint8_t schema = 1;

/// Takes one spelling apart; the first thing that does not fit fails all that follows.
class line_reader {
public:
  explicit line_reader(std::string_view line) noexcept : rest_(line) {}

  line_reader& skip(std::string_view part) noexcept {
    is_ok_ = is_ok_ && rest_.starts_with(part);
    if (is_ok_)
      rest_.remove_prefix(part.size());
    return *this;
  }
  [[nodiscard]] bool is_next(std::string_view part) const noexcept {
    return is_ok_ && rest_.starts_with(part);
  }
  template <class Number>
  line_reader& number(Number& out) noexcept {
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    const bool is_plain = rest_.starts_with('0') ? end == rest_.data() + 1 : out > 0;
    is_ok_ = is_ok_ && code == std::errc{} && is_plain;
    if (is_ok_)
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return *this;
  }
  /// Up to the next quotation mark.
  std::string_view text() noexcept {
    const auto end = rest_.find('"');
    is_ok_ = is_ok_ && end != std::string_view::npos;
    if (!is_ok_)
      return {};
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return text;
  }
  void fail() noexcept {
    is_ok_ = false;
  }
  [[nodiscard]] bool is_ok() const noexcept {
    return is_ok_;
  }
  [[nodiscard]] bool is_finished() const noexcept {
    return is_ok_ && rest_.empty();
  }

private:
  std::string_view rest_;
  bool is_ok_ = true;
};

bool is_hex(std::string_view text, std::size_t digits) noexcept {
  return text.size() == digits
         && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

user_head take_head(line_reader& in) {
  user_head head;
  in.skip("{\"user\":").number(head.user).skip(",\"sequence\":").number(head.sequence);
  in.skip(",\"head\":\"");
  if (const auto value = chain_value::parse(in.text()))
    head.head = *value;
  else
    in.fail();
  in.skip("\"}");
  return head;
}

std::string signed_part(const checkpoint& what) {
  std::string text;
  text.reserve(256 + 128 * what.users.size());
  text.append("{\"number\":").append(std::to_string(what.number));
  text.append(",\"time\":\"").append(to_rfc3339(what.time));
  text.append("\",\"previous\":\"").append(what.previous);
  text.append("\",\"through\":").append(std::to_string(what.through)).append(",\"users\":[");
  for (const auto& user : what.users) {
    if (text.back() != '[')
      text += ',';
    text.append("{\"user\":").append(std::to_string(user.user));
    text.append(",\"sequence\":").append(std::to_string(user.sequence));
    text.append(",\"head\":\"").append(user.head.to_text()).append("\"}");
  }
  text.append("],\"key\":\"").append(what.key).append("\"");
  return text;
}

} // namespace

caf::expected<std::string> render_checkpoint(const checkpoint& what, const signer& key) {
  auto line = signed_part(what);
  const auto signature = key.sign(line);
  if (!signature)
    return signature.error();
  return line.append(before_signature).append(to_hex(*signature)).append("\"}");
}

std::optional<checkpoint> parse_checkpoint(std::string_view line) {
  checkpoint found;
  line_reader in{line};
  in.skip("{\"number\":").number(found.number).skip(",\"time\":\"");
  const auto time = from_rfc3339(in.text());
  in.skip("\",\"previous\":\"");
  found.previous = in.text();
  in.skip("\",\"through\":").number(found.through).skip(",\"users\":[");
  while (in.is_ok() && !in.is_next("]")) {
    if (!found.users.empty())
      in.skip(",");
    found.users.push_back(take_head(in));
  }
  in.skip("],\"key\":\"");
  found.key = in.text();
  in.skip("\"").skip(before_signature);
  const auto signature = in.text();
  in.skip("\"}");
  if (!in.is_finished() || !time || !is_hex(signature, signature_digits)
      || !is_hex(found.key, 2 * signer::key_size)
      || !(found.previous.empty() || is_hex(found.previous, 64)))
    return std::nullopt;
  found.time = *time;
  return found;
}

bool is_signed_by(std::string_view line, std::string_view public_key) {
  const auto at = line.rfind(before_signature);
  if (at == std::string_view::npos)
    return false;
  const auto digits = line.substr(at + before_signature.size(), signature_digits);
  if (!is_hex(digits, signature_digits)
      || line.substr(at + before_signature.size() + signature_digits) != "\"}")
    return false;
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string signature;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    signature.push_back(static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1])));
  return is_signature(public_key, line.substr(0, at), signature);
}

std::string hash_of_line(std::string_view line) {
  const auto hash = sha256(line);
  return to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

caf::expected<std::uint64_t> checkpointed_through(const database& db) {
  const auto stored = db.get(family::meta, meta_name::checkpointed);
  if (!stored)
    return stored.error();
  return *stored ? decode_counter(**stored) : caf::expected<std::uint64_t>{std::uint64_t{0}};
}

caf::expected<std::optional<std::string>> read_checkpoint(const database& db,
                                                          std::uint64_t number) {
  return db.get(family::checkpoints, checkpoint_key(number));
}

caf::expected<std::uint64_t> last_checkpoint(const database& db) {
  std::uint64_t last = 0;
  const std::string lines(1, '\0');
  auto err = db.scan_back(family::checkpoints, lines, end_of_prefix(lines),
                          [&](std::string_view key, std::string_view) {
                            byte_reader in{key.substr(1)};
                            last = in.take<std::uint64_t>();
                            return false;
                          });
  if (err)
    return err;
  return last;
}

std::string encode(const user_checkpoint& part) {
  std::string out;
  put_big_endian(out, schema);
  put_big_endian(out, part.number);
  put_big_endian(out, part.sequence);
  out.append(part.head.to_text());
  return out;
}

caf::expected<std::optional<user_checkpoint>> read_user_checkpoint(const database& db,
                                                                   const tenant& owner) {
  const auto stored = db.get(family::checkpoints, user_checkpoint_key(owner));
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::optional<user_checkpoint>{};
  byte_reader in{**stored};
  const bool is_known = in.take<std::uint8_t>() == schema;
  user_checkpoint part;
  part.number = in.take<std::uint64_t>();
  part.sequence = in.take<std::uint64_t>();
  const auto head = chain_value::parse(in.take_bytes(64));
  if (!is_known || !head || !in.is_finished())
    return caf::make_error(errc::storage_unavailable,
                           std::string{"the row of a user's checkpoint is damaged"});
  part.head = *head;
  return std::optional{part};
}

caf::expected<std::optional<std::string>> read_audit_key(const database& db) {
  auto stored = db.get(family::meta, meta_name::audit_key);
  if (stored && *stored && (*stored)->size() != signer::key_size)
    return caf::make_error(errc::storage_unavailable,
                           std::string{"the row of the audit key is damaged"});
  return stored;
}

} // namespace kubesage
