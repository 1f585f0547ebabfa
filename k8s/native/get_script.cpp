#include "k8s/native/get_command.hpp"
#include "k8s/native/script.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

namespace kubesage::k8s::native {

namespace {

constexpr unsigned ok = 200;

/// Asks for the targets one after the other, as kubectl does, and for all pages of each.
class get_script : public script {
public:
  get_script(get_command command, policy::kubectl_version version)
      : command_(std::move(command)), version_(version), accept_(accept_of(command_)) {}

  [[nodiscard]] std::optional<request> next() const override {
    if (target_ == command_.targets.size())
      return std::nullopt;
    return request{request_of(command_, command_.targets[target_], continue_token_), accept_};
  }

  bool take(http_answer answer) override {
    continue_token_.clear();
    if (answer.status == ok && command_.targets[target_].name.empty()) {
      auto following = next_page(answer);
      if (!following)
        return false;
      continue_token_ = std::move(*following);
    }
    answers_.push_back({target_, std::move(answer)});
    if (continue_token_.empty())
      ++target_;
    return true;
  }

  // The size of a page decides how the columns of a table are set, and nothing of the other forms.
  bool shrink() override {
    const bool is_table = command_.output == get_command::format::table
                          || command_.output == get_command::format::wide;
    const auto size = std::strtoul(command_.chunk_size.c_str(), nullptr, 10);
    if (is_table || size <= 1 || !command_.targets[target_].name.empty())
      return false;
    command_.chunk_size = std::to_string(std::max(size / 4, 1UL));
    return true;
  }

  [[nodiscard]] bool is_prefix() const override {
    return command_.output == get_command::format::json && command_.targets.size() == 1;
  }

  std::optional<printed> print(std::size_t limit) override {
    return print_get(command_, answers_, version_, limit);
  }

private:
  get_command command_;
  policy::kubectl_version version_;
  std::string accept_;
  std::size_t target_ = 0;
  std::string continue_token_;
  std::vector<get_answer> answers_;
};

} // namespace

std::unique_ptr<script> make_get_script(const policy::plan& wanted, const kind_catalog& catalog,
                                        policy::kubectl_version version) {
  auto command = read_get(wanted);
  if (!command || !resolve_kinds(*command, catalog))
    return nullptr;
  return std::make_unique<get_script>(std::move(*command), version);
}

} // namespace kubesage::k8s::native
