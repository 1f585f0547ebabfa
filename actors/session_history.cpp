// What a session tells about the kubectl commands that were run.

#include "actors/execution_views.hpp"
#include "actors/session_commands.hpp"
#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/sealer.hpp"

#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

constexpr std::string_view no_execution = "no such execution, or it is not yours";

/// The kept output of an execution; none where there is none, or it does not open.
std::optional<execution_result> open_kept(const session_state& state,
                                          const execution_record& record) {
  if (record.sealed_output.empty())
    return std::nullopt;
  const auto seed = open_seed(state);
  if (!seed)
    return std::nullopt;
  const auto text =
      open_output(*seed, *state.owner, record.cluster, record.id, record.sealed_output);
  if (!text)
    return std::nullopt;
  byte_reader in{text->expose()};
  execution_result result;
  result.output = in.take_prefixed();
  result.error = in.take_prefixed();
  if (!in.is_finished())
    return std::nullopt;
  return result;
}

} // namespace

void handle(session_pointer self, const call_ptr& request, const list_executions& what) {
  answer_page(self, request, what.cluster, what.before, what.limit,
              self->state.services->executions.list, render_executions);
}

void handle(session_pointer self, const call_ptr& request, const get_execution& what) {
  auto& state = self->state;
  if (!state.clusters.contains(what.cluster))
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  const auto running = state.executions.find(what.execution);
  if (running != state.executions.end() && running->second.record.cluster == what.cluster) {
    if (!request->streams)
      return request->answer(render_execution(running->second.record));
    if (running->second.watchers.size() >= state.services->max_waiting)
      return request->fail(errc::too_many_requests, "too many calls watch this execution");
    running->second.watchers.push_back(request);
    running->second.feed->add(request->sink);
    return;
  }
  read_then(self, request,
            [self, request, what, owner = *state.owner, get = state.services->executions.get] {
              auto record = get(owner, what.cluster, what.execution);
              return [self, request, record = std::move(record)] {
                if (!record)
                  return request->fail(code_of(record.error()), detail_of(record.error()));
                if (!*record)
                  return request->fail(errc::execution_not_found, std::string{no_execution});
                request->answer(render_execution(**record, open_kept(self->state, **record)));
              };
            });
}

} // namespace kubesage
