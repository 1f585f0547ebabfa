// Microseconds of processor time for one decision of the kubectl policy, by kind of command.

#include "k8s/policy/decide.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>

namespace {

constexpr int rounds = 20'000;

double microseconds(std::string_view line) {
  kubesage::policy::command_request request;
  request.command = line;
  request.roles = kubesage::role_set::all();
  std::size_t accepted = 0;
  const auto begin = std::clock();
  for (int i = 0; i < rounds; ++i)
    accepted += kubesage::policy::decide(request).index() == 0 ? 1U : 0U;
  const auto took = static_cast<double>(std::clock() - begin) * 1e6 / CLOCKS_PER_SEC;
  return accepted == 0 || accepted == rounds ? took / rounds : -1;
}

} // namespace

int main() {
  constexpr std::array<std::string_view, 10> lines{
      "kubectl get pods -n shop",
      "kubectl get pods -A -o jsonpath={.items[*].metadata.name}",
      "kubectl get deploy,svc,ing,cm,pvc,hpa,job,cronjob -n shop -l 'app in (a,b),!x' -o wide",
      "kubectl get all -A",
      "kubectl logs deploy/web -n shop --tail=100 | grep -iv 'health.*ok' | tail -5",
      "kubectl scale deploy/web --replicas=3 -n shop",
      "kubectl patch deploy web -n shop -p '{\"spec\":{\"template\":{\"spec\":{\"containers\":["
      "{\"name\":\"a\",\"image\":\"nginx:1.2\"}]}}}}'",
      "kubectl create configmap c --from-literal=a=b --from-literal=c=d",
      "kubectl exec web-1 -- id",
      "kubectl get pods --server=https://sink.example",
  };
  double worst = 0;
  for (const auto line : lines) {
    microseconds(line); // warms up
    const double each = microseconds(line);
    worst = each > worst ? each : worst;
    std::printf("%7.2f us  %.*s\n", each, static_cast<int>(line.size()), line.data());
  }
  std::printf("%7.2f us  the slowest\n", worst);
}
