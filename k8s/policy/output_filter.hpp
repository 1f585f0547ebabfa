#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::policy {

/// One `| head -N`, `| tail -N`, `| grep [-i] [-v] P` or `| wc -l` behind a command.
struct output_filter {
  enum class kind : std::uint8_t { head, tail, grep, count_lines };
  kind what = kind::head;
  std::size_t lines = 10;    ///< `head`, `tail`.
  std::string pattern;       ///< `grep`: a basic regular expression.
  bool ignores_case = false; ///< `grep -i`.
  bool is_inverted = false;  ///< `grep -v`.
};

/// What one filter does to a stream. Not for use from outside.
class filter_stage {
public:
  virtual ~filter_stage() = default;
  virtual void feed(std::string_view chunk, std::string& out) = 0;
  virtual void finish(std::string& out) = 0;
  /// Whether more input could change the output.
  [[nodiscard]] virtual bool wants_more() const noexcept {
    return true;
  }
  [[nodiscard]] virtual bool is_truncated() const noexcept {
    return false;
  }
};

/// The filters of a plan over kubectl's output, with the results of the programs of their names.
/// Each keeps at most `max_kept_bytes`: what `tail` drops and what `grep` cuts from a line beyond
/// it is told by `is_truncated`. Thread: one at a time.
class filter_chain {
public:
  static constexpr std::size_t max_kept_bytes = 4U << 20U;

  /// The patterns are those of a plan, so they are good.
  explicit filter_chain(std::span<const output_filter> filters);

  /// Appends to `out` what `chunk` lets through; without filters that is `chunk`.
  void feed(std::string_view chunk, std::string& out);

  /// Appends the rest. Nothing may be fed after it.
  void finish(std::string& out);

  /// False once `head` has had enough: the rest of the output need not be read.
  [[nodiscard]] bool wants_more() const noexcept;
  [[nodiscard]] bool is_truncated() const noexcept;

private:
  void pass(std::size_t first, std::string chunk, std::string& out);

  std::vector<std::unique_ptr<filter_stage>> stages_;
};

} // namespace kubesage::policy
