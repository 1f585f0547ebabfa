#include "config/settings_file.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace kubesage {
namespace {

constexpr std::size_t max_depth = 8;
constexpr std::size_t max_entries = 1000;

struct fault : std::runtime_error {
  fault(int at, const std::string& what) : std::runtime_error(what), line(at) {}
  int line;
};

// Flattens the events of the parser; no node tree is built, so aliases cannot blow one up.
class flattener final : public YAML::EventHandler {
public:
  std::vector<file_entry> take() {
    return std::move(entries_);
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (is_started_)
      throw fault{mark.line + 1, "a second document"};
    is_started_ = true;
  }
  void OnDocumentEnd() override {}

  // `key:` without a value.
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    if (path_.empty() && !is_in_list_)
      return; // An empty file.
    if (!has_key_)
      throw fault{mark.line + 1, "a key without a name"};
    throw fault{mark.line + 1, "'" + joined() + "' has no value"};
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw fault{mark.line + 1, "aliases are not supported"};
  }

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    if (is_in_list_) {
      entries_.back().text.items.push_back(value);
      return;
    }
    if (path_.empty())
      throw fault{mark.line + 1, "expected keys with values"};
    if (has_key_) {
      add(mark, {{value}, false});
      has_key_ = false;
      return;
    }
    path_.back() = value;
    has_key_ = true;
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_anchor(mark, anchor);
    if (is_in_list_ || !has_key_)
      throw fault{mark.line + 1, "a list where none may stand"};
    add(mark, {{}, true});
    is_in_list_ = true;
  }
  void OnSequenceEnd() override {
    is_in_list_ = false;
    has_key_ = false;
  }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_anchor(mark, anchor);
    if (is_in_list_ || (!path_.empty() && !has_key_))
      throw fault{mark.line + 1, "a map where none may stand"};
    if (path_.size() == max_depth)
      throw fault{mark.line + 1, "nested too deep"};
    path_.emplace_back();
    has_key_ = false;
  }
  void OnMapEnd() override {
    path_.pop_back();
    has_key_ = false;
  }

private:
  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor)
      throw fault{mark.line + 1, "anchors are not supported"};
  }

  [[nodiscard]] std::string joined() const {
    std::string key;
    for (const auto& part : path_)
      key.append(key.empty() ? "" : ".").append(part);
    return key;
  }

  void add(const YAML::Mark& mark, setting_text text) {
    auto key = joined();
    const auto is_same = [&key](const file_entry& entry) { return entry.key == key; };
    if (std::any_of(entries_.begin(), entries_.end(), is_same))
      throw fault{mark.line + 1, "'" + key + "' stands there twice"};
    if (entries_.size() == max_entries)
      throw fault{mark.line + 1, "too many keys"};
    entries_.push_back({std::move(key), std::move(text), mark.line + 1});
  }

  std::vector<file_entry> entries_;
  std::vector<std::string> path_; ///< The keys of the open maps.
  bool has_key_ = false;          ///< The innermost map has read a key and waits for its value.
  bool is_in_list_ = false;
  bool is_started_ = false;
};

caf::error invalid(std::string_view name, int line, std::string_view what) {
  std::string text{name};
  text.append(":").append(std::to_string(line)).append(": ").append(what);
  return caf::make_error(errc::validation_failed, std::move(text));
}

} // namespace

caf::expected<std::vector<file_entry>> parse_settings_file(std::string_view yaml,
                                                           std::string_view name) {
  try {
    std::istringstream in{std::string{yaml}};
    YAML::Parser parser{in};
    flattener events;
    while (parser.HandleNextDocument(events)) {
    }
    return events.take();
  } catch (const fault& found) {
    return invalid(name, found.line, found.what());
  } catch (const YAML::Exception& found) {
    return invalid(name, found.mark.line + 1, "not YAML: " + found.msg);
  }
}

caf::expected<std::string> read_small_file(const std::filesystem::path& path,
                                           std::size_t most_bytes) {
  const auto refuse = [&path](const std::string& why) {
    return caf::make_error(errc::validation_failed, "cannot read " + path.string() + ": " + why);
  };
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault))
    return refuse("it is a directory");
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in)
    return refuse(std::generic_category().message(errno == 0 ? ENOENT : errno));
  std::string text(most_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = static_cast<std::size_t>(in.gcount());
  if (size > most_bytes)
    return refuse("it is larger than " + std::to_string(most_bytes) + " bytes");
  text.resize(size);
  return text;
}

} // namespace kubesage
