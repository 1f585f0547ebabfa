#include "k8s/native/get_command.hpp"
#include "k8s/native/json_text.hpp"
#include "k8s/native/status.hpp"
#include "k8s/native/table.hpp"
#include "k8s/native/yaml_text.hpp"

#include <algorithm>
#include <utility>

namespace kubesage::k8s::native {

namespace {

using format = get_command::format;

/// The first kubectl that hides managed fields and leaves the list's selfLink out.
constexpr kubectl_version modern{1, 21};

constexpr unsigned ok = 200;
constexpr std::size_t max_json_bytes = 16U << 20U; // That YAML is made of.

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& x : result)
    if (x >= 'A' && x <= 'Z')
      x = static_cast<char>(x - 'A' + 'a');
  return result;
}

std::string group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return std::string{slash == std::string_view::npos ? "" : api_version.substr(0, slash)};
}

std::string with_group(std::string_view kind, std::string_view group) {
  auto text = lower(kind);
  if (!group.empty())
    (text += '.') += group;
  return text;
}

/// An answer that is an object or a page, parsed; or what the server refused.
struct parsed_answer {
  std::size_t target = 0;
  simdjson::dom::parser parser;
  simdjson::dom::object root;
};

class printer {
public:
  printer(const get_command& command, kubectl_version version, std::size_t limit)
      : command_(command), version_(version), limit_(limit) {}

  std::optional<printed> run(const std::vector<get_answer>& answers) {
    for (const auto& each : answers)
      if (!read(each))
        return std::nullopt;
    const bool is_table = command_.output == format::table || command_.output == format::wide;
    if (!(is_table ? print_tables() : print_objects()))
      return std::nullopt;
    if (command_.output == format::yaml && !result_.output.empty()) {
      auto text = result_.output.size() > max_json_bytes ? std::nullopt : to_yaml(result_.output);
      if (!text)
        return std::nullopt;
      result_.output = std::move(*text);
    }
    result_.is_truncated = result_.output.size() > limit_;
    if (result_.is_truncated)
      result_.output.resize(limit_);
    for (const auto& error : errors_) {
      result_.exit_code = 1;
      result_.error += error + "\n";
    }
    return std::move(result_);
  }

private:
  bool read(const get_answer& given) {
    for (const auto& header : given.answer.warnings) {
      auto text = describe_warning(header);
      if (!text)
        return false;
      // kubectl says each only once.
      if (std::find(warnings_.begin(), warnings_.end(), *text) == warnings_.end()) {
        result_.error += *text + "\n";
        warnings_.push_back(std::move(*text));
      }
    }
    if (given.answer.status != ok)
      return read_refusal(given);
    auto parsed = std::make_unique<parsed_answer>();
    parsed->target = given.target;
    if (!parse_object(parsed->parser, given.answer.body, parsed->root))
      return false;
    input_bytes_ += given.answer.body.size();
    answers_.push_back(std::move(parsed));
    return true;
  }

  bool read_refusal(const get_answer& given) {
    auto status = parse_status(given.answer.status, given.answer.body);
    if (!status)
      return false;
    const auto& target = command_.targets[given.target];
    if (target.name.empty() && status->reason != "Forbidden") {
      std::string text;
      const auto& kind = target.kind;
      const auto& selector = command_.selector;
      const auto& field = command_.field_selector;
      const bool has_selector = !selector.empty() || !field.empty();
      text = has_selector ? "Unable to find " : "Unable to list ";
      bool is_plain =
          append_quoted(text, kind.group + "/" + kind.version + ", Resource=" + kind.name);
      if (has_selector) {
        is_plain = append_quoted(text += " that match label selector ", selector) && is_plain;
        is_plain = append_quoted(text += ", field selector ", field) && is_plain;
      }
      if (!is_plain)
        return false;
      status->message = text + ": " + status->message;
    }
    if (!command_.ignores_not_found || !status->is_not_found())
      errors_.push_back(describe(*status));
    return true;
  }

  // -- tables

  bool has_many_kinds() const {
    return std::any_of(answers_.begin(), answers_.end(), [this](const auto& each) {
      const auto& kind = command_.targets[each->target].kind;
      const auto& first = command_.targets[answers_.front()->target].kind;
      return kind.kind != first.kind || kind.group != first.group || kind.version != first.version;
    });
  }

  table_options options_for(const api_resource& kind, bool has_many) {
    table_options options;
    // kubectl's printers share this: once a group shows it, all that follow do.
    shows_namespace_ = shows_namespace_ || (command_.is_all_namespaces && kind.is_namespaced);
    options.is_wide = command_.output == format::wide;
    options.has_headers = command_.has_headers;
    options.shows_namespace = shows_namespace_;
    options.shows_labels = command_.shows_labels;
    options.label_columns = command_.label_columns;
    if (has_many || command_.shows_kind)
      options.kind_prefix = with_group(kind.kind, kind.group);
    options.cuts_lines = version_ >= modern;
    return options;
  }

  void emit(tab_writer& columns) {
    std::string text;
    columns.flush(text);
    if (!text.empty() && std::exchange(needs_separator_, false))
      result_.output += '\n';
    else if (text.empty())
      return;
    result_.output += text;
  }

  bool print_tables() {
    const bool has_many = has_many_kinds();
    bool are_namespaced = !command_.is_all_namespaces;
    tab_writer columns;
    std::optional<table_printer> current;
    const api_resource* last = nullptr;
    for (const auto& each : answers_) {
      const auto& kind = command_.targets[each->target].kind;
      are_namespaced = are_namespaced && kind.is_namespaced;
      if (last == nullptr || last->name != kind.name || last->group != kind.group) {
        emit(columns);
        columns.forget_widths();
        if (last != nullptr && command_.has_headers && !result_.output.empty())
          needs_separator_ = true;
        current.emplace(options_for(kind, has_many));
        last = &kind;
      }
      if (!current->print(each->root, columns))
        return false;
    }
    emit(columns);
    if (!result_.output.empty() || command_.ignores_not_found || !errors_.empty())
      return true;
    result_.error += are_namespaced
                         ? "No resources found in " + command_.kube_namespace + " namespace.\n"
                         : std::string{"No resources found\n"};
    return true;
  }

  // -- objects

  struct item {
    simdjson::dom::object object;
    object_view view;
  };

  /// Takes an answer apart into the objects that are printed.
  bool take(const parsed_answer& answer) {
    item made;
    made.view.hides_managed_fields = version_ >= modern;
    simdjson::dom::element items;
    const bool has_items = answer.root.at_key("items").get(items) == simdjson::SUCCESS;
    if (!command_.targets[answer.target].name.empty()) {
      made.object = answer.root;
      items_.push_back(made);
      // kubectl would take an object with items for a list.
      return !has_items && !text_at(answer.root, "kind").empty()
             && !text_at(answer.root, "apiVersion").empty();
    }
    made.view.kind = text_at(answer.root, "kind");
    made.view.api_version = text_at(answer.root, "apiVersion");
    constexpr std::string_view suffix = "List";
    if (!has_items || !made.view.kind.ends_with(suffix) || made.view.api_version.empty())
      return false;
    made.view.kind.remove_suffix(suffix.size());
    if (items.is_null())
      return true;
    simdjson::dom::array elements;
    if (items.get_array().get(elements) != simdjson::SUCCESS || made.view.kind.empty())
      return false;
    for (const auto each : elements) {
      if (each.get_object().get(made.object) != simdjson::SUCCESS)
        return false;
      items_.push_back(made);
    }
    return true;
  }

  bool print_objects() {
    const bool is_single = command_.targets.size() == 1 && !command_.targets.front().name.empty();
    for (const auto& each : answers_)
      if (!take(*each))
        return false;
    if (items_.empty() && (is_single || command_.ignores_not_found))
      return true;
    if (command_.output == format::name)
      return print_names();
    // Blanks make it about half as long again; growing to that means copying it several times.
    result_.output.reserve(std::min(limit_, input_bytes_ + input_bytes_ / 2) + 1);
    // YAML is made of the whole JSON, as kubectl does it.
    json_writer writer{result_.output, version_,
                       command_.output == format::yaml ? max_json_bytes + 1 : limit_ + 1};
    if (is_single) {
      const bool is_done = writer.write(items_.front().object, items_.front().view, 0);
      result_.output += '\n';
      return is_done;
    }
    result_.output += "{\n    \"apiVersion\": \"v1\",\n    \"items\": [";
    bool is_first = true;
    for (const auto& each : items_) {
      if (writer.is_full())
        return true;
      result_.output += std::exchange(is_first, false) ? "\n        " : ",\n        ";
      if (!writer.write(each.object, each.view, 2))
        return false;
    }
    result_.output += is_first ? "]" : "\n    ]";
    result_.output +=
        ",\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"";
    if (version_ < modern)
      result_.output += ",\n        \"selfLink\": \"\"";
    result_.output += "\n    }\n}\n";
    return true;
  }

  bool print_names() {
    for (const auto& each : items_) {
      auto kind = text_at(each.object, "kind");
      auto api_version = text_at(each.object, "apiVersion");
      if (kind.empty())
        kind = each.view.kind;
      if (api_version.empty())
        api_version = each.view.api_version;
      simdjson::dom::object metadata;
      if (each.object.at_key("metadata").get_object().get(metadata) != simdjson::SUCCESS
          || text_at(metadata, "name").empty())
        return false;
      result_.output += with_group(kind, group_of(api_version)) + "/";
      (result_.output += text_at(metadata, "name")) += '\n';
    }
    return true;
  }

  const get_command& command_;
  kubectl_version version_;
  std::size_t limit_;
  printed result_;
  std::size_t input_bytes_ = 0;
  bool needs_separator_ = false;
  bool shows_namespace_ = false;
  std::vector<std::unique_ptr<parsed_answer>> answers_;
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
  std::vector<item> items_;
};

} // namespace

std::optional<printed> print_get(const get_command& command, const std::vector<get_answer>& answers,
                                 kubectl_version version, std::size_t limit) {
  return printer{command, version, limit}.run(answers);
}

} // namespace kubesage::k8s::native
