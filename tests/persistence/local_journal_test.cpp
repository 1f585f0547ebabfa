#include "persistence/keys.hpp"
#include "persistence/local_journal.hpp"
#include "persistence/outbox.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include <sys/resource.h>

namespace kubesage {
namespace {

class local_journal_test : public store_fixture {
public:
  static journal_entry entry(std::int64_t number, std::uint64_t sequence) {
    const auto owner = user(number);
    const auto text = std::to_string(number) + "/" + std::to_string(sequence);
    return {owner,
            {{family::clusters, cluster_key(owner, cluster_id{static_cast<int>(sequence)}), text}},
            {{sequence, text, "kubesage.v1.u" + std::to_string(number), "{}"}}};
  }

  /// Writes `count` entries with an event each, one after the other.
  void write(std::uint64_t from, std::uint64_t count) {
    local_journal writer{*db, {}};
    for (auto i = from; i < from + count; ++i)
      writer.append(entry(1, i), [](errc) {});
  }
};

TEST_F(local_journal_test, what_was_answered_is_there_after_a_restart_with_one_event_each) {
  constexpr int threads = 16;
  constexpr std::uint64_t per_thread = 200;
  open();
  std::atomic<int> answered{0};
  std::atomic<int> refused{0};
  std::uint64_t groups = 0;
  {
    local_journal writer{*db, {}};
    std::vector<std::thread> clients;
    for (int t = 1; t <= threads; ++t)
      clients.emplace_back([&, t] {
        for (std::uint64_t i = 1; i <= per_thread; ++i)
          writer.append(entry(t, i),
                        [&](errc code) { ++(code == errc::none ? answered : refused); });
      });
    for (auto& x : clients)
      x.join();
    std::promise<void> last;
    writer.append({user(1), {}, {}}, [&](errc) { last.set_value(); });
    last.get_future().wait();
    groups = writer.statistics().groups;
  }
  EXPECT_EQ(answered, threads * static_cast<int>(per_thread));
  EXPECT_EQ(refused, 0);
  EXPECT_LT(groups, threads * per_thread);

  open();
  const auto queue = read_queue(*db, 0, 1'000'000);
  ASSERT_TRUE(queue);
  ASSERT_EQ(queue->size(), threads * per_thread);
  std::map<std::string, std::uint64_t> last_of_user;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < queue->size(); ++i) {
    const auto& [node_sequence, event] = (*queue)[i];
    EXPECT_EQ(node_sequence, i + 1);
    EXPECT_EQ(event.sequence, ++last_of_user[event.subject]) << event.subject;
    EXPECT_TRUE(ids.insert(event.id).second);
  }
  for (int t = 1; t <= threads; ++t)
    for (std::uint64_t i = 1; i <= per_thread; ++i)
      EXPECT_TRUE(*db->get(family::clusters,
                           cluster_key(user(t), cluster_id{static_cast<std::int64_t>(i)})));
}

TEST_F(local_journal_test, answers_in_the_order_of_one_users_entries) {
  open();
  std::vector<std::uint64_t> order;
  {
    local_journal writer{*db, {7, 16384, {}, {}}};
    for (std::uint64_t i = 1; i <= 500; ++i)
      writer.append(entry(1, i), [&order, i](errc) { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 500U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(local_journal_test, a_full_queue_refuses_and_writes_nothing_of_it) {
  open();
  std::promise<void> may_go_on;
  std::promise<void> is_held;
  std::atomic<int> written{0};
  errc refused = errc::none;
  {
    local_journal writer{*db, {1, 2, {}, {}}};
    writer.append(entry(1, 1), [&](errc) {
      is_held.set_value();
      may_go_on.get_future().wait();
    });
    is_held.get_future().wait(); // The writer has taken the first and stands in its answer.
    for (std::uint64_t i = 2; i <= 3; ++i)
      writer.append(entry(1, i), [&](errc code) { written += code == errc::none ? 1 : 0; });
    writer.append(entry(1, 4), [&](errc code) { refused = code; });
    EXPECT_EQ(refused, errc::overloaded); // At once, on this thread.
    EXPECT_EQ(writer.statistics().waiting, 2U);
    may_go_on.set_value();
  }
  EXPECT_EQ(written, 2);
  EXPECT_EQ(read_queue(*db, 0, 100)->size(), 3U);
}

TEST_F(local_journal_test, after_a_failed_write_everything_is_refused_and_nothing_is_lost) {
  open();
  write(1, 1);
  std::vector<errc> answers;
  {
    local_journal writer{*db, {}};
    // No file may grow from here on, as on a full disk; the signal would end the process.
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old_limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
    const rlimit none{0, old_limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
    std::promise<void> is_answered;
    writer.append(entry(1, 2), [&](errc code) {
      answers.push_back(code);
      is_answered.set_value();
    });
    is_answered.get_future().wait();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old_limit), 0);
    std::signal(SIGXFSZ, old_handler);
    EXPECT_TRUE(writer.statistics().is_failed);
    writer.append(entry(1, 3), [&](errc code) { answers.push_back(code); });
  }
  EXPECT_EQ(answers, (std::vector{errc::storage_unavailable, errc::storage_unavailable}));
  open();
  const auto queue = read_queue(*db, 0, 10);
  ASSERT_TRUE(queue);
  EXPECT_EQ(queue->size(), 1U);
}

TEST_F(local_journal_test, tells_of_events_only) {
  open();
  int told = 0;
  {
    local_journal_options options;
    options.max_group = 1;
    options.on_events = [&] { ++told; };
    local_journal writer{*db, options};
    writer.append({user(1), {{family::labels, "x", "y"}}, {}}, [](errc) {});
    writer.append(entry(1, 1), [](errc) {});
  }
  EXPECT_EQ(told, 1);
}

TEST_F(local_journal_test, a_large_group_is_written_in_parts) {
  open();
  std::atomic<int> written{0};
  {
    local_journal writer{*db, {}};
    for (std::uint64_t i = 1; i <= 24; ++i) {
      auto large = entry(1, i);
      large.rows[0].value = std::string(1U << 20U, 'x');
      writer.append(std::move(large), [&](errc code) { written += code == errc::none ? 1 : 0; });
    }
  }
  EXPECT_EQ(written, 24);
  EXPECT_EQ(read_queue(*db, 0, 100)->size(), 24U);
}

TEST_F(local_journal_test, the_outbox_gives_what_is_not_acknowledged) {
  open();
  write(1, 10);
  EXPECT_EQ(*published_through(*db), 0U);
  auto first = read_queue(*db, 0, 4);
  ASSERT_EQ(first->size(), 4U);
  EXPECT_EQ(first->back().node_sequence, 4U);
  EXPECT_EQ(first->back().event.id, "1/4");
  ASSERT_FALSE(acknowledge_queue(*db, 4));
  EXPECT_EQ(read_queue(*db, 0, 100)->front().node_sequence, 5U);
  EXPECT_EQ(read_queue(*db, 7, 100)->size(), 3U);
  ASSERT_FALSE(acknowledge_queue(*db, 2)); // Never backwards.
  open();
  EXPECT_EQ(*published_through(*db), 4U);
  EXPECT_EQ(read_queue(*db, 0, 100)->size(), 6U);
  EXPECT_EQ(read_queue(*db, 0, 0)->size(), 0U);
}

TEST_F(local_journal_test, node_sequences_go_on_after_everything_was_acknowledged) {
  open();
  write(1, 2000);
  ASSERT_FALSE(acknowledge_queue(*db, 2000));
  open();
  write(2001, 1);
  const auto queue = read_queue(*db, 0, 10);
  ASSERT_EQ(queue->size(), 1U);
  EXPECT_EQ(queue->front().node_sequence, 2001U);
  EXPECT_EQ(queue->front().event.sequence, 2001U);
}

} // namespace
} // namespace kubesage
