#pragma once

#include "k8s/reader/reading_state.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace kubesage::k8s {

/// Reads one kind: pages one after the other, each being parsed while the next is on its way.
/// Thread: that of the reading's io_context.
class list_reading {
public:
  /// `sources`: where the kind may be, the best first. `is_missing`: there is no such namespace.
  list_reading(reading_pointer run, analysis::kind_need need,
               std::vector<analysis::list_source> sources, std::string kube_namespace,
               bool is_missing);

  /// Reads what there is into the inventory.
  boost::asio::awaitable<analysis::kind_coverage> read();

  /// Why the list could not be read, where that was no answer of a Kubernetes API.
  [[nodiscard]] const caf::error& failure() const noexcept {
    return failure_;
  }

private:
  struct parsing;

  boost::asio::awaitable<void> read_source(analysis::list_source source);
  boost::asio::awaitable<std::optional<http_answer>> fetch(std::string path, std::string token);
  boost::asio::awaitable<bool> wait_to_retry(std::optional<std::chrono::seconds> asked);
  boost::asio::awaitable<std::shared_ptr<parsing>> hand_over(http_answer answer,
                                                             body_slots::slot slot);
  boost::asio::awaitable<void> take(std::shared_ptr<parsing> work);

  void judge(unsigned status);
  void judge(caf::error why);
  void stop(analysis::read_status status, std::string reason);
  void stop_late();
  void forget_pages();

  reading_pointer run_;
  analysis::kind_need need_;
  const analysis::kind_row& row_;
  std::vector<analysis::list_source> sources_;
  std::string kube_namespace_;
  bool is_missing_;

  analysis::kind_coverage found_;
  caf::error failure_;
  bool is_stopped_ = false; ///< `found_` says why; no further page is read.
  bool is_expired_ = false; ///< The server has forgotten the snapshot of the list.
  unsigned tries_ = 0;      ///< Of the current page.
  std::size_t limit_ = 0;
  std::size_t pages_ = 0;
  std::size_t bytes_ = 0;
  std::string token_; ///< That the last page gave.
};

} // namespace kubesage::k8s
