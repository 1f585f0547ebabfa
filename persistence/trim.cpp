#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <utility>

namespace kubesage {

caf::expected<std::optional<row>> trim_oldest(const database& db, family where, std::string prefix,
                                              std::size_t keep) {
  std::size_t seen = 0;
  std::string until;
  auto err = db.scan_back(where, prefix, end_of_prefix(prefix),
                          [&](std::string_view key, std::string_view) {
                            if (++seen <= keep)
                              return true;
                            until = std::string{key} + '\0'; // the key itself goes, too
                            return false;
                          });
  if (err)
    return err;
  if (until.empty())
    return std::optional<row>{};
  return std::optional<row>{row{where, std::move(prefix), std::nullopt, std::move(until)}};
}

} // namespace kubesage
