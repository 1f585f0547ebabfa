#include "k8s/runner/output.hpp"

#include <algorithm>
#include <array>
#include <cctype>

// What kubectl writes to its standard error, for the eyes of a user who is not on this machine.
namespace kubesage::k8s {

namespace {

constexpr std::string_view crash_text = "kubectl ended unexpectedly while it worked on the "
                                        "cluster's answer";

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

bool is_crash(std::string_view line) {
  constexpr std::array beginnings{
      "panic: ",           "fatal error: ", "runtime: ",      "goroutine ",
      "unexpected fault ", "[signal SIG",   "SIGSEGV: ",      "SIGABRT: ",
      "SIGQUIT: ",         "SIGXCPU: ",     "runtime stack:", "unhandled panic"};
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [line](const char* each) { return starts_with(line, each); });
}

/// What kubectl 1.28 to 1.31 say because the sandbox bounds the address space; it harms nothing.
bool is_noise(std::string_view line) {
  return line.find("Starlark failed to allocate 4GB address space") != std::string_view::npos;
}

/// Takes off `E1125 10:24:31.530155   12345 memcache.go:265] `.
std::string_view without_log_prefix(std::string_view line) {
  constexpr std::size_t digits = 4;
  if (line.size() < digits + 2 || std::string_view{"IWEF"}.find(line[0]) == std::string_view::npos)
    return line;
  const auto date = line.substr(1, digits);
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  if (!std::all_of(date.begin(), date.end(), is_digit) || line[digits + 1] != ' ')
    return line;
  const auto end = line.find("] ");
  return end == std::string_view::npos || line.substr(0, end).find(".go:") == std::string_view::npos
             ? line
             : line.substr(end + 2);
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// Names of files of ours; longer ones stand before those that they begin with.
void hide_paths(std::string& text) {
  replace_all(text, "/proc/self/fd/9.lock", "the kubeconfig");
  replace_all(text, "/proc/self/fd/9", "the kubeconfig");
  for (const std::string_view root : {"/nonexistent", "/proc/", "/sys/", "/etc/", "/root/",
                                      "/home/", "/usr/", "/var/", "/tmp/", "/opt/"})
    for (auto at = text.find(root); at != std::string::npos; at = text.find(root, at + 1)) {
      // A path of the API stands behind a host or a word, one of ours at the beginning of a word.
      const auto before = at == 0 ? ' ' : text[at - 1];
      if (std::string_view{" \t\"'(=:\n"}.find(before) == std::string_view::npos)
        continue;
      const auto end = text.find_first_of(" \t\n\"'):,;", at);
      text.replace(at, (end == std::string::npos ? text.size() : end) - at, "[path]");
    }
}

} // namespace

std::string clean_error_text(std::string_view text) {
  std::string result;
  std::string_view before;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = without_log_prefix(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_crash(line)) { // all that follows is Go's report
      result.append(crash_text).append("\n");
      break;
    }
    if (is_noise(line) || (!line.empty() && line == before))
      continue;
    before = line;
    result.append(line).append("\n");
  }
  hide_paths(result);
  return result;
}

} // namespace kubesage::k8s
