#include "main/keys_command.hpp"

#include "http/wire/json.hpp"
#include "http/wire/request_json.hpp"
#include "main/admin_token.hpp"
#include "main/http_ask.hpp"
#include "messages/error.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

namespace kubesage {
namespace {

constexpr int patience = 130; ///< Seconds; the server's own is 120.

struct question {
  std::string method = "GET";
  std::string target = "/admin/keys";
  std::string body;
};

question question_of(const keys_flags& asked) {
  question made;
  json_writer out{made.body};
  switch (asked.what) {
  case keys_flags::action::status:
    break;
  case keys_flags::action::rotate:
    made.method = "POST";
    made.target = "/admin/keys/rotate";
    break;
  case keys_flags::action::change_root:
    made.method = "POST";
    made.target = "/admin/keys/change-root";
    out.open_object();
    if (asked.is_to_vault)
      out.field("vault", true);
    else
      out.field("new_master_key_file", std::filesystem::absolute(asked.new_file).string());
    out.close_object();
    break;
  case keys_flags::action::destroy:
    made.method = "POST";
    made.target = "/admin/keys/destroy";
    out.open_object()
        .field("key", std::uint64_t{asked.key})
        .field("force", asked.is_forced)
        .close_object();
    break;
  }
  return made;
}

/// The sentence of a problem document; the whole answer where it is none.
std::string sentence_of(std::string body) {
  auto text = body;
  if (const auto document = json_document::parse(std::move(body))) {
    std::string_view detail;
    if (document->root()["detail"].get(detail) == simdjson::SUCCESS)
      text = detail;
  }
  return text;
}

} // namespace

int run_keys_command(const keys_flags& asked, const settings& options) {
  const auto token = read_admin_token(options.data_directory);
  if (!token) {
    std::fprintf(stderr, "kubesage: %s\n", detail_of(token.error()).c_str());
    return exit_config;
  }
  const auto what = question_of(asked);
  auto answer = ask_http(options.http_admin_address, options.http_admin_port, what.method,
                         what.target, token->expose(), what.body, patience);
  if (answer.status == 0) {
    std::fprintf(stderr,
                 "kubesage: no server answers at %s:%u (http.admin-address, "
                 "http.admin-port)\n",
                 options.http_admin_address.c_str(), unsigned{options.http_admin_port});
    return exit_unavailable;
  }
  if (answer.status / 100 != 2) {
    std::fprintf(stderr, "kubesage: %s\n", sentence_of(std::move(answer.body)).c_str());
    return 1;
  }
  std::printf("%s\n", answer.body.c_str());
  if (asked.what == keys_flags::action::change_root)
    std::fputs(asked.is_to_vault
                   ? "kubesage: the store opens with the vault's key only: set data.key-provider "
                     "to vault now\n"
                   : "kubesage: the store opens with the new master key only: name it in "
                     "data.master-key-file now, and keep a copy of it elsewhere\n",
               stderr);
  return 0;
}

} // namespace kubesage
