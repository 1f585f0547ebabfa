#include "actors/node.hpp"

#include <utility>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

namespace kubesage {

node::node(caf::actor_system& system, node_config config) : system_(system) {
  for (std::size_t i = 0; i < config.directories; ++i)
    directories_.push_back(system.spawn(directory, config.directory));
  if (config.publisher)
    publisher_ = system.spawn(publisher, std::move(*config.publisher));
  if (config.rewrapper) {
    config.rewrapper->dispatch = [this](call_ptr request) { dispatch(std::move(request)); };
    rewrapper_ = system.spawn(rewrapper, std::move(*config.rewrapper));
  }
}

node::~node() {
  stop(std::chrono::seconds{5});
}

void node::dispatch(call_ptr request) const {
  const auto& home = directories_[request->who.tenant.shard() % directories_.size()];
  caf::anon_send(home, std::move(request));
}

void node::wake_publisher() const {
  if (publisher_)
    caf::anon_send(*publisher_, caf::put_atom_v);
}

void node::wake_rewrapper() const {
  if (rewrapper_)
    caf::anon_send(*rewrapper_, caf::put_atom_v);
}

bool node::stop(std::chrono::milliseconds grace) {
  if (std::exchange(is_stopped_, true))
    return true;
  // The handles stay: another thread may be dispatching, and an actor that has ended drops what it
  // is sent, so that the way back of the call answers.
  std::vector<caf::actor> actors;
  for (auto& home : directories_)
    actors.push_back(caf::actor_cast<caf::actor>(home));
  if (publisher_)
    actors.push_back(caf::actor_cast<caf::actor>(*publisher_));
  if (rewrapper_)
    actors.push_back(caf::actor_cast<caf::actor>(*rewrapper_));
  caf::scoped_actor self{system_};
  for (const auto& actor : actors)
    self->monitor(actor);
  for (const auto& actor : actors)
    self->send_exit(actor, caf::exit_reason::user_shutdown);
  const auto until = std::chrono::steady_clock::now() + grace;
  for (std::size_t down = 0; down < actors.size();) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    bool is_late = false;
    self->receive([&](const caf::down_msg&) { ++down; },
                  caf::after(std::max(left, std::chrono::milliseconds{0})) >>
                      [&] { is_late = true; });
    if (is_late)
      return false;
  }
  return true;
}

directory_statistics node::statistics() const {
  directory_statistics sum;
  caf::scoped_actor self{system_};
  for (const auto& home : directories_)
    self->request(home, std::chrono::seconds{1}, caf::get_atom_v)
        .receive(
            [&](const directory_statistics& part) {
              sum.sessions += part.sessions;
              sum.restarts += part.restarts;
            },
            [](const caf::error&) { /* a busy directory is left out of the sum */ });
  return sum;
}

} // namespace kubesage
