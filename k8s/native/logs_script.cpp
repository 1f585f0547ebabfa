#include "k8s/native/logs_command.hpp"
#include "k8s/native/status.hpp"

#include <utility>

namespace kubesage::k8s::native {

namespace {

constexpr unsigned ok = 200;

/// The first kubectl that says in which namespace it did not find the pod.
constexpr policy::kubectl_version naming_namespaces{1, 30};

/// Asks for the pod, which decides about the container, then for the log.
class logs_script : public script {
public:
  logs_script(logs_command command, policy::kubectl_version version)
      : command_(std::move(command)), version_(version) {}

  [[nodiscard]] std::optional<request> next() const override {
    const auto pod = "/api/v1/namespaces/" + command_.kube_namespace + "/pods/" + command_.pod;
    if (step_ == step::pod)
      return request{pod, "application/json"};
    if (step_ == step::done)
      return std::nullopt;
    auto query = command_.query;
    if (!container_.empty())
      query.insert(0, "container=" + container_ + (query.empty() ? "" : "&"));
    return request{pod + "/log" + (query.empty() ? "" : "?") + query, "application/json, */*"};
  }

  bool take(http_answer answer) override {
    // Those of a pod's other versions never come; the log's would stand between the lines.
    if (!answer.warnings.empty())
      return false;
    if (answer.status != ok)
      return refuse(answer);
    if (step_ == step::log) {
      result_.output = std::move(answer.body);
      step_ = step::done;
      return true;
    }
    auto choice = choose_container(command_, answer.body, version_);
    if (!choice)
      return false;
    if (auto* error = std::get_if<std::string>(&*choice)) {
      end(std::move(*error));
      return true;
    }
    auto& chosen = std::get<container_choice>(*choice);
    container_ = std::move(chosen.container);
    result_.error = std::move(chosen.note);
    step_ = step::log;
    return true;
  }

  std::optional<printed> print(std::size_t limit) override {
    result_.is_truncated = result_.output.size() > limit;
    if (result_.is_truncated)
      result_.output.resize(limit);
    return std::move(result_);
  }

private:
  enum class step : std::uint8_t { pod, log, done };

  bool refuse(const http_answer& answer) {
    const auto status = parse_status(answer.status, answer.body);
    if (!status)
      return false;
    if (step_ == step::pod && status->is_not_found() && version_ >= naming_namespaces)
      end("error: error from server (NotFound): " + status->message + " in namespace \""
          + command_.kube_namespace + "\"\n");
    else
      end(describe(*status) + "\n");
    return true;
  }

  void end(std::string error) {
    result_.error += error;
    result_.exit_code = 1;
    step_ = step::done;
  }

  logs_command command_;
  policy::kubectl_version version_;
  step step_ = step::pod;
  std::string container_;
  printed result_;
};

} // namespace

std::unique_ptr<script> make_logs_script(const policy::plan& wanted,
                                         policy::kubectl_version version) {
  auto command = read_logs(wanted);
  return command ? std::make_unique<logs_script>(std::move(*command), version) : nullptr;
}

} // namespace kubesage::k8s::native
