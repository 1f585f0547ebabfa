#pragma once

#include "k8s/analyzers/resource_types.hpp"
#include "k8s/kinds.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// How lists are asked for. Pure functions.
namespace kubesage::k8s {

/// The Accept header for a list of which `wants` is read. Servers that cannot cut an object down to
/// its metadata answer the whole list.
std::string_view accept_for(analysis::content wants);

/// The path of a list: of one namespace, or of all where `kube_namespace` is empty or the kind has
/// none.
std::string list_path(const analysis::list_source& source, bool is_namespaced,
                      std::string_view kube_namespace);

/// The query of one page; `continue_token` is empty for the first.
std::string page_query(std::size_t limit, std::string_view field_selector,
                       std::string_view continue_token);

/// The sources of `row` that are worth asking, the best first: the one that `catalog` has. Without
/// one: none when the catalog is complete, else all. Null: nobody knows, all.
std::vector<analysis::list_source> sources_of(const analysis::kind_row& row,
                                              const kind_catalog* catalog, bool is_complete);

/// The continue token of a list body, read from its head without parsing it: API servers write the
/// list's metadata before its items. Empty: none was found, which does not mean that there is none.
std::string_view peek_continue_token(std::string_view body);

/// Whether `name` can be a namespace: a label of RFC 1123.
bool is_namespace_name(std::string_view name);

} // namespace kubesage::k8s
