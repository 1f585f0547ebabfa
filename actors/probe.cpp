#include "actors/probe.hpp"

#include "messages/error.hpp"

#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

cluster_outcome failure(std::uint64_t ticket, const caf::error& err) {
  return {ticket, code_of(err), detail_of(err), {}, {}};
}

void start(const probe_config& config, probe_actor me) {
  const auto ticket = config.ticket;
  switch (config.what) {
  case probe_config::work::list_namespaces:
    config.link->list_namespaces(
        config.until, [me, ticket](caf::expected<std::vector<std::string>> names) {
          caf::anon_send(me, names ? cluster_outcome{ticket, errc::none, {}, std::move(*names), {}}
                                   : failure(ticket, names.error()));
        });
    break;
  case probe_config::work::test_connection:
    config.link->test_connection(config.until, [me, ticket](caf::expected<std::string> version) {
      caf::anon_send(me, version ? cluster_outcome{ticket, errc::none, {}, {}, std::move(*version)}
                                 : failure(ticket, version.error()));
    });
    break;
  }
}

} // namespace

probe_actor::behavior_type probe(probe_actor::stateful_pointer<probe_state> self,
                                 probe_config config, session_actor session) {
  start(config, self);
  return {
      [self, session = std::move(session)](cluster_outcome& outcome) {
        self->send(session, std::move(outcome));
        self->quit();
      },
  };
}

} // namespace kubesage
