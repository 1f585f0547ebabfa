#include "tests/k8s/runner/runner_fixture.hpp"

namespace kubesage::k8s {

namespace {

using runner_test = runner_fixture;

TEST_F(runner_test, every_kubectl_lists_pods_in_every_form_of_the_sandbox) {
  ASSERT_FALSE(test::kubectls().empty());
  for (const auto& form : test::sandboxes())
    for (const auto& binary : test::kubectls()) {
      SCOPED_TRACE(form.name + ", " + binary.version().git_version);
      test::kubernetes_answers answers;
      const test::api_server server{answers.script(), tls()};
      const auto runner = make(binary, form.box);
      const auto result = run(*runner, request({"get", "pods"}, target(server)));
      ASSERT_TRUE(result) << detail_of(result.error());
      EXPECT_EQ(result->exit_code, 0) << result->error;
      EXPECT_EQ(result->output, "NAME    STATUS\nweb-0   Running\n");
      EXPECT_EQ(result->error, "");
      EXPECT_TRUE(answers.saw("Authorization: Bearer " + token));
      std::cout << form.name << ", kubectl " << binary.version().git_version << ": "
                << result->duration.count() << " ms\n";
    }
}

} // namespace

} // namespace kubesage::k8s
