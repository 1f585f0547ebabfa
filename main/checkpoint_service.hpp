#pragma once

#include "persistence/crypto/keyring.hpp"
#include "persistence/database.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace kubesage {

/// Makes the checkpoints of a running server, in a thread of its own: once a second, and at its
/// end, while there are events that none covers. Thread: any.
class checkpoint_service {
public:
  struct configuration {
    database* store = nullptr;
    journal* writer = nullptr;
    std::shared_ptr<const keyring> keys;
    std::filesystem::path second_sink; ///< Empty: none.
  };

  explicit checkpoint_service(configuration config);
  checkpoint_service(const checkpoint_service&) = delete;
  checkpoint_service& operator=(const checkpoint_service&) = delete;
  ~checkpoint_service(); ///< Call while the journal still takes changes.

  [[nodiscard]] std::uint64_t made() const noexcept;
  [[nodiscard]] std::uint64_t failures() const noexcept;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
