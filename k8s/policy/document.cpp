#include "k8s/policy/document.hpp"

#include <sstream>
#include <utility>

#include <simdjson.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace kubesage::policy {

namespace {

constexpr std::size_t max_depth = 64;

// simdjson bounds the depth, so this cannot exhaust the stack.
document copy(simdjson::dom::element element) { // NOLINT(misc-no-recursion)
  document result;
  switch (element.type()) {
  case simdjson::dom::element_type::OBJECT:
    result.what = document::kind::object;
    for (const auto [key, value] : simdjson::dom::object{element}) {
      result.names.emplace_back(key);
      result.items.push_back(copy(value));
    }
    break;
  case simdjson::dom::element_type::ARRAY:
    result.what = document::kind::array;
    for (const auto item : simdjson::dom::array{element})
      result.items.push_back(copy(item));
    break;
  case simdjson::dom::element_type::STRING:
    result.what = document::kind::text;
    result.text = std::string_view{element};
    break;
  case simdjson::dom::element_type::NULL_VALUE:
    break;
  default:
    result.what = document::kind::other;
  }
  return result;
}

std::optional<document> read_json(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.allocate(text.size(), max_depth) != simdjson::SUCCESS
      || parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
    return std::nullopt;
  return copy(root);
}

/// Builds the tree from yaml-cpp's events. Once something is refused the rest is passed over.
class tree_builder : public YAML::EventHandler {
public:
  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t anchor) override {
    add({}, anchor, "");
  }
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {
    is_good_ = false;
  }
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    document scalar;
    scalar.what = document::kind::text;
    scalar.text = value;
    add(std::move(scalar), anchor, tag);
  }
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(document::kind::array, anchor, tag);
  }
  void OnSequenceEnd() override {
    close();
  }
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(document::kind::object, anchor, tag);
  }
  void OnMapEnd() override {
    close();
  }

  std::optional<document> take() {
    if (!is_good_ || !root_)
      return std::nullopt;
    return std::move(*root_);
  }

private:
  struct level {
    document value;
    std::optional<std::string> key; ///< Of an object, whose value comes next.
  };

  void check(YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != YAML::NullAnchor || !(tag.empty() || tag == "?" || tag == "!"))
      is_good_ = false;
  }

  void open(document::kind what, YAML::anchor_t anchor, const std::string& tag) {
    check(anchor, tag);
    if (levels_.size() >= max_depth)
      is_good_ = false;
    if (!is_good_) {
      ++skipped_;
      return;
    }
    levels_.push_back({});
    levels_.back().value.what = what;
  }

  void close() {
    if (skipped_ > 0) {
      --skipped_;
      return;
    }
    if (levels_.empty())
      return;
    auto value = std::move(levels_.back().value);
    levels_.pop_back();
    place(std::move(value));
  }

  void add(document value, YAML::anchor_t anchor, const std::string& tag) {
    check(anchor, tag);
    if (is_good_)
      place(std::move(value));
  }

  void place(document value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    auto& parent = levels_.back();
    if (parent.value.what == document::kind::array) {
      parent.value.items.push_back(std::move(value));
    } else if (parent.key) {
      parent.value.names.push_back(std::move(*parent.key));
      parent.value.items.push_back(std::move(value));
      parent.key.reset();
    } else if (value.what == document::kind::text) {
      parent.key = std::move(value.text);
    } else {
      is_good_ = false; // a key that is no text
    }
  }

  bool is_good_ = true;
  std::size_t skipped_ = 0;
  std::vector<level> levels_;
  std::optional<document> root_;
};

std::optional<document> read_yaml(std::string_view text) {
  try {
    std::istringstream stream{std::string{text}};
    YAML::Parser parser{stream};
    tree_builder first;
    if (!parser.HandleNextDocument(first))
      return std::nullopt;
    tree_builder second;
    if (parser.HandleNextDocument(second))
      return std::nullopt;
    return first.take();
  } catch (const YAML::Exception&) {
    return std::nullopt;
  }
}

} // namespace

std::optional<document> read_document(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return std::nullopt;
  return text[first] == '{' || text[first] == '[' ? read_json(text) : read_yaml(text);
}

} // namespace kubesage::policy
