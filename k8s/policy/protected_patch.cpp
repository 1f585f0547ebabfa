#include "k8s/policy/protected_patch.hpp"

#include "k8s/policy/characters.hpp"
#include "k8s/policy/document.hpp"
#include "k8s/policy/refuse.hpp"

#include <algorithm>

namespace kubesage::policy {

namespace {

bool is_same(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return to_lower(a) == to_lower(b); });
}

class patch_checker {
public:
  explicit patch_checker(const policy_table& table) : table_(table) {}

  /// A member of an object, or one step of a path.
  [[nodiscard]] bool is_protected(std::string_view name) const {
    // `$deleteFromPrimitiveList/finalizers` and the like touch what stands behind the slash.
    if (name.starts_with('$'))
      name.remove_prefix(std::min(name.find('/'), name.size() - 1) + 1);
    const auto is_it = [name](const std::string& each) { return is_same(each, name); };
    return std::any_of(table_.protected_members.begin(), table_.protected_members.end(), is_it)
           || std::any_of(table_.protected_keys.begin(), table_.protected_keys.end(),
                          [&](const std::string& each) {
                            return each.ends_with('/') ? is_same(name.substr(0, each.size()), each)
                                                       : is_same(name, each);
                          });
  }

  /// Merge patches: every member of every object. Emptying metadata would take protected members
  /// away without naming them.
  bool walk(const document& value, bool is_metadata) {
    for (std::size_t i = 0; i < value.names.size(); ++i) {
      const auto& name = value.names[i];
      const auto& child = value.items[i];
      if (is_protected(name))
        return refuse(name);
      const bool is_holder =
          is_same(name, "metadata") || (is_metadata && is_same(name, "annotations"));
      if (is_holder && child.what == document::kind::null)
        return refuse(name);
      if (is_metadata && (name == "$patch" || name == "$retainKeys"))
        return refuse(name);
      if (!walk(child, is_same(name, "metadata")))
        return false;
    }
    return value.what == document::kind::object
           || std::all_of(value.items.begin(), value.items.end(),
                          [this](const document& item) { return walk(item, false); });
  }

  /// JSON patches: a list of operations on paths.
  bool walk_operations(const document& list) {
    for (const auto& operation : list.items) {
      if (operation.what != document::kind::object)
        return refuse("patch");
      for (std::size_t i = 0; i < operation.names.size(); ++i) {
        const auto& name = operation.names[i];
        const auto& child = operation.items[i];
        if ((name == "path" || name == "from")
            && (child.what != document::kind::text || !check_pointer(child.text)))
          return refuse(name);
        if (name == "value" && !walk(child, false))
          return false;
      }
    }
    return true;
  }

  std::string_view culprit() const {
    return culprit_;
  }

private:
  bool refuse(std::string_view name) {
    culprit_ = name;
    return false;
  }

  /// Neither through a protected member nor to one that holds such.
  [[nodiscard]] bool check_pointer(std::string_view pointer) const {
    if (!pointer.starts_with('/'))
      return false;
    std::string last;
    const bool is_clear = all_parts(pointer.substr(1), '/', 64, [&](std::string_view step) {
      last.clear();
      for (std::size_t i = 0; i < step.size(); ++i) {
        const bool is_escape = step[i] == '~' && i + 1 < step.size();
        if (is_escape && step[i + 1] == '1')
          last += '/';
        else
          last += step[i];
        if (is_escape && (step[i + 1] == '1' || step[i + 1] == '0'))
          ++i;
      }
      return !is_protected(last);
    });
    return is_clear && !last.empty() && !is_same(last, "metadata") && !is_same(last, "annotations");
  }

  const policy_table& table_;
  std::string culprit_;
};

} // namespace

std::optional<refusal> check_patch(const policy_table& table, std::string_view type,
                                   std::string_view body) {
  const auto parsed = read_document(body);
  if (!parsed)
    return refusal{false, "--patch",
                   "The patch is neither JSON nor plain YAML without anchors, tags and depth.",
                   "patch:syntax"};
  const bool is_list = type == "json";
  if (parsed->what != (is_list ? document::kind::array : document::kind::object))
    return refusal{false, "--patch",
                   is_list ? "A JSON patch is a list of operations."
                           : "A merge patch is an object; use --type=json for a list.",
                   "patch:type"};
  patch_checker checker{table};
  if (is_list ? checker.walk_operations(*parsed) : checker.walk(*parsed, false))
    return std::nullopt;
  return deny(checker.culprit(), "A patch may not touch this member: it gives rights.",
              "patch:protected");
}

} // namespace kubesage::policy
