#include "main/doctor.hpp"

#include "k8s/runner/setup.hpp"
#include "main/kubectl_service.hpp"
#include "messages/error.hpp"
#include "persistence/crypto/root_key.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

namespace kubesage {
namespace {

class report {
public:
  void add(bool is_good, const std::string& what, const std::string& detail) {
    std::printf("[%s] %-14s %s\n", is_good ? "ok" : "!!", what.c_str(), detail.c_str());
    is_good_ = is_good_ && is_good;
  }
  void note(const std::string& text) {
    std::printf("     %s\n", text.c_str());
  }
  [[nodiscard]] bool is_good() const noexcept {
    return is_good_;
  }

private:
  bool is_good_ = true;
};

void look_at_key(report& out, const settings& options) {
  const auto key = read_root_key_file(options.data_master_key_file);
  out.add(static_cast<bool>(key), "master key",
          key ? options.data_master_key_file : detail_of(key.error()));
}

void look_at_data(report& out, const settings& options) {
  constexpr std::uintmax_t wanted = 256U << 20U;
  std::error_code failure;
  auto folder = std::filesystem::absolute(options.data_directory, failure);
  while (!std::filesystem::exists(folder, failure) && folder.has_relative_path())
    folder = folder.parent_path();
  const auto space = std::filesystem::space(folder, failure);
  const bool is_good = !failure && space.available >= wanted;
  out.add(is_good, "data",
          options.data_directory + ": " + std::to_string(space.available >> 20U) + " MiB free");
}

void look_at_kubectl(report& out, const settings& options) {
  const auto found = k8s::set_up_kubectl(kubectl_settings_of(options));
  out.add(found.is_usable(), "kubectl",
          found.is_usable() ? found.binary->path() + " " + found.binary->version().git_version
                                  + ", sandbox " + std::string{k8s::to_string(found.box->form())}
                            : detail_of(found.failure));
  for (const auto& line : found.lines)
    out.note(line);
}

} // namespace

int run_doctor(const settings& options) {
  report out;
  look_at_key(out, options);
  look_at_data(out, options);
  look_at_kubectl(out, options);
  return out.is_good() ? 0 : 1;
}

} // namespace kubesage
