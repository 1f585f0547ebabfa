#include "http/wire/log.hpp"

#include "http/wire/json.hpp"
#include "messages/clock.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

namespace kubesage {
namespace {

constexpr std::array<std::string_view, 5> level_names{"debug", "info", "warn", "error", "off"};

void write_stderr(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stderr);
}

// Lines arrive complete: spdlog carries them to the writer's thread and does no formatting.
class line_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit line_sink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

private:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    std::string line{msg.payload.data(), msg.payload.size()};
    redact(line);
    line += '\n';
    write_(line);
  }
  void flush_() override {}

  std::function<void(std::string_view)> write_;
};

struct writer {
  log_format format = log_format::json;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> out;
};

std::atomic<log_level> current_level{log_level::info};
std::atomic<writer*> current{nullptr};
std::mutex change;

// A thread may still be inside `line` when its writer is replaced, so writers live as long as the
// process; there is one for each `start_log`.
std::vector<std::unique_ptr<writer>>& writers() {
  static auto* all = new std::vector<std::unique_ptr<writer>>;
  return *all;
}

void stop_current() {
  auto* last = current.exchange(nullptr);
  if (last == nullptr)
    return;
  // The pool's destructor writes what is queued and joins; the logger holds it weakly.
  last->pool.reset();
}

void append_plain(std::string& out, std::string_view text) {
  std::string quoted;
  append_json_string(quoted, text);
  out.append(quoted, 1, quoted.size() - 2);
}

struct append_value {
  std::string& out;
  void operator()(std::string_view text) const {
    append_json_string(out, text);
  }
  void operator()(std::int64_t number) const {
    out += std::to_string(number);
  }
  void operator()(bool truth) const {
    out += truth ? "true" : "false";
  }
};

std::string json_line(log_level level, std::string_view name, std::string_view msg,
                      log_fields fields) {
  std::string line;
  line.reserve(128 + msg.size() + 32 * fields.size());
  line.append(R"({"ts":")").append(to_rfc3339(system_now()));
  line.append(R"(","level":")").append(level_names[static_cast<std::size_t>(level)]);
  line.append(R"(","msg":)");
  append_json_string(line, msg);
  line.append(R"(,"logger":)");
  append_json_string(line, name);
  for (const auto& field : fields) {
    line += ',';
    append_json_string(line, field.key);
    line += ':';
    std::visit(append_value{line}, field.value);
  }
  line += '}';
  return line;
}

std::string console_line(log_level level, std::string_view name, std::string_view msg,
                         log_fields fields) {
  std::string line = to_rfc3339(system_now());
  const auto& level_name = level_names[static_cast<std::size_t>(level)];
  line.append(" ").append(level_name).append(6 - level_name.size(), ' ');
  line.append("[");
  append_plain(line, name);
  line.append("] ");
  append_plain(line, msg);
  for (const auto& field : fields) {
    line += ' ';
    append_plain(line, field.key);
    line += '=';
    std::visit(append_value{line}, field.value);
  }
  return line;
}

std::string render(log_format format, log_level level, std::string_view name, std::string_view msg,
                   log_fields fields) {
  return format == log_format::json ? json_line(level, name, msg, fields)
                                    : console_line(level, name, msg, fields);
}

} // namespace

std::optional<log_level> log_level_from(std::string_view name) noexcept {
  for (std::size_t i = 0; i < level_names.size(); ++i)
    if (level_names[i] == name)
      return static_cast<log_level>(i);
  return std::nullopt;
}

std::optional<log_format> log_format_from(std::string_view name) noexcept {
  if (name == "json")
    return log_format::json;
  if (name == "console")
    return log_format::console;
  return std::nullopt;
}

void start_log(const log_options& options) {
  const std::lock_guard lock{change};
  stop_current();
  auto next = std::make_unique<writer>();
  next->format = options.format;
  next->pool = std::make_shared<spdlog::details::thread_pool>(options.queue_lines, 1);
  auto sink = std::make_shared<line_sink>(options.write ? options.write : write_stderr);
  next->out = std::make_shared<spdlog::async_logger>("kubesage", std::move(sink), next->pool,
                                                     spdlog::async_overflow_policy::overrun_oldest);
  next->out->set_level(spdlog::level::trace);
  // spdlog would print to stderr by itself, past the redaction.
  next->out->set_error_handler([](const std::string&) {});
  current_level = options.level;
  current = next.get();
  writers().push_back(std::move(next));
}

void stop_log() {
  const std::lock_guard lock{change};
  stop_current();
}

void set_log_level(log_level level) noexcept {
  current_level = level;
}

bool is_logged(log_level level) noexcept {
  return level != log_level::off && level >= current_level.load(std::memory_order_relaxed);
}

std::uint64_t dropped_log_lines() noexcept {
  const std::lock_guard lock{change};
  auto* here = current.load();
  return here == nullptr ? 0 : here->pool->overrun_counter();
}

void logger::line(log_level level, std::string_view msg, log_fields fields) const noexcept {
  if (!is_logged(level))
    return;
  try {
    auto* here = current.load();
    if (here != nullptr) {
      const auto text = render(here->format, level, name_, msg, fields);
      here->out->log(spdlog::level::info, spdlog::string_view_t{text.data(), text.size()});
      return;
    }
    auto text = render(log_format::json, level, name_, msg, fields);
    redact(text);
    text += '\n';
    write_stderr(text);
  } catch (const std::exception&) {
    // Out of memory: a lost line is better than a lost process.
    return;
  }
}

} // namespace kubesage
