#pragma once

#include "k8s/reader/arrival.hpp"
#include "k8s/reader/body_slots.hpp"
#include "k8s/reader/cluster_reader.hpp"

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <caf/error.hpp>

namespace kubesage::k8s {

/// What the lists of one reading share. Thread: that of the io_context.
struct reading_state : public std::enable_shared_from_this<reading_state> {
  reading_state(cluster_reader::tools with, const reader_config& settings, deadline end)
      : tools(std::move(with)), config(settings), until(end), room(tools.threads.next_context()),
        slots(room, settings.max_bodies) {}

  /// Ends the reading with `why`; the first reason stays.
  void fail(caf::error why) {
    if (failure)
      return;
    failure = std::move(why);
    tools.from->cancel();
    room.close();
  }

  [[nodiscard]] bool is_late() const {
    return std::chrono::steady_clock::now() >= until;
  }
  [[nodiscard]] bool is_full() const {
    return objects >= config.max_objects || inventory_bytes >= config.max_inventory_bytes;
  }

  void tell() const {
    if (on_progress && !failure)
      on_progress({kinds_total, kinds_read, objects});
  }

  /// GETs through the client. Nothing: the reading has failed.
  boost::asio::awaitable<std::optional<caf::expected<http_answer>>>
  get(std::string target, std::string accept, std::size_t max_body_bytes);

  cluster_reader::tools tools;
  reader_config config;
  deadline until;
  waiting_room room;
  body_slots slots;
  cluster_reader::progress_callback on_progress;
  caf::error failure;

  analysis::inventory inventory;
  std::size_t kinds_total = 0;
  std::size_t kinds_read = 0;
  std::size_t objects = 0;
  std::size_t inventory_bytes = 0;
  std::uint64_t body_bytes = 0;
};

using reading_pointer = std::shared_ptr<reading_state>;

} // namespace kubesage::k8s
