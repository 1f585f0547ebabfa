#include "k8s/policy/basic_regex.hpp"

#include "k8s/policy/translate_regex.hpp"

#include <cstdint>

#include <re2/re2.h>

namespace kubesage::policy {

namespace {

constexpr std::int64_t max_memory = 1 << 20; ///< Of a compiled pattern and its cache.

class re2_regex final : public basic_regex {
public:
  re2_regex(const std::string& pattern, const RE2::Options& options)
      : compiled_(pattern, options) {}

  [[nodiscard]] bool is_good() const {
    return compiled_.ok();
  }
  [[nodiscard]] bool matches(std::string_view line) const override {
    return RE2::PartialMatch(re2::StringPiece{line.data(), line.size()}, compiled_);
  }

private:
  RE2 compiled_;
};

} // namespace

std::unique_ptr<basic_regex> basic_regex::make(std::string_view pattern, bool ignores_case) {
  const auto translated = translate_basic_regex(pattern);
  if (!translated)
    return nullptr;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignores_case);
  options.set_max_mem(max_memory);
  auto result = std::make_unique<re2_regex>(*translated, options);
  if (!result->is_good())
    return nullptr;
  return result;
}

bool is_basic_regex(std::string_view pattern) {
  return basic_regex::make(pattern, false) != nullptr;
}

} // namespace kubesage::policy
