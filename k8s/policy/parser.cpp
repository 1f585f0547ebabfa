#include "k8s/policy/parser.hpp"

#include "k8s/policy/characters.hpp"
#include "k8s/policy/refuse.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace kubesage::policy {

namespace {

constexpr std::size_t max_verb_words = 3;

refusal denied_flag(const flag_rule& flag) {
  return {false, "--" + flag.name, "The flag --" + flag.name + " is refused: " + flag.reason + '.',
          "flag:" + flag.name};
}

refusal unknown_flag(std::string_view word) {
  return deny(word, "This command has no such flag here; write flags in full and with -.",
              "flag:unknown");
}

refusal bad_value(const flag_rule& flag) {
  return {false, "--" + flag.name,
          "The value of --" + flag.name + " must be " + std::string{flag.grammar.text()} + '.',
          "value:" + flag.name};
}

refusal too_new(std::string_view what, kubectl_version version) {
  return {true, std::string{what},
          "kubectl " + version.text() + ", which runs here, has no " + std::string{what} + '.',
          "version:" + version.text()};
}

/// The verb of the table and how many words it took.
struct found_verb {
  const verb_rule* rule = nullptr;
  std::size_t words = 0;
};

found_verb find_verb(const policy_table& table, std::span<const std::string> words) {
  found_verb found;
  std::string spelling;
  for (std::size_t i = 0; i < std::min(words.size(), max_verb_words); ++i) {
    if (i > 0)
      spelling += ' ';
    spelling += words[i];
    const auto row = table.spellings.find(spelling);
    if (row == table.spellings.end())
      break;
    found = {row->second, i + 1};
  }
  return found;
}

refusal no_verb(std::span<const std::string> words) {
  if (words.front().starts_with('-'))
    return deny(words.front(), "The verb comes first, flags behind it.", "verb:first");
  return deny(words.front(), "There is no such kubectl command.", "verb:unknown");
}

refusal denied_verb(const verb_rule& verb, std::span<const std::string> rest) {
  if (verb.is_group)
    return deny(rest.empty() ? verb.name : rest.front(),
                '\'' + verb.name + "' needs one of its own commands behind it.",
                "verb:" + verb.name);
  return {false, verb.name, "kubectl " + verb.name + " is refused: " + verb.reason + '.',
          "verb:" + verb.name};
}

class flag_parser {
public:
  flag_parser(const policy_table& table, kubectl_version version, const verb_rule& verb,
              std::span<const std::string> words)
      : table_(table), version_(version), words_(words) {
    command_.verb = &verb;
  }

  std::variant<parsed_command, refusal> run() {
    while (next_ < words_.size()) {
      const std::string_view word = words_[next_++];
      std::optional<refusal> fault;
      if (is_after_flags_ || word.size() < 2 || word.front() != '-') {
        fault = take_operand(word);
      } else if (word == "--") {
        is_after_flags_ = true;
      } else if (word[1] == '-') {
        fault = take_long(word.substr(2));
      } else {
        fault = take_short(word.substr(1));
      }
      if (fault)
        return std::move(*fault);
    }
    return std::move(command_);
  }

private:
  std::optional<refusal> take_operand(std::string_view word) {
    if (word.empty() || word.front() == '-')
      return deny(word, "An operand may neither be empty nor begin with -.", "operand:dash");
    command_.operands.emplace_back(word);
    return std::nullopt;
  }

  std::optional<refusal> take_long(std::string_view text) {
    const auto mark = text.find('=');
    const auto name = text.substr(0, mark);
    const auto* flag = find_flag(table_, *command_.verb, name);
    if (flag == nullptr)
      return unknown_flag("--" + std::string{name});
    if (auto fault = check_use(*flag))
      return fault;
    if (mark != std::string_view::npos)
      return add(*flag, text.substr(mark + 1));
    if (flag->type == flag_type::boolean)
      return add(*flag, "true");
    if (!flag->bare.empty())
      return add(*flag, flag->bare);
    return add_next(*flag);
  }

  /// A bundle: switches, of which the last may be a flag with a value.
  std::optional<refusal> take_short(std::string_view text) {
    while (!text.empty()) {
      const auto* flag = find_short_flag(table_, *command_.verb, text.front());
      if (flag == nullptr)
        return unknown_flag(std::string{'-', text.front()});
      text.remove_prefix(1);
      if (auto fault = check_use(*flag))
        return fault;
      if (text.starts_with('='))
        return add(*flag, text.substr(1));
      if (flag->type != flag_type::boolean)
        return text.empty() ? add_next(*flag) : add(*flag, text);
      if (auto fault = add(*flag, "true"))
        return fault;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<refusal> check_use(const flag_rule& flag) const {
    if (!flag.is_allowed)
      return denied_flag(flag);
    if (!flag.versions.has(version_))
      return too_new("--" + flag.name, version_);
    const auto uses = std::count_if(command_.flags.begin(), command_.flags.end(),
                                    [&](const parsed_flag& each) { return each.rule == &flag; });
    if (static_cast<std::size_t>(uses) >= flag.max_uses)
      return refusal{false, "--" + flag.name, "--" + flag.name + " is used too often.",
                     "flag:repeated"};
    return std::nullopt;
  }

  std::optional<refusal> add_next(const flag_rule& flag) {
    if (next_ == words_.size())
      return refusal{true, "--" + flag.name, "--" + flag.name + " needs a value.", "syntax:value"};
    return add(flag, words_[next_++]);
  }

  std::optional<refusal> add(const flag_rule& flag, std::string_view value) {
    if (value.starts_with('-') && !flag.grammar.takes_negative())
      return bad_value(flag);
    // kubectl splits the values of these lists at commas.
    const bool is_list_of_words = flag.type == flag_type::list && flag.grammar.name() == "enum";
    const bool is_good = is_list_of_words
                             ? all_parts(value, ',', flag.max_uses,
                                         [&](std::string_view x) { return flag.grammar.takes(x); })
                             : flag.grammar.takes(value);
    if (!is_good)
      return bad_value(flag);
    const auto form = std::find_if(flag.values.begin(), flag.values.end(),
                                   [&](const auto& x) { return matches(x.pattern, value); });
    if (form != flag.values.end() && !form->versions.has(version_)) {
      auto fault = too_new("--" + flag.name + '=' + form->pattern, version_);
      fault.word = "--" + flag.name; // A word is never shown with its value.
      return fault;
    }
    command_.flags.push_back({&flag, std::string{value}});
    return std::nullopt;
  }

  const policy_table& table_;
  kubectl_version version_;
  std::span<const std::string> words_;
  std::size_t next_ = 0;
  bool is_after_flags_ = false;
  parsed_command command_;
};

} // namespace

const std::string* parsed_command::value_of(std::string_view name) const noexcept {
  for (auto flag = flags.rbegin(); flag != flags.rend(); ++flag)
    if (flag->rule->name == name)
      return &flag->value;
  return nullptr;
}

bool parsed_command::is_true(std::string_view name) const noexcept {
  const auto* value = value_of(name);
  return value != nullptr && *value == "true";
}

const verb_rule* verb_of(const policy_table& table, std::span<const std::string> words) {
  return find_verb(table, words).rule;
}

std::variant<parsed_command, refusal> parse(const policy_table& table, kubectl_version version,
                                            std::span<const std::string> words) {
  const auto [verb, count] = find_verb(table, words);
  if (verb == nullptr)
    return no_verb(words);
  const auto rest = words.subspan(count);
  if (verb->is_denied)
    return denied_verb(*verb, rest);
  if (!verb->versions.has(version))
    return too_new(verb->name, version);
  return flag_parser{table, version, *verb, rest}.run();
}

} // namespace kubesage::policy
