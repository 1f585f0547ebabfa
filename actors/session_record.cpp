// What a session tells of the record of what happened: events, audit, and whether the chain holds.

#include "actors/session_record.hpp"

#include "actors/record_views.hpp"
#include "messages/error.hpp"

#include <utility>

namespace kubesage {
namespace {

/// Events that are checked in one go on the blocking pool, which has other work too.
constexpr std::size_t check_step = 20'000;

using page_renderer = caf::expected<std::string> (*)(const event_page&, std::uint64_t last);

void answer_events(session_pointer self, const call_ptr& request, const event_query& what,
                   page_renderer render) {
  const auto& state = self->state;
  read_then(self, request,
            [request, what, render, owner = *state.owner, read = state.services->record.read,
             last = state.record.last_sequence]() -> std::function<void()> {
              auto body = [&]() -> caf::expected<std::string> {
                const auto page = read(owner, what);
                if (!page)
                  return page.error();
                return render(*page, last);
              }();
              return [request, body = std::move(body)]() mutable {
                if (body)
                  request->answer(std::move(*body));
                else
                  request->fail(code_of(body.error()), detail_of(body.error()));
              };
            });
}

/// A check under way.
struct running_check {
  chain_check chain;
  std::optional<user_checkpoint> checkpoint;
};

void go_on_checking(session_pointer self, const call_ptr& request,
                    std::shared_ptr<running_check> running) {
  if (std::chrono::steady_clock::now() > request->until)
    return request->fail(errc::deadline_exceeded,
                         "the record is too long for one request: use `kubesage audit verify`");
  read_then(self, request,
            [self, request, running,
             check = self->state.services->record.check]() -> std::function<void()> {
              auto is_done = check(running->chain, check_step);
              return [self, request, running, is_done = std::move(is_done)] {
                if (!is_done)
                  return request->fail(code_of(is_done.error()), detail_of(is_done.error()));
                if (!*is_done)
                  return go_on_checking(self, request, running);
                request->answer(render_verification(running->chain, running->checkpoint));
              };
            });
}

} // namespace

void handle(session_pointer self, const call_ptr& request, const list_events& what) {
  answer_events(self, request, what.what, render_events);
}

void handle(session_pointer self, const call_ptr& request, const list_audit& what) {
  answer_events(self, request, what.what, render_audit);
}

void handle(session_pointer self, const call_ptr& request, const verify_audit&) {
  const auto& state = self->state;
  read_then(self, request,
            [self, request, owner = *state.owner, last = state.record.last_sequence,
             head = state.record.chain_head,
             read = state.services->record.checkpoint]() -> std::function<void()> {
              auto checkpoint = read(owner);
              return [self, request, owner, last, head, checkpoint = std::move(checkpoint)] {
                if (!checkpoint)
                  return request->fail(code_of(checkpoint.error()), detail_of(checkpoint.error()));
                chain_check::witnessed_heads witnessed;
                // Nobody but this session writes these events, so it knows where they end.
                if (last > 0 && head)
                  witnessed.emplace(last, *head);
                if (*checkpoint)
                  witnessed.insert_or_assign((*checkpoint)->sequence, (*checkpoint)->head);
                go_on_checking(
                    self, request,
                    std::make_shared<running_check>(running_check{
                        chain_check{owner, std::move(witnessed), last, last}, *checkpoint}));
              };
            });
}

void handle(session_pointer self, const call_ptr& request, const stream_events& what) {
  const auto& state = self->state;
  const auto& streams = state.services->record.streams;
  const auto last = state.record.last_sequence;
  const auto after = what.after.value_or(last);
  if (!streams)
    return request->fail(errc::not_ready, "the server has no streams");
  if (after > last) {
    call_reply reply{errc::validation_failed, {}, nullptr, 0};
    reply.faults.push_back({"/after", "INVALID",
                            "is ahead of your events, which end at " + std::to_string(last)
                                + ": read them again from where you can"});
    return request->sink->deliver(std::move(reply));
  }
  streams->open(*state.owner, request->sink, after, last);
}

void tell_streams(const session_state& state) noexcept {
  if (const auto& streams = state.services->record.streams)
    streams->on_durable(state.owner->user(), state.record.last_sequence);
}

} // namespace kubesage
