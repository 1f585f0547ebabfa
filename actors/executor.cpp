#include "actors/executor.hpp"

#include "messages/error.hpp"

#include <utility>

#include <caf/send.hpp>

namespace kubesage {

executor_actor::behavior_type executor(executor_actor::stateful_pointer<executor_state> self,
                                       executor_config config, session_actor session) {
  // A session that is gone cannot record an outcome; the next one will say that it is unknown.
  self->monitor(session);
  self->set_down_handler([self](const caf::down_msg&) {
    if (self->state.cancel)
      self->state.cancel();
  });
  self->set_exit_handler([self](const caf::exit_msg& stop) {
    if (self->state.cancel)
      self->state.cancel();
    self->quit(stop.reason);
  });
  auto run = std::move(config.run);
  run.on_done = [me = executor_actor{self}, ticket = config.ticket](execution_result result) {
    result.ticket = ticket;
    caf::anon_send(me, std::make_shared<execution_result>(std::move(result)));
  };
  self->state.cancel = config.link->execute(std::move(run));
  return {
      [self, session = std::move(session)](std::shared_ptr<execution_result>& result) {
        self->send(session, std::move(result));
        self->quit();
      },
      [self](caf::close_atom) {
        if (self->state.cancel)
          self->state.cancel();
      },
  };
}

} // namespace kubesage
