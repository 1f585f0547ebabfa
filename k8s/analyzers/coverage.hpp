#pragma once

#include "k8s/analyzers/resource_types.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::analysis {

/// How far a kind could be read. Everything but `ok` means: what was not seen may be unwell, and
/// what was not found may exist.
enum class read_status : std::uint8_t {
  ok,
  truncated,  ///< Some of it was read, up to a bound.
  not_served, ///< The cluster has no such kind.
  forbidden,
  failed,
};

inline constexpr std::array read_status_names{
    std::string_view{"ok"},        std::string_view{"truncated"}, std::string_view{"not_served"},
    std::string_view{"forbidden"}, std::string_view{"failed"},
};

constexpr std::string_view name_of(read_status status) noexcept {
  return read_status_names[static_cast<std::size_t>(status)];
}

/// What the reader reports about one kind. A kind without one has not been read.
struct kind_coverage {
  object_kind kind = object_kind::pods;
  read_status status = read_status::ok;
  content read = content::full;
  std::size_t objects = 0;
  std::string reason; ///< Why it is not `ok`; one sentence without secrets.
};

/// The same for the user.
struct coverage_row {
  std::string resource_type; ///< `pods`; the plural of a kind that only rules of others read.
  read_status status = read_status::ok;
  std::size_t objects = 0;
  std::string reason;
};

/// One row a resource type, its kinds taken together: the worst status counts. `asked` types come
/// first and have a row even where nothing was read; what else was read follows, both in the order
/// of the tables.
std::vector<coverage_row> coverage_rows(std::span<const resource_type> asked,
                                        std::span<const kind_coverage> read);

} // namespace kubesage::analysis
