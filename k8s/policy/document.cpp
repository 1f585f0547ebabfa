#include "k8s/policy/document.hpp"

#include "messages/error.hpp"

#include <sstream>
#include <stdexcept>
#include <string>
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

struct fault : std::runtime_error {
  fault(const YAML::Mark& at, const char* what) : std::runtime_error(what), line(at.line + 1) {}
  int line;
};

/// Builds the tree from yaml-cpp's events; no node of the library is made, so that aliases cannot
/// blow one up.
class tree_builder : public YAML::EventHandler {
public:
  explicit tree_builder(std::size_t max_items) : left_(max_items) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (is_started_)
      throw fault{mark, "a second document begins here"};
    is_started_ = true;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, anchor, "");
    place(mark, {});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    throw fault{mark, "aliases are not taken"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, anchor, tag);
    document scalar;
    scalar.what = document::kind::text;
    scalar.text = value;
    place(mark, std::move(scalar));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, document::kind::array, anchor, tag);
  }
  void OnSequenceEnd() override {
    close();
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, document::kind::object, anchor, tag);
  }
  void OnMapEnd() override {
    close();
  }

  std::optional<document> take() {
    return std::move(root_);
  }

private:
  struct level {
    document value;
    std::optional<std::string> key; ///< Of an object, whose value comes next.
    YAML::Mark begin;
  };

  void check(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != YAML::NullAnchor)
      throw fault{mark, "anchors are not taken"};
    if (!(tag.empty() || tag == "?" || tag == "!"))
      throw fault{mark, "tags are not taken"};
    if (left_-- == 0)
      throw fault{mark, "there are too many values"};
  }

  void open(const YAML::Mark& mark, document::kind what, YAML::anchor_t anchor,
            const std::string& tag) {
    check(mark, anchor, tag);
    if (levels_.size() >= max_depth)
      throw fault{mark, "it is nested too deep"};
    levels_.push_back({});
    levels_.back().value.what = what;
    levels_.back().begin = mark;
  }

  void close() {
    if (levels_.empty())
      return;
    auto last = std::move(levels_.back());
    levels_.pop_back();
    place(last.begin, std::move(last.value));
  }

  void place(const YAML::Mark& mark, document value) {
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
      throw fault{mark, "a key is no text"};
    }
  }

  bool is_started_ = false;
  std::size_t left_;
  std::vector<level> levels_;
  std::optional<document> root_;
};

caf::error refuse(int line, const std::string& why) {
  return caf::make_error(errc::validation_failed, "line " + std::to_string(line) + ": " + why);
}

} // namespace

std::optional<document> read_document(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return std::nullopt;
  if (text[first] == '{' || text[first] == '[')
    return read_json(text);
  auto parsed = read_yaml_document(text, 2 * text.size() + 4);
  if (!parsed)
    return std::nullopt;
  return std::move(*parsed);
}

caf::expected<document> read_yaml_document(std::string_view text, std::size_t max_items) {
  try {
    std::istringstream stream{std::string{text}};
    YAML::Parser parser{stream};
    tree_builder builder{max_items};
    while (parser.HandleNextDocument(builder)) {
    }
    if (auto root = builder.take())
      return std::move(*root);
    return refuse(1, "there is nothing in it");
  } catch (const fault& found) {
    return refuse(found.line, found.what());
  } catch (const YAML::Exception& found) {
    return refuse(found.mark.line + 1, "this is not YAML");
  }
}

} // namespace kubesage::policy
