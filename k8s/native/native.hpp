#pragma once

#include "http/wire/runtime.hpp"
#include "k8s/client.hpp"
#include "k8s/kinds.hpp"
#include "k8s/native/go_text.hpp"
#include "k8s/policy/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

// Answers the commonest read commands without a process, byte for byte as kubectl prints them.
// Source: docs/adr/0014-native-reads.md.
namespace kubesage::k8s::native {

/// Bounds of one command.
struct limits {
  std::size_t input_bytes = 32U << 20U; ///< All answers of the API server.
  std::size_t output_bytes = 4U << 20U;
  std::size_t page_bytes = 16U << 20U; ///< One answer.
};

/// How a command ended.
struct outcome {
  enum class ending : std::uint8_t {
    answered,  ///< What stands here is what kubectl would have printed.
    fall_back, ///< Nothing was printed; run kubectl.
    failed,    ///< `failure` says why; kubectl would not fare better.
  };
  ending how = ending::fall_back;
  int exit_code = 0;
  std::string output;
  std::string error; ///< What kubectl writes to its standard error.
  bool is_truncated = false;
  caf::error failure;
};

enum class stream : std::uint8_t { output, error };
using output_function = std::function<void(stream, std::string_view)>;
using done_function = std::function<void(outcome)>;

/// Whether `answer` reproduces what kubectl of that release prints for the plan.
bool can_answer(const policy::plan& wanted, kubectl_version version);

/// A command that runs; dropping it changes nothing.
class running {
public:
  virtual ~running() = default;

  /// Ends the command with `cancelled` at its next answer. Thread: any.
  virtual void cancel() = 0;
};

/// Answers a plan for which `can_answer` holds. `catalog` describes the cluster that `from` speaks
/// to. `on_output` (may be empty) gets the text in few pieces before `on_done`, which is called
/// exactly once and may be called before this returns. Thread: any; the functions are called on an
/// I/O thread or one of the blocking pool, where large answers are read and printed.
std::shared_ptr<running> answer(runtime& threads, std::shared_ptr<client> from,
                                std::shared_ptr<const kind_catalog> catalog,
                                const policy::plan& wanted, kubectl_version version, deadline until,
                                limits bounds, output_function on_output, done_function on_done);

} // namespace kubesage::k8s::native
