#include "k8s/solutions/outcome.hpp"

namespace kubesage::solutions {

std::string_view note_of(outcome what) {
  switch (what) {
  case outcome::taken:
  case outcome::not_asked:
    return {};
  case outcome::not_configured:
    return "This is the built-in solution: no language model is configured.";
  case outcome::too_many:
    return "This is the built-in solution: the language model is asked about the most severe "
           "problems only.";
  case outcome::overloaded:
    return "This is the built-in solution: too many questions to the language model are waiting.";
  case outcome::budget_spent:
    return "This is the built-in solution: today's budget for the language model is spent.";
  case outcome::resting:
  case outcome::unavailable:
    return "This is the built-in solution: the language model is not available.";
  case outcome::too_slow:
    return "This is the built-in solution: the language model did not answer in time.";
  case outcome::not_usable:
    return "This is the built-in solution: the language model's answer was not usable.";
  }
  return {};
}

void add_note(analysis::solution& stays, outcome what) {
  const auto note = note_of(what);
  if (note.empty())
    return;
  if (!stays.additional_notes.empty())
    stays.additional_notes += ' ';
  stays.additional_notes += note;
}

void add_note(std::span<analysis::problem_with_solution> problems, outcome what) {
  for (auto& each : problems)
    add_note(each.how, what);
}

} // namespace kubesage::solutions
