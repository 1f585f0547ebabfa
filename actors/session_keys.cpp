// What a session does for the rotation of keys.

#include "actors/session_work.hpp"
#include "messages/error.hpp"

#include <utility>

namespace kubesage {

void handle(session_pointer self, const call_ptr& request, const rewrap_seed&) {
  enqueue_write(self, request, [self, request] {
    const auto& state = self->state;
    const auto& keys = state.services->keys;
    const auto& wrapped = state.record.wrapped_seed;
    if (wrapped.empty() || keys->is_current(wrapped))
      return request->answer("{}");
    auto fresh = keys->rewrap_seed(*state.owner, wrapped);
    if (!fresh)
      return request->fail(code_of(fresh.error()), detail_of(fresh.error()));
    auto next = change_of(state);
    next.wrapped_seed = std::move(*fresh);
    commit(self, std::move(next), [request](errc code) {
      if (code != errc::none)
        return request->fail(code, "the seed may still be wrapped by the old key");
      request->answer("{}");
    });
  });
}

} // namespace kubesage
