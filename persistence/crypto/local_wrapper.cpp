#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/blob.hpp"
#include "persistence/crypto/key_wrapper.hpp"
#include "persistence/crypto/secure_key.hpp"

#include <cstdint>
#include <utility>

namespace kubesage {
namespace {

/// The number in what the first versions wrapped; it says nothing about the key.
constexpr std::uint32_t unnumbered = 1;

class local_wrapper final : public key_wrapper {
public:
  local_wrapper(secure_key root, std::uint32_t number) : root_(std::move(root)), number_(number) {}

  caf::expected<std::string> wrap(std::string_view purpose, std::string_view key) override {
    return seal_blob(root_.expose(), number_, purpose, key);
  }

  caf::expected<secret> unwrap(std::string_view purpose, std::string_view wrapped) override {
    auto key = open_blob(root_.expose(), key_id_of(wrapped), purpose, wrapped);
    if (!key)
      return caf::make_error(errc::not_ready, detail_of(key.error()));
    return key;
  }

  [[nodiscard]] bool recognises(std::string_view wrapped) const override {
    const auto number = key_id_of(wrapped);
    return number == number_ || number == unnumbered;
  }

  [[nodiscard]] std::string name() const override {
    std::string bytes;
    put_big_endian(bytes, number_);
    return "local " + to_hex(bytes);
  }

private:
  secure_key root_;
  std::uint32_t number_;
};

} // namespace

caf::expected<std::shared_ptr<key_wrapper>> make_local_wrapper(const secret& root) {
  if (root.size() != aead_key_size)
    return caf::make_error(errc::not_ready, std::string{"the master key must have 32 bytes"});
  key_block mark;
  if (auto err = hkdf_expand(root.expose(), "kubesage root number", mark))
    return err;
  // The highest bit keeps it apart from `unnumbered` and from 0, which is no number.
  const auto number = byte_reader{mark.view()}.take<std::uint32_t>() | 0x80000000U;
  auto key = secure_key::copy_of(root.expose());
  if (!key)
    return std::move(key.error());
  return {std::make_shared<local_wrapper>(std::move(*key), number)};
}

} // namespace kubesage
