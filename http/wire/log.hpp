#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace kubesage {

/// Structured logs: one line a record, written by a thread of their own. A caller never waits: when
/// the queue is full the oldest line goes. Thread: any, before `start_log` and after `stop_log` too
/// (lines then go straight to stderr).

enum class log_level : std::uint8_t { debug, info, warn, error, off };
enum class log_format : std::uint8_t { json, console };

/// Reads `debug`, `info`, `warn`, `error` or `off`.
std::optional<log_level> log_level_from(std::string_view name) noexcept;

/// Reads `json` or `console`.
std::optional<log_format> log_format_from(std::string_view name) noexcept;

struct log_options {
  log_level level = log_level::info;
  log_format format = log_format::json;
  std::size_t queue_lines = 8192;              ///< More are dropped, oldest first.
  std::function<void(std::string_view)> write; ///< Takes each line with its newline; empty: stderr.
};

/// A named value of a record. Only these types go in; `secret` has no way to become one of them.
struct log_field {
  log_field(std::string_view name, std::string_view text) : key(name), value(text) {}
  log_field(std::string_view name, const char* text) : key(name), value(std::string_view{text}) {}
  log_field(std::string_view name, const std::string& text)
      : key(name), value(std::string_view{text}) {}
  log_field(std::string_view name, std::same_as<bool> auto truth) : key(name), value(truth) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) log_field(std::string_view name, T number)
      : key(name), value(static_cast<std::int64_t>(number)) {}

  std::string_view key;
  std::variant<std::string_view, std::int64_t, bool> value;
};

using log_fields = std::initializer_list<log_field>;

/// Starts the writer; a later call replaces it.
void start_log(const log_options& options);

/// Writes what waits and ends the writer.
void stop_log();

void set_log_level(log_level level) noexcept;
[[nodiscard]] bool is_logged(log_level level) noexcept;

/// How many lines the full queue has cost since `start_log`.
[[nodiscard]] std::uint64_t dropped_log_lines() noexcept;

/// A part of the program that logs under its name.
class logger {
public:
  constexpr explicit logger(std::string_view name) noexcept : name_(name) {}

  /// Never throws; a line that cannot be made is lost.
  void line(log_level level, std::string_view msg, log_fields fields = {}) const noexcept;

  void debug(std::string_view msg, log_fields fields = {}) const noexcept {
    line(log_level::debug, msg, fields);
  }
  void info(std::string_view msg, log_fields fields = {}) const noexcept {
    line(log_level::info, msg, fields);
  }
  void warn(std::string_view msg, log_fields fields = {}) const noexcept {
    line(log_level::warn, msg, fields);
  }
  void error(std::string_view msg, log_fields fields = {}) const noexcept {
    line(log_level::error, msg, fields);
  }

private:
  std::string_view name_;
};

/// Logs under the name of the process.
inline void log_line(log_level level, std::string_view msg, log_fields fields = {}) noexcept {
  logger{"kubesage"}.line(level, msg, fields);
}

/// Replaces what looks like a secret (`Bearer …`, private key blocks, JWTs, `ksg_…`) by
/// `[redacted]`. The last line of defence: the writer passes every line through it.
void redact(std::string& line);

} // namespace kubesage
