#include "main/explainer_service.hpp"

#include "http/wire/log.hpp"
#include "k8s/solutions/chat_endpoint.hpp"
#include "messages/error.hpp"

#include <array>
#include <utility>

namespace kubesage {
namespace {

constexpr logger log{"llm"};

struct figure {
  const char* name;
  const char* help;
  solutions::statistics::counter solutions::statistics::*value;
};

constexpr std::array figures{
    figure{"kubesage_llm_requests_total", "Requests to the language model, retries too.",
           &solutions::statistics::requests},
    figure{"kubesage_llm_retries_total", "Requests again after 429, 5xx or a broken connection.",
           &solutions::statistics::retries},
    figure{"kubesage_llm_tokens_total", "Tokens of prompts and answers.",
           &solutions::statistics::tokens},
    figure{"kubesage_llm_joined_total", "Questions that were being asked already.",
           &solutions::statistics::joined},
    figure{"kubesage_llm_cache_hits_total", "Questions that the store had the answer to.",
           &solutions::statistics::cache_hits},
    figure{"kubesage_llm_cache_misses_total", "Questions that the store had no answer to.",
           &solutions::statistics::cache_misses},
    figure{"kubesage_llm_solutions_total", "Solutions that the language model worded.",
           &solutions::statistics::taken},
    figure{"kubesage_llm_refused_answers_total", "Answers that were not usable.",
           &solutions::statistics::refused_answers},
    figure{"kubesage_llm_failures_total", "Questions without an answer, late ones too.",
           &solutions::statistics::failures},
    figure{"kubesage_llm_budget_refusals_total", "Questions for which no tokens were left.",
           &solutions::statistics::budget_refusals},
};

constexpr const char* in_flight = "kubesage_llm_in_flight";

/// Failures of the store cost a call, not the analysis.
solutions::answer_cache cache_of(const std::shared_ptr<solution_cache>& rows) {
  return {[rows](const tenant& owner, const std::string& fingerprint) {
            auto found = rows->get(owner, fingerprint);
            return found ? std::move(*found) : std::nullopt;
          },
          [rows](const tenant& owner, const std::string& fingerprint, const std::string& answer) {
            if (const auto err = rows->put(owner, fingerprint, answer))
              log.warn("an answer was not kept", {{"why", detail_of(err)}});
          }};
}

solutions::spending_store spending_of(const std::shared_ptr<solution_cache>& rows) {
  return {
      [rows](const tenant& owner, std::chrono::sys_days day) { return rows->spent(owner, day); },
      [rows](const tenant& owner, std::chrono::sys_days day, std::uint64_t tokens) {
        return rows->set_spent(owner, day, tokens);
      }};
}

caf::error refuse(std::string_view key, const caf::error& why) {
  return caf::make_error(errc::validation_failed,
                         std::string{key}.append(": ").append(detail_of(why)));
}

} // namespace

explainer_service::explainer_service(database& store, metrics& registry)
    : cache_(std::make_shared<solution_cache>(store)), registry_(registry) {
  // nop
}

caf::expected<std::unique_ptr<explainer_service>>
explainer_service::make(runtime& threads, const settings& options, database& store,
                        metrics& registry, std::function<policy::kubectl_version()> kubectl) {
  if (!options.llm_enabled)
    return std::unique_ptr<explainer_service>{};
  const auto url = options.llm_url.empty() ? settings{}.llm_url : options.llm_url;
  auto where = solutions::parse_chat_endpoint(url, options.llm_allow_http);
  if (!where)
    return refuse("llm.url", where.error());
  std::unique_ptr<explainer_service> made{new explainer_service{store, registry}};
  solutions::explainer_config config;
  config.client.where = std::move(*where);
  config.client.api_key = share(secret{options.llm_api_key.expose()});
  config.client.max_idle_connections = options.llm_max_in_flight;
  config.asking.model = options.llm_model.empty() ? settings{}.llm_model : options.llm_model;
  config.asking.max_in_flight = options.llm_max_in_flight;
  config.asking.timeout = options.llm_timeout;
  config.timeout = options.llm_timeout;
  config.tokens_per_day = options.llm_tokens_per_user;
  config.cache = cache_of(made->cache_);
  config.spending = spending_of(made->cache_);
  config.kubectl = std::move(kubectl);
  auto explainer = solutions::explainer::make(threads, std::move(config));
  if (!explainer)
    return refuse("llm.api-key", explainer.error());
  made->explainer_ = std::move(*explainer);
  made->register_metrics();
  return made;
}

explainer_service::~explainer_service() {
  for (const auto& each : figures)
    registry_.forget(each.name);
  registry_.forget(in_flight);
}

void explainer_service::register_metrics() {
  const auto& counts = explainer_->counts();
  for (const auto& each : figures)
    registry_.counter(each.name, each.help, [&counts, value = each.value] {
      return static_cast<double>((counts.*value).load());
    });
  registry_.gauge(in_flight, "Requests to the language model under way.",
                  [&counts] { return static_cast<double>(counts.in_flight.load()); });
}

explain_function explainer_service::function() const {
  return [to = explainer_.get()](solutions::explanation_request wanted,
                                 solutions::explainer::callback on_done) {
    return to->explain(std::move(wanted), std::move(on_done));
  };
}

std::string explainer_service::problem() const {
  return explainer_->counts().failing == 0
             ? std::string{}
             : std::string{"the language model does not answer, built-in solutions are given"};
}

} // namespace kubesage
