#include "main/departures.hpp"

#include "http/wire/log.hpp"
#include "persistence/uuid7.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace kubesage {
namespace {

constexpr logger log{"departures"};

class departure_answer final : public reply_sink {
public:
  departure_answer(user_id user, std::function<void(bool)> on_done)
      : user_(user), on_done_(std::move(on_done)) {}

  void deliver(call_reply reply) noexcept override {
    if (reply.code == errc::none)
      log.info("a user who left is forgotten", {{"user", to_string(user_)}});
    on_done_(reply.code == errc::none);
  }

private:
  user_id user_;
  std::function<void(bool)> on_done_;
};

} // namespace

std::string joined_urls(const settings& options) {
  std::string text;
  for (const auto& url : options.nats_url)
    text.append(text.empty() ? "" : ",").append(url);
  return text;
}

std::unique_ptr<departure_inbox> hear_of_departures(const settings& options,
                                                    std::function<void(call_ptr)> dispatch) {
  if (options.nats_url.empty() || options.nats_user_deleted_subject.empty())
    return nullptr;
  departure_config config;
  config.login.urls = joined_urls(options);
  config.login.credentials_file = options.nats_credentials_file;
  config.subject = options.nats_user_deleted_subject;
  config.on_news = [](std::string_view what) { log.info(what); };
  config.on_problem = [](std::string_view what) { log.warn(what); };
  config.forget = [dispatch = std::move(dispatch), patience = config.answer_timeout](
                      user_id user, std::function<void(bool)> on_done) {
    dispatch(std::make_shared<call>(
        call{principal{tenant_issuer::issue(user), {}, {}}, make_uuid7(system_now()),
             "user deleted", std::chrono::steady_clock::now() + patience, forget_user{},
             std::make_shared<departure_answer>(user, std::move(on_done))}));
  };
  return std::make_unique<departure_inbox>(std::move(config));
}

} // namespace kubesage
