#pragma once

#include "k8s/native/json_text.hpp"
#include "k8s/native/tab_writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kubesage::k8s::native {

struct table_options {
  bool is_wide = false;
  bool has_headers = true;
  bool shows_namespace = false;
  bool shows_labels = false;
  std::vector<std::string> label_columns;
  std::string kind_prefix; ///< `deployment.apps`; empty: names stand alone.
  /// Cells end at their first line, escapes are made visible. Builds of old releases differ in it,
  /// so that without it such cells are not printed at all.
  bool cuts_lines = true;
};

/// Prints the Tables of one resource type, which the server has rendered, as kubectl does: headers
/// once while the columns stay the same, labels and namespaces from the rows' metadata.
class table_printer {
public:
  explicit table_printer(table_options options);

  /// Writes a Table's rows. False: it is none, or has what this does not know how to print.
  bool print(const simdjson::dom::object& table, tab_writer& out);

private:
  struct column {
    std::string header;
    std::string identity; ///< All that tells two definitions apart.
    bool is_hidden = false;
    bool is_name = false;

    bool operator==(const column& other) const {
      return identity == other.identity;
    }
  };

  bool read_columns(const simdjson::dom::object& table, std::vector<column>& columns) const;
  void print_headers(const std::vector<column>& columns, tab_writer& out) const;
  bool print_row(const simdjson::dom::object& row, const std::vector<column>& columns,
                 tab_writer& out) const;
  bool append_cell(std::string& line, const simdjson::dom::element& cell, bool has_prefix) const;
  bool append_labels(std::string& line, const simdjson::dom::object& metadata) const;
  bool append_text(std::string& line, std::string_view text) const;

  table_options options_;
  std::vector<column> last_columns_;
  bool has_printed_headers_ = false;
};

} // namespace kubesage::k8s::native
