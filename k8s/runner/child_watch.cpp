#include "k8s/runner/child_watch.hpp"

#include <csignal>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace kubesage::k8s {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto pipe_grace = std::chrono::seconds{1};

} // namespace

child_watch::child_watch(asio::io_context& context, child watched)
    : child_(std::move(watched)), output_(context), error_(context), handle_(context),
      timer_(context) {
  // nop
}

void child_watch::start(data_handler on_data, end_handler on_end) {
  on_data_ = std::move(on_data);
  on_end_ = std::move(on_end);
  error_code failure;
  handle_.assign(child_.handle.release(), failure);
  output_.end.assign(child_.output.release(), failure);
  error_.end.assign(child_.error.release(), failure);
  output_.is_open = error_.is_open = true;
  read(output_stream::output);
  read(output_stream::error);
  await_end();
}

void child_watch::read(output_stream which) {
  auto& from = at(which);
  from.end.async_read_some(asio::buffer(from.buffer), [self = shared_from_this(), which](
                                                          error_code failure, std::size_t size) {
    auto& source = self->at(which);
    if (failure) {
      source.is_open = false;
      self->end_if_complete();
      return;
    }
    self->on_data_(which, {source.buffer.data(), size});
    self->read(which);
  });
}

void child_watch::await_end() {
  handle_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](error_code failure) {
                       if (failure)
                         return;
                       if (!self->child_.reap(self->exit_code_)) {
                         self->await_end();
                         return;
                       }
                       self->has_ended_ = true;
                       // Nobody else holds the pipes, or somebody does who should not.
                       self->timer_.expires_after(pipe_grace);
                       self->timer_.async_wait([self](error_code stopped) {
                         if (stopped)
                           return;
                         error_code ignored;
                         self->output_.end.close(ignored);
                         self->error_.end.close(ignored);
                       });
                       self->end_if_complete();
                     });
}

void child_watch::end_if_complete() {
  if (!has_ended_ || output_.is_open || error_.is_open || !on_end_)
    return;
  timer_.cancel();
  on_data_ = nullptr;
  std::exchange(on_end_, nullptr)(exit_code_);
}

void child_watch::terminate(std::chrono::milliseconds grace) {
  if (has_ended_)
    return;
  child_.signal(SIGTERM);
  timer_.expires_after(grace);
  timer_.async_wait([self = shared_from_this()](error_code stopped) {
    if (!stopped && !self->has_ended_)
      self->child_.signal(SIGKILL);
  });
}

void child_watch::kill() {
  if (!has_ended_)
    child_.signal(SIGKILL);
}

} // namespace kubesage::k8s
