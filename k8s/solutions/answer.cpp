#include "k8s/solutions/answer.hpp"

#include "http/wire/request_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace kubesage::solutions {

namespace dom = simdjson::dom;

namespace {

constexpr std::size_t max_content = 32U << 10U;
constexpr std::size_t max_summary = 400;
constexpr std::size_t max_detail = 3'000;
constexpr std::size_t max_description = 600;
constexpr std::size_t max_command = 500;
constexpr std::size_t max_notes = 600;
constexpr std::size_t max_steps = 10;
constexpr std::int64_t max_minutes = 10'080; // A week.

bool is_blank(char x) {
  return x == ' ' || x == '\n' || x == '\r' || x == '\t';
}

/// Models break lines; here a text is one line.
std::string on_one_line(std::string_view text) {
  std::string result;
  for (const char x : text)
    if (!is_blank(x))
      result += x;
    else if (!result.empty() && !result.ends_with(' '))
      result += ' ';
  if (result.ends_with(' '))
    result.pop_back();
  return result;
}

class reader {
public:
  explicit reader(const pseudonyms& hidden) : hidden_(hidden) {}

  std::optional<analysis::solution> read(dom::object from) {
    constexpr std::array required{
        std::string_view{"solution_summary"},    std::string_view{"detailed_solution"},
        std::string_view{"remediation_steps"},   std::string_view{"confidence_score"},
        std::string_view{"estimated_time_mins"},
    };
    if (!has_only(from, required, "additional_notes"))
      return std::nullopt;
    analysis::solution made;
    made.source = analysis::solution_source::llm;
    made.summary = prose(from["solution_summary"], 1, max_summary);
    made.detail = prose(from["detailed_solution"], 1, max_detail);
    if (dom::element notes; from["additional_notes"].get(notes) == simdjson::SUCCESS)
      made.additional_notes = prose(notes, 0, max_notes);
    made.confidence_score = number(from["confidence_score"]);
    made.estimated_time_mins = minutes(from["estimated_time_mins"]);
    read_steps(from["remediation_steps"], made);
    if (!why_.empty())
      return std::nullopt;
    return made;
  }

  [[nodiscard]] const std::string& why() const noexcept {
    return why_;
  }

  void refuse(std::string_view why) {
    if (why_.empty())
      why_ = why;
  }

private:
  template <std::size_t Size>
  bool has_only(dom::object from, const std::array<std::string_view, Size>& required,
                std::string_view optional) {
    for (const auto name : required)
      if (from[name].error() != simdjson::SUCCESS)
        refuse("a member is missing");
    for (const auto field : from)
      if (field.key != optional
          && std::find(required.begin(), required.end(), field.key) == required.end())
        refuse("it has a member that was not asked for");
    return why_.empty();
  }

  std::string text(dom::element from, std::size_t least, std::size_t most) {
    std::string_view value;
    if (from.get(value) != simdjson::SUCCESS)
      refuse("a text is of another type");
    else if (value.size() > most)
      refuse("a text is too long");
    else if (on_one_line(value).size() < least)
      refuse("a text is empty");
    else
      return std::string{value};
    return {};
  }

  std::string prose(dom::element from, std::size_t least, std::size_t most) {
    auto made = on_one_line(text(from, least, most));
    if (!is_plain_prose(made, hidden_))
      refuse("a text is not plain prose about this problem");
    return made;
  }

  double number(dom::element from) {
    double value = 0;
    if (from.get(value) != simdjson::SUCCESS || !std::isfinite(value) || value < 0 || value > 1)
      refuse("the confidence is not a number from 0 to 1");
    return value;
  }

  int minutes(dom::element from) {
    std::int64_t value = 0;
    if (from.get(value) != simdjson::SUCCESS || value < 0 || value > max_minutes)
      refuse("the time is not a number of minutes");
    return static_cast<int>(value);
  }

  void read_steps(dom::element from, analysis::solution& into) {
    dom::array list;
    if (from.get(list) != simdjson::SUCCESS || list.size() == 0 || list.size() > max_steps)
      return refuse("the steps are no list of 1 to 10");
    for (const auto each : list) {
      dom::object step;
      if (each.get(step) != simdjson::SUCCESS)
        return refuse("a step is no object");
      read_step(step, into);
      if (!why_.empty())
        return;
    }
  }

  void read_step(dom::object from, analysis::solution& into) {
    constexpr std::array required{std::string_view{"action_type"}, std::string_view{"description"},
                                  std::string_view{"command"},
                                  std::string_view{"expected_outcome"}};
    if (!has_only(from, required, "step_id"))
      return;
    auto& step = into.steps.emplace_back();
    step.step_id = static_cast<int>(into.steps.size());
    const auto action = analysis::parse_action_type(text(from["action_type"], 1, max_summary));
    if (!action)
      return refuse("an action is unknown");
    step.action = *action;
    step.description = prose(from["description"], 1, max_description);
    step.expected_outcome = prose(from["expected_outcome"], 0, max_description);
    step.command = text(from["command"], 0, max_command);
  }

  const pseudonyms& hidden_;
  std::string why_;
};

/// What the cluster wrote must not become markup or a link by way of a stand-in.
bool is_harmless(std::string_view text) {
  return text.find("://") == std::string_view::npos
         && std::none_of(text.begin(), text.end(), [](char x) {
              return static_cast<unsigned char>(x) < 0x20U || x == 0x7F || x == '<' || x == '>'
                     || x == '`';
            });
}

/// Puts the originals into one text.
bool restore(std::string& text, const pseudonyms& hidden, std::size_t most) {
  constexpr std::size_t growth = 4;
  auto whole = hidden.put_back(text);
  if (!whole || whole->size() > most * growth || !is_harmless(*whole))
    return false;
  text = std::move(*whole);
  return true;
}

} // namespace

std::optional<analysis::solution> parse_answer(std::string_view content, const pseudonyms& hidden,
                                               std::string* why) {
  reader from{hidden};
  std::optional<analysis::solution> made;
  if (content.size() > max_content) {
    from.refuse("it is too long");
  } else if (auto document = json_document::parse(std::string{content}); !document) {
    from.refuse("it is not JSON, or nested too deep, or has a member twice");
  } else if (dom::object root; document->root().get(root) != simdjson::SUCCESS) {
    from.refuse("it is no object");
  } else {
    made = from.read(root);
  }
  if (why != nullptr)
    *why = from.why();
  return made;
}

std::optional<analysis::solution> put_back(const analysis::solution& masked,
                                           const pseudonyms& hidden) {
  auto made = masked;
  bool is_whole = restore(made.summary, hidden, max_summary)
                  && restore(made.detail, hidden, max_detail)
                  && restore(made.additional_notes, hidden, max_notes);
  for (auto& step : made.steps)
    is_whole = is_whole && restore(step.description, hidden, max_description)
               && restore(step.command, hidden, max_command)
               && restore(step.expected_outcome, hidden, max_description);
  if (!is_whole)
    return std::nullopt;
  return made;
}

} // namespace kubesage::solutions
