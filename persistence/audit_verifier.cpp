#include "persistence/audit_verifier.hpp"

#include "persistence/bytes.hpp"
#include "persistence/database.hpp"
#include "persistence/event_view.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace kubesage {
namespace {

constexpr std::string_view before_chain = ",\"chain\":\"";
constexpr std::size_t chain_size = before_chain.size() + 64 + 2; ///< Of the last member, and `"}`.

/// Cuts `part` off the front; false where something else stands there.
bool skip(std::string_view& text, std::string_view part) noexcept {
  if (!text.starts_with(part))
    return false;
  text.remove_prefix(part.size());
  return true;
}

/// Whether `text`, the payload without its chain, ends with this number as its `sequence`.
bool ends_with_sequence(std::string_view text, std::uint64_t sequence) noexcept {
  std::array<char, 20> digits{};
  const auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), sequence).ptr;
  const std::string_view number{digits.data(), static_cast<std::size_t>(end - digits.data())};
  if (!text.ends_with(number))
    return false;
  text.remove_suffix(number.size());
  return text.ends_with(",\"sequence\":");
}

/// Whether the row's own id and subject are those of its payload; only that is hashed.
bool is_labelled_right(const event_view& event, std::string_view user_part) noexcept {
  auto text = event.payload;
  if (!skip(text, "{\"specversion\":\"1.0\",\"id\":\"") || !skip(text, event.id)
      || !skip(text, "\",\"source\":"))
    return false;
  constexpr std::string_view before_type = "\",\"type\":\"kubesage.";
  const auto type_at = text.find(before_type);
  if (type_at == std::string_view::npos)
    return false;
  text.remove_prefix(type_at + before_type.size());
  auto subject = event.subject;
  if (!skip(subject, user_part))
    return false;
  const auto dot = subject.find('.');
  if (dot == std::string_view::npos || !skip(text, subject.substr(dot + 1))
      || !skip(text, "\",\"subject\":\""))
    return false;
  const auto cluster = subject.substr(0, dot);
  if (cluster == "none")
    return text.starts_with("users/");
  return cluster.starts_with('c') && skip(text, "clusters/") && skip(text, cluster.substr(1))
         && text.starts_with('"');
}

/// The key of the event behind this one's, in place.
void count_up(std::string& key) noexcept {
  for (auto at = key.rbegin(); at != key.rbegin() + sizeof(std::uint64_t); ++at)
    if (++*at != 0)
      return;
}

void write_hex(const chain_value& value, std::array<char, 64>& out) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  auto* at = out.data();
  for (const char c : value.bytes()) {
    *at++ = digits[static_cast<unsigned char>(c) >> 4U];
    *at++ = digits[static_cast<unsigned char>(c) & 15U];
  }
}

} // namespace

std::string_view name_of(chain_fault_kind kind) noexcept {
  switch (kind) {
  case chain_fault_kind::unreadable:
    return "unreadable";
  case chain_fault_kind::moved:
    return "moved";
  case chain_fault_kind::missing:
    return "missing";
  case chain_fault_kind::not_canonical:
    return "not_canonical";
  case chain_fault_kind::changed:
    return "changed";
  case chain_fault_kind::rewritten:
    return "rewritten";
  }
  return "changed";
}

chain_check::chain_check(const tenant& owner, witnessed_heads witnessed, std::uint64_t at_least,
                         std::optional<std::uint64_t> through)
    : owner_(owner), user_part_("kubesage.v1.u" + to_string(owner.user()) + "."),
      key_(event_key(owner, 1)), witnessed_(std::move(witnessed)),
      at_least_(std::max(at_least, witnessed_.empty() ? 0 : witnessed_.rbegin()->first)),
      through_(through) {}

std::optional<chain_fault_kind> chain_check::look_at(std::string_view key, std::string_view row) {
  if (key != key_)
    return chain_fault_kind::missing;
  const auto event = event_view::of(row);
  if (!event)
    return chain_fault_kind::unreadable;
  if (event->sequence != sequence_ + 1 || !event->subject.starts_with(user_part_))
    return chain_fault_kind::moved;
  const auto payload = event->payload;
  const auto stated = chain_value::of_payload(payload);
  if (!stated)
    return chain_fault_kind::not_canonical;
  const auto canonical = payload.substr(0, payload.size() - chain_size);
  if (!ends_with_sequence(canonical, event->sequence))
    return chain_fault_kind::moved;
  if (head_)
    hash_.add({head_text_.data(), head_text_.size()});
  hash_.add(canonical);
  hash_.add("}");
  const auto computed = hash_.finish();
  if (stated->bytes() != std::string_view{reinterpret_cast<const char*>(computed.data()), 32}
      || !is_labelled_right(*event, user_part_))
    return chain_fault_kind::changed;
  if (const auto known = witnessed_.find(event->sequence);
      known != witnessed_.end() && known->second != *stated)
    return chain_fault_kind::rewritten;
  head_ = stated;
  write_hex(*stated, head_text_);
  return std::nullopt;
}

caf::expected<bool> chain_check::run(const database& db, std::size_t limit) {
  if (fault_)
    return true;
  const auto end = through_ ? event_key(owner_, *through_ + 1) : end_of_prefix(user_key(owner_));
  bool is_at_end = true;
  auto err = db.scan(family::events, std::string{key_}, end,
                     [&](std::string_view key, std::string_view row) {
                       if (limit == 0) {
                         is_at_end = false;
                         return false;
                       }
                       --limit;
                       if (const auto kind = look_at(key, row)) {
                         fault_ = chain_fault{sequence_ + 1, *kind};
                         return false;
                       }
                       ++sequence_;
                       count_up(key_);
                       return true;
                     });
  if (err)
    return err;
  if (is_at_end && !fault_ && sequence_ < at_least_)
    fault_ = chain_fault{sequence_ + 1, chain_fault_kind::missing};
  return is_at_end || fault_.has_value();
}

} // namespace kubesage
