#include "k8s/runner/kubectl_binary.hpp"
#include "k8s/runner/setup.hpp"
#include "messages/error.hpp"
#include "tests/support/attacker.hpp"
#include "tests/support/kubectls.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace kubesage::k8s {

namespace {

namespace fs = std::filesystem;

std::string refusal(const std::string& path) {
  const auto binary = kubectl_binary::pin(path);
  return binary ? "" : detail_of(binary.error());
}

TEST(kubectl_binary_test, a_pinned_file_has_its_hash) {
  const test::attacker program;
  const auto binary = program.binary();
  EXPECT_EQ(binary.path(), fs::canonical(program.path()).string());
  EXPECT_EQ(binary.sha256().size(), 64U);
  EXPECT_EQ(binary.sha256().find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(test::attacker{}.binary().sha256(), binary.sha256());
  EXPECT_FALSE(binary.check_unchanged());
}

TEST(kubectl_binary_test, a_changed_or_replaced_file_is_noticed) {
  const test::attacker program;
  const auto binary = program.binary();
  {
    std::ofstream file{program.path(), std::ios::app};
    file << 'x';
  }
  const auto failure = binary.check_unchanged();
  EXPECT_EQ(code_of(failure), errc::not_ready);
  EXPECT_NE(detail_of(failure).find("has changed"), std::string::npos);

  const test::attacker other;
  const auto pinned = other.binary();
  fs::copy_file(SANDBOX_ATTACKER, other.folder() / "new");
  fs::rename(other.folder() / "new", other.path());
  EXPECT_TRUE(pinned.check_unchanged());
  fs::remove(other.path());
  EXPECT_TRUE(pinned.check_unchanged());
}

TEST(kubectl_binary_test, what_somebody_else_may_write_is_refused) {
  const test::attacker program;
  fs::permissions(program.path(), fs::perms{0775});
  EXPECT_NE(refusal(program.path()).find("nobody else may write"), std::string::npos);
  fs::permissions(program.path(), fs::perms{0755});
  EXPECT_EQ(refusal(program.path()), "");
  fs::permissions(program.folder(), fs::perms{0777});
  EXPECT_NE(refusal(program.path()).find("nobody else may write"), std::string::npos);
}

TEST(kubectl_binary_test, what_is_no_static_executable_is_refused) {
  const test::attacker program;
  EXPECT_NE(refusal("kubectl").find("must be absolute"), std::string::npos);
  EXPECT_NE(refusal("").find("must be absolute"), std::string::npos);
  EXPECT_NE(refusal("/nonexistent/kubectl").find("no such file"), std::string::npos);
  EXPECT_NE(refusal(program.folder()).find("no executable file"), std::string::npos);
  const auto script = program.folder() / "script";
  std::ofstream{script} << "#!/bin/sh\necho kubectl\n# padding to the size of a header, and more\n";
  EXPECT_NE(refusal(script).find("no executable file"), std::string::npos);
  fs::permissions(script, fs::perms{0755});
  EXPECT_NE(refusal(script).find("no 64-bit ELF"), std::string::npos);
  EXPECT_NE(refusal("/bin/true").find("linked dynamically"), std::string::npos);
}

TEST(kubectl_binary_test, a_real_kubectl_tells_its_version) {
  ASSERT_FALSE(test::kubectls().empty());
  for (const auto& each : test::kubectls()) {
    EXPECT_EQ(each.version().major, 1);
    EXPECT_GE(each.version().minor, 20);
    EXPECT_EQ(
        each.version().git_version.rfind("v1." + std::to_string(each.version().minor) + ".", 0),
        0U);
  }
}

TEST(kubectl_binary_test, what_is_no_kubectl_is_refused) {
  const test::attacker program;
  auto binary = program.binary();
  const auto failure = binary.identify(test::sandboxes().front().box);
  EXPECT_EQ(code_of(failure), errc::not_ready);
  EXPECT_NE(detail_of(failure).find("is this a kubectl?"), std::string::npos);
}

TEST(kubectl_binary_test, kubectl_is_found_in_the_folders_of_the_path) {
  const test::attacker program;
  const auto folder = program.folder().string();
  EXPECT_EQ(find_kubectl("relative:/nonexistent::" + folder), program.path());
  EXPECT_EQ(find_kubectl("/nonexistent"), "");
  EXPECT_EQ(find_kubectl(""), "");
}

TEST(kubectl_binary_test, the_newest_of_several_stands_first) {
  const test::attacker program;
  for (const auto* name : {"kubectl.1.9", "kubectl.1.33", "kubectl.1.27", "kubectl.1.x",
                           "kubectl.1.30.bak", "kubectl.1.", "kubectl.2.1"})
    std::ofstream{program.folder() / name} << 'x';
  const auto folder = fs::canonical(program.folder()).string();
  EXPECT_EQ(kubectls_beside(program.path()),
            (std::vector<std::string>{folder + "/kubectl.1.33", folder + "/kubectl.1.27",
                                      folder + "/kubectl.1.9"}));
}

TEST(kubectl_setup_test, the_default_is_a_real_kubectl_with_a_form_that_works) {
  kubectl_settings settings;
  settings.search_path = std::getenv("PATH");
  const auto setup = set_up_kubectl(settings);
  for (const auto& line : setup.lines)
    std::cout << line << '\n';
  ASSERT_TRUE(setup.is_usable()) << detail_of(setup.failure);
  EXPECT_FALSE(setup.binary->is_dispatcher());
  EXPECT_EQ(setup.lines.size(), 3U);
}

TEST(kubectl_setup_test, a_configured_dispatcher_is_refused_and_the_real_ones_are_named) {
  const auto found = find_kubectl(std::getenv("PATH"));
  auto binary = kubectl_binary::pin(found);
  ASSERT_TRUE(binary) << detail_of(binary.error());
  const auto failure = binary->identify(test::sandboxes().front().box);
  if (!binary->is_dispatcher()) {
    std::cout << found << " is no dispatcher: it is taken\n";
    EXPECT_FALSE(failure);
    return;
  }
  const auto others = kubectls_beside(found);
  ASSERT_FALSE(others.empty());
  EXPECT_NE(detail_of(failure).find(others.front()), std::string::npos) << detail_of(failure);
  const auto setup =
      set_up_kubectl({.path = found, .search_path = {}, .preferred = {}, .options = {}});
  EXPECT_FALSE(setup.is_usable());
  EXPECT_NE(setup.lines.at(0).find("dispatcher"), std::string::npos);
}

TEST(kubectl_setup_test, the_preferred_form_is_taken_and_a_missing_one_falls_back) {
  const auto all = test::sandboxes();
  kubectl_settings settings;
  settings.path = test::newest_kubectl().path();
  settings.preferred = sandbox_form::empty_network;
  settings.options.max_landlock_abi = 3;
  const auto setup = set_up_kubectl(settings);
  for (const auto& line : setup.lines)
    std::cout << line << '\n';
  if (setup.is_usable()) {
    EXPECT_EQ(setup.box->form(), sandbox_form::empty_network);
  }
  EXPECT_NE(setup.lines.back().find("kubectl sandbox landlock: the kernel's Landlock has no rules"),
            std::string::npos);
}

TEST(kubectl_setup_test, without_a_form_kubectl_is_not_run) {
  kubectl_settings settings;
  settings.path = test::newest_kubectl().path();
  settings.options.max_landlock_abi = 0;
  const auto setup = set_up_kubectl(settings);
  EXPECT_FALSE(setup.is_usable());
  EXPECT_EQ(code_of(setup.failure), errc::not_ready);
}

} // namespace

} // namespace kubesage::k8s
