#include "k8s/analyzers/coverage.hpp"

#include <algorithm>

namespace kubesage::analysis {

namespace {

void add(coverage_row& to, const kind_coverage& part, bool is_alone) {
  to.status = std::max(to.status, part.status);
  to.objects += part.objects;
  if (part.reason.empty())
    return;
  if (!to.reason.empty())
    to.reason += "; ";
  // Several kinds behind one name: say which one it is about.
  if (!is_alone)
    to.reason.append(row_of(part.kind).sources.front().plural).append(": ");
  to.reason += part.reason;
}

const kind_coverage* find(std::span<const kind_coverage> read, object_kind kind) {
  const auto at = std::find_if(read.begin(), read.end(),
                               [kind](const kind_coverage& each) { return each.kind == kind; });
  return at == read.end() ? nullptr : &*at;
}

const resource_type_row* type_of(object_kind kind) {
  for (const auto type : all_resource_types()) {
    const auto& row = row_of(type);
    if (std::find(row.kinds.begin(), row.kinds.end(), kind) != row.kinds.end())
      return &row;
  }
  return nullptr;
}

} // namespace

std::vector<coverage_row> coverage_rows(std::span<const resource_type> asked,
                                        std::span<const kind_coverage> read) {
  std::vector<coverage_row> rows;
  std::vector<object_kind> done;
  for (const auto type : all_resource_types()) {
    const auto& row = row_of(type);
    if (row.kinds.empty() || std::find(asked.begin(), asked.end(), type) == asked.end())
      continue;
    auto& made = rows.emplace_back(coverage_row{std::string{row.name}, read_status::ok, 0, {}});
    for (const auto kind : row.kinds) {
      const auto* found = find(read, kind);
      add(made, found ? *found : kind_coverage{kind, read_status::failed, {}, 0, "not read"},
          row.kinds.size() == 1);
      done.push_back(kind);
    }
  }
  for (std::size_t i = 0; i < object_kinds; ++i) {
    const auto kind = static_cast<object_kind>(i);
    const auto* found = find(read, kind);
    if (found == nullptr || std::find(done.begin(), done.end(), kind) != done.end())
      continue;
    const auto* type = type_of(kind);
    const bool is_alone = type != nullptr && type->kinds.size() == 1;
    auto& made = rows.emplace_back();
    made.resource_type = is_alone ? type->name : row_of(kind).sources.back().plural;
    add(made, *found, true);
  }
  return rows;
}

} // namespace kubesage::analysis
