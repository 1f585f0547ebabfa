#pragma once

#include "k8s/analyzers/problem.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace kubesage::solutions {

/// Why a solution is or is not a model's.
enum class outcome : std::uint8_t {
  taken,
  not_configured,
  not_asked,  ///< The caller wanted none.
  too_many,   ///< More different problems than one analysis may ask about.
  overloaded, ///< Too many questions of all users are waiting.
  budget_spent,
  resting,     ///< The model failed too often a moment ago.
  unavailable, ///< It could not be reached, refused, or answered with an error.
  too_slow,
  not_usable, ///< What it answered was refused.
};

/// What the user is told, in general words; empty for `taken` and `not_asked`.
std::string_view note_of(outcome what);

/// Adds the note to a solution that stays the built-in one.
void add_note(analysis::solution& stays, outcome what);

/// The same for all of `problems`: what to call where no model is configured. Thread: any.
void add_note(std::span<analysis::problem_with_solution> problems, outcome what);

} // namespace kubesage::solutions
