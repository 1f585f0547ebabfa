#pragma once

#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/event_chain.hpp"
#include "persistence/keys.hpp"
#include "persistence/local_journal.hpp"
#include "persistence/outbox.hpp"
#include "persistence/users.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <atomic>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kubesage {

/// Writes changes of several users through a journal, each a row and a chained event, and knows
/// which of them were acknowledged.
class journal_fixture : public store_fixture {
public:
  /// What one user was told.
  struct history {
    std::uint64_t next = 1; ///< Sequence of the next event.
    std::optional<chain_value> head;
    std::uint64_t acknowledged = 0; ///< Sequence of the last acknowledged event.
  };

  static std::string text_of(std::int64_t number, std::uint64_t sequence) {
    return "row " + std::to_string(number) + "/" + std::to_string(sequence);
  }

  journal_entry next_entry(std::int64_t number) {
    auto& told = users[number];
    const auto owner = user(number);
    const auto sequence = told.next++;
    std::string payload = "{\"sequence\":" + std::to_string(sequence) + "}";
    told.head = chain_value::next(told.head, payload);
    payload.pop_back();
    payload += ",\"chain\":\"" + told.head->to_text() + "\"}";
    return {owner,
            {{family::labels, cluster_key(owner, cluster_id{static_cast<int>(sequence)}),
              text_of(number, sequence)}},
            {{sequence, "id-" + std::to_string(number) + "-" + std::to_string(sequence),
              "kubesage.v1.u" + std::to_string(number), std::move(payload)}}};
  }

  /// Appends `count` changes of users 1 to `of` in turn, at most `at_once` of them unanswered;
  /// stops at the first refusal. Returns how many were acknowledged.
  std::size_t append(local_journal& writer, std::size_t count, std::int64_t of = 3,
                     std::size_t at_once = 8) {
    std::size_t acknowledged = 0;
    bool is_refused = false;
    for (std::size_t i = 0; i < count && !is_refused;) {
      std::vector<std::future<void>> answers;
      std::vector<std::pair<std::int64_t, std::uint64_t>> what;
      std::vector<errc> codes(at_once, errc::internal);
      for (std::size_t k = 0; k < at_once && i < count; ++k, ++i) {
        const auto number = 1 + static_cast<std::int64_t>(i) % of;
        what.emplace_back(number, users[number].next);
        auto answered = std::make_shared<std::promise<void>>();
        answers.push_back(answered->get_future());
        writer.append(next_entry(number), [answered, &code = codes[k]](errc x) {
          code = x;
          answered->set_value();
        });
      }
      for (std::size_t k = 0; k < what.size(); ++k) {
        answers[k].wait();
        if (codes[k] != errc::none) {
          is_refused = true;
          continue;
        }
        ++acknowledged;
        users[what[k].first].acknowledged = what[k].second;
      }
    }
    return acknowledged;
  }

  /// Expects every acknowledged change with exactly one event, no gaps, and an unbroken chain.
  void expect_whole() const {
    for (const auto& [number, told] : users) {
      const auto owner = user(number);
      std::uint64_t last = 0;
      std::optional<chain_value> head;
      ASSERT_FALSE(db->scan(
          family::events, user_key(owner), end_of_prefix(user_key(owner)),
          [&](std::string_view, std::string_view value) {
            const auto event = decode_event(value);
            EXPECT_TRUE(event);
            EXPECT_EQ(event->sequence, last + 1) << "user " << number;
            last = event->sequence;
            head = chain_value::next(head, "{\"sequence\":" + std::to_string(last) + "}");
            EXPECT_EQ(chain_value::of_payload(event->payload), head) << number << '/' << last;
            const auto row =
                db->get(family::labels, cluster_key(owner, cluster_id{static_cast<int>(last)}));
            EXPECT_TRUE(row && *row && **row == text_of(number, last)) << number << '/' << last;
            return true;
          }));
      EXPECT_GE(last, told.acknowledged) << "user " << number;
      EXPECT_LT(last, told.next) << "user " << number;
    }
    std::uint64_t expected = 0;
    ASSERT_FALSE(db->scan(family::queue, {}, std::string(9, '\xff'),
                          [&](std::string_view key, std::string_view) {
                            EXPECT_EQ(node_sequence_of(key), ++expected);
                            return true;
                          }));
  }

  std::map<std::int64_t, history> users;
};

} // namespace kubesage
