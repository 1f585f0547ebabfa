#pragma once

#include "actors/session.hpp"
#include "messages/call.hpp"
#include "persistence/journal.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kubesage::test {

/// A journal that keeps what it is given; answers at once, or when told to.
class memory_journal final : public journal {
public:
  void append(journal_entry entry, done on_done) override {
    entries.push_back(std::move(entry));
    if (is_held)
      held.push_back(std::move(on_done));
    else
      on_done(outcome);
  }

  void release(errc code) {
    auto waiting = std::exchange(held, {});
    for (auto& answer : waiting)
      answer(code);
  }

  std::vector<journal_entry> entries;
  std::vector<done> held;
  bool is_held = false;
  errc outcome = errc::none;
};

/// A cluster that answers what the test says, at once or when told to.
class fake_link final : public cluster_link, public std::enable_shared_from_this<fake_link> {
public:
  void list_namespaces(deadline, names_callback on_done) override {
    ++lists;
    if (is_held)
      held = std::move(on_done);
    else
      on_done(names);
  }
  void test_connection(deadline, version_callback on_done) override {
    ++tests;
    on_done(version);
  }
  void discover(deadline, bool, kinds_callback on_done) override {
    ++discoveries;
    on_done(kinds_found);
  }
  std::function<void()> execute(command_run run) override {
    commands.push_back(std::make_shared<command_run>(std::move(run)));
    auto mine = commands.back();
    if (result)
      mine->on_done(*result);
    // Callable after this link has gone, as the contract says.
    return [link = weak_from_this(), mine] {
      if (const auto alive = link.lock())
        ++alive->ended_early;
      execution_result cancelled;
      cancelled.is_cancelled = true;
      if (mine->on_done)
        std::exchange(mine->on_done, nullptr)(std::move(cancelled));
    };
  }
  std::function<void()> analyze(analysis_run run) override {
    analyses.push_back(std::make_shared<analysis_run>(std::move(run)));
    auto mine = analyses.back();
    if (report)
      std::exchange(mine->on_done, nullptr)(report);
    return [link = weak_from_this(), mine] {
      if (const auto alive = link.lock())
        ++alive->ended_early;
      if (mine->on_done)
        std::exchange(mine->on_done, nullptr)(caf::make_error(errc::cancelled, std::string{"end"}));
    };
  }
  void cancel() override {
    is_cancelled = true;
    if (held)
      std::exchange(held, nullptr)(caf::make_error(errc::cancelled));
  }

  caf::expected<std::vector<std::string>> names{std::vector<std::string>{"default", "shop"}};
  caf::expected<std::string> version{std::string{"v1.20.2"}};
  caf::expected<kinds> kinds_found{
      std::make_shared<const k8s::kind_catalog>(std::vector<k8s::api_resource>{
          {"example.com", "v1", "widgets", "widget", "Widget", true, {}, {}, {"get", "list"}}})};
  std::vector<std::shared_ptr<command_run>> commands;
  std::optional<execution_result> result; ///< Answers commands at once.
  std::vector<std::shared_ptr<analysis_run>> analyses;
  std::shared_ptr<const k8s::analysis_report> report; ///< Answers analyses at once.
  int discoveries = 0;
  int ended_early = 0;
  names_callback held;
  bool is_held = false;
  bool is_cancelled = false;
  int lists = 0;
  int tests = 0;
};

/// Keeps the first answer.
class answer_box final : public reply_sink {
public:
  void deliver(call_reply reply) noexcept override {
    if (!answer)
      answer = std::move(reply);
  }
  void stream(output_piece piece) noexcept override {
    pieces.push_back(std::move(piece));
  }
  void push(stream_block block) noexcept override {
    text += block.text;
    on_taken = std::move(block.on_taken);
  }
  /// Takes the block of a stream that has come.
  void take() {
    if (const auto taken = std::exchange(on_taken, nullptr))
      taken();
  }
  void watch(std::function<void()> on_gone) noexcept override {
    leave = std::move(on_gone);
  }
  std::optional<call_reply> answer;
  std::vector<output_piece> pieces;
  std::string text; ///< Of a stream.
  std::function<void()> on_taken;
  std::function<void()> leave; ///< What the session wants to hear when the client has left.
};

} // namespace kubesage::test
