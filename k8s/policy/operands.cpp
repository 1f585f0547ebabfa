#include "k8s/policy/operands.hpp"

#include "k8s/policy/asked_operands.hpp"
#include "k8s/policy/characters.hpp"
#include "k8s/policy/operand_faults.hpp"
#include "k8s/policy/pairs.hpp"
#include "k8s/policy/refuse.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace kubesage::policy {

namespace {

constexpr std::size_t max_kinds = 8;
constexpr std::size_t max_expanded_kinds = 64;
constexpr std::size_t max_names = 32;
constexpr std::size_t max_pairs = 64;

std::string lower(std::string_view text) {
  std::string result{text};
  for (auto& x : result)
    x = to_lower(x);
  return result;
}

/// Whether a word that is no known kind names Secrets all the same, as `v1.secrets` does.
bool speaks_of_secrets(std::string_view word) {
  const auto lowered = lower(word);
  return !all_parts(lowered, '.', lowered.size() + 1,
                    [](std::string_view part) { return part != "secret" && part != "secrets"; });
}

class operand_reader {
public:
  operand_reader(const policy_table& table, const parsed_command& command, const kind_source& kinds,
                 plan& out)
      : table_(table), verb_(*command.verb), command_(command), kinds_(kinds), out_(out),
        words_(command.operands) {}

  std::optional<refusal> run() {
    if (takes_pairs(verb_.operands))
      return read_changes();
    switch (verb_.operands) {
    case operand_shape::none:
      add_own_kind();
      return words_.empty() ? std::nullopt : std::optional{surplus(words_[0])};
    case operand_shape::resources:
      return read_resources(words_);
    case operand_shape::objects:
    case operand_shape::object:
      return read_objects(words_);
    case operand_shape::nodes:
      add_own_kind();
      return words_.empty() ? needs_operand(verb_, "the name of a node") : read_names(words_);
    case operand_shape::optional_name:
      add_own_kind();
      return words_.size() > 1 ? surplus(words_[1]) : read_names(words_);
    case operand_shape::new_name:
      return read_new_name();
    case operand_shape::log_source:
      return read_log_source();
    case operand_shape::field_path:
      return read_field_path(command_, kinds_, out_);
    default:
      return read_access(table_, command_, kinds_, out_);
    }
  }

private:
  void add_own_kind() {
    if (verb_.kind.empty())
      return;
    if (const auto* kind = kinds_.built_in->find(verb_.kind))
      out_.kinds.push_back(*kind);
  }

  std::optional<refusal> read_names(std::span<const std::string> words) {
    if (words.size() > max_names)
      return deny(words[max_names], "At most 32 names may be given.", "operand:names");
    for (const auto& word : words) {
      if (!is_name(word))
        return bad_name(word);
      out_.names.push_back(word);
    }
    return std::nullopt;
  }

  std::optional<refusal> add_kind(std::string_view word) {
    if (const auto* kind = kinds_.find(word)) {
      out_.kinds.push_back(*kind);
      return std::nullopt;
    }
    const auto category = kinds_.discovered != nullptr ? kinds_.discovered->in_category(word)
                                                       : kinds_.built_in->in_category(word);
    if (category.empty())
      return unknown_kind(word, kinds_);
    if (verb_.writes)
      return deny(word, "A change must name its kinds one by one.", "kind:category");
    out_.kinds.reserve(out_.kinds.size() + category.size());
    for (const auto* kind : category)
      out_.kinds.push_back(*kind);
    return std::nullopt;
  }

  std::optional<refusal> read_kinds(std::string_view list) {
    std::optional<refusal> fault;
    const bool is_short = all_parts(list, ',', max_kinds, [&](std::string_view word) {
      fault = word.empty() ? deny(list, "A kind is missing.", "kind:missing") : add_kind(word);
      return !fault;
    });
    if (fault)
      return fault;
    if (!is_short || out_.kinds.size() > max_expanded_kinds)
      return deny(list, "At most 8 kinds may be given.", "kind:count");
    return std::nullopt;
  }

  std::optional<refusal> read_references(std::span<const std::string> words) {
    if (words.size() > max_names)
      return deny(words[max_names], "At most 32 names may be given.", "operand:names");
    for (const auto& word : words) {
      object_reference object;
      if (auto fault = read_reference(table_, word, kinds_, object))
        return fault;
      out_.objects.push_back(std::move(object));
    }
    return std::nullopt;
  }

  std::optional<refusal> read_resources(std::span<const std::string> words) {
    if (words.empty())
      return needs_operand(verb_, "a kind, such as pods");
    if (words[0].find('/') != std::string::npos)
      return read_references(words);
    if (auto fault = read_kinds(words[0]))
      return fault;
    return read_names(words.subspan(1));
  }

  std::optional<refusal> read_objects(std::span<const std::string> words) {
    if (auto fault = read_resources(words))
      return fault;
    const auto count = out_.objects.size() + out_.names.size();
    if (count == 0)
      return needs_operand(verb_, "the names of objects");
    if (verb_.operands == operand_shape::object && (count > 1 || out_.kinds.size() > 1))
      return surplus(words.back());
    return std::nullopt;
  }

  /// Objects, then what is to change in them.
  std::optional<refusal> read_changes() {
    const auto first = std::find_if(words_.begin(), words_.end(),
                                    [](const std::string& word) { return is_pair(word); });
    if (auto fault = read_objects(words_.first(static_cast<std::size_t>(first - words_.begin()))))
      return fault;
    const auto pairs = words_.subspan(static_cast<std::size_t>(first - words_.begin()));
    if (pairs.empty() && command_.value_of("env") == nullptr)
      return needs_operand(verb_, "what is to change behind the names");
    if (pairs.size() > max_pairs)
      return surplus(pairs[max_pairs]);
    for (const auto& word : pairs) {
      if (!is_pair(word))
        return deny(word, "Names come before what is to change.", "operand:order");
      if (auto fault = check_pair(table_, verb_.operands, word))
        return fault;
      out_.arguments.push_back(word);
    }
    if (verb_.operands == operand_shape::nodes_taints)
      return check_nodes();
    return std::nullopt;
  }

  [[nodiscard]] std::optional<refusal> check_nodes() const {
    const auto is_node = [](const k8s::api_resource& kind) {
      return kind.group.empty() && kind.name == "nodes";
    };
    const bool all_nodes = std::all_of(out_.kinds.begin(), out_.kinds.end(), is_node)
                           && std::all_of(out_.objects.begin(), out_.objects.end(),
                                          [&](const auto& each) { return is_node(each.kind); });
    return all_nodes ? std::nullopt : std::optional{needs_operand(verb_, "nodes")};
  }

  std::optional<refusal> read_new_name() {
    add_own_kind();
    if (words_.empty())
      return needs_operand(verb_, "a name");
    if (words_.size() > 1)
      return surplus(words_[1]);
    const bool is_good = verb_.kind == "namespaces" ? is_dns_label(words_[0]) : is_name(words_[0]);
    if (!is_good)
      return bad_name(words_[0]);
    out_.names.push_back(words_[0]);
    return std::nullopt;
  }

  std::optional<refusal> read_log_source() {
    if (words_.size() > 2)
      return surplus(words_[2]);
    if (words_.empty()) {
      add_own_kind();
      return command_.value_of("selector") != nullptr
                 ? std::nullopt
                 : std::optional{needs_operand(verb_, "a pod or a selector")};
    }
    if (words_[0].find('/') != std::string::npos) {
      if (auto fault = read_references(words_.first(1)))
        return fault;
    } else {
      add_own_kind();
      if (auto fault = read_names(words_.first(1)))
        return fault;
    }
    if (words_.size() == 2) {
      if (!is_name(words_[1]))
        return bad_name(words_[1]);
      out_.arguments.push_back(words_[1]);
    }
    return std::nullopt;
  }

  const policy_table& table_;
  const verb_rule& verb_;
  const parsed_command& command_;
  const kind_source& kinds_;
  plan& out_;
  std::span<const std::string> words_;
};

} // namespace

const k8s::api_resource* kind_source::find(std::string_view word) const {
  const auto* found = built_in->find(word);
  return found == nullptr && discovered != nullptr ? discovered->find(word) : found;
}

bool is_secret(const k8s::api_resource& kind) {
  return kind.group.empty() && kind.name == "secrets";
}

refusal unknown_kind(std::string_view word, const kind_source& kinds) {
  if (speaks_of_secrets(word))
    return deny(word, "Write secrets for the kind Secret.", "kind:secrets");
  const bool is_word = !word.empty() && word.size() <= 253 && consists_of(word, "-.");
  auto result = deny(word, "The cluster has no such kind.", "kind:unknown");
  result.needs_discovery = is_word && kinds.discovered == nullptr;
  return result;
}

std::optional<refusal> read_reference(const policy_table& table, std::string_view word,
                                      const kind_source& kinds, object_reference& out) {
  const auto slash = word.find('/');
  if (slash == std::string_view::npos || word.find('/', slash + 1) != std::string_view::npos)
    return deny(word, "Objects are written as KIND/NAME here, with one slash.", "operand:slash");
  const auto* kind = kinds.find(word.substr(0, slash));
  if (kind == nullptr)
    return unknown_kind(word.substr(0, slash), kinds);
  const auto name = word.substr(slash + 1);
  if (!is_name(name))
    return bad_name(word);
  const auto& never = table.never_named;
  if (std::find(never.begin(), never.end(), name) != never.end())
    return deny(word, "This names a subresource, which is refused.", "operand:subresource");
  out = {*kind, std::string{name}};
  return std::nullopt;
}

std::optional<refusal> read_operands(const policy_table& table, const parsed_command& command,
                                     const kind_source& kinds, plan& out) {
  return operand_reader{table, command, kinds, out}.run();
}

} // namespace kubesage::policy
